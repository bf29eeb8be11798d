"""One act on one order: who may, in which state, by one conditional update, with its line in the history."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.bulk import objects_insert
from youlu.core.errors import NotAllowedError, StaleError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import (
    NoSuchActError,
    OrderNotHeldError,
    OrderStateError,
    OrderTakenError,
    OrderUnfinishedError,
)
from youlu.domain.desk.models import OrderAlert, OrderEvent, WorkOrder
from youlu.domain.desk.orders.life import Act, Who, act_of, life_of
from youlu.domain.desk.orders.seeing import is_of_unit, order_seen
from youlu.domain.workforce.errors import NotAnAgentError
from youlu.domain.workforce.selectors import agent_of, agents_named


def happened(
    order_id: uuid.UUID, actor: Actor, act: str, at: dt.datetime, note: str = "", detail: str = "",
    why: dict[str, Any] | None = None,
) -> None:
    objects_insert(event_of(order_id, actor, act, at, note, detail, why))


def event_of(
    order_id: uuid.UUID, actor: Actor, act: str, at: dt.datetime, note: str = "", detail: str = "",
    why: dict[str, Any] | None = None,
) -> OrderEvent:
    """A line of the history, not yet stored."""
    return OrderEvent(order_id=order_id, actor=actor.id, act=act, at=at, note=note, detail=detail, why=why)


def alert(order: WorkOrder, what: str, at: dt.datetime) -> None:
    """Put the order on the supervisor's list, once a reason and due time."""
    alerts_raise([OrderAlert(order_id=order.id, what=what, due_at=order.due_at, at=at)])


def alerts_raise(alerts: Sequence[OrderAlert]) -> None:
    """What stands on the list already is news again, also where somebody had ticked it off."""
    OrderAlert.objects.bulk_create(alerts, update_conflicts=True, unique_fields=["order", "what", "due_at"],
                                   update_fields=["at", "seen_at", "seen_by"])


def act_do(
    *, actor: Actor, order_id: uuid.UUID, act: str, note: str = "", detail: str = "", only: Q | None = None,
    audited: bool = False, **changes: Any,
) -> WorkOrder:
    """Do the act in the caller's transaction: one UPDATE that names the state it begins in and whose it is.

    Parameters
    ----------
    only : what else must hold for the update, as the act itself demands
    changes : what the act writes besides the state

    Returns
    -------
    The order as it was before.

    Raises
    ------
    NotFoundError, NotAllowedError, OrderTakenError, OrderNotHeldError, OrderStateError, StaleError
    """
    row = act_of(act)
    if row is None:
        raise NoSuchActError(act=act)
    order = order_seen(actor=actor, order_id=order_id)
    whose = whose_is(actor, order, row)
    froms = life_of(order.kind).froms(act)
    if order.state not in froms:
        raise _not_now(order, row)
    if row.to is not None:
        changes.setdefault("state", row.to)
    found = WorkOrder.objects.filter(whose & (only or Q()), id=order_id, state__in=froms)
    if not found.update(**changes or {"id": F("id")}):
        raise StaleError()  # somebody was faster between the look and the update
    at = clock.now()
    happened(order_id, actor, act, at, note.strip(), detail)
    if audited:
        audit_record(actor=actor.id, action=f"order.{act}", object_type="order", object_id=str(order_id))
    return order


def whose_is(actor: Actor, order: WorkOrder, act: Act) -> Q:
    """The condition under which the act is this actor's, for the update itself.

    Raises
    ------
    NotAllowedError, OrderTakenError, OrderNotHeldError
    """
    if Who.SUPERVISOR in act.who and actor.can("desk.supervise"):
        return Q()
    if Who.AGENT in act.who and actor.can("desk.work"):
        return Q()
    if Who.HOLDER in act.who and actor.can("desk.work"):
        agent_id = agent_of(actor).id
        if order.taken_by == agent_id:
            return Q(taken_by=agent_id)
    if Who.UNIT in act.who and is_of_unit(actor, order):
        return Q(unit_office_id=order.unit_office_id)
    raise _not_theirs(actor, order, act)


def _not_theirs(actor: Actor, order: WorkOrder, act: Act) -> Exception:
    if Who.HOLDER not in act.who or not actor.can("desk.work"):
        return NotAllowedError(permission="desk.work")
    if order.taken_by is None:
        return OrderNotHeldError(act=act.name)
    holder = agents_named([order.taken_by]).get(order.taken_by)
    return OrderTakenError(name=holder.name if holder else "同事")


def _not_now(order: WorkOrder, act: Act) -> Exception:
    if act.code == "close" and order.state in (WorkOrder.State.ANSWERED, WorkOrder.State.CALLED_BACK):
        return OrderUnfinishedError(kind=order.kind.name)
    return OrderStateError(state=order.get_state_display(), act=act.name)


def acts_open_to(actor: Actor, order: WorkOrder) -> tuple[Act, ...]:
    """What this actor may do with the order now; the page offers these and no others."""
    found = []
    for act in life_of(order.kind).acts:
        if order.state not in act.froms or not _fits(order, act):
            continue
        try:
            whose_is(actor, order, act)
        except (NotAllowedError, OrderTakenError, OrderNotHeldError, NotAnAgentError):
            continue
        found.append(act)
    return tuple(found)


def _fits(order: WorkOrder, act: Act) -> bool:
    """Acts that wait for another one, and those that machines write."""
    return {"extend": order.extend_to is None, "extend_grant": order.extend_to is not None,
            "extend_refuse": order.extend_to is not None, "wait": order.paused_at is None,
            "resume": order.paused_at is not None, "repeat": False,
            "reopen": order.closed_at is not None and order.closed_at >= clock.now() - dt.timedelta(
                days=order.kind.reopen_days)}.get(act.code, True)
