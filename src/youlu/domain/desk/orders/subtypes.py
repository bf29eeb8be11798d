"""What orders of a kind are divided into: which there are, how many of each, and an order put into one."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import UnknownSubtypeError
from youlu.domain.desk.models import OrderKind, WorkOrder
from youlu.domain.desk.orders.happening import act_do, happened
from youlu.domain.desk.orders.kinds import Subtype, subtypes_all
from youlu.domain.desk.orders.seeing import order_seen

UNSAID = "未分"  # of a divided kind, and nobody has said yet
NONE = "none"  # how a filter asks for those
COUNTED_OVER = dt.timedelta(days=30)


@dataclass(frozen=True)
class SubtypeCount:
    """`open` not closed, `late` of them past their due time, `came` within COUNTED_OVER. Code "": not said yet."""

    code: str
    name: str
    source: str
    open: int
    late: int
    came: int


def subtypes_of(kind: str) -> tuple[Subtype, ...]:
    return tuple(one for one in subtypes_all() if one.kind == kind)


def subtypes_public() -> tuple[tuple[str, str, str], ...]:
    """(kind, code, the public's words for it) of those that the public may choose."""
    return tuple((one.kind, one.code, one.public_name) for one in subtypes_all() if one.public_name)


@transaction.atomic
def order_classify(*, actor: Actor, order_id: uuid.UUID, subtype: str) -> None:
    """Say, or say otherwise, what the order is about (定类别); the history keeps from which to which.

    Raises
    ------
    UnknownSubtypeError : there is none such of the order's kind.
    """
    order = order_seen(actor=actor, order_id=order_id)
    names = {one.code: one.name for one in subtypes_of(order.kind_id)}
    if order.kind.has_subtypes and subtype not in names:
        raise UnknownSubtypeError(kind=order.kind.name)
    was = names.get(order.subtype, order.subtype) or UNSAID
    act_do(actor=actor, order_id=order_id, act="classify", subtype=subtype,
           detail=f"{was} → {names.get(subtype, '')}")


def subtype_filled(*, actor: Actor, order: WorkOrder, subtype: str, at: dt.datetime) -> None:
    """Whoever asks again about an order may say what nobody had said; what the desk said stays."""
    if not subtype:
        return
    names = {one.code: one.name for one in subtypes_of(order.kind_id)}
    if subtype in names and WorkOrder.objects.filter(id=order.id, subtype="").update(subtype=subtype):
        happened(order.id, actor, "classify", at, detail=f"{UNSAID} → {names[subtype]}")


def subtype_counts(kind: OrderKind) -> tuple[SubtypeCount, ...]:
    """How many of each, what nobody has said yet last; nothing of a kind that is not divided."""
    if not kind.has_subtypes:
        return ()
    now, of_kind = clock.now(), WorkOrder.objects.filter(kind=kind).order_by()
    left = of_kind.exclude(state=WorkOrder.State.CLOSED)
    counted = [dict(rows.values_list("subtype").annotate(n=Count("id"))) for rows in (
        left, left.filter(due_at__lt=now, paused_at=None), of_kind.filter(opened_at__gt=now - COUNTED_OVER))]
    known = [(one.code, one.name, one.source) for one in subtypes_of(kind.code)]
    return tuple(SubtypeCount(code, name, source, *(row.get(code, 0) for row in counted))
                 for code, name, source in [*known, ("", UNSAID, "")])
