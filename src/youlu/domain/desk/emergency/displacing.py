"""What a plan's roster puts aside, kept with the watch, and what of it holds again when the emergency is left."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import EmergencyWatch
from youlu.domain.workforce.models import Basis, Presence, Roster, RosterHold, ShiftKind, Site

if TYPE_CHECKING:
    from youlu.domain.workforce.rostering.problem import ShiftPlan

DRAFTER = "emergency"  # a plan is the machine's; that somebody else approves a draft is kept
Spans = Sequence[tuple[dt.datetime, dt.datetime]]


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
    unable_of: Mapping[uuid.UUID, int]
    unlawful_of: Mapping[uuid.UUID, int]


def displaced_read(from_at: dt.datetime, ends_at: dt.datetime) -> list[dict[str, Any]]:
    """The normal shifts of the span, as a watch keeps them: those in force, and in place of another plan's those that
    it had put aside."""
    from youlu.domain.workforce.rostering.facts import shifts_held

    held = shifts_held(from_at, ends_at)
    holders = RosterHold.objects.filter(start_at__lt=ends_at, end_at__gt=from_at).values("roster_id")
    put_aside = {watch.roster_id: watch.displaced for watch in EmergencyWatch.objects.filter(roster_id__in=holders)
                 if watch.roster_id}
    basis = dict(Roster.objects.filter(id__in={shift.roster_id for shift in held}).values_list("id", "basis"))
    rows = [{"agent": str(shift.agent_id), "date": shift.work_date.isoformat(), "kind": shift.kind,
             "start": shift.start_at.isoformat(), "end": shift.end_at.isoformat(), "basis": basis[shift.roster_id]}
            for shift in held if shift.roster_id not in put_aside]
    for roster_id, others in put_aside.items():
        spans = _spans(roster_id)
        rows += [row for row in others if from_at <= _start(row) < ends_at and _in(_start(row), spans)]
    return sorted(rows, key=lambda row: (row["start"], row["agent"]))


def normal_again(
    watch: EmergencyWatch, *, from_at: dt.datetime, rested_at: Mapping[uuid.UUID, dt.datetime],
) -> Normal | None:
    """What leaving at `from_at` would put in force; None where the plan has no roster, or it holds no longer.

    Parameters
    ----------
    rested_at : by agent, before when they may not begin.
    """
    from youlu.domain.workforce.rostering.checking import plans_lawful
    from youlu.domain.workforce.rostering.problem import plans_held

    if watch.roster_id is None:
        return None
    first = clock.local(from_at).date()
    days = (clock.local(watch.horizon_ends_at).date() - first).days
    spans = _spans(watch.roster_id)
    if days < 1 or not any(end > from_at for _, end in spans):
        return None
    rows = [row for row in watch.displaced if _start(row) >= from_at and _in(_start(row), spans)]
    # What somebody published for these days since stays: the plan's roster does not hold there.
    others = [plan for plan in plans_held(first, days) if plan.start_at >= from_at and not _in(plan.start_at, spans)]
    sites, known = _sites(), _kind_sites(rows)
    here = [row for row in rows if sites.get(uuid.UUID(row["agent"])) in known[row["kind"]]]
    able = [plan for plan in (_plan(row, sites) for row in here)
            if plan.start_at >= rested_at.get(plan.agent_id, plan.start_at)]
    basis = Basis.COMPREHENSIVE if any(row["basis"] == Basis.COMPREHENSIVE for row in rows) else Basis.STANDARD
    taken = {agent_id: None if site == Site.OUT else site for agent_id, site in sites.items()}
    lawful = plans_lawful(able, kept=others, start_date=first, days=days, basis=basis, sites_override=taken,
                          from_at=from_at)
    unable = _count(uuid.UUID(row["agent"]) for row in rows if row not in here)
    plans = tuple(sorted((*lawful.plans, *others), key=lambda plan: plan.start_at))
    return Normal(watch.roster_id, from_at, days, basis.value, plans, taken,
                  unable + _count(plan.agent_id for plan in lawful.barred),
                  _count(plan.agent_id for plan in lawful.over))


def normal_restore(*, actor: Actor, watch: EmergencyWatch, normal: Normal) -> None:
    """Publish it in the caller's transaction; where no roster was put aside, the plan's just ends.

    Raises
    ------
    RosterUnlawfulError, RosterHeldError
    """
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.workforce.rostering.drafts import roster_draft_save
    from youlu.domain.workforce.rostering.law import LEGAL_BASIS
    from youlu.domain.workforce.rostering.publishing import roster_approve, roster_end, roster_publish

    if not watch.displaced:
        roster_end(actor=actor, roster_id=normal.roster_id, at=normal.from_at)
        return
    roster_id = roster_draft_save(
        actor=actor_of_system(DRAFTER), assignments=normal.plans, start_date=clock.local(normal.from_at).date(),
        days=normal.days, basis=normal.basis, legal_basis=LEGAL_BASIS[Basis(normal.basis)], parent=normal.roster_id,
        sites_override=normal.sites, from_at=normal.from_at)
    judged = {plan.agent_id for plan in normal.plans} & {uuid.UUID(row["agent"]) for row in watch.displaced}
    roster_approve(actor=actor, roster_id=roster_id, judged=judged)
    roster_publish(actor=actor, roster_id=roster_id, judged=judged)


def _start(row: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(row["start"])


def _plan(row: dict[str, Any], sites: Mapping[uuid.UUID, str]) -> ShiftPlan:
    from youlu.domain.workforce.rostering.problem import ShiftPlan

    agent_id = uuid.UUID(row["agent"])
    return ShiftPlan(agent_id, dt.date.fromisoformat(row["date"]), row["kind"], _start(row),
                     dt.datetime.fromisoformat(row["end"]), sites[agent_id])


def _spans(roster_id: uuid.UUID) -> Spans:
    return list(RosterHold.objects.filter(roster_id=roster_id).values_list("start_at", "end_at"))


def _in(at: dt.datetime, spans: Spans) -> bool:
    return any(start <= at < end for start, end in spans)


def _sites() -> dict[uuid.UUID, str]:
    return dict(Presence.objects.filter(until=None).values_list("agent_id", "site"))


def _kind_sites(rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    return dict(ShiftKind.objects.filter(code__in={row["kind"] for row in rows}).values_list("code", "sites"))


def _count(agents: Iterable[uuid.UUID]) -> Counter[uuid.UUID]:
    return Counter(agents)
