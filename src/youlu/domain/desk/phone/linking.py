"""A call and the order it is about: the one that the agent picks, the customer's open one, or a new one."""

from __future__ import annotations

import uuid

from django.db import transaction

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import OrderNotHereError, OrderTakenError
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.opening import Asked, order_receive
from youlu.domain.desk.orders.seeing import order_seen
from youlu.domain.desk.orders.taking import order_take
from youlu.domain.desk.phone.models import Call
from youlu.domain.desk.phone.seeing import call_seen
from youlu.domain.workforce.errors import NotAnAgentError

KIND, TITLE = "hotline", "来电"
NEW = "new"


@transaction.atomic
def call_to_order(*, actor: Actor, call_id: uuid.UUID, order: str = "") -> uuid.UUID:
    """Link the call with an order and return its id: `order` names one, "new" asks for a new one, "" leaves it to the
    desk: what the call is linked with already, else the customer's open order that is due first, else a new one. A new
    one is taken by whoever has the call, where it may be done.

    Raises
    ------
    NotFoundError, NotAllowedError
    """
    actor.require("desk.work")
    call = Call.objects.select_for_update().get(id=call_seen(actor=actor, call_id=call_id).id)
    chosen = _chosen(actor, order) if order not in ("", NEW) else None
    if chosen is None and order == "":
        chosen = call.order_id or _open_order(call)
    order_id = chosen or _new(actor, call)
    if call.order_id != order_id:
        Call.objects.filter(id=call.id).update(order_id=order_id)
        happened(order_id, actor, "call", clock.now(), detail=str(call.id))
    return order_id


def _chosen(actor: Actor, order: str) -> uuid.UUID:
    try:
        return order_seen(actor=actor, order_id=uuid.UUID(order)).id
    except ValueError:
        raise NotFoundError() from None


def _open_order(call: Call) -> uuid.UUID | None:
    if call.customer_key is None:
        return None
    return (WorkOrder.objects.filter(customer_key=call.customer_key).exclude(state=WorkOrder.State.CLOSED)
            .order_by("due_at", "id").values_list("id", flat=True).first())


def _new(actor: Actor, call: Call) -> uuid.UUID:
    opened = order_receive(actor=actor, key=f"call {call.id}", asked=Asked(
        kind=KIND, title=TITLE, party_id=call.party_id))
    if not opened.is_repeat:
        try:
            with transaction.atomic():
                order_take(actor=actor, order_id=opened.order_id)
        except (NotAnAgentError, OrderNotHereError, OrderTakenError):
            pass  # it waits in the pool for who may do it
    return opened.order_id
