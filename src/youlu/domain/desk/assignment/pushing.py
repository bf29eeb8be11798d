"""Push: orders of the pool go to who has a hand free, in order of the pool, until nobody may have another.

Rules and figures are read, matched, and every order is then given by one conditional UPDATE, which looks again whether
the order is open and the agent present where it may be done: whoever was faster has it, and the next round sees that.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from youlu.core import clock
from youlu.core.ids import uuid7
from youlu.domain.desk.assignment.matching import Free, Given, Waiting, match
from youlu.domain.desk.assignment.people import agents_free, kind_skills, kinds_open_to, rules
from youlu.domain.desk.models import AgentNotice, OrderEvent, WorkOrder
from youlu.domain.desk.orders.watching import ACTOR

BATCH = 100
ROUNDS_MAX = 50
NO_LIMIT = 1_000_000
GIVE = """
UPDATE desk_workorder o SET state = 'taken', taken_by = %(agent)s, taken_at = %(now)s
FROM workforce_presence p
WHERE o.id = %(order)s AND o.state = 'open'
  AND p.agent_id = %(agent)s AND p.until IS NULL AND p.is_taking AND p.site = ANY(o.sites)
"""
# Another holder for what keeps its state; only from whom it was found with.
HAND_OVER = """
UPDATE desk_workorder o SET taken_by = %(agent)s, taken_at = %(now)s, known_by = NULL
FROM workforce_presence p
WHERE o.id = %(order)s AND o.state NOT IN ('open', 'closed') AND o.taken_by = %(from)s
  AND p.agent_id = %(agent)s AND p.until IS NULL AND p.is_taking AND p.site = ANY(o.sites)
"""
FIELDS = ("id", "kind_id", "sites", "priority", "opened_at", "known_by", "known_until", "returned_from")


def orders_push() -> int:
    """Give what can be given; returns how many orders went. Nothing where the desk has push switched off."""
    now_rules = rules()
    if not now_rules["push_on"]:
        return 0
    given = 0
    for _ in range(ROUNDS_MAX):
        went = _round(int(now_rules["push_load_max"]))
        given += went
        if not went:
            break
    return given


@transaction.atomic
def _round(load_max: int) -> int:
    agents = agents_free()
    open_ = [agent for agent in agents if agent.load < load_max]
    at = clock.now()
    if not open_:
        return 0  # all are busy: the pool is the queue
    return _go(match(_waiting(open_), agents, at=at, load_max=load_max), at)


def orders_give(order_ids: Sequence[uuid.UUID]) -> int:
    """Give these to who may do them, by the same rules, also where the desk does not give by itself; in the caller's
    transaction. Returns how many went; the others keep their place in the pool."""
    at = clock.now()
    rows = WorkOrder.objects.filter(id__in=list(order_ids), state=WorkOrder.State.OPEN)
    return _go(match(_read(rows), agents_free(), at=at, load_max=int(rules()["push_load_max"])), at)


def orders_hand_over(held: Mapping[uuid.UUID, uuid.UUID]) -> set[uuid.UUID]:
    """Put these into other hands as they are, by order the agent who holds it now, in the caller's transaction;
    returns which went. However full the hands are: the customer was promised a call, and the office will report."""
    at = clock.now()
    waiting = [replace(one, returned_from=held[one.id]) for one in _read(WorkOrder.objects.filter(id__in=list(held)))]
    plan = match(waiting, agents_free(), at=at, load_max=NO_LIMIT)
    went = [one for one in plan if _update(HAND_OVER, one, at, {"from": held[one.order.id]})]
    _note(went, at)
    return {one.order.id for one in went}


def _go(plan: Sequence[Given], at: dt.datetime) -> int:
    """Each by its own conditional update, with its line and its notice."""
    went = [one for one in plan if _update(GIVE, one, at, {})]
    _note(went, at)
    return len(went)


def _note(went: Sequence[Given], at: dt.datetime) -> None:
    OrderEvent.objects.bulk_create([OrderEvent(
        id=uuid7(), order_id=one.order.id, at=at, actor=ACTOR, act="push", detail=one.agent.label, why=one.why.row())
        for one in went])
    AgentNotice.objects.bulk_create([AgentNotice(
        agent_id=one.agent.id, order_id=one.order.id, what=AgentNotice.What.PUSHED, at=at) for one in went])


def _waiting(agents: Sequence[Free]) -> list[Waiting]:
    """The first of those orders that somebody with a hand free could do: one that nobody can stops no other."""
    which = Q(pk__in=[])
    for site, skills in {(agent.site, agent.skills) for agent in agents}:
        which |= Q(sites__contains=[site], kind_id__in=kinds_open_to(skills))
    return _read(WorkOrder.objects.filter(which, state=WorkOrder.State.OPEN), BATCH)


def _read(orders: QuerySet[WorkOrder], most: int | None = None) -> list[Waiting]:
    """As they are to be served; what was promised for later waits."""
    asked = kind_skills()
    due = Q(not_before=None) | Q(not_before__lte=clock.now())
    rows = orders.filter(due).order_by("-priority", "due_at", "id").values_list(*FIELDS)[:most]
    return [Waiting(order_id, tuple(sites), asked.get(kind, frozenset()), priority, opened_at, known_by, known_until,
                    returned_from)
            for order_id, kind, sites, priority, opened_at, known_by, known_until, returned_from in rows]


def _update(query: str, one: Given, at: dt.datetime, more: Mapping[str, uuid.UUID]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, {"agent": one.agent.id, "now": at, "order": one.order.id, **more})
        return cursor.rowcount == 1
