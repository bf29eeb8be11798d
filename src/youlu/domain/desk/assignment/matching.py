"""The rules of giving, without a database: orders in their order, each to the best agent who may have it.

An agent may have an order who is where it may be done, has its skills, holds fewer than `load_max` and did not just
let it lie. Of those first the one who knows the case, then who holds least, then who was given nothing for longest.
An order whose knower is there but full waits for them until `known_until`, unless it is urgent.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from youlu.domain.desk.assignment.reasons import Why

URGENT = 2


@dataclass(frozen=True)
class Waiting:
    """An order in the pool."""

    id: uuid.UUID
    sites: tuple[str, ...]
    skills: frozenset[str]
    priority: int
    opened_at: dt.datetime
    known_by: uuid.UUID | None = None
    known_until: dt.datetime | None = None
    returned_from: uuid.UUID | None = None


@dataclass(frozen=True)
class Free:
    """An agent who takes work now, with what they hold and when they last got something."""

    id: uuid.UUID
    site: str
    skills: frozenset[str]
    load: int
    given_at: dt.datetime
    staff_no: str
    label: str = ""


@dataclass(frozen=True)
class Given:
    order: Waiting
    agent: Free
    why: Why


def able(order: Waiting, agent: Free) -> bool:
    """Whether the agent may do the order where they are, however much they hold."""
    return agent.site in order.sites and order.skills <= agent.skills and agent.id != order.returned_from


def match(orders: Iterable[Waiting], agents: Sequence[Free], *, at: dt.datetime, load_max: int) -> list[Given]:
    """Whom each order goes to; orders that nobody may have now are left out and keep their place.

    Parameters
    ----------
    orders : as they are to be served
    load_max : orders in one agent's hand, at most
    """
    load = {agent.id: agent.load for agent in agents}
    last = {agent.id: agent.given_at for agent in agents}
    given = []
    for order in orders:
        fit = [agent for agent in agents if able(order, agent)]
        open_ = [agent for agent in fit if load[agent.id] < load_max]
        knower = next((agent for agent in fit if agent.id == order.known_by), None)
        if not open_ or (knower is not None and knower not in open_ and _waits(order, at)):
            continue
        code = "known" if knower in open_ else "least"
        chosen = knower if knower is not None and knower in open_ else min(
            open_, key=lambda agent: (load[agent.id], last[agent.id], agent.staff_no))
        waited_min = max(int((at - order.opened_at).total_seconds() // 60), 0)
        given.append(Given(order, chosen, Why(code, load=load[chosen.id], able=len(fit), waited_min=waited_min)))
        load[chosen.id] += 1
        last[chosen.id] = at
    return given


def _waits(order: Waiting, at: dt.datetime) -> bool:
    return order.priority < URGENT and order.known_until is not None and order.known_until > at
