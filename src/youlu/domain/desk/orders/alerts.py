"""The supervisor's list: clocks that ran or nearly ran out, cases gone up, time asked for, customers not satisfied."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from youlu.core import clock
from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import OrderAlert
from youlu.domain.desk.orders.rows import OrderRow, order_rows

COUNTED_MAX = 1_000  # "more than" is enough for a badge


@dataclass(frozen=True)
class AlertRow:
    id: uuid.UUID
    what: str
    label: str
    at: dt.datetime
    order: OrderRow


def alerts_count() -> int:
    """Unseen ones, up to COUNTED_MAX."""
    return OrderAlert.objects.filter(seen_at=None)[:COUNTED_MAX].count()


def alerts_list(*, actor: Actor, cursor: str | None = None) -> Page[AlertRow]:
    """Unseen, newest first."""
    actor.require("desk.supervise")
    rows = (OrderAlert.objects.filter(seen_at=None).select_related("order")
            .defer("order__body", "order__grams").order_by("-at", "-id"))
    found = list(_after(cursor, rows)[:PAGE_ROWS + 1])
    shown = found[:PAGE_ROWS]
    orders = order_rows([row.order for row in shown])
    more = shown[-1] if len(found) > PAGE_ROWS else None
    return Page(tuple(AlertRow(row.id, row.what, str(row.get_what_display()), row.at, order)
                      for row, order in zip(shown, orders, strict=True)),
                f"{more.at.isoformat()}_{more.id}" if more else None)


def _after(cursor: str | None, rows: QuerySet[OrderAlert]) -> QuerySet[OrderAlert]:
    at, _, last = (cursor or "").partition("_")
    try:
        moment, last_id = dt.datetime.fromisoformat(at), uuid.UUID(last)
    except ValueError:
        return rows
    if moment.tzinfo is None:
        return rows
    return rows.filter(Q(at__lte=moment) & (Q(at__lt=moment) | Q(at=moment, id__lt=last_id)))


@transaction.atomic
def alerts_seen(*, actor: Actor, alert_ids: Sequence[uuid.UUID]) -> int:
    """Take these off the list; returns how many the actor took off, which another may have done before."""
    actor.require("desk.supervise")
    return OrderAlert.objects.filter(id__in=list(alert_ids), seen_at=None).update(
        seen_at=clock.now(), seen_by=actor.id)
