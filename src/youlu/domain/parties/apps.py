from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "youlu.domain.parties"
    label = "parties"
    verbose_name = "客户"
    gauges = "youlu.domain.parties.gauges.party_gauges"
    grants = {
        "party.edit": ("clerk", "agent", "supervisor"),
        "party.reveal": ("clerk", "agent", "supervisor"),
        "party.erase": ("security_admin",),
    }
