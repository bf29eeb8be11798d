"""Asking for plans, and the worker's answer. What was asked stands in a row: a killed worker begins again from it."""

from __future__ import annotations

import datetime as dt
import time
import uuid

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.emergency.facts import Facts, Inputs, facts_now, presence_mark
from youlu.domain.desk.errors import EmergencyInputsError, EmergencyTooShortError
from youlu.domain.desk.models import EmergencyPlanning, EmergencyWatch

SURGE_MOST, DAYS_MOST, LENT_MOST = 20.0, 7, 100


@transaction.atomic
def emergency_plan_start(
    *, actor: Actor, surge: float | None = None, days: int = 3, lent: int = 6, voice_share: float = 0.125
) -> uuid.UUID:
    """Ask for three plans from what is known now. `surge` None: as many calls as are expected.

    Raises
    ------
    EmergencyInputsError
    """
    actor.require("emergency.run")
    facts = facts_now()
    inputs = inputs_check(facts.surge_seen if surge is None else surge, days, lent, voice_share)
    _not_shorter(facts, inputs)
    row = EmergencyPlanning.objects.create(
        started_by=actor.id, started_at=facts.at, facts=facts.to_json(), presence_mark=presence_mark(facts.workers),
        inputs={"surge": inputs.surge, "days": inputs.days, "lent": inputs.lent, "voice_share": inputs.voice_share})
    audit_record(actor=actor.id, action="emergency.plan", object_type="planning", object_id=str(row.id),
                 surge=inputs.surge, days=inputs.days, lent=inputs.lent)
    plan_defer(row.id)
    return row.id


def _not_shorter(facts: Facts, inputs: Inputs) -> None:
    """The plan in force is replaced to its end: behind a shorter one its last days would stay, with no way back.

    Raises
    ------
    EmergencyTooShortError
    """
    ends_at = EmergencyWatch.objects.filter(left_at=None).exclude(roster_id=None).values_list(
        "horizon_ends_at", flat=True).first()
    least = (clock.local(ends_at).date() - clock.local(facts.start_at).date()).days if ends_at else 0
    if ends_at and inputs.days < least:
        raise EmergencyTooShortError(until=f"{clock.local(ends_at) - dt.timedelta(minutes=1):%m-%d}", days=least)


def inputs_check(surge: float, days: int, lent: int, voice_share: float) -> Inputs:
    if not 0 < surge <= SURGE_MOST:
        raise EmergencyInputsError(what="来电倍数", why=f"大于0，不超过{SURGE_MOST:g}")
    if not 1 <= days <= DAYS_MOST:
        raise EmergencyInputsError(what="天数", why=f"1到{DAYS_MOST}天")
    if not 0 <= lent <= LENT_MOST:
        raise EmergencyInputsError(what="邻市支援人数", why=f"0到{LENT_MOST}人")
    if not 0 <= voice_share <= 1:
        raise EmergencyInputsError(what="打电话的比例", why="0到100%")
    return Inputs(float(surge), days, lent, float(voice_share))


def emergency_plan_answer(planning_id: uuid.UUID) -> None:
    """Compute what was asked and store it; asked again after a kill, it begins anew and comes to the same answer."""
    # Only the worker loads the solver, which takes longer than a page.
    from youlu.domain.desk.emergency.people import people_add
    from youlu.domain.desk.emergency.plans import plans_compute

    row = EmergencyPlanning.objects.get(id=planning_id)
    if row.state != EmergencyPlanning.State.COMPUTING:
        return
    mine = EmergencyPlanning.objects.filter(id=row.id, state=EmergencyPlanning.State.COMPUTING)

    def tell(done: int) -> None:
        mine.update(done_steps=done)

    wall, cpu = time.perf_counter(), time.process_time()
    try:
        inputs = Inputs(**row.inputs)
        facts = people_add(Facts.of_json(row.facts), days=inputs.days)
        result = plans_compute(facts, inputs, tell=tell)
    except Exception:
        mine.update(state=EmergencyPlanning.State.FAILED)
        raise
    mine.update(state=EmergencyPlanning.State.READY, facts=facts.to_json(), result=result, ready_at=clock.now(),
                wall_ms=round(1_000 * (time.perf_counter() - wall)), cpu_ms=round(1_000 * (time.process_time() - cpu)))


def plan_defer(planning_id: uuid.UUID) -> None:
    from procrastinate.contrib.django import app

    app.configure_task("desk.emergency_plan").defer(planning_id=str(planning_id))
