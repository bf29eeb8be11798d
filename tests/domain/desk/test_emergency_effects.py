"""What an adoption and a leave do to work that cannot go on where it is, to who was told "later", and to the pay."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from tests import people
from tests.domain.desk.emergency_desk import EVENING, desk_at_night, facts, ready_planning
from tests.domain.desk.test_emergency import agents

from youlu.core import clock
from youlu.domain.desk import services
from youlu.domain.desk.emergency.adopting import emergency_adopt
from youlu.domain.desk.emergency.assumptions import levers_of
from youlu.domain.desk.emergency.effects import effects_of
from youlu.domain.desk.emergency.facts import Facts, Inputs
from youlu.domain.desk.emergency.leaving import emergency_leave
from youlu.domain.desk.emergency.rosters import pay_fen, roster_problem
from youlu.domain.desk.emergency.telling import customers_retell, customers_tell
from youlu.domain.desk.models import AgentNotice, EmergencyWatch, OrderAlert, WorkOrder
from youlu.domain.messages import delivery
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.messages.models import Message
from youlu.domain.workforce.services import presence_set
from youlu.engines.roster import Assignment

pytestmark = pytest.mark.django_db


def held(state: str, by: uuid.UUID, *, kind: str = "chase", unit: int | None = None) -> uuid.UUID:
    made = services.order_open(actor=people.chen_supervisor(), kind=kind, title="催投", key=f"{state}{kind}{by}")
    WorkOrder.objects.filter(id=made).update(state=state, taken_by=by, taken_at=EVENING, unit_office_id=unit)
    return made


def adopted() -> EmergencyWatch:
    planning = ready_planning()
    return EmergencyWatch.objects.get(id=emergency_adopt(
        actor=people.chen_supervisor(), planning_id=planning.id, plan="a").watch_id)


def test_work_of_who_is_out_goes_on_in_every_state(evening: dt.datetime) -> None:
    """What was found out is anybody's to answer; an office still reports to a holder; who was answered is called back
    by somebody who is there."""
    desk_at_night(on_site=2, at_home=2, out=1)
    out, present = agents("out")[0], {*agents("on_site"), *agents("at_home")}
    orders = {state: held(state, out) for state in
              ("taken", "verified", "dispatched", "answered", "called_back", "fixed")}
    mine = held("answered", agents("at_home")[0])
    levers = levers_of("a")
    assert levers is not None
    assert effects_of(levers).orders_returned == 6
    counts = adopted().counts
    assert (counts["orders_returned"], counts["orders_given"]) == (6, 6)
    for state, order_id in orders.items():
        row = WorkOrder.objects.get(id=order_id)
        assert row.taken_by in present, state
        assert row.state == ("taken" if state in ("taken", "verified") else state)
    assert WorkOrder.objects.get(id=mine).taken_by == agents("at_home")[0]
    assert AgentNotice.objects.filter(agent_id=out, what="moved").count() == 6


def test_what_nobody_present_may_take_keeps_its_holder_and_is_the_supervisors(evening: dt.datetime) -> None:
    desk_at_night(on_site=2, at_home=1, out=1)
    out = agents("out")[0]
    claim = held("answered", out, kind="claim")  # nobody present has its skill
    counts = adopted().counts
    assert (counts["orders_returned"], counts["orders_given"]) == (1, 0)
    assert (WorkOrder.objects.get(id=claim).state, WorkOrder.objects.get(id=claim).taken_by) == ("answered", out)
    assert OrderAlert.objects.get().what == "stuck"
    assert not AgentNotice.objects.exists()


def test_leaving_moves_what_cannot_go_on_and_tells_who_was_told_later(evening: dt.datetime) -> None:
    chen = people.chen_supervisor()
    wordings_ensure(actor=chen)
    desk_at_night(on_site=2, at_home=1, out=1)
    waits = services.order_open(actor=chen, kind="enquiry", title="查件", party_id=people.customer())
    answered = services.order_open(actor=chen, kind="enquiry", title="查件", key="2",
                                   party_id=people.customer(phone="15400000002"))
    adopted()
    assert customers_tell().told == 2
    assert customers_retell().told == 0  # the night is not over
    WorkOrder.objects.filter(id=answered).update(answered_at=EVENING, state="answered")
    gone = agents("on_site")[0]
    presence_set(actor=chen, agent_id=gone, site="out")
    order_id = held("taken", gone)
    with clock.frozen(EVENING + dt.timedelta(hours=1)):
        emergency_leave(actor=chen)
        assert WorkOrder.objects.get(id=order_id).taken_by not in (gone, None)
        assert customers_retell().told == 1
        assert customers_retell().told == 1
    message = Message.objects.get(wording__code="resumed.message")
    order = WorkOrder.objects.get(id=waits)
    local = clock.local(order.due_at)
    assert f"工单{order.number}）{local.month}月{local.day}日" in message.text


def test_a_deferral_that_waits_for_the_morning_is_taken_back_when_the_night_ends_first(evening: dt.datetime) -> None:
    chen = people.chen_supervisor()
    wordings_ensure(actor=chen)
    desk_at_night(on_site=2, at_home=1, out=0)
    services.order_open(actor=chen, kind="enquiry", title="查件", party_id=people.customer())
    adopted()
    with clock.frozen(EVENING + dt.timedelta(hours=4)):
        assert customers_tell().told == 1
        assert Message.objects.get().state == "queued"
        emergency_leave(actor=chen)
        assert customers_retell().told == 0
    with clock.frozen(EVENING + dt.timedelta(hours=14)):
        delivery.messages_deliver()
    assert [(m.state, m.last_fault) for m in Message.objects.all()] == [("stopped", "taken_back")]


def paid(given: Facts, *days: int, kind: str = "早班") -> float:
    """In hours' wages."""
    levers = levers_of("a")
    assert levers is not None
    problem = roster_problem(given, Inputs(surge=3.0, days=3), levers)
    who = given.workers[0].id
    fen = pay_fen(problem, [Assignment(day, who, kind) for day in days], given)
    return round(fen / given.figures["agent_hour_fen"], 2)


def test_hours_are_paid_by_the_law() -> None:
    base = facts()
    plain = replace(base, workers=(replace(base.workers[0], free_days=()), *base.workers[1:]), holidays=())
    rest = replace(plain, workers=(replace(plain.workers[0], free_days=(1,)), *plain.workers[1:]))
    assert paid(plain, 1) == 8
    assert paid(rest, 1, 2) == 16 + 8
    assert paid(replace(rest, holidays=(1,)), 1, 2) == 24 + 8  # a holiday is paid as one, whoever was to be free


def test_beyond_eight_hours_is_paid_half_as_much_again() -> None:
    base = facts()
    plain = replace(base, workers=(replace(base.workers[0], free_days=(), consents=True), *base.workers[1:]))
    levers = levers_of("b")
    assert levers is not None
    problem = roster_problem(plain, Inputs(surge=3.0, days=3), levers)
    long = next(s for s in problem.shifts if s.name == "长早班")
    fen = pay_fen(problem, [Assignment(1, plain.workers[0].id, long.name)], plain)
    assert fen == pytest.approx(plain.figures["agent_hour_fen"] / 60 * (480 + 1.5 * (long.paid - 480)), abs=1)
