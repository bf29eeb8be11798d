from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "youlu.domain.messages"
    label = "customer_messages"  # `messages` is django.contrib's
    verbose_name = "口径与消息"
    grants = {
        "messages.read": ("supervisor", "agent", "dispatcher"),
        "messages.draft": ("supervisor", "agent"),
        "messages.approve": ("supervisor",),
    }
