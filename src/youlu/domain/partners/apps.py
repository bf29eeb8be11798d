from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "youlu.domain.partners"
    label = "partners"
    verbose_name = "合作单位"
    grants = {
        "partner.admin": ("security_admin",),
        "partner.read": ("supervisor", "clerk", "auditor"),
    }
