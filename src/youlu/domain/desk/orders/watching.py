"""Clocks that act by themselves: before a first reply or an order is due and when it is, once, however many workers
look.

One UPDATE looks at all of them over rows locked with SKIP LOCKED: whoever holds a row marks everything that is due
of it, so that a worker that passes it by leaves nothing undone. History, the supervisor's list and what holder and
office are told are written in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.ids import uuid7
from youlu.domain.desk.models import OrderAlert, OrderEvent
from youlu.domain.desk.orders.turns import Turn, turn_told

BATCH = 500
ACTOR = "system:desk"
WARNED = "warned_at IS NULL AND late_at IS NULL AND warn_at <= %(now)s"
LATE = "late_at IS NULL AND due_at <= %(now)s"
REPLY_LATE = "reply_late_at IS NULL AND replied_at IS NULL AND reply_due_at <= %(now)s"
REPLY_WARNED = "reply_warned_at IS NULL AND reply_late_at IS NULL AND replied_at IS NULL AND reply_warn_at <= %(now)s"
MARK = f"""
WITH due AS MATERIALIZED (
    SELECT id, COALESCE({LATE}, false) AS is_late, COALESCE({WARNED} AND due_at > %(now)s, false) AS is_warned,
           COALESCE({REPLY_LATE}, false) AS is_reply_late,
           COALESCE({REPLY_WARNED} AND reply_due_at > %(now)s, false) AS is_reply_warned
    FROM desk_workorder
    WHERE NOT state = 'closed' AND paused_at IS NULL
        AND (({LATE}) OR ({WARNED}) OR ({REPLY_LATE}) OR ({REPLY_WARNED}))
    ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
UPDATE desk_workorder o SET
    late_at = CASE WHEN is_late THEN %(now)s ELSE late_at END,
    warned_at = CASE WHEN is_warned OR is_late THEN COALESCE(warned_at, %(now)s) ELSE warned_at END,
    reply_late_at = CASE WHEN is_reply_late THEN %(now)s ELSE reply_late_at END,
    reply_warned_at = CASE WHEN is_reply_warned OR is_reply_late THEN COALESCE(reply_warned_at, %(now)s)
                           ELSE reply_warned_at END,
    priority = GREATEST(priority, CASE WHEN is_late THEN 2 ELSE 1 END)
FROM due WHERE o.id = due.id
RETURNING o.id, o.due_at, o.taken_by, CASE WHEN o.state = 'dispatched' THEN o.unit_office_id END,
    is_warned, is_late, is_reply_late, is_reply_warned
"""
KINDS = ("warned", "late", "reply_late", "reply_warned")


@dataclass(frozen=True)
class Marked:
    """How many orders this caller marked as nearly due, due, without a first reply in time, with little time left
    for one."""

    warned: int
    late: int
    reply_late: int
    reply_warned: int = 0


def orders_watch() -> Marked:
    counts = dict.fromkeys(KINDS, 0)
    while marks := _mark():
        for mark in marks:
            counts[mark.turn.what] += 1
    return Marked(**counts)


@dataclass(frozen=True)
class _Mark:
    turn: Turn
    due_at: dt.datetime


@transaction.atomic
def _mark() -> list[_Mark]:
    """What one batch is marked as."""
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"now": at, "batch": BATCH})
        rows = cursor.fetchall()
    marks = [_Mark(Turn(order_id, what, holder, unit), due_at) for order_id, due_at, holder, unit, *flags in rows
             for what, is_so in zip(KINDS, flags, strict=True) if is_so]
    OrderEvent.objects.bulk_create([OrderEvent(
        id=uuid7(), order_id=mark.turn.order_id, at=at, actor=ACTOR, act=mark.turn.what) for mark in marks])
    OrderAlert.objects.bulk_create([OrderAlert(
        order_id=mark.turn.order_id, what=mark.turn.what, due_at=mark.due_at, at=at) for mark in marks],
        ignore_conflicts=True)
    turn_told([mark.turn for mark in marks], at)
    return marks
