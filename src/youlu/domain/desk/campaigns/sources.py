"""Lists that Youlu has itself: the applications of a programme, the orders of a saved view."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.selectors import applicants_of
from youlu.domain.desk.campaigns.lists import ROWS_MAX, Listed, Target
from youlu.domain.desk.orders.finding import OrderFilter, orders_found
from youlu.domain.desk.orders.saved import views_of


def programme_list(*, actor: Actor, programme: str, states: Sequence[str]) -> Listed:
    """The people of a programme's applications in these states. Whom somebody else applied for has no smartphone:
    they are called."""
    actor.require("outreach.run")
    rows = applicants_of(actor=actor, programme=programme, states=states, limit=ROWS_MAX)
    return Listed([Target(row.party_id, row.item_key, by_voice=row.by_proxy) for row in rows])


def view_list(*, actor: Actor, view_id: uuid.UUID) -> tuple[str, Listed]:
    """(name, the customers of a saved view's orders). Orders without a customer are nobody's to tell.

    Raises
    ------
    NotFoundError : it is not the actor's, nor shared.
    """
    actor.require("outreach.run")
    view = next((row for row in views_of(actor=actor) if row.id == view_id), None)
    if view is None:
        raise NotFoundError()
    orders = orders_found(actor, OrderFilter.of(view.query)).filter(party_id__isnull=False)
    found = orders.values_list("party_id", "item_key")[:ROWS_MAX]
    return view.name, Listed([Target(party_id, key) for party_id, key in found.iterator() if party_id is not None])
