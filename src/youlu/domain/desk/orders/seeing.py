"""Which orders somebody may see: the one place that says so. Not yours is not there."""

from __future__ import annotations

import uuid

from django.db.models import Q

from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import WorkOrder
from youlu.domain.network.models import Office

NOBODY = Q(pk__in=[])


def seen_by(actor: Actor) -> Q:
    """The desk sees every order; an office's people those that were dispatched to it and are still with it.

    Raises
    ------
    NotAllowedError : the actor has nothing to do with orders.
    """
    if actor.can("desk.read"):
        return Q()
    if actor.can("desk.unit"):
        return units_of(actor)
    raise NotAllowedError(permission="desk.read")


def units_of(actor: Actor) -> Q:
    """Orders with an office of the actor's scope."""
    offices = Office.objects.filter(division_code__startswith=actor.scope).values("id")
    return Q(unit_office_id__isnull=False) & Q(unit_office_id__in=offices)


def order_seen(*, actor: Actor, order_id: uuid.UUID) -> WorkOrder:
    """The order with its kind.

    Raises
    ------
    NotFoundError : it is not there, or not theirs.
    """
    order = WorkOrder.objects.select_related("kind").filter(seen_by(actor), id=order_id).first()
    if order is None:
        raise NotFoundError()
    return order


def is_of_unit(actor: Actor, order: WorkOrder) -> bool:
    """Whether the actor answers for the office that was asked."""
    return (order.unit_office_id is not None and actor.can("desk.unit")
            and WorkOrder.objects.filter(units_of(actor), id=order.id).exists())
