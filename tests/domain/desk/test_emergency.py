"""应急值守: three plans against doing nothing, one adopted once, left with rest."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from tests import people
from tests.domain.desk.emergency_desk import EVENING, desk_at_night, facts, plan_of, ready_planning

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system, actor_of_user
from youlu.domain.desk import services
from youlu.domain.desk.emergency.adopting import emergency_adopt
from youlu.domain.desk.emergency.facts import Facts, Inputs, facts_now, half_hour_after, presence_mark
from youlu.domain.desk.emergency.leaving import emergency_leave, leaving_preview
from youlu.domain.desk.emergency.notices import notice_seen
from youlu.domain.desk.emergency.plans import plans_compute
from youlu.domain.desk.emergency.reading import my_notice, planning_get, watch_now
from youlu.domain.desk.emergency.rosters import RUNNING, UnlawfulError, lawful_check, roster_problem
from youlu.domain.desk.emergency.solving import roster_search
from youlu.domain.desk.emergency.starting import emergency_plan_answer, emergency_plan_start
from youlu.domain.desk.emergency.telling import customers_tell, half_day
from youlu.domain.desk.errors import (
    EmergencyAdoptedError,
    EmergencyConsentError,
    EmergencyInputsError,
    EmergencyNotInForceError,
    EmergencyNotReadyError,
    EmergencyStaleError,
    EmergencyUnlawfulError,
)
from youlu.domain.desk.models import (
    AgentNotice,
    Contact,
    EmergencyNotice,
    EmergencyPlanning,
    EmergencyWatch,
    OrderEvent,
    WorkOrder,
)
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.messages.models import Message
from youlu.domain.workforce.models import Roster
from youlu.domain.workforce.rostering.reading import shifts_between
from youlu.domain.workforce.services import presence_set
from youlu.scenarios.lanzhou.cast import cast_make

INPUTS = Inputs(surge=3.0)
ALL: dict[str, Any] = {}


def computed() -> dict[str, Any]:
    """The plans of the Lanzhou night, computed once for the tests that only look."""
    if not ALL:
        ALL.update(plans_compute(facts(), INPUTS, threads=1))
    return ALL


def test_doing_nothing_fails_and_every_plan_is_better_beyond_luck() -> None:
    nothing = computed()["nothing"]
    assert nothing["lost_tonight_h"][1] > 300  # the interval's lower end
    assert nothing["orders_on_time"][2] < 0.05
    assert nothing["contacts_share"] == [0.0, 0.0, 0.0]
    for plan in computed()["plans"]:
        against = plan["figures"]["against"]
        assert against["lost_tonight_h"][2] < -100
        assert against["unmet_day"][2] < 0
        assert against["orders_on_time"][1] > 0.5


def test_each_plan_is_complete() -> None:
    plans = computed()["plans"]
    assert [plan["code"] for plan in plans] == ["a", "b", "c"]
    for plan in plans:
        assert plan["clashing"] == []
        assert plan["people"] == 21
        assert plan["pay_fen"] > plan["hours_own"] * 3_000
        assert plan["changes"]["shifts"] > 0
        assert plan["levers"]["contacts_message"] > plan["levers"]["contacts_voice"]
    assert plans[2]["split"]["lent"] == INPUTS.lent
    assert plans[1]["overtime_h"] > 0 == plans[0]["overtime_h"]
    assert plans[2]["hours_own"] < plans[0]["hours_own"]


def test_nobody_works_the_lines_from_home_and_nobody_who_is_out_works() -> None:
    site = {w.id: w.site for w in facts().workers}
    for plan in computed()["plans"]:
        for shift in plan["shifts"]:
            if shift["who"] in site:
                assert site[shift["who"]] != "out"
                assert shift["activity"] != "queue" or site[shift["who"]] == "on_site"


def test_nobody_is_given_a_shift_that_has_begun() -> None:
    for plan in computed()["plans"]:
        assert {s["from_min"] for s in plan["shifts"] if s["day"] == 0} == {19 * 60}


def test_a_shift_that_is_going_on_is_nobody_elses_and_no_other_days() -> None:
    going = facts()
    going = replace(going, workers=tuple(replace(w, running_until_min=1_440 if n % 2 else None)
                                         for n, w in enumerate(going.workers)))
    for code in ("a", "b"):
        found = roster_search(going, INPUTS, plan_of(code)).assignments
        running = [(a.day, a.person) for a in found if a.shift.startswith(RUNNING)]
        assert running == [(0, w.id) for w in going.workers if w.running_until_min and w.site != "out"]


def test_every_plan_keeps_eleven_hours_of_rest_and_its_basis() -> None:
    for plan in computed()["plans"]:
        by_person: dict[str, list[dict[str, Any]]] = {}
        for shift in plan["shifts"]:
            by_person.setdefault(shift["who"], []).append(shift)
        for shifts in by_person.values():
            spans = sorted((s["day"] * 1440 + s["from_min"], s["day"] * 1440 + s["to_min"]) for s in shifts)
            assert all(b[0] - a[1] >= 660 for a, b in itertools.pairwise(spans))
            if plan["basis"] == "standard":
                assert max(s["paid_min"] for s in shifts) <= 480
                assert sum(s["paid_min"] for s in shifts) <= 2_640


def test_a_broken_plan_is_refused_by_the_verifier_that_did_not_make_it() -> None:
    from youlu.engines.roster import Assignment

    plan = computed()["plans"][0]
    levers = plan_of("a")
    problem = roster_problem(facts(), INPUTS, levers)
    good = [Assignment(s["day"], s["who"], s["kind"]) for s in plan["shifts"]]
    lawful_check(problem, good)
    who = next(s["who"] for s in plan["shifts"] if s["kind"] == "早班")
    late_then_early = [a for a in good if a.person != who] + [Assignment(1, who, "晚班"), Assignment(2, who, "早班")]
    with pytest.raises(UnlawfulError, match="min_rest"):
        lawful_check(problem, late_then_early)


def test_the_same_facts_give_the_same_plans_and_intervals() -> None:
    again = plans_compute(Facts.of_json(facts().to_json()), INPUTS, threads=2)
    assert again == computed()


def test_the_best_plan_needs_nobody_elses_consent() -> None:
    best = computed()["best"]
    assert best["code"] in ("a", "b")
    unmet = {plan["code"]: plan["figures"]["unmet_day"][0] for plan in computed()["plans"]}
    assert unmet[best["code"]] == min(unmet["a"], unmet["b"])
    assert unmet[best["of_all"]] == min(unmet.values())


def test_with_nobody_there_the_plans_say_so() -> None:
    empty = replace(facts(), workers=tuple(replace(w, site="out") for w in facts().workers))
    found = plans_compute(empty, Inputs(surge=3.0, lent=0), threads=1)
    assert [plan["clashing"] for plan in found["plans"]] == [["nobody"]] * 3
    assert found["best"]["code"] == ""


def test_a_plan_at_night_begins_in_the_morning() -> None:
    night = facts(dt.datetime(2022, 7, 12, 2, 40, tzinfo=clock.SHANGHAI))
    plan = plans_compute(night, Inputs(surge=3.0, days=1), threads=1)["plans"][0]
    assert night.start_min == 180
    assert {s["kind"] for s in plan["shifts"]} <= {"早班", "中班", "晚班", "居家早班", "居家中班", "居家晚班"}


def test_the_next_half_hour_begins_the_horizon() -> None:
    assert half_hour_after(EVENING) == EVENING.replace(hour=19, minute=0)
    assert half_hour_after(EVENING.replace(minute=30)) == EVENING.replace(minute=30)


@pytest.mark.parametrize("bad", [{"surge": 0.0}, {"surge": 21.0}, {"days": 0}, {"days": 8}, {"lent": -1},
                                 {"voice_share": 1.5}, {"surge": float("nan")}])
@pytest.mark.django_db
def test_a_setting_that_makes_no_sense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(EmergencyInputsError):
        emergency_plan_start(actor=people.chen_supervisor(), **bad)


@pytest.mark.django_db
def test_only_a_supervisor_asks_adopts_and_leaves(evening: dt.datetime) -> None:
    desk_at_night(on_site=1, at_home=1, out=0)
    planning_id = ready_planning().id
    for deed in (lambda a: emergency_plan_start(actor=a), lambda a: emergency_leave(actor=a),
                 lambda a: emergency_adopt(actor=a, planning_id=planning_id, plan="a")):
        for who in (people.li_agent(), people.zhao_dispatcher()):
            with pytest.raises(NotAllowedError):
                deed(who)


@pytest.mark.django_db
def test_facts_are_read_from_the_desk(evening: dt.datetime) -> None:
    desk_at_night(on_site=2, at_home=3, out=1)
    found = facts_now()
    assert [w.site for w in found.workers] == ["on_site"] * 2 + ["at_home"] * 3 + ["out"]
    assert found.surge_seen == 3.0
    assert sum(found.calls) == 60 * 16  # a usual day
    assert sum(found.orders) == 1_600
    assert Facts.of_json(found.to_json()) == found


@pytest.mark.django_db
def test_a_planning_killed_in_the_middle_is_ready_after_a_restart(
    evening: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk_at_night(on_site=2, at_home=3, out=1)
    planning_id = emergency_plan_start(actor=people.chen_supervisor(), days=1)

    class Killed(BaseException):
        pass

    def die(*args: object, **kwargs: object) -> None:
        raise Killed()

    monkeypatch.setattr("youlu.domain.desk.emergency.plans.plan_simulate", die)
    with pytest.raises(Killed):
        emergency_plan_answer(planning_id)
    half = EmergencyPlanning.objects.get(id=planning_id)
    assert (half.state, half.done_steps > 0, half.result) == ("computing", True, None)
    monkeypatch.undo()
    with clock.frozen(EVENING):
        emergency_plan_answer(planning_id)  # what the rescue of a dead worker's jobs calls
        row = planning_get(actor=people.chen_supervisor(), planning_id=planning_id)
    assert (row.state, row.stale, row.done_pct) == ("ready", "", 100)
    assert row.result is not None
    assert len(row.result["plans"]) == 3


@pytest.mark.django_db
def test_what_cannot_be_computed_says_failed(evening: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    desk_at_night(on_site=1, at_home=1, out=0)
    planning_id = emergency_plan_start(actor=people.chen_supervisor())

    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError()

    monkeypatch.setattr("youlu.domain.desk.emergency.plans.plan_simulate", broken)
    with pytest.raises(ZeroDivisionError):
        emergency_plan_answer(planning_id)
    assert EmergencyPlanning.objects.get(id=planning_id).state == "failed"
    with pytest.raises(EmergencyNotReadyError):
        emergency_adopt(actor=people.chen_supervisor(), planning_id=planning_id, plan="a")


@pytest.mark.django_db
def test_adopting_returns_orders_sends_first_and_tells_everybody(
    evening: dt.datetime, owe: Callable[..., Any]
) -> None:
    chen = people.chen_supervisor()
    wordings_ensure(actor=chen)
    desk_at_night(on_site=2, at_home=3, out=1)
    wang, li = people.customer(), people.customer(phone="15400000002")
    owe([(1, wang, EVENING, EVENING + dt.timedelta(days=2))])
    Contact.objects.update(mode="voice")
    claim = services.order_open(actor=chen, kind="claim", title="理赔", party_id=wang)
    chase = services.order_open(actor=chen, kind="chase", title="催投", party_id=wang)
    services.order_open(actor=chen, kind="enquiry", title="查件", party_id=li)
    at_home, out = agents("at_home")[0], agents("out")[0]
    WorkOrder.objects.filter(id=claim).update(state="taken", taken_by=at_home)
    WorkOrder.objects.filter(id=chase).update(state="taken", taken_by=out)
    kept = services.order_open(actor=chen, kind="chase", title="催投", party_id=li)
    WorkOrder.objects.filter(id=kept).update(state="taken", taken_by=at_home)

    adopted = emergency_adopt(actor=chen, planning_id=ready_planning().id, plan="a")

    watch = EmergencyWatch.objects.get(id=adopted.watch_id)
    assert watch.counts == {"orders_returned": 2, "orders_given": 1, "contacts_to_message": 1, "people": 5}
    assert WorkOrder.objects.get(id=claim).state == "open"  # nobody present has its skill
    given = WorkOrder.objects.get(id=chase)
    assert (given.state, given.returned_from) == ("taken", out)
    assert given.taken_by in {*agents("on_site"), *agents("at_home")}
    assert WorkOrder.objects.get(id=kept).taken_by == at_home
    told = set(AgentNotice.objects.values_list("agent_id", "order_id", "what"))
    assert told == {(at_home, claim, "moved"), (out, chase, "moved"), (given.taken_by, chase, "pushed")}
    assert OrderEvent.objects.filter(order_id=claim, act="give_back").count() == 1
    assert Contact.objects.get().mode == "message"
    assert EmergencyNotice.objects.filter(watch=watch).count() == 5
    assert customers_tell().told == 1  # 查件 waits behind everything else
    assert customers_tell().told == 1
    assert "应急值守" in Message.objects.get(wording__code="deferred.message").text


@pytest.mark.django_db
def test_the_city_that_lends_is_asked_by_an_order_that_is_owed(evening: dt.datetime) -> None:
    chen = people.chen_supervisor()
    desk_at_night(on_site=2, at_home=2, out=0)
    planning = ready_planning(days=2)
    watch_id = emergency_adopt(actor=chen, planning_id=planning.id, plan="c").watch_id
    assert emergency_adopt(actor=chen, planning_id=planning.id, plan="c").watch_id == watch_id
    order = WorkOrder.objects.get(kind_id="coordination")
    counts = EmergencyWatch.objects.get().counts
    assert (counts["lent_order"], counts["lent_order_id"]) == (order.number, str(order.id))
    assert order.title.startswith("应急值守借人：请邻市派")
    assert order.priority == 2
    plan = next(p for p in planning.result["plans"] if p["code"] == "c")
    lent = {s["who"] for s in plan["shifts"] if s["who"].startswith("lent-")}
    assert len([line for line in order.body.splitlines() if line.startswith("外援")]) == len(lent) > 0
    assert clock.local(order.due_at).date() == dt.date(2022, 7, 12)


@pytest.mark.django_db
def test_adopting_twice_is_adopting_once_and_another_plan_is_refused(evening: dt.datetime) -> None:
    chen = people.chen_supervisor()
    desk_at_night(on_site=2, at_home=2, out=0)
    planning = ready_planning()
    first = emergency_adopt(actor=chen, planning_id=planning.id, plan="a")
    again = emergency_adopt(actor=chen, planning_id=planning.id, plan="a")
    assert (first.watch_id, first.is_new, again.is_new) == (again.watch_id, True, False)
    with pytest.raises(EmergencyAdoptedError, match="陈静"):
        emergency_adopt(actor=chen, planning_id=planning.id, plan="b", consents=True)
    assert EmergencyNotice.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_who_adopt_at_once_put_one_watch_in_force() -> None:
    with clock.frozen(EVENING):
        chen = people.chen_supervisor()
        desk_at_night(on_site=2, at_home=1, out=0)
        planning = ready_planning()
    outcomes: list[object] = []

    def adopt(plan: str) -> None:
        try:
            with clock.frozen(EVENING):
                outcomes.append(emergency_adopt(actor=chen, planning_id=planning.id, plan=plan, consents=True))
        except EmergencyAdoptedError as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=adopt, args=(plan,)) for plan in "abab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert EmergencyWatch.objects.count() == 1
    assert sum(getattr(outcome, "is_new", False) for outcome in outcomes) == 1
    assert len(outcomes) == 4


@pytest.mark.django_db
def test_a_plan_is_stale_once_somebody_is_elsewhere(evening: dt.datetime) -> None:
    chen = people.chen_supervisor()
    desk_at_night(on_site=2, at_home=1, out=0)
    planning = ready_planning()
    presence_set(actor=chen, agent_id=agents("on_site")[0], site="out")
    assert planning_get(actor=chen, planning_id=planning.id).stale
    with pytest.raises(EmergencyStaleError):
        emergency_adopt(actor=chen, planning_id=planning.id, plan="a")
    assert EmergencyPlanning.objects.get().state == "stale"
    assert watch_now() is None


@pytest.mark.django_db
def test_a_plan_is_stale_once_its_evening_has_passed() -> None:
    chen = people.chen_supervisor()
    with clock.frozen(EVENING):
        desk_at_night(on_site=2, at_home=1, out=0)
        planning = ready_planning()
    with clock.frozen(EVENING + dt.timedelta(hours=2)), pytest.raises(EmergencyStaleError):
        emergency_adopt(actor=chen, planning_id=planning.id, plan="a")


@pytest.mark.django_db
def test_the_emergency_basis_asks_for_everybodys_consent_and_keeps_who_said_so(evening: dt.datetime) -> None:
    chen = people.chen_supervisor()
    desk_at_night(on_site=2, at_home=1, out=0)
    planning = ready_planning()
    with pytest.raises(EmergencyConsentError):
        emergency_adopt(actor=chen, planning_id=planning.id, plan="b")
    watch = EmergencyWatch.objects.get(id=emergency_adopt(
        actor=chen, planning_id=planning.id, plan="b", consents=True).watch_id)
    assert (watch.basis, watch.consent_by) == ("emergency", chen.id)


@pytest.mark.django_db
def test_a_stored_roster_that_was_tampered_with_is_not_published(evening: dt.datetime) -> None:
    desk_at_night(on_site=2, at_home=1, out=0)
    planning = ready_planning()
    shift = next(s for s in planning.result["plans"][0]["shifts"] if s["site"] == "at_home")
    shift["kind"] = shift["kind"].removeprefix("居家")  # the lines, from home
    planning.save()
    with pytest.raises(EmergencyUnlawfulError):
        emergency_adopt(actor=people.chen_supervisor(), planning_id=planning.id, plan="a")
    assert not EmergencyWatch.objects.exists()


@pytest.mark.django_db
def test_an_agent_sees_what_changes_until_it_is_read(evening: dt.datetime) -> None:
    chen, li = people.chen_supervisor(), people.li_agent()
    desk_at_night(on_site=1, at_home=1, out=0)
    presence_set(actor=chen, agent_id=agent_id("2207"), site="at_home")
    planning = ready_planning()
    assert my_notice(actor=li) is None
    emergency_adopt(actor=chen, planning_id=planning.id, plan="a")
    notice = my_notice(actor=li)
    assert notice is not None
    assert {s["site"] for s in notice.says["shifts"]} == {"at_home"}
    notice_seen(actor=li, notice_id=notice.id)
    assert my_notice(actor=li).is_seen  # type: ignore[union-attr]


@pytest.mark.django_db
def test_leaving_waits_for_rest_and_keeps_the_night(evening: dt.datetime) -> None:
    chen = people.chen_supervisor()
    desk_at_night(on_site=2, at_home=1, out=0)
    with pytest.raises(EmergencyNotInForceError):
        emergency_leave(actor=chen)
    emergency_adopt(actor=chen, planning_id=ready_planning().id, plan="a")
    watch = EmergencyWatch.objects.get()
    preview = leaving_preview(watch)
    eight, eleven = (dt.datetime(2022, 7, 12, hour, tzinfo=clock.SHANGHAI) for hour in (8, 11))
    assert preview.from_at == eight
    assert set(preview.normal_from.values()) == {eleven}  # all of them worked to midnight
    assert (preview.people, preview.resting) == (3, 3)
    with pytest.raises(EmergencyInputsError):
        emergency_leave(actor=chen, from_at=EVENING - dt.timedelta(hours=1))
    emergency_leave(actor=chen)
    watch.refresh_from_db()
    assert watch.left_at is not None
    assert watch.summary["said"]["lost_tonight_h"]
    assert EmergencyNotice.objects.filter(watch=watch, is_leaving=True).count() == 3
    assert watch_now() is None


@pytest.mark.django_db
def test_the_lanzhou_roster_is_replaced_and_comes_back(evening: dt.datetime) -> None:
    """The scenario's own roster: who worked today rests tonight, who has not agreed works no more than eight hours."""
    cast_make(actor=actor_of_system("tests"), home_compounds=[1], at=EVENING)
    chen = actor_of_user(User.objects.get(username="chenjing"))
    tomorrow = dt.datetime(2022, 7, 12, tzinfo=clock.SHANGHAI)
    before = {(s.agent_id, s.start_at) for s in shifts_between(tomorrow, tomorrow + dt.timedelta(days=2))}
    planning = ready_planning(days=3)
    found = Facts.of_json(planning.facts)
    worked = {w.id for w in found.workers if w.over_at_min is not None}
    not_agreed = {w.id for w in found.workers if not w.consents}
    assert worked
    assert not_agreed
    for plan in planning.result["plans"]:
        assert not {s["who"] for s in plan["shifts"] if s["day"] == 0} & worked
        assert max(s["paid_min"] for s in plan["shifts"] if s["who"] in not_agreed) <= 480
        assert plan["changes"]["shifts"] > 0
    emergency_adopt(actor=chen, planning_id=planning.id, plan="b", consents=True)
    watch = EmergencyWatch.objects.get()
    roster = Roster.objects.get(id=watch.roster_id)
    assert (roster.state, roster.basis, roster.start_date) == ("published", "emergency", EVENING.date())
    assert roster.from_at == found.start_at
    tonight = shifts_between(found.start_at, tomorrow)
    going = {s["who"] for s in planning.result["plans"][1]["shifts"] if s["kind"].startswith("在上的班")}
    assert {str(s.agent_id) for s in tonight if s.roster_id != roster.id} >= going  # what has begun goes on as it was
    assert len([s for s in tonight if s.roster_id == roster.id]) == sum(
        s["day"] == 0 and s["who"] not in going for s in planning.result["plans"][1]["shifts"])
    ours = shifts_between(tomorrow, tomorrow + dt.timedelta(days=2))
    assert {s.roster_id for s in ours} == {roster.id}
    assert len(ours) == sum(s["day"] > 0 for s in planning.result["plans"][1]["shifts"])
    leaving = leaving_preview(watch)
    emergency_leave(actor=chen)
    after = shifts_between(tomorrow + dt.timedelta(hours=9), tomorrow + dt.timedelta(days=2))
    back = {(s.agent_id, s.start_at) for s in after if s.start_at >= tomorrow + dt.timedelta(hours=8)}
    assert back
    assert back <= before
    # Who is still at home cannot work a shift on site, and that is said before leaving and to each.
    theirs = {(who, start) for who, start in before if start >= leaving.from_at}
    resting = {(who, start) for who, start in theirs if start < leaving.normal_from.get(who, start)}
    assert leaving.unable > 0
    assert leaving.unable == len(theirs) - len(back) - len({one for one in resting if one[0] not in leaving.unable_of})
    told = EmergencyNotice.objects.get(watch=watch, is_leaving=True, agent_id=next(
        who for who in leaving.unable_of if who in leaving.normal_from))
    assert told.says["unable"] == leaving.unable_of[told.agent_id]


def test_customers_hear_a_half_day() -> None:
    def at(hour: int, minute: int = 0) -> dt.datetime:
        return dt.datetime(2022, 7, 14, hour, minute, tzinfo=clock.SHANGHAI)

    assert [half_day(at(9)), half_day(at(12)), half_day(at(17, 59))] == ["7月14日12时前", "7月14日18时前",
                                                                         "7月14日18时前"]
    assert [half_day(at(18)), half_day(at(0))] == ["7月14日24时前", "7月13日24时前"]


def test_where_everybody_is_has_one_mark() -> None:
    workers = facts().workers
    assert presence_mark(workers) == presence_mark(facts().workers)
    assert presence_mark((replace(workers[0], site="out"), *workers[1:])) != presence_mark(workers)


def agents(site: str) -> list[Any]:
    from youlu.domain.workforce.models import Presence

    return list(Presence.objects.filter(site=site, until=None).order_by("agent__staff_no").values_list(
        "agent_id", flat=True))


def agent_id(staff_no: str) -> Any:
    from youlu.domain.workforce.models import Agent

    return Agent.objects.get(staff_no=staff_no).id


