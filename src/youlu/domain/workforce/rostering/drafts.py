"""Drafts of rosters: kept, made from one in force, and edited shift by shift."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.errors import BasisError, PeriodError, RosterMovedError, ShiftEditError
from youlu.domain.workforce.models import Basis, Roster, RosterHold, RosterShift, ShiftKind, Site
from youlu.domain.workforce.rostering.checking import figures_of, plans_of, plans_verify, sites_of
from youlu.domain.workforce.rostering.problem import DAYS_MOST, ShiftPlan, plans_held, plans_settled

State = Roster.State


@transaction.atomic
def roster_draft_save(
    *, actor: Actor, assignments: Iterable[ShiftPlan], start_date: dt.date, days: int, basis: str, legal_basis: str,
    figures: Mapping[str, Any] | None = None, parent: uuid.UUID | None = None,
    sites_override: Mapping[uuid.UUID, str | None] | None = None, from_at: dt.datetime | None = None,
) -> uuid.UUID:
    """Keep shifts as a draft; it may replace, when published, only what holds its days now.

    Parameters
    ----------
    assignments : shifts at the desk, as `RosterInput.shifts_of` gives them.
    figures : what it holds; None: as the checker reckons.
    sites_override : where people were taken to be; later checks take them to be there too.
    from_at : of the first day; what is in force and begins before it stays so. None: the whole day.
    """
    actor.require("workforce.roster")
    if basis not in Basis.values or not legal_basis.strip():
        raise BasisError()
    if not 1 <= days <= DAYS_MOST or (from_at is not None and clock.local(from_at).date() != start_date):
        raise PeriodError(days=DAYS_MOST)
    plans = tuple(assignments)
    sites = dict(sites_override or {})
    if figures is None:
        figures = _figures(plans, start_date=start_date, days=days, basis=basis, sites_override=sites,
                           settled=plans_settled(start_date, days, from_at))
    roster = Roster.objects.create(
        start_date=start_date, days=days, from_at=from_at, basis=basis, legal_basis=legal_basis.strip(),
        made_by=actor.id, made_at=clock.now(), parent_id=parent, replaces=holders_of(start_date, days),
        figures=dict(figures), sites={str(key): value for key, value in sites.items()})
    RosterShift.objects.bulk_create(_rows(roster.id, plans))
    audit_record(actor=actor.id, action="roster.draft", object_type="roster", object_id=str(roster.id),
                 shifts=len(plans), basis=basis)
    return roster.id


def roster_draft_from(*, actor: Actor, roster_id: uuid.UUID) -> uuid.UUID:
    """A new draft that begins as another roster is: how something published is changed."""
    actor.require("workforce.roster")
    parent = _roster(roster_id)
    # Of days that another roster has taken since, what is in force: an old roster never comes back by a copy.
    plans = plans_held(parent.start_date, parent.days) if parent.state == State.PUBLISHED else plans_of(roster_id)
    if parent.from_at:
        plans = tuple(plan for plan in plans if plan.start_at >= parent.from_at)
    return roster_draft_save(
        actor=actor, assignments=plans, start_date=parent.start_date, days=parent.days,
        basis=parent.basis, legal_basis=parent.legal_basis, figures=parent.figures, parent=parent.id,
        sites_override=sites_of(parent), from_at=parent.from_at)


@transaction.atomic
def shift_edit(
    *, actor: Actor, roster_id: uuid.UUID, agent_id: uuid.UUID, work_date: dt.date, kind: str,
    start_min: int | None = None, site: str = Site.ON_SITE,
) -> None:
    """Set what a person works on a day of a draft; `kind` "": a day off; `start_min` None: as the kind has it.

    Raises
    ------
    RosterMovedError : it is no draft any more.
    ShiftEditError : person, day, kind, start or site is none of this roster's.
    """
    roster = _edit_begin(actor, roster_id)
    if not 0 <= (work_date - roster.start_date).days < roster.days or site not in (Site.ON_SITE, Site.AT_HOME):
        raise ShiftEditError()
    RosterShift.objects.filter(roster_id=roster_id, agent_id=agent_id, work_date=work_date).delete()
    if kind:
        found = ShiftKind.objects.filter(code=kind).first()
        start_min = found.start_min if found is not None and start_min is None else start_min
        if found is None or start_min is None or not 0 <= start_min < 1440:
            raise ShiftEditError()
        start_at = clock.midnight(work_date) + dt.timedelta(minutes=start_min)
        RosterShift.objects.bulk_create(_rows(roster_id, [ShiftPlan(
            agent_id, work_date, kind, start_at, start_at + dt.timedelta(minutes=found.length_min), site)]))
    _edit_end(actor, roster)


@transaction.atomic
def shifts_swap(
    *, actor: Actor, roster_id: uuid.UUID, work_date: dt.date, agent_id: uuid.UUID, other_id: uuid.UUID,
    other_date: dt.date | None = None,
) -> None:
    """Give each of two people of a draft what the other works on a day; a day off changes hands too."""
    roster = _edit_begin(actor, roster_id)
    days = {agent_id: work_date, other_id: other_date or work_date}
    held = {one: RosterShift.objects.filter(roster_id=roster_id, agent_id=one, work_date=day).first()
            for one, day in days.items()}
    last = roster.start_date + dt.timedelta(days=roster.days)
    # Nobody gives a day that the roster does not have, or gets a second shift on a day.
    second = any(row and row.work_date != days[gets] and RosterShift.objects.filter(
        roster_id=roster_id, agent_id=gets, work_date=row.work_date).exists()
        for gets, row in ((other_id, held[agent_id]), (agent_id, held[other_id])))
    if len(days) != 2 or not any(held.values()) or second or not all(
            roster.start_date <= day < last for day in days.values()):
        raise ShiftEditError()
    RosterShift.objects.filter(id__in=[row.id for row in held.values() if row]).delete()
    RosterShift.objects.bulk_create([
        RosterShift(roster_id=roster_id, agent_id=other_id if one == agent_id else agent_id, work_date=row.work_date,
                    kind_id=row.kind_id, start_at=row.start_at, end_at=row.end_at, site=row.site)
        for one, row in held.items() if row])
    _edit_end(actor, roster)


def holders_of(start_date: dt.date, days: int) -> list[uuid.UUID]:
    """The rosters that hold any instant of the days."""
    return sorted(set(RosterHold.objects.filter(
        start_at__lt=clock.midnight(start_date + dt.timedelta(days=days)), end_at__gt=clock.midnight(start_date),
    ).values_list("roster_id", flat=True)))


def _edit_begin(actor: Actor, roster_id: uuid.UUID) -> Roster:
    """The draft, locked; whoever touches it last is its maker, and somebody else must approve."""
    actor.require("workforce.roster")
    roster = Roster.objects.select_for_update().filter(id=roster_id).first()
    if roster is None:
        raise NotFoundError()
    if roster.state != State.DRAFT:
        raise RosterMovedError(state=State(roster.state).label)
    return roster


def _edit_end(actor: Actor, roster: Roster) -> None:
    figures = _figures(plans_of(roster.id), start_date=roster.start_date, days=roster.days, basis=roster.basis,
                       sites_override=sites_of(roster),
                       settled=plans_settled(roster.start_date, roster.days, roster.from_at))
    Roster.objects.filter(id=roster.id).update(edits=F("edits") + 1, made_by=actor.id,
                                               figures={**roster.figures, **figures})
    audit_record(actor=actor.id, action="roster.edit", object_type="roster", object_id=str(roster.id))


def _figures(plans: Sequence[ShiftPlan], **period: Any) -> dict[str, Any]:
    checked = plans_verify(plans, **period)
    return figures_of(checked, checked.asked.assignments_of(plans))


def _rows(roster_id: uuid.UUID, plans: Iterable[ShiftPlan]) -> list[RosterShift]:
    return [RosterShift(id=uuid7(), roster_id=roster_id, agent_id=plan.agent_id, work_date=plan.work_date,
                        kind_id=plan.kind, start_at=plan.start_at, end_at=plan.end_at, site=plan.site)
            for plan in plans]


def _roster(roster_id: uuid.UUID) -> Roster:
    roster = Roster.objects.filter(id=roster_id).first()
    if roster is None:
        raise NotFoundError()
    return roster
