"""The one place that hands a plan's roster to the people who work it: a roster of the workforce, drafted by the plan,
approved and published by whoever adopts it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.desk.emergency.assumptions import BASIS_WORDS
from youlu.domain.desk.emergency.facts import Facts, Inputs, agent_uuid
from youlu.domain.desk.models import EmergencyPlanning, EmergencyWatch
from youlu.domain.workforce.models import Basis, Presence, Roster, RosterShift, ShiftKind

if TYPE_CHECKING:
    from youlu.domain.workforce.rostering.problem import ShiftPlan

DRAFTER = "emergency"  # a plan is the machine's; that somebody else approves a draft is kept
SOURCE = "应急值守方案"


def roster_put_in_force(*, actor: Actor, planning: EmergencyPlanning, plan: dict[str, Any]) -> uuid.UUID | None:
    """Publish the plan's whole days in the caller's transaction; None when only the rest of today is planned.

    A day of which shifts are over stays as it was published: its rest is told to each person, and kept with the watch.

    Raises
    ------
    RosterUnlawfulError, RosterHeldError
    """
    # The workforce's rules come with the engine: loaded for an adoption only.
    from youlu.domain.workforce.rostering.drafts import roster_draft_save
    from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish

    facts, inputs = Facts.of_json(planning.facts), Inputs(**planning.inputs)
    today = clock.local(facts.start_at).date()
    first = 0 if nothing_begun(facts) else 1
    shifts = [s for s in plan["shifts"] if s["day"] >= first and agent_uuid(s["who"])]
    if not shifts:
        return None
    roster_id = roster_draft_save(
        actor=actor_of_system(DRAFTER), assignments=_plans(shifts), start_date=today + dt.timedelta(days=first),
        days=inputs.days - first, basis=plan["basis"], legal_basis=BASIS_WORDS[plan["basis"]],
        sites_override={uuid.UUID(w.id): w.site if w.site != "out" else None for w in facts.workers})
    roster_approve(actor=actor, roster_id=roster_id)
    roster_publish(actor=actor, roster_id=roster_id)
    return roster_id


@dataclass(frozen=True)
class Normal:
    """What would hold again of the rosters that the plan's had replaced, beside the plan's shifts that have begun.

    `unable_of` : by agent, shifts that cannot be worked from where they are now; `unlawful_of`: those that would make
    seven days in a row, or more hours than the law has, with what was worked under the plan or is in force behind it.
    """

    start_date: dt.date
    days: int
    basis: str
    plans: tuple[ShiftPlan, ...]
    unable_of: Mapping[uuid.UUID, int]
    unlawful_of: Mapping[uuid.UUID, int]


def normal_again(
    watch: EmergencyWatch, *, shifts: list[dict[str, Any]], from_at: dt.datetime,
    normal_from: Mapping[uuid.UUID, dt.datetime],
) -> Normal | None:
    """What leaving at `from_at` would put in force; None where no roster was displaced.

    Parameters
    ----------
    shifts : of the plan. normal_from : by agent, when they have rested.
    """
    from youlu.domain.workforce.rostering.checking import plans_lawful

    ours = _ours(watch)
    if ours is None or not ours.replaces:
        return None
    first = max(clock.local(from_at).date(), ours.start_date)
    days = (clock.local(watch.horizon_ends_at).date() - first).days
    if days < 1:
        return None
    begun = _plans([s for s in shifts if agent_uuid(s["who"]) and dt.date.fromisoformat(s["date"]) >= first
                    and shift_at(s)[0] < from_at])
    taken = {(plan.agent_id, plan.work_date) for plan in begun}
    site, rows = _sites(), list(_displaced(ours, first))
    able = [_plan(row, site[row.agent_id]) for row in rows
            if site.get(row.agent_id) in row.kind.sites and (row.agent_id, row.work_date) not in taken
            and row.start_at >= normal_from.get(row.agent_id, row.start_at)]
    # The night's shifts that have begun stand on the plan's basis; what is normal is so by the normal law.
    lawful = plans_lawful(able, kept=begun, start_date=first, days=days, basis=Basis.STANDARD)
    unable = Counter(row.agent_id for row in rows
                     if row.start_at >= from_at and site.get(row.agent_id) not in row.kind.sites)
    unlawful = Counter(plan.agent_id for plan in able) - Counter(plan.agent_id for plan in lawful)
    plans = tuple(sorted((*lawful, *begun), key=lambda plan: (plan.work_date, plan.start_at)))
    return Normal(first, days, str(watch.basis if begun else Basis.STANDARD), plans, dict(unable), dict(unlawful))


def normal_restore(*, actor: Actor, watch: EmergencyWatch, normal: Normal) -> uuid.UUID:
    """Publish it in the caller's transaction.

    Raises
    ------
    RosterUnlawfulError, RosterHeldError
    """
    from youlu.domain.workforce.rostering.drafts import roster_draft_save
    from youlu.domain.workforce.rostering.law import LEGAL_BASIS
    from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish

    roster_id = roster_draft_save(
        actor=actor_of_system(DRAFTER), assignments=normal.plans, start_date=normal.start_date, days=normal.days,
        basis=normal.basis, legal_basis=LEGAL_BASIS[Basis(normal.basis)], parent=watch.roster_id)
    roster_approve(actor=actor, roster_id=roster_id)
    roster_publish(actor=actor, roster_id=roster_id)
    return roster_id


def _ours(watch: EmergencyWatch) -> Roster | None:
    return Roster.objects.filter(id=watch.roster_id).first() if watch.roster_id else None


def _sites() -> dict[uuid.UUID, str]:
    return dict(Presence.objects.filter(until=None).values_list("agent_id", "site"))


def _displaced(ours: Roster, first: dt.date) -> QuerySet[RosterShift]:
    """Shifts of the rosters that `ours` replaced, from `first` to its end."""
    return RosterShift.objects.filter(
        roster_id__in=ours.replaces, work_date__gte=first, work_date__lt=ours.start_date + dt.timedelta(days=ours.days),
    ).select_related("kind").order_by("start_at")


def _plan(row: RosterShift, site: str) -> ShiftPlan:
    from youlu.domain.workforce.rostering.problem import ShiftPlan

    return ShiftPlan(row.agent_id, row.work_date, row.kind_id, row.start_at, row.end_at, site)


def nothing_begun(facts: Facts) -> bool:
    """Whether the first day of the plan has no shift behind it: its whole day can be published anew."""
    midnight = clock.midnight(clock.local(facts.start_at).date())
    return not any(midnight <= first_at < facts.start_at for _, first_at, _ in facts.normal)


def _plans(shifts: list[dict[str, Any]]) -> list[ShiftPlan]:
    from youlu.domain.workforce.rostering.problem import ShiftPlan

    plans = []
    for shift in shifts:
        begins_at, ends_at = shift_at(shift)
        agent_id = agent_uuid(shift["who"])
        assert agent_id is not None  # noqa: S101
        plans.append(ShiftPlan(agent_id, dt.date.fromisoformat(shift["date"]), _kind(shift), begins_at, ends_at,
                               shift["site"]))
    return plans


def _kind(shift: dict[str, Any]) -> str:
    """The kind of shift as the workforce keeps it; out of use, so that no normal roster is made of it."""
    code = f"em_{shift['activity']}_{shift['from_min']}_{shift['to_min']}"
    sites = {"queue": ["on_site"], "written": ["at_home"]}.get(shift["activity"], ["on_site", "at_home"])
    ShiftKind.objects.get_or_create(code=code, defaults={
        "name": shift["said"], "start_min": shift["from_min"], "length_min": shift["to_min"] - shift["from_min"],
        "break_at_min": shift["pause_at_min"], "break_min": shift["pause_min"], "activity": shift["activity"],
        "sites": sites, "is_used": False, "source": SOURCE})
    return code


def shift_at(row: dict[str, Any]) -> tuple[dt.datetime, dt.datetime]:
    """The instants of a plan's shift."""
    midnight = clock.midnight(dt.date.fromisoformat(row["date"]))
    return midnight + dt.timedelta(minutes=row["from_min"]), midnight + dt.timedelta(minutes=row["to_min"])


def horizon_end(facts: Facts, inputs: Inputs) -> dt.datetime:
    return clock.midnight(clock.local(facts.start_at).date()) + dt.timedelta(days=inputs.days)
