"""Saved views of the pool: one's own, and those that a supervisor shares with everybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import ViewError
from youlu.domain.desk.models import OrderView
from youlu.domain.desk.orders.finding import OrderFilter

NAME_MAX, VIEWS_MAX = 20, 30


@dataclass(frozen=True)
class ViewRow:
    id: uuid.UUID
    name: str
    query: dict[str, str]
    is_shared: bool
    is_mine: bool


def views_of(*, actor: Actor) -> tuple[ViewRow, ...]:
    """The actor's own, then the shared ones of others."""
    actor.require("desk.read")
    rows = OrderView.objects.filter(Q(owner=actor.id) | Q(is_shared=True)).order_by("is_shared", "name")
    return tuple(ViewRow(row.id, row.name, OrderFilter.of(row.query).query(), row.is_shared, row.owner == actor.id)
                 for row in rows[:2 * VIEWS_MAX])


@transaction.atomic
def view_save(*, actor: Actor, name: str, chosen: OrderFilter, is_shared: bool = False) -> uuid.UUID:
    """Keep a filter under a name; the same name again replaces it. Only a supervisor shares.

    Raises
    ------
    ViewError : no name, too long a one, or too many views.
    """
    actor.require("desk.supervise" if is_shared else "desk.read")
    name = name.strip()
    mine = OrderView.objects.filter(owner=actor.id)
    if not 0 < len(name) <= NAME_MAX or (mine.exclude(name=name).count() >= VIEWS_MAX):
        raise ViewError(most=NAME_MAX, views=VIEWS_MAX)
    row, _ = OrderView.objects.update_or_create(owner=actor.id, name=name, defaults={
        "query": chosen.query(), "is_shared": is_shared})
    return row.id


@transaction.atomic
def view_drop(*, actor: Actor, view_id: uuid.UUID) -> None:
    """Raises NotFoundError: it is not there, or somebody else's."""
    actor.require("desk.read")
    done, _ = OrderView.objects.filter(id=view_id, owner=actor.id).delete()
    if not done:
        raise NotFoundError()
