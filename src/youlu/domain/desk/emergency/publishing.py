"""The one place that hands a plan's roster to the people who work it: a roster of the workforce, drafted by the plan,
approved and published by whoever adopts it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.desk.emergency.assumptions import BASIS_WORDS, RUNNING
from youlu.domain.desk.emergency.displacing import DRAFTER, KIND
from youlu.domain.desk.emergency.facts import Facts, Inputs, agent_uuid
from youlu.domain.workforce.models import ShiftKind

if TYPE_CHECKING:
    from youlu.domain.workforce.rostering.problem import ShiftPlan

SOURCE = "应急值守方案"


def roster_put_in_force(
    *, actor: Actor, facts: Facts, inputs: Inputs, plan: dict[str, Any],
) -> uuid.UUID | None:
    """Publish the plan's shifts in the caller's transaction, from the instant it was made for; None when it has none of
    our own people. What of the first day has begun stays as it was published.

    Raises
    ------
    RosterUnlawfulError, RosterHeldError
    """
    # The workforce's rules come with the engine: loaded for an adoption only.
    from youlu.domain.workforce.rostering.drafts import roster_draft_save
    from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish

    shifts = [s for s in plan["shifts"] if agent_uuid(s["who"]) and not s["kind"].startswith(RUNNING)]
    if not shifts:
        return None
    roster_id = roster_draft_save(
        actor=actor_of_system(DRAFTER), assignments=_plans(shifts), start_date=clock.local(facts.start_at).date(),
        days=inputs.days, basis=plan["basis"], legal_basis=BASIS_WORDS[plan["basis"]], from_at=facts.start_at,
        sites_override={uuid.UUID(w.id): w.site if w.site != "out" else None for w in facts.workers})
    roster_approve(actor=actor, roster_id=roster_id)
    roster_publish(actor=actor, roster_id=roster_id)
    return roster_id


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
    code = f"{KIND}{shift['activity']}_{shift['from_min']}_{shift['to_min']}"
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
