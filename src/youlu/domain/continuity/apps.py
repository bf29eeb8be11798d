from django.apps import AppConfig


class ContinuityConfig(AppConfig):
    name = "youlu.domain.continuity"
    label = "continuity"
    verbose_name = "中断管理"
    grants = {
        "closure.read": ("dispatcher", "supervisor", "agent"),
        "closure.declare": ("dispatcher",),
    }
