from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "youlu.domain.insight"
    label = "insight"
    verbose_name = "指标"
    grants = {"insight.read": ("dispatcher", "supervisor")}
