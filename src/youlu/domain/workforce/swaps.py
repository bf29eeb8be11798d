"""Two people change days: one asks, the colleague accepts, a supervisor confirms, and a lawful roster is published."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor, actor_id, actor_of_system
from youlu.domain.workforce.errors import SwapDecidedError, SwapError, SwapStandsError
from youlu.domain.workforce.models import Agent, Roster, Swap
from youlu.domain.workforce.rostering.checking import sites_of
from youlu.domain.workforce.rostering.drafts import holders_of, roster_draft_save, shifts_swap
from youlu.domain.workforce.rostering.facts import shifts_held
from youlu.domain.workforce.rostering.problem import plan_of
from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish
from youlu.domain.workforce.selectors import agent_of

State = Swap.State


@dataclass(frozen=True)
class SwapRow:
    """`is_mine`: the reader asked; otherwise they are asked, or look on."""

    id: uuid.UUID
    asker: str
    other: str
    work_date: dt.date
    other_date: dt.date
    state: str
    state_label: str
    is_mine: bool


def swap_ask(
    *, actor: Actor, work_date: dt.date, other_id: uuid.UUID, other_date: dt.date | None = None
) -> uuid.UUID:
    """Ask a colleague to take one's day, and to give theirs (`other_date`, the same day unless said).

    Raises
    ------
    SwapError : no shift of either on these days, a day that is not to come, oneself; days of two rosters; a second
        shift on a day.
    SwapStandsError : asked for this day already.
    """
    actor.require("workforce.self")
    asker, other_date = agent_of(actor).id, other_date or work_date
    if _swap_roster(asker, other_id, work_date, other_date) is None:
        raise SwapError()
    try:
        with transaction.atomic():
            swap = Swap.objects.create(asker_id=asker, other_id=other_id, work_date=work_date, other_date=other_date,
                                       asked_at=clock.now())
            audit_record(actor=actor.id, action="swap.ask", object_type="swap", object_id=str(swap.id))
    except IntegrityError:
        raise SwapStandsError() from None
    return swap.id


def swap_answer(*, actor: Actor, swap_id: uuid.UUID, accepts: bool) -> None:
    """The colleague's word."""
    actor.require("workforce.self")
    mine = Swap.objects.filter(id=swap_id, other_id=agent_of(actor).id)
    _move(actor, mine, (State.ASKED,), State.ACCEPTED if accepts else State.REFUSED)


def swap_take_back(*, actor: Actor, swap_id: uuid.UUID) -> None:
    actor.require("workforce.self")
    _move(actor, Swap.objects.filter(id=swap_id, asker_id=agent_of(actor).id), (State.ASKED, State.ACCEPTED),
          State.TAKEN_BACK)


def swap_refuse(*, actor: Actor, swap_id: uuid.UUID) -> None:
    """A supervisor's no."""
    actor.require("workforce.publish")
    _move(actor, Swap.objects.filter(id=swap_id), (State.ACCEPTED,), State.REFUSED)


@transaction.atomic
def swap_confirm(*, actor: Actor, swap_id: uuid.UUID) -> uuid.UUID:
    """A supervisor's yes: a new roster from what is in force, in the asker's name, approved and published if lawful.

    Raises
    ------
    RosterUnlawfulError : the swap would break a rule; everything stays as it was.
    SwapError : what they wanted to swap is not in force any more.
    """
    actor.require("workforce.publish")
    swap = Swap.objects.select_related("asker").filter(id=swap_id).first()
    if swap is None:
        raise NotFoundError()
    _move(actor, Swap.objects.filter(id=swap_id), (State.ACCEPTED,), State.CONFIRMED)
    held = _swap_roster(swap.asker_id, swap.other_id, swap.work_date, swap.other_date)
    if held is None:
        raise SwapError()
    asker = Actor(id=actor_id(swap.asker.user_id), name="", permissions=actor_of_system("rosters").permissions)
    draft, beside = _days_drafted(asker, held, sorted((swap.work_date, swap.other_date)))
    shifts_swap(actor=asker, roster_id=draft, work_date=swap.work_date, agent_id=swap.asker_id,
                other_id=swap.other_id, other_date=swap.other_date)
    both = (swap.asker_id, swap.other_id)  # what was in force of others is no reason against theirs
    roster_approve(actor=actor, roster_id=draft, judged=both, beside=beside)
    roster_publish(actor=actor, roster_id=draft, judged=both, beside=beside)
    return draft


def _days_drafted(actor: Actor, held: uuid.UUID, dates: list[dt.date]) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A draft of the roster's own shifts from the first day to the last, and the rosters that hold others between."""
    roster, days = Roster.objects.get(id=held), (dates[-1] - dates[0]).days + 1
    shifts = shifts_held(clock.midnight(dates[0]), clock.midnight(dates[-1] + dt.timedelta(days=1)))
    draft = roster_draft_save(
        actor=actor, assignments=[plan_of(shift) for shift in shifts if shift.roster_id == held], start_date=dates[0],
        days=days, basis=roster.basis, legal_basis=roster.legal_basis, parent=held, sites_override=sites_of(roster))
    return draft, [one for one in holders_of(dates[0], days) if one != held]


def swaps_of(*, actor: Actor) -> tuple[SwapRow, ...]:
    """Swaps that concern the agent, the newest first."""
    actor.require("workforce.self")
    me = agent_of(actor).id
    return _rows(Q(asker_id=me) | Q(other_id=me), me)


def swaps_waiting(*, actor: Actor) -> tuple[SwapRow, ...]:
    """Swaps that wait for a supervisor."""
    actor.require("workforce.read")
    return _rows(Q(state=State.ACCEPTED), None)


def _rows(which: Q, me: uuid.UUID | None) -> tuple[SwapRow, ...]:
    rows = Swap.objects.filter(which).select_related("asker__user", "other__user").order_by("-id")[:50]
    return tuple(SwapRow(
        row.id, _name(row.asker), _name(row.other), row.work_date, row.other_date, row.state,
        str(State(row.state).label), row.asker_id == me) for row in rows)


def _name(agent: Agent) -> str:
    return agent.user.display_name or agent.user.username


def _swap_roster(
    asker: uuid.UUID, other: uuid.UUID, work_date: dt.date, other_date: dt.date
) -> uuid.UUID | None:
    """The roster that the swap is a change of: one that has both days, so that both are changed or neither. None where
    there is no such, where nothing would change hands, or somebody would get a second shift on a day."""
    if asker == other or min(work_date, other_date) <= clock.today():
        return None
    if not Agent.objects.filter(id=other, is_active=True).exists():
        return None
    if work_date != other_date and (_held(other, work_date) or _held(asker, other_date)):
        return None
    held = (_held(asker, work_date), _held(other, other_date))
    for roster in Roster.objects.filter(id__in=[one for one in held if one]).order_by("id"):
        last = roster.start_date + dt.timedelta(days=roster.days)
        if all(roster.start_date <= day < last for day in (work_date, other_date)):
            return roster.id
    return None


def _held(agent_id: uuid.UUID, work_date: dt.date) -> uuid.UUID | None:
    """The roster by which somebody works on a day."""
    day = clock.midnight(work_date)
    return next((shift.roster_id for shift in shifts_held(day, day + dt.timedelta(days=1), agent_id=agent_id)), None)


@transaction.atomic
def _move(actor: Actor, which: object, before: tuple[str, ...], after: str) -> None:
    row = which.first()  # type: ignore[attr-defined]
    if row is None:
        raise NotFoundError()
    if not Swap.objects.filter(id=row.id, state__in=before).update(
            state=after, decided_by=actor.id, decided_at=clock.now()):
        raise SwapDecidedError()
    audit_record(actor=actor.id, action=f"swap.{after}", object_type="swap", object_id=str(row.id))
