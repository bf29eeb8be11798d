from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "youlu.domain.mail"
    label = "mail"
    verbose_name = "邮件"
    grants = {
        "mail.read": ("dispatcher", "supervisor", "agent", "clerk"),
        "mail.accept": ("clerk",),
        "mail.scan": (),  # devices and partners, by token
    }
