from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "youlu.domain.applications"
    label = "applications"
    verbose_name = "项目与申请"
    party_business = "youlu.domain.applications.models.PARTY_BUSINESS"
    grants = {
        "applications.read": ("clerk", "agent", "supervisor", "dispatcher"),
        "applications.handle": ("clerk", "supervisor"),
        "voucher.issue": ("clerk", "supervisor"),
        "application.submit": (),  # units, by token
    }
    subscribes = {"partner.message": "applications.partner_message",
                  "mail.delivered": "applications.item_delivered"}
