"""An order and the application under a programme that it is about: each shows the other, to who may see both."""

from __future__ import annotations

import uuid

from django.db import transaction

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.selectors import application_link
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.rows import OrderRow, order_rows
from youlu.domain.desk.orders.seeing import order_seen, seen_by

SHOWN_MAX = 20


@transaction.atomic
def order_apply_to(*, actor: Actor, order_id: uuid.UUID, number: str) -> None:
    """Say which application the order is about; another one takes the place of what stood there.

    Raises
    ------
    NotAllowedError, NotFoundError
    UnknownApplicationError : there is none of that number, or it is outside the actor's scope.
    """
    actor.require("desk.work")
    order = order_seen(actor=actor, order_id=order_id)
    link = application_link(actor=actor, number=number)
    if order.application_id == link.id:
        return
    WorkOrder.objects.filter(id=order_id).update(application_id=link.id)
    happened(order_id, actor, "application", clock.now(), detail=link.number)


def orders_of_application(*, actor: Actor, application_id: uuid.UUID) -> tuple[OrderRow, ...]:
    """Orders about an application that the actor sees, newest first; none for who has nothing to do with orders."""
    if not (actor.can("desk.read") or actor.can("desk.unit")):
        return ()
    found = WorkOrder.objects.filter(seen_by(actor), application_id=application_id)
    return order_rows(list(found.order_by("-opened_at")[:SHOWN_MAX]))
