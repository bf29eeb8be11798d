"""The one place that hands a plan's roster to the people who work it: a roster of the workforce, drafted by the plan,
approved and published by whoever adopts it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from typing import Any

from django.db.models import QuerySet

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.desk.emergency.assumptions import BASIS_WORDS
from youlu.domain.desk.emergency.facts import Facts, Inputs, agent_uuid
from youlu.domain.desk.models import EmergencyPlanning, EmergencyWatch
from youlu.domain.workforce.models import Basis, Presence, Roster, RosterShift, ShiftKind

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


def normal_restore(
    *, actor: Actor, watch: EmergencyWatch, shifts: list[dict[str, Any]], from_at: dt.datetime,
    normal_from: dict[uuid.UUID, dt.datetime],
) -> uuid.UUID | None:
    """Publish again what the plan's roster had replaced, from `from_at` on, in the caller's transaction.

    Only shifts whose people have rested and are where the shift may be worked; of the first day the plan's shifts that
    have begun stay. None where no roster was displaced.

    Raises
    ------
    RosterUnlawfulError, RosterHeldError
    """
    from youlu.domain.workforce.rostering.drafts import roster_draft_save
    from youlu.domain.workforce.rostering.law import LEGAL_BASIS
    from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish

    ours = _ours(watch)
    if ours is None:
        return None
    first = max(clock.local(from_at).date(), ours.start_date)
    days = (clock.local(watch.horizon_ends_at).date() - first).days
    if days < 1 or not ours.replaces:
        return None
    begun = [s for s in shifts if agent_uuid(s["who"]) and dt.date.fromisoformat(s["date"]) >= first
             and shift_at(s)[0] < from_at]
    plans = {(plan.agent_id, plan.work_date): plan for plan in (*_normal(ours, first, normal_from), *_plans(begun))}
    roster_id = roster_draft_save(
        actor=actor_of_system(DRAFTER), assignments=sorted(plans.values(), key=lambda p: (p.work_date, p.start_at)),
        start_date=first, days=days, basis="emergency" if begun else "standard",
        legal_basis=LEGAL_BASIS[Basis.EMERGENCY if begun else Basis.STANDARD], parent=ours.id)
    roster_approve(actor=actor, roster_id=roster_id)
    roster_publish(actor=actor, roster_id=roster_id)
    return roster_id


def normal_unable(watch: EmergencyWatch, *, from_at: dt.datetime) -> dict[uuid.UUID, int]:
    """By agent, how many shifts that the plan's roster had replaced they cannot work from where they are now."""
    ours = _ours(watch)
    if ours is None or not ours.replaces:
        return {}
    site = _sites()
    rows = _displaced(ours, max(clock.local(from_at).date(), ours.start_date))
    return dict(Counter(row.agent_id for row in rows
                        if row.start_at >= from_at and site.get(row.agent_id) not in row.kind.sites))


def _ours(watch: EmergencyWatch) -> Roster | None:
    return Roster.objects.filter(id=watch.roster_id).first() if watch.roster_id else None


def _sites() -> dict[uuid.UUID, str]:
    return dict(Presence.objects.filter(until=None).values_list("agent_id", "site"))


def _displaced(ours: Roster, first: dt.date) -> QuerySet[RosterShift]:
    """Shifts of the rosters that `ours` replaced, from `first` to its end."""
    return RosterShift.objects.filter(
        roster_id__in=ours.replaces, work_date__gte=first, work_date__lt=ours.start_date + dt.timedelta(days=ours.days),
    ).select_related("kind").order_by("start_at")


def _normal(ours: Roster, first: dt.date, normal_from: dict[uuid.UUID, dt.datetime]) -> list[Any]:
    """What was in force before, as far as its people can work it."""
    from youlu.domain.workforce.rostering.problem import ShiftPlan

    site = _sites()
    return [ShiftPlan(row.agent_id, row.work_date, row.kind_id, row.start_at, row.end_at, site[row.agent_id])
            for row in _displaced(ours, first)
            if site.get(row.agent_id) in row.kind.sites
            and row.start_at >= normal_from.get(row.agent_id, row.start_at)]


def nothing_begun(facts: Facts) -> bool:
    """Whether the first day of the plan has no shift behind it: its whole day can be published anew."""
    midnight = clock.midnight(clock.local(facts.start_at).date())
    return not any(midnight <= first_at < facts.start_at for _, first_at, _ in facts.normal)


def _plans(shifts: list[dict[str, Any]]) -> list[Any]:
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
