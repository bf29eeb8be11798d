"""Work orders: opened with a due time by kind, taken by one conditional update, answered, closed."""

from __future__ import annotations

import datetime as dt
import json
import uuid

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.idempotency import answer_once
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import (
    EmptyAnswerError,
    OrderNotHereError,
    OrderStateError,
    OrderTakenError,
    OrderUnfinishedError,
    UnknownKindError,
)
from youlu.domain.desk.models import OrderEvent, OrderKind, WorkOrder
from youlu.domain.mail.traces.errors import ShadowItemError
from youlu.domain.mail.traces.selectors import item_in_shadow
from youlu.domain.parties.models import Party
from youlu.domain.workforce.models import Site
from youlu.domain.workforce.selectors import AgentRow, agent_of, agents_named

# Who takes and whether they may, in one statement: open still, and the taker present where this work may be done.
TAKE = """
UPDATE desk_workorder o SET state = 'taken', taken_by = %(agent)s, taken_at = %(now)s
FROM workforce_presence p
WHERE o.id = {which} AND o.state = 'open'
  AND p.agent_id = %(agent)s AND p.until IS NULL AND p.is_taking AND p.site = ANY(o.sites)
RETURNING o.id
"""
TAKE_ONE = TAKE.format(which="%(order)s")
TAKE_NEXT = TAKE.format(which="""(
    SELECT w.id FROM desk_workorder w JOIN workforce_presence q ON q.agent_id = %(agent)s AND q.until IS NULL
    WHERE w.state = 'open' AND q.is_taking AND q.site = ANY(w.sites)
    ORDER BY w.due_at, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED)""")


def order_open(
    *, actor: Actor, kind: str, title: str, body: str = "", channel: str = "phone", party_id: uuid.UUID | None = None,
    item_key: int | None = None, closure_id: uuid.UUID | None = None, needs_compensation: bool = False, key: str = "",
) -> uuid.UUID:
    """Write down what somebody asks for, once a key. `needs_compensation` keeps any kind of work from going home.

    Raises
    ------
    UnknownKindError, KeyReusedError, ShadowItemError
    """
    actor.require("desk.work")
    if item_key is not None and item_in_shadow(item_key):
        raise ShadowItemError()
    row = OrderKind.objects.filter(code=kind).first()
    if row is None:
        raise UnknownKindError(kind=kind)
    at = clock.now()
    order = WorkOrder(
        kind=row, title=title, body=body, channel=channel, party_id=party_id, item_key=item_key,
        closure_id=closure_id, opened_at=at, reply_due_at=at + dt.timedelta(minutes=row.first_reply_min),
        due_at=at + dt.timedelta(minutes=row.close_min), customer_key=_customer_key(party_id),
        sites=[site for site in row.sites if not needs_compensation or site == Site.ON_SITE])
    asked = json.dumps([kind, title, body, str(party_id), item_key, needs_compensation]).encode()
    _, answer = answer_once(caller=actor.id, key=key or str(order.id), body=asked, work=lambda: _open(actor, order))
    return uuid.UUID(answer["order_id"])


def _open(actor: Actor, order: WorkOrder) -> tuple[int, dict[str, str]]:
    order.number = _number_next()
    order.save()
    _happened(order.id, actor, "open", order.opened_at)
    audit_record(actor=actor.id, action="order.open", object_type="order", object_id=str(order.id),
                 kind=order.kind_id)
    return 201, {"order_id": str(order.id)}


@transaction.atomic
def order_take(*, actor: Actor, order_id: uuid.UUID) -> None:
    """Take this order. Of any number who try at once, one has it.

    Raises
    ------
    OrderTakenError, OrderNotHereError, OrderStateError, NotFoundError
    """
    actor.require("desk.work")
    agent, at = agent_of(actor), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(TAKE_ONE, {"agent": agent.id, "now": at, "order": order_id})
        taken = cursor.fetchone()
    if taken is None:
        raise _why_not(agent, order_id)
    _happened(order_id, actor, "take", at)


@transaction.atomic
def order_take_next(*, actor: Actor) -> uuid.UUID | None:
    """Take the order due first of those that may be done where the agent is; None when there is none."""
    actor.require("desk.work")
    agent, at = agent_of(actor), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(TAKE_NEXT, {"agent": agent.id, "now": at})
        taken = cursor.fetchone()
    if taken is None:
        return None
    _happened(taken[0], actor, "take", at)
    return taken[0]


def _why_not(agent: AgentRow, order_id: uuid.UUID) -> Exception:
    order = WorkOrder.objects.select_related("kind").filter(id=order_id).first()
    if order is None:
        return NotFoundError()
    if order.state == WorkOrder.State.TAKEN and order.taken_by is not None:
        holder = agents_named([order.taken_by]).get(order.taken_by)
        return OrderTakenError(name=holder.name if holder else "同事")
    if order.state == WorkOrder.State.OPEN:
        return OrderNotHereError(kind=order.kind.name, sites="或".join(str(Site(s).label) for s in order.sites))
    return OrderStateError(state=order.get_state_display(), act="接")


@transaction.atomic
def order_answer(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    """Answer the customer in writing, as the one who holds the order."""
    if not text.strip():
        raise EmptyAnswerError()
    order = _held(actor, order_id, "答复")
    if order.state != WorkOrder.State.TAKEN:
        raise OrderStateError(state=order.get_state_display(), act="答复")
    at = clock.now()
    WorkOrder.objects.filter(id=order.id).update(state=WorkOrder.State.ANSWERED, answered_at=at)
    _happened(order.id, actor, "answer", at, text.strip())


@transaction.atomic
def order_close(*, actor: Actor, order_id: uuid.UUID, was_called_back: bool = False, responsibility: str = "") -> None:
    """Close an answered order; kinds that say so want the call-back and whose responsibility it was.

    Raises
    ------
    OrderUnfinishedError, OrderStateError, NotFoundError
    """
    order = _held(actor, order_id, "办结")
    if order.state != WorkOrder.State.ANSWERED:
        raise OrderStateError(state=order.get_state_display(), act="办结")
    if order.kind.needs_responsibility and not (was_called_back and responsibility.strip()):
        raise OrderUnfinishedError(kind=order.kind.name)
    at = clock.now()
    WorkOrder.objects.filter(id=order.id).update(state=WorkOrder.State.CLOSED, closed_at=at,
                                                 responsibility=responsibility.strip())
    _happened(order.id, actor, "close", at)
    audit_record(actor=actor.id, action="order.close", object_type="order", object_id=str(order.id))


@transaction.atomic
def order_give_back(*, actor: Actor, order_id: uuid.UUID) -> None:
    """Return a taken order to the pool."""
    order = _held(actor, order_id, "退回")
    if order.state != WorkOrder.State.TAKEN:
        raise OrderStateError(state=order.get_state_display(), act="退回")
    WorkOrder.objects.filter(id=order.id).update(state=WorkOrder.State.OPEN, taken_by=None, taken_at=None)
    _happened(order.id, actor, "give_back", clock.now())


def _held(actor: Actor, order_id: uuid.UUID, act: str) -> WorkOrder:
    actor.require("desk.work")
    agent = agent_of(actor)
    order = WorkOrder.objects.select_for_update(of=("self",)).select_related("kind").filter(id=order_id).first()
    if order is None or order.taken_by is None:
        raise NotFoundError()
    if order.taken_by != agent.id:
        holder = agents_named([order.taken_by]).get(order.taken_by)
        raise OrderTakenError(name=holder.name if holder else "同事")
    return order


def _number_next() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('desk_order_number')")
        return int(cursor.fetchone()[0])


def _customer_key(party_id: uuid.UUID | None) -> bytes | None:
    if party_id is None:
        return None
    index = Party.objects.filter(id=party_id).values_list("phone_index", flat=True).first()
    return bytes(index) if index is not None else party_id.bytes


def _happened(order_id: uuid.UUID, actor: Actor, act: str, at: dt.datetime, note: str = "") -> None:
    OrderEvent.objects.create(order_id=order_id, actor=actor.id, act=act, at=at, note=note)
