"""Who knows a case: the agent who last had an order about the same item, or of the same customer."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q

from youlu.domain.desk.assignment.people import rules
from youlu.domain.desk.models import WorkOrder


def known_wait() -> dt.timedelta:
    """For how long an order waits for the one who knows it."""
    return dt.timedelta(minutes=rules()["known_wait_min"])


def known_agent(*, item_key: int | None, customer_key: bytes | memoryview | None) -> uuid.UUID | None:
    """Who last had an order about the same item, or of the same customer."""
    about = Q()
    if item_key is not None:
        about |= Q(item_key=item_key)
    if customer_key is not None:
        about |= Q(customer_key=customer_key)
    if not about:
        return None
    return (WorkOrder.objects.filter(about, taken_by__isnull=False).order_by("-opened_at")
            .values_list("taken_by", flat=True).first())
