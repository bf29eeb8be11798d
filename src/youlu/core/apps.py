from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "youlu.core"
    label = "core"
    verbose_name = "基础"
    gauges = "youlu.core.gauges.core_gauges"
    grants = {"metrics.read": ()}  # of monitors, by token
