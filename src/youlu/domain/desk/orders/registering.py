"""Who asked for something hears at once that it is written down, with the link by which they follow it; and again
whenever they ask for the link."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.events import events_drain
from youlu.core.models import EventRow
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.channels.telling import is_theirs, link_send
from youlu.domain.desk.errors import LinkNotSentError
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.seeing import order_seen
from youlu.domain.messages.services import quiet_until

WORDING, TOPIC = "opened.message", "desk.order_opened"
# A letter has its own answer; what is read from a file may be of any age.
CHANNELS = ("phone", "counter", "letter", "form", "track", "api", "messenger")
BATCH = 100
WHY_NOT = {"no_channel": "客户没有收消息的渠道", "no_consent": "客户没有同意收消息", "no_wording": "没有现行的口径"}
TELLER = Actor(id="system:desk", name="desk", permissions=frozenset())


def opened_news(order: WorkOrder) -> tuple[EventRow, ...]:
    """What is stored with a new order so that its customer is told after it is: nothing where nobody is. Told in the
    order's own statement, half a sentence of a wording would keep a caller waiting."""
    if order.channel not in CHANNELS or not is_theirs(order):
        return ()
    return (EventRow(subscriber=TOPIC, topic=TOPIC, payload={"order_id": str(order.id)}, made_at=clock.real_now()),)


def orders_opened_tell() -> int:
    """Tell whose orders were opened since; returns how many. A kill tells nobody twice."""
    total = 0
    while went := events_drain(TOPIC, lambda topic, payload: _tell(payload), limit=BATCH):
        total += went
    return total


def _tell(payload: dict[str, Any]) -> None:
    order = WorkOrder.objects.filter(id=payload["order_id"]).first()
    if order is None or order.party_id is None or order.state == WorkOrder.State.CLOSED:
        return
    outcome = link_send(order, code=WORDING, request_key=f"opened:{order.id}")
    if outcome.reaches:
        happened(order.id, TELLER, "linked", clock.now())


@transaction.atomic
def link_again(*, actor: Actor, order_id: uuid.UUID) -> bool:
    """Send the link to an order's customer who asks for it, said before or not; once a minute. False where it goes out
    when the quiet hours end.

    Raises
    ------
    NotFoundError
    LinkNotSentError : nobody to be reached, or nothing that may be said.
    """
    actor.require("desk.work")
    order = order_seen(actor=actor, order_id=order_id)
    if not is_theirs(order):
        raise LinkNotSentError(why="工单上没有能收消息的客户电话")
    minute = clock.now().replace(second=0, microsecond=0)
    outcome = link_send(order, code=WORDING, request_key=f"link:{order.id}:{minute.isoformat()}", is_asked=True)
    if not outcome.reaches:
        raise LinkNotSentError(why=WHY_NOT[outcome.kind])
    happened(order.id, actor, "linked", clock.now())
    audit_record(actor=actor.id, action="order.link", object_type="order", object_id=str(order.id))
    return quiet_until(clock.now()) <= clock.now()
