from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "youlu.domain.mail"
    label = "mail"
    verbose_name = "邮件"
    gauges = "youlu.domain.mail.gauges.mail_gauges"
    party_business = "youlu.domain.mail.models.PARTY_BUSINESS"
    grants = {
        "mail.read": ("dispatcher", "supervisor", "agent", "clerk"),
        "mail.accept": ("clerk",),
        "mail.bags": ("clerk",),  # and devices, by token
        "mail.act": ("agent", "clerk", "dispatcher", "supervisor"),
        "mail.count": ("clerk",),  # and devices, by token
        "mail.settle": ("clerk", "dispatcher", "supervisor"),
        "mail.scan": (),  # devices and partners, by token
        "traces.feed": (),  # the system that a source is, by token
        "traces.admin": (),  # by command line
        "shadow.read": ("dispatcher", "supervisor"),
    }
