"""Orders of programs: written down once a key, read and added to by who sent them."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass, replace

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.core.idempotency import answer_once
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.channels.customers import customer_of
from youlu.domain.desk.channels.models import OrderSource
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.orders.messaging import message_add
from youlu.domain.desk.orders.opening import Asked, Opened, order_written

CHANNEL = "api"
MESSAGES_MAX = 100  # of one order, by all that write without a login


@dataclass(frozen=True)
class Submitted:
    """What a program reads of an order of its own. `answers` only where it asked first: others may be a person's."""

    id: uuid.UUID
    number: int
    kind: str
    state: str
    opened_at: dt.datetime
    reply_due_at: dt.datetime
    due_at: dt.datetime
    is_paused: bool
    answered_at: dt.datetime | None
    closed_at: dt.datetime | None
    link: str
    answers: tuple[str, ...]


def order_submit(*, actor: Actor, asked: Asked, key: str, phone: str = "", name: str = "") -> Opened:
    """Write down what a program asks for, once a key; a customer by telephone, a new one where nobody knows it.

    Raises
    ------
    NotAllowedError, BadPhoneError, and what `order_written` raises
    """
    actor.require("order.submit")
    whose = replace(asked, channel=CHANNEL, source=actor.id, party_id=customer_of(phone=phone, name=name))
    return order_written(actor=actor, asked=whose, key=key)


def order_submitted(*, actor: Actor, order_id: uuid.UUID) -> Submitted:
    """An order of the actor's own. Raises NotFoundError: it is not there, or another's."""
    order = _own(actor, order_id)
    events = list(OrderEvent.objects.filter(order_id=order.id, act__in=("open", "answer")).order_by("id"))
    asked_first = any(event.act == "open" and event.actor == actor.id for event in events)
    answers = tuple(event.note for event in events if event.act == "answer") if asked_first else ()
    return Submitted(
        order.id, order.number, order.kind_id, order.state, order.opened_at, order.reply_due_at, order.due_at,
        order.paused_at is not None, order.answered_at, order.closed_at, follow_link(order.id), answers)


def order_submitted_message(*, actor: Actor, order_id: uuid.UUID, text: str, key: str) -> None:
    """Add a message to an order of the actor's own, once a key; one that waited for the customer goes on.

    Raises
    ------
    NotFoundError, MessageError, KeyReusedError
    """
    _own(actor, order_id)

    def work() -> tuple[int, None]:
        message_add(order_id=order_id, by=actor.id, text=text, most=MESSAGES_MAX, at=clock.now())
        return 201, None

    answer_once(caller=actor.id, key=key, body=json.dumps(["message", str(order_id), text]).encode(), work=work)


def _own(actor: Actor, order_id: uuid.UUID) -> WorkOrder:
    actor.require("order.submit")
    mine = OrderSource.objects.filter(order_id=order_id, caller=actor.id)
    order = WorkOrder.objects.filter(id=order_id, id__in=mine.values("order_id")).first()
    if order is None:
        raise NotFoundError()
    return order
