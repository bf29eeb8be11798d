"""What a plan's roster puts aside, kept with the watch, and what of it holds again when the emergency is left."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.desk.models import EmergencyWatch
from youlu.domain.workforce.models import Basis, Presence, Roster, RosterHold, RosterShift, ShiftKind, Site
from youlu.domain.workforce.rostering.facts import shifts_held

if TYPE_CHECKING:
    from youlu.domain.workforce.rostering.problem import ShiftPlan

DRAFTER = "emergency"  # a plan is the machine's; that somebody else approves a draft is kept
KIND = "em_"  # codes of kinds of shift that plans make begin so
Hold = tuple[uuid.UUID, dt.datetime, dt.datetime]  # roster, start, end


@dataclass(frozen=True)
class Normal:
    """What would be in force from `from_at` to the plan's end instead of the plan's `roster_id`.

    `unable_of` : by agent, shifts that cannot be worked from where they are now; `unlawful_of`: those that would make
    seven days in a row, or more hours than the law has, with what was worked under the plan or is in force behind it.
    """

    roster_id: uuid.UUID
    from_at: dt.datetime
    days: int
    basis: str
    plans: tuple[ShiftPlan, ...]
    sites: Mapping[uuid.UUID, str | None]
    beside: frozenset[uuid.UUID]  # rosters of others that stay
    unable_of: Mapping[uuid.UUID, int]
    unlawful_of: Mapping[uuid.UUID, int]


def displaced_read(from_at: dt.datetime, ends_at: dt.datetime) -> list[dict[str, Any]]:
    """The normal shifts of the span, as a watch keeps them: those in force, and in place of a plan's those that it had
    put aside."""
    held = [shift for shift in shifts_held(from_at, ends_at) if not shift.kind.startswith(KIND)]
    basis = dict(Roster.objects.filter(id__in={shift.roster_id for shift in held}).values_list("id", "basis"))
    rows = {(str(shift.agent_id), shift.work_date.isoformat()): {
        "agent": str(shift.agent_id), "date": shift.work_date.isoformat(), "kind": shift.kind,
        "start": shift.start_at.isoformat(), "end": shift.end_at.isoformat(), "basis": basis[shift.roster_id]}
        for shift in held}
    last = EmergencyWatch.objects.filter(horizon_ends_at__gt=from_at).exclude(roster_id=None).order_by("-id").first()
    if last is not None:
        of_plans = _holds(from_at, ends_at, of_plans=True)
        rows |= {(row["agent"], row["date"]): row for row in _displaced(last)
                 if from_at <= _start(row) < ends_at and _in(_start(row), of_plans)}
    return sorted(rows.values(), key=lambda row: (row["start"], row["agent"]))


def normal_again(
    watch: EmergencyWatch, *, from_at: dt.datetime, rested_at: Mapping[uuid.UUID, dt.datetime],
) -> Normal | None:
    """What leaving at `from_at` would put in force; None where the plan has no roster, or its days are over.

    What somebody published for these days since, without a plan's shifts, stays.

    Parameters
    ----------
    rested_at : by agent, before when they may not begin.
    """
    from youlu.domain.workforce.rostering.checking import plans_lawful
    from youlu.domain.workforce.rostering.problem import plans_settled

    first = clock.local(from_at).date()
    days = (clock.local(watch.horizon_ends_at).date() - first).days
    if watch.roster_id is None or days < 1:
        return None
    others = _holds(from_at, watch.horizon_ends_at, of_plans=False)
    beside = frozenset(roster_id for roster_id, _, _ in others)
    rows = [row for row in _displaced(watch)
            if from_at <= _start(row) < watch.horizon_ends_at and not _in(_start(row), others)]
    sites, known = _sites(), _kind_sites(rows)
    here = [row for row in rows if sites.get(uuid.UUID(row["agent"])) in known[row["kind"]]]
    able = [plan for plan in (_plan(row, str(sites[uuid.UUID(row["agent"])])) for row in here)
            if plan.start_at >= rested_at.get(plan.agent_id, plan.start_at)]
    basis = Basis.COMPREHENSIVE if any(row["basis"] == Basis.COMPREHENSIVE for row in rows) else Basis.STANDARD
    lawful = plans_lawful(able, start_date=first, days=days, basis=basis, sites_override=sites,
                          settled=plans_settled(first, days, from_at, beside))
    unable = Counter(uuid.UUID(row["agent"]) for row in rows if row not in here)
    return Normal(watch.roster_id, from_at, days, basis.value, lawful.plans, sites, beside,
                  unable + Counter(plan.agent_id for plan in lawful.barred),
                  Counter(plan.agent_id for plan in lawful.over))


def normal_restore(*, actor: Actor, watch: EmergencyWatch, normal: Normal) -> None:
    """Publish it in the caller's transaction; where no roster was put aside, the plan's just ends.

    Raises
    ------
    RosterUnlawfulError, RosterHeldError
    """
    from youlu.domain.workforce.rostering.drafts import roster_draft_save
    from youlu.domain.workforce.rostering.law import LEGAL_BASIS
    from youlu.domain.workforce.rostering.publishing import roster_approve, roster_end, roster_publish

    if not _displaced(watch):
        for roster_id, _, _ in _holds(normal.from_at, watch.horizon_ends_at, of_plans=True):
            roster_end(actor=actor, roster_id=roster_id, at=normal.from_at)
        return
    roster_id = roster_draft_save(
        actor=actor_of_system(DRAFTER), assignments=normal.plans, start_date=clock.local(normal.from_at).date(),
        days=normal.days, basis=normal.basis, legal_basis=LEGAL_BASIS[Basis(normal.basis)], parent=normal.roster_id,
        sites_override=normal.sites, from_at=normal.from_at)
    roster_approve(actor=actor, roster_id=roster_id, beside=normal.beside)
    roster_publish(actor=actor, roster_id=roster_id, beside=normal.beside)


def _displaced(watch: EmergencyWatch) -> list[dict[str, Any]]:
    """What the watch keeps; of one that an older release began, the newest of the replaced rosters on each day."""
    if watch.displaced is not None:
        return list(watch.displaced)
    replaces = [one for roster in Roster.objects.filter(id=watch.roster_id or uuid.UUID(int=0))
                for one in roster.replaces]
    newest: dict[dt.date, Roster] = {}
    for roster in Roster.objects.filter(id__in=replaces).order_by("version"):
        newest |= {roster.start_date + dt.timedelta(days=n): roster for n in range(roster.days)}
    rows = RosterShift.objects.filter(roster_id__in=replaces).exclude(kind__code__startswith=KIND).order_by("start_at")
    return [{"agent": str(row.agent_id), "date": row.work_date.isoformat(), "kind": row.kind_id,
             "start": row.start_at.isoformat(), "end": row.end_at.isoformat(), "basis": newest[row.work_date].basis}
            for row in rows if row.work_date in newest and newest[row.work_date].id == row.roster_id]


def _start(row: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(row["start"])


def _plan(row: dict[str, Any], site: str) -> ShiftPlan:
    from youlu.domain.workforce.rostering.problem import ShiftPlan

    return ShiftPlan(uuid.UUID(row["agent"]), dt.date.fromisoformat(row["date"]), row["kind"], _start(row),
                     dt.datetime.fromisoformat(row["end"]), site)


def _holds(from_at: dt.datetime, ends_at: dt.datetime, *, of_plans: bool) -> list[Hold]:
    """Who holds what of a span: rosters of plans' shifts, a plan's own or a corrected copy of it; or all others."""
    plans = RosterShift.objects.filter(kind__code__startswith=KIND).values("roster_id")
    adopted = EmergencyWatch.objects.exclude(roster_id=None).values("roster_id")
    is_plan = Q(roster_id__in=plans) | Q(roster_id__in=adopted)
    held = RosterHold.objects.filter(start_at__lt=ends_at, end_at__gt=from_at)
    return list(held.filter(is_plan if of_plans else ~is_plan).order_by("start_at")
                .values_list("roster_id", "start_at", "end_at"))


def _in(at: dt.datetime, holds: Iterable[Hold]) -> bool:
    return any(start <= at < end for _, start, end in holds)


def _sites() -> dict[uuid.UUID, str | None]:
    """Where people can work now; None: nowhere."""
    open_ = Presence.objects.filter(until=None).values_list("agent_id", "site", "reason")
    return {agent_id: None if site == Site.OUT or reason == Presence.Reason.ILL else site
            for agent_id, site, reason in open_}


def _kind_sites(rows: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    return dict(ShiftKind.objects.filter(code__in={row["kind"] for row in rows}).values_list("code", "sites"))
