"""Clocks that act by themselves: before an order is due and when it is, once, however many workers look.

One UPDATE looks at all three clocks over rows locked with SKIP LOCKED: whoever holds a row marks everything that is due
of it, so that a worker that passes it by leaves nothing undone. History and the supervisor's list are written in the
same transaction.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.ids import uuid7
from youlu.domain.desk.models import OrderAlert, OrderEvent

BATCH = 500
ACTOR = "system:desk"
WARNED = "warned_at IS NULL AND late_at IS NULL AND warn_at <= %(now)s"
LATE = "late_at IS NULL AND due_at <= %(now)s"
REPLY_LATE = "reply_late_at IS NULL AND answered_at IS NULL AND reply_due_at <= %(now)s"
MARK = f"""
WITH due AS MATERIALIZED (
    SELECT id, COALESCE({LATE}, false) AS is_late, COALESCE({WARNED} AND due_at > %(now)s, false) AS is_warned,
           COALESCE({REPLY_LATE}, false) AS is_reply_late
    FROM desk_workorder
    WHERE NOT state = 'closed' AND paused_at IS NULL AND (({LATE}) OR ({WARNED}) OR ({REPLY_LATE}))
    ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
UPDATE desk_workorder o SET
    late_at = CASE WHEN is_late THEN %(now)s ELSE late_at END,
    warned_at = CASE WHEN is_warned OR is_late THEN COALESCE(warned_at, %(now)s) ELSE warned_at END,
    reply_late_at = CASE WHEN is_reply_late THEN %(now)s ELSE reply_late_at END,
    priority = GREATEST(priority, CASE WHEN is_late THEN 2 ELSE 1 END)
FROM due WHERE o.id = due.id
RETURNING o.id, o.due_at, is_warned, is_late, is_reply_late
"""
KINDS = ("warned", "late", "reply_late")


@dataclass(frozen=True)
class Marked:
    """How many orders this caller marked as nearly due, due, without a first reply in time."""

    warned: int
    late: int
    reply_late: int


def orders_watch() -> Marked:
    counts = dict.fromkeys(KINDS, 0)
    while marks := _mark():
        for what, _, _ in marks:
            counts[what] += 1
    return Marked(**counts)


@transaction.atomic
def _mark() -> list[tuple[str, uuid.UUID, dt.datetime]]:
    """(what, order, due time) of one batch."""
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"now": at, "batch": BATCH})
        rows = cursor.fetchall()
    marks = [(what, row[0], row[1]) for row in rows for what, is_so in zip(KINDS, row[2:], strict=True) if is_so]
    OrderEvent.objects.bulk_create(
        [OrderEvent(id=uuid7(), order_id=order_id, at=at, actor=ACTOR, act=what) for what, order_id, _ in marks])
    OrderAlert.objects.bulk_create(
        [OrderAlert(order_id=order_id, what=what, due_at=due_at, at=at) for what, order_id, due_at in marks],
        ignore_conflicts=True)
    return marks
