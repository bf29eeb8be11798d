from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "youlu.domain.network"
    label = "network"
    verbose_name = "网络与班期"
    gauges = "youlu.domain.network.gauges.network_gauges"
    grants = {
        "network.read": ("dispatcher", "supervisor", "agent", "clerk"),
        "network.edit": ("dispatcher",),
        "timetable.read": ("dispatcher", "supervisor"),
        "timetable.edit": ("dispatcher",),
        "timetable.activate": ("dispatcher",),
    }
