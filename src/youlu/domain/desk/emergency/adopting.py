"""Putting a plan in force: one transaction, once, and only if what it rests on still holds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.emergency.assumptions import BASIS_WORDS, EMERGENCY, PLAN_NAMES, levers_of
from youlu.domain.desk.emergency.displacing import displaced_read
from youlu.domain.desk.emergency.effects import contacts_to_message, misplaced_move
from youlu.domain.desk.emergency.facts import Facts, Inputs, agent_uuid, presence_mark, workers_now
from youlu.domain.desk.emergency.lending import lent_ask
from youlu.domain.desk.emergency.publishing import horizon_end, roster_put_in_force
from youlu.domain.desk.errors import (
    EmergencyAdoptedError,
    EmergencyConsentError,
    EmergencyNotReadyError,
    EmergencyStaleError,
    EmergencyUnlawfulError,
)
from youlu.domain.desk.models import EmergencyNotice, EmergencyPlanning, EmergencyWatch
from youlu.domain.workforce.models import Agent
from youlu.domain.workforce.rostering.facts import shifts_held

GOOD_FOR = dt.timedelta(minutes=90)  # calls and orders are others by then
LOCK = 0x656D6572  # "emer": adopting and leaving, one after the other
WHERE_CHANGED, TIME_PASSED = "有人的在岗情况变了", "过了90分钟，或又有班次开始了"
OTHER_WATCH = "应急值守换了方案或已经解除"


@dataclass(frozen=True)
class Adopted:
    watch_id: uuid.UUID
    is_new: bool


def emergency_adopt(*, actor: Actor, planning_id: uuid.UUID, plan: str, consents: bool = False) -> Adopted:
    """Adopt a plan: its roster is published, orders return, messages go first, everybody is told what changes.

    Parameters
    ----------
    consents : the supervisor says that everybody on the emergency basis agreed; asked for by that basis only.

    Returns
    -------
    The watch in force; `is_new` False if the same plan was adopted before.

    Raises
    ------
    NotFoundError, EmergencyNotReadyError, EmergencyStaleError, EmergencyAdoptedError, EmergencyConsentError,
    EmergencyUnlawfulError
    """
    actor.require("emergency.run")
    try:
        return _adopt(actor, planning_id, plan, consents)
    except EmergencyStaleError:
        EmergencyPlanning.objects.filter(id=planning_id, state=EmergencyPlanning.State.READY).update(
            state=EmergencyPlanning.State.STALE)
        raise


@transaction.atomic
def _adopt(actor: Actor, planning_id: uuid.UUID, code: str, consents: bool) -> Adopted:
    emergency_lock()
    row = EmergencyPlanning.objects.select_for_update().filter(id=planning_id).first()
    if row is None:
        raise NotFoundError()
    before = EmergencyWatch.objects.filter(planning=row).first()
    if before is not None:
        return _again(before, code)
    chosen = chosen_plan(row, code)
    stale = stale_reason(row, locked=True)
    if stale:
        raise EmergencyStaleError(why=stale)
    _lawful(row, code, chosen)
    if chosen["basis"] == EMERGENCY and not consents:
        raise EmergencyConsentError()
    return Adopted(_put_in_force(actor, row, chosen, consents), True)


def emergency_lock() -> None:
    """One adoption or leave at a time; the others wait for the end of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _again(before: EmergencyWatch, code: str) -> Adopted:
    if before.plan != code or before.left_at is not None:
        name = actor_names([before.adopted_by]).get(before.adopted_by, "同事")
        raise EmergencyAdoptedError(name=name, plan=PLAN_NAMES[before.plan])
    return Adopted(before.id, False)


def chosen_plan(row: EmergencyPlanning, code: str) -> dict[str, Any]:
    """The plan of that code among those computed.

    Raises
    ------
    EmergencyNotReadyError, NotFoundError
    """
    if row.state == EmergencyPlanning.State.STALE:
        raise EmergencyStaleError(why=TIME_PASSED)
    if row.state not in (EmergencyPlanning.State.READY, EmergencyPlanning.State.ADOPTED) or row.result is None:
        raise EmergencyNotReadyError()
    found = next((plan for plan in row.result["plans"] if plan["code"] == code and not plan["clashing"]), None)
    if found is None:
        raise NotFoundError()
    return dict(found)


def stale_reason(row: EmergencyPlanning, *, locked: bool = False) -> str:
    """Why the plans no longer fit, "" while they do. `locked`: keep it so to the end of the transaction."""
    if locked:  # whoever reports where they are takes this lock first
        list(Agent.objects.select_for_update().order_by("id").values_list("id", flat=True))
    if presence_mark(workers_now()) != row.presence_mark:
        return WHERE_CHANGED
    if clock.now() - row.started_at > GOOD_FOR or _begun_since(dt.datetime.fromisoformat(row.facts["start_at"])):
        return TIME_PASSED
    open_ = EmergencyWatch.objects.filter(left_at=None).first()
    if open_ is not None and open_.adopted_at > row.started_at:
        return OTHER_WATCH
    return ""


def _begun_since(at: dt.datetime) -> bool:
    """Whether a shift has begun since, which the plan would have put aside."""
    return at < clock.now() and bool(shifts_held(at, clock.now()))


def _lawful(row: EmergencyPlanning, code: str, plan: dict[str, Any]) -> None:
    """Check the stored roster once more against the rules of its basis, by the verifier alone."""
    # The engine's package loads its solver; a web process needs it for an adoption only.
    from youlu.domain.desk.emergency.rosters import UnlawfulError, lawful_check, roster_problem
    from youlu.engines.roster import Assignment, RosterInputError

    levers = levers_of(code)
    assert levers is not None  # noqa: S101
    problem = roster_problem(Facts.of_json(row.facts), Inputs(**row.inputs), levers)
    try:
        lawful_check(problem, [Assignment(s["day"], s["who"], s["kind"]) for s in (*plan["shifts"], *plan["done"])])
    except UnlawfulError as error:
        raise EmergencyUnlawfulError(basis=BASIS_WORDS[plan["basis"]], rule=error.rule) from error
    except RosterInputError as error:
        raise EmergencyUnlawfulError(basis=BASIS_WORDS[plan["basis"]], rule="班次或人员对不上") from error


def _put_in_force(actor: Actor, row: EmergencyPlanning, plan: dict[str, Any], consents: bool) -> uuid.UUID:
    from youlu.domain.workforce.rostering.publishing import publish_lock

    at = clock.now()
    EmergencyWatch.objects.filter(left_at=None).update(left_at=at, left_by=actor.id, normal_from_at=at)
    facts, inputs = Facts.of_json(row.facts), Inputs(**row.inputs)
    ends_at = horizon_end(facts, inputs)
    publish_lock()  # what is read as in force now is what the plan's roster puts aside
    displaced = displaced_read(facts.start_at, ends_at)
    roster_id = roster_put_in_force(actor=actor, facts=facts, inputs=inputs, plan=plan)
    watch = EmergencyWatch.objects.create(
        planning=row, plan=plan["code"], basis=plan["basis"], adopted_by=actor.id, adopted_at=at,
        consent_by=actor.id if consents and plan["basis"] == EMERGENCY else "",
        horizon_ends_at=ends_at, counts={}, roster_id=roster_id, displaced=displaced if roster_id else [])
    moved = misplaced_move(actor=actor, why="应急值守")
    watch.counts = {"orders_returned": moved.orders, "orders_given": moved.given,
                    "contacts_to_message": contacts_to_message(), "people": _notices(watch, plan, at)}
    if plan["levers"]["lent"]:
        watch.counts |= lent_ask(actor=actor, watch_id=watch.id, plan=plan)
    watch.save(update_fields=["counts"])
    EmergencyPlanning.objects.filter(id=row.id).update(state=EmergencyPlanning.State.ADOPTED)
    audit_record(actor=actor.id, action="emergency.adopt", object_type="watch", object_id=str(watch.id),
                 plan=watch.plan, basis=watch.basis, consent=bool(watch.consent_by), **watch.counts)
    tell_defer()
    return watch.id


def _notices(watch: EmergencyWatch, plan: dict[str, Any], at: dt.datetime) -> int:
    """To each person of ours in the plan, the shifts that are theirs."""
    by_person: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for shift in plan["shifts"]:
        agent_id = agent_uuid(shift["who"])
        if agent_id is not None:
            by_person[agent_id].append(shift)
    EmergencyNotice.objects.bulk_create([EmergencyNotice(watch=watch, agent_id=agent_id, made_at=at, says={
        "shifts": shifts, "basis": plan["basis"], "plan": plan["code"]}) for agent_id, shifts in by_person.items()])
    return len(by_person)


def tell_defer() -> None:
    """Tell waiting customers and send what is owed by message, in the caller's transaction."""
    from procrastinate.contrib.django import app

    app.configure_task("desk.emergency_tell").defer()
