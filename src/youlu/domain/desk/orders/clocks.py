"""What each act writes to the two clocks of an order: whatever ends a pause gives back the minutes that it took."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from youlu.domain.desk.models import OrderKind, WorkOrder
from youlu.domain.desk.orders.hours import due_after, due_resumed, order_due, reply_warn_before, warn_before

Changes = dict[str, Any]


def resumed_changes(order: WorkOrder, at: dt.datetime) -> Changes:
    """What ending the order's pause writes; nothing where it is not paused."""
    if order.paused_at is None:
        return {}
    kind, stopped = order.kind, order.paused_at
    close = due_resumed(kind.close_calendar, due=order.due_at, paused_at=stopped, resumed_at=at)
    reply = due_resumed(kind.reply_calendar, due=order.reply_due_at, paused_at=stopped, resumed_at=at)
    changes: Changes = {"paused_at": None}
    if reply.at != order.reply_due_at:
        changes |= _reply_changes(kind, reply.at)
    if close.at != order.due_at:
        changes |= _due_changes(kind, close.at, order.is_due_assumed or close.is_assumed)
    return changes


def answered_changes(order: WorkOrder, at: dt.datetime) -> Changes:
    """An answer ends a pause, and the first one the first reply's clock for good."""
    return resumed_changes(order, at) | {"answered_at": at, "replied_at": order.replied_at or at}


def granted_changes(order: WorkOrder, until: dt.datetime, at: dt.datetime) -> Changes:
    """More time, until an instant. Of an order that waits for its customer the clocks stand from now on: what they
    stood before is in the new time already."""
    stands = {} if order.paused_at is None else {"paused_at": at}
    return resumed_changes(order, at) | stands | _due_changes(order.kind, until, order.is_due_assumed)


def reopened_changes(kind: OrderKind, at: dt.datetime) -> Changes:
    """Both clocks from the beginning."""
    due = order_due(kind, at)
    return {"answered_at": None, "replied_at": None, "paused_at": None, "reply_late_at": None,
            **_reply_changes(kind, due.reply.at), **_due_changes(kind, due.close.at, due.is_assumed)}


def again_changes(order: WorkOrder, from_at: dt.datetime, at: dt.datetime) -> Changes:
    """Asked again by a letter of `from_at`: to be answered the kind's minutes after it. What an answer is owed to
    already stays due when it was; the first reply's clock is no letter's business."""
    kind = order.kind
    resumed, asked = resumed_changes(order, at), due_after(kind.close_calendar, from_at, kind.again_min)
    if order.answered_at is None and resumed.get("due_at", order.due_at) <= asked.at:
        return resumed
    return resumed | _due_changes(kind, asked.at, asked.is_assumed)


def due_left(order: WorkOrder, at: dt.datetime) -> dt.datetime:
    """When the order is due if a pause of it ended now."""
    due: dt.datetime = resumed_changes(order, at).get("due_at", order.due_at)
    return due


def as_read(order: WorkOrder) -> Q:
    """Its clocks are still those that new ones were reckoned from."""
    return Q(paused_at=order.paused_at, due_at=order.due_at)


def _reply_changes(kind: OrderKind, reply_due_at: dt.datetime) -> Changes:
    return {"reply_due_at": reply_due_at, "reply_warn_at": reply_warn_before(kind, reply_due_at),
            "reply_warned_at": None}


def _due_changes(kind: OrderKind, due_at: dt.datetime, is_assumed: bool) -> Changes:
    """A new due time has not been warned of, and nobody is late by it."""
    return {"due_at": due_at, "warn_at": warn_before(kind, due_at), "warned_at": None, "late_at": None,
            "is_due_assumed": is_assumed}
