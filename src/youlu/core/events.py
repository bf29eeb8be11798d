"""Durable events upward: a row per subscriber in the transaction that made it true; the subscriber's job takes it.

An app subscribes in its AppConfig: `subscribes = {"mail.delivered": "applications.item_delivered"}`. One that
lived only on commit would be lost when the process is killed between commit and call.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from youlu.core.clock import real_now
from youlu.core.models import EventRow


def subscribers_of(topic: str) -> list[str]:
    return [
        name
        for config in apps.get_app_configs()
        for subscribed, name in getattr(config, "subscribes", {}).items()
        if subscribed == topic
    ]


def event_publish(topic: str, payload: dict[str, Any]) -> None:
    """Write the event for each subscriber. Call it inside the transaction of the deed."""
    now = real_now()
    EventRow.objects.bulk_create(
        [EventRow(subscriber=name, topic=topic, payload=payload, made_at=now) for name in subscribers_of(topic)]
    )


def events_drain(subscriber: str, handle: Callable[[str, dict[str, Any]], None], *, limit: int = 100) -> int:
    """Give waiting events to `handle`, each in a transaction with its deletion; returns how many were taken.

    A handler that fails keeps its event. Several drains may run at once: each row is claimed by one.
    """
    taken = 0
    while taken < limit:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM core_eventrow WHERE id = (SELECT id FROM core_eventrow WHERE subscriber = %s"
                " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING topic, payload::text",
                [subscriber],
            )
            row = cursor.fetchone()
            if row is None:
                break
            handle(row[0], json.loads(row[1]))
        taken += 1
    return taken
