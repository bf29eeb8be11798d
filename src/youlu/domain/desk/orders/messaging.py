"""What is added to an order from outside: a customer's words, a program's, a messenger's."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from youlu.domain.desk.errors import MessageError
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.desk.orders.clocks import resumed_changes

MESSAGE_MAX = 500


@transaction.atomic
def message_add(*, order_id: uuid.UUID, by: str, text: str, most: int, at: dt.datetime,
                longest: int = MESSAGE_MAX) -> None:
    """Write a message into an order that is not closed; one that waited for the customer goes on.

    Raises
    ------
    MessageError : empty, too long, `most` were written already, or the order is closed.
    """
    order = WorkOrder.objects.select_related("kind").select_for_update(of=("self",)).get(id=order_id)
    said = text.strip()
    written = OrderEvent.objects.filter(order_id=order_id, act="message").count()
    if not 0 < len(said) <= longest or written >= most or order.state == WorkOrder.State.CLOSED:
        raise MessageError(most=longest)
    WorkOrder.objects.filter(id=order_id).update(priority=Greatest(F("priority"), 1), **resumed_changes(order, at))
    OrderEvent.objects.create(order_id=order_id, at=at, actor=by, act="message", note=said)
