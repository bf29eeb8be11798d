from django.apps import AppConfig


class PromiseConfig(AppConfig):
    name = "youlu.domain.promise"
    label = "promise"
    verbose_name = "时限"
    grants = {"promise.quote": ("dispatcher", "supervisor", "agent", "clerk")}
