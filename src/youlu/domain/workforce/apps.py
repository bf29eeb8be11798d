from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    name = "youlu.domain.workforce"
    label = "workforce"
    verbose_name = "人员在岗"
    grants = {
        "workforce.self": ("agent", "supervisor"),
        "workforce.read": ("supervisor", "dispatcher"),
        "workforce.edit": ("supervisor",),
        "workforce.home": ("supervisor",),  # where somebody lives
    }
