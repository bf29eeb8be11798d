"""Whose turn it is hears what becomes of the order: a clock near its end or past it, somebody who asks for speed, a
supervisor's watch. The agent who has it in hand, and the office while it is with it; each once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import AgentNotice, UnitNotice, WorkOrder
from youlu.domain.network.models import Office
from youlu.domain.workforce.errors import NotAnAgentError
from youlu.domain.workforce.selectors import agent_of

NOTICES_MAX = 20
OF_UNIT = tuple(UnitNotice.What.values)  # the first reply is the holder's business


@dataclass(frozen=True)
class Turn:
    """What happened to an order: `holder` the agent, `unit` the office whose answer is waited for."""

    order_id: uuid.UUID
    what: str
    holder: uuid.UUID | None
    unit: int | None

    @classmethod
    def of(cls, order: WorkOrder, what: str) -> Turn:
        return cls(order.id, what, order.taken_by,
                   order.unit_office_id if order.state == WorkOrder.State.DISPATCHED else None)


@dataclass(frozen=True)
class UnitNoticeRow:
    id: uuid.UUID
    what: str
    label: str
    order_id: uuid.UUID
    number: int
    title: str
    kind_name: str
    office: str
    at: dt.datetime


def turn_told(turns: Sequence[Turn], at: dt.datetime, *, by: Actor | None = None) -> None:
    """Write it to whose turn it is, in the caller's transaction; not to `by`, who did it."""
    doer = _agent_id(by)
    AgentNotice.objects.bulk_create([
        AgentNotice(agent_id=turn.holder, order_id=turn.order_id, what=turn.what, at=at)
        for turn in turns if turn.holder is not None and turn.holder != doer])
    UnitNotice.objects.bulk_create([
        UnitNotice(office_id=turn.unit, order_id=turn.order_id, what=turn.what, at=at)
        for turn in turns if turn.unit is not None and turn.what in OF_UNIT])


def unit_notices_of(*, actor: Actor) -> tuple[UnitNoticeRow, ...]:
    """What offices of the actor's scope have not seen yet, newest first; of orders that are still with them."""
    actor.require("desk.unit")
    rows = list(_theirs(actor).select_related("order__kind").defer("order__body", "order__grams").order_by(
        "-id")[:NOTICES_MAX])
    names = dict(Office.objects.filter(id__in={row.office_id for row in rows}).values_list("id", "full_name"))
    return tuple(UnitNoticeRow(
        row.id, row.what, str(row.get_what_display()), row.order_id, row.order.number, row.order.title,
        row.order.kind.name, names.get(row.office_id, ""), row.at) for row in rows)


@transaction.atomic
def unit_notices_seen(*, actor: Actor, notice_ids: Sequence[uuid.UUID]) -> int:
    """Take them off the list of the actor's offices; returns how many the actor took off."""
    actor.require("desk.unit")
    return _theirs(actor).filter(id__in=list(notice_ids)).update(seen_at=clock.now(), seen_by=actor.id)


def _theirs(actor: Actor) -> QuerySet[UnitNotice]:
    offices = Office.objects.filter(division_code__startswith=actor.scope).values("id")
    return UnitNotice.objects.filter(office_id__in=offices, order__unit_office_id=F("office_id"), seen_at=None)


def _agent_id(actor: Actor | None) -> uuid.UUID | None:
    try:
        return agent_of(actor).id if actor is not None else None
    except NotAnAgentError:
        return None
