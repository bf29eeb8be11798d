from django.apps import AppConfig


class PromiseConfig(AppConfig):
    name = "youlu.domain.promise"
    label = "promise"
    verbose_name = "时限"
    grants = {
        "promise.quote": ("dispatcher", "supervisor", "agent", "clerk"),
        "standard.read": ("dispatcher", "supervisor", "agent", "clerk"),
        "standard.edit": ("dispatcher",),
        "standard.activate": ("supervisor",),  # who imports a table does not put it in force
        "calendar.edit": ("dispatcher",),
    }
