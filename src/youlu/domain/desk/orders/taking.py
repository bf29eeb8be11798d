"""Who has an order in hand: taken by one, never where the work may not be done."""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.db.models import F

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.reasons import Why
from youlu.domain.desk.errors import (
    AgentNotHereError,
    OrderNotHereError,
    OrderStateError,
    OrderTakenError,
)
from youlu.domain.desk.models import OrderKind, WorkOrder
from youlu.domain.desk.orders.happening import act_do, happened
from youlu.domain.desk.orders.life import life_of
from youlu.domain.desk.orders.seeing import order_seen
from youlu.domain.workforce.models import Site
from youlu.domain.workforce.selectors import AgentRow, agent_of, agents_named

# Who takes and whether they may, in one statement: open still, and the taker present where this work may be done.
TAKE_ONE = """
UPDATE desk_workorder o SET state = 'taken', taken_by = %(agent)s, taken_at = %(now)s
FROM workforce_presence p
WHERE o.id = %(order)s AND o.state = ANY(%(froms)s)
  AND p.agent_id = %(agent)s AND p.until IS NULL AND p.is_taking AND p.site = ANY(o.sites)
RETURNING o.id
"""
OPEN = [WorkOrder.State.OPEN.value]


@transaction.atomic
def order_take(*, actor: Actor, order_id: uuid.UUID) -> None:
    """Take this order. Of any number who try at once, one has it.

    Raises
    ------
    OrderTakenError, OrderNotHereError, OrderStateError, NotFoundError
    """
    actor.require("desk.work")
    agent, at = agent_of(actor), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(TAKE_ONE, {"agent": agent.id, "now": at, "order": order_id, "froms": OPEN})
        taken = cursor.fetchone()
    if taken is None:
        raise _why_not(order_id)
    happened(order_id, actor, "take", at, why=_why("chosen", order_id, agent))


@transaction.atomic
def order_assign(*, actor: Actor, order_id: uuid.UUID, agent_id: uuid.UUID) -> None:
    """A supervisor gives the order to an agent who is present where the work may be done.

    Raises
    ------
    AgentNotHereError, OrderStateError, NotFoundError, NotAllowedError
    """
    actor.require("desk.supervise")
    order = order_seen(actor=actor, order_id=order_id)
    agent = agents_named([agent_id]).get(agent_id)
    if agent is None:
        raise NotFoundError()
    froms, at = life_of(order.kind).froms("assign"), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(TAKE_ONE, {"agent": agent.id, "now": at, "order": order_id, "froms": [*map(str, froms)]})
        taken = cursor.fetchone()
    if taken is None:
        raise _why_not_to(order, agent)
    happened(order_id, actor, "assign", at, detail=f"{agent.name} {agent.staff_no}",
             why=_why("given", order_id, agent))


@transaction.atomic
def order_give_back(*, actor: Actor, order_id: uuid.UUID) -> None:
    """Return a taken order to the pool: to anybody but who gave it back, unless they choose it themselves."""
    act_do(actor=actor, order_id=order_id, act="give_back", taken_by=None, taken_at=None, known_by=None,
           returned_from=F("taken_by"))


def _why(code: str, order_id: uuid.UUID, agent: AgentRow) -> dict[str, object]:
    """A person's choice overrides skills, not the place; what was missing is written down."""
    asked = OrderKind.objects.values_list("skills", flat=True).get(workorder__id=order_id)
    return Why(code, lacks=tuple(sorted(set(asked) - set(agent.skills)))).row()


def _why_not(order_id: uuid.UUID) -> Exception:
    order = WorkOrder.objects.select_related("kind").filter(id=order_id).first()
    if order is None:
        return NotFoundError()
    if order.state == WorkOrder.State.TAKEN and order.taken_by is not None:
        holder = agents_named([order.taken_by]).get(order.taken_by)
        return OrderTakenError(name=holder.name if holder else "同事")
    if order.state == WorkOrder.State.OPEN:
        return OrderNotHereError(kind=order.kind.name, sites=_sites(order))
    return OrderStateError(state=order.get_state_display(), act="接")


def _why_not_to(order: WorkOrder, agent: AgentRow) -> Exception:
    fresh = WorkOrder.objects.select_related("kind").get(id=order.id)
    if fresh.state not in life_of(fresh.kind).froms("assign"):
        return OrderStateError(state=fresh.get_state_display(), act="指派")
    return AgentNotHereError(name=agent.name, kind=fresh.kind.name, sites=_sites(fresh))


def _sites(order: WorkOrder) -> str:
    return "或".join(str(Site(s).label) for s in order.sites)
