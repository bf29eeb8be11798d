from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "youlu.domain.partners"
    label = "partners"
    verbose_name = "合作单位"
    gauges = "youlu.domain.partners.gauges.partners_gauges"
    grants = {
        "partner.admin": ("security_admin",),
        "partner.read": ("supervisor", "clerk", "auditor"),
    }
