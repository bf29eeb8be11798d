from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MessagesConfig(AppConfig):
    name = "youlu.domain.messages"
    label = "customer_messages"  # `messages` is django.contrib's
    verbose_name = "口径与消息"
    grants = {
        "messages.read": ("supervisor", "agent", "dispatcher"),
        "messages.draft": ("supervisor", "agent"),
        "messages.approve": ("supervisor",),
    }

    def ready(self) -> None:
        post_migrate.connect(_wordings_place, sender=self)


def _wordings_place(**kwargs: Any) -> None:
    # On the way back to a version without them there is no table.
    if kwargs.get("apps") is not None and "wording" not in kwargs["apps"].all_models[MessagesConfig.label]:
        return
    from youlu.domain.messages.defaults import wordings_place

    wordings_place()
