"""The roster of a plan and the one that it puts aside: from the instant it is made for, and back again, lawfully."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.db import transaction
from tests.domain.desk.emergency_desk import EVENING, facts, plan_of, ready_planning

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor, actor_of_system, actor_of_user
from youlu.domain.desk.emergency.adopting import emergency_adopt
from youlu.domain.desk.emergency.facts import Inputs
from youlu.domain.desk.emergency.leaving import emergency_leave, leaving_preview
from youlu.domain.desk.emergency.rosters import roster_problem
from youlu.domain.desk.errors import EmergencyStaleError, EmergencyTooShortError
from youlu.domain.desk.models import EmergencyNotice, EmergencyWatch
from youlu.domain.workforce.models import Presence, Roster, RosterShift
from youlu.domain.workforce.rostering.drafts import roster_draft_from, roster_draft_save
from youlu.domain.workforce.rostering.problem import ShiftPlan
from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish, roster_withdraw
from youlu.domain.workforce.rostering.reading import roster_published_at, shifts_between
from youlu.domain.workforce.services import presence_set
from youlu.engines.roster import Assignment, roster_verify
from youlu.scenarios.lanzhou.cast import cast_make


def supervisor() -> Actor:
    """The cast of the scenario, its roster published, seven on site; who runs the desk that evening."""
    cast_make(actor=actor_of_system("tests"), home_compounds=[1], at=EVENING)
    return actor_of_user(User.objects.get(username="chenjing"))


@pytest.mark.django_db
def test_a_plan_made_before_a_late_shift_begins_puts_it_aside_and_is_adopted(evening: dt.datetime) -> None:
    """At 14:05 the late shift has not begun: who has it works tonight or rests, as the plan says."""
    chen = supervisor()
    noon = EVENING.replace(hour=14, minute=5)
    for plan in ("a", "b", "c"):
        with clock.frozen(noon), transaction.atomic():
            planning = ready_planning(days=2)
            assert emergency_adopt(actor=chen, planning_id=planning.id, plan=plan, consents=True).is_new
            watch = EmergencyWatch.objects.get()
            assert any(row["date"] == "2022-07-11" for row in watch.displaced)  # the late ones
            held = shifts_between(noon, clock.midnight(dt.date(2022, 7, 12)))
            assert {s.roster_id for s in held if s.start_at >= noon} <= {watch.roster_id}
            transaction.set_rollback(True)


@pytest.mark.django_db
def test_planning_again_keeps_what_the_first_plan_put_aside(evening: dt.datetime) -> None:
    chen = supervisor()
    emergency_adopt(actor=chen, planning_id=ready_planning(days=2).id, plan="a")
    first = EmergencyWatch.objects.get()
    with clock.frozen(EVENING + dt.timedelta(hours=1)):
        emergency_adopt(actor=chen, planning_id=ready_planning(days=3).id, plan="a")
        second = EmergencyWatch.objects.get(left_at=None)
        kept = {(row["agent"], row["start"]) for row in second.displaced}
        assert {(row["agent"], row["start"]) for row in first.displaced} < kept
        assert all(not row["kind"].startswith("em_") for row in second.displaced)
        preview = leaving_preview(second)
        assert preview.unlawful == 0
        emergency_leave(actor=chen)
    after = shifts_between(preview.from_at, preview.from_at + dt.timedelta(days=1))
    assert all(not s.kind.startswith("em_") for s in after if s.start_at >= preview.from_at)


@pytest.mark.django_db
def test_what_somebody_published_during_the_night_stays_and_who_is_ill_holds_nobody_back(evening: dt.datetime) -> None:
    chen = supervisor()
    emergency_adopt(actor=chen, planning_id=ready_planning(days=3).id, plan="a")
    watch = EmergencyWatch.objects.get()
    nights = RosterShift.objects.filter(roster_id=watch.roster_id, kind__activity="night_duty").order_by("start_at")
    ill = nights[0].agent_id
    presence_set(actor=chen, agent_id=ill, site="out", reason="ill")
    wednesday = dt.date(2022, 7, 13)
    theirs = roster_draft_save(actor=chen, assignments=(), start_date=wednesday, days=1, basis="standard",
                               legal_basis="《劳动法》第三十六条")
    other = actor_of_user(User.objects.exclude(username="chenjing").get(roles=["supervisor"]))
    roster_approve(actor=other, roster_id=theirs)
    roster_publish(actor=other, roster_id=theirs)
    emergency_leave(actor=chen)
    assert shifts_between(clock.midnight(wednesday), clock.midnight(wednesday + dt.timedelta(days=1))) == ()
    back = shifts_between(clock.midnight(dt.date(2022, 7, 12)), clock.midnight(wednesday))
    assert not [s for s in back if s.agent_id == ill and not s.kind.startswith("em_")]
    assert [s for s in back if not s.kind.startswith("em_")]


@pytest.mark.parametrize("minute", [1_080, 160])
def test_what_has_begun_is_no_plans_to_judge(minute: int) -> None:
    """A sick leave granted meanwhile, a seventh day, a night shift that began yesterday: one person's troubles make no
    plan impossible."""
    night = minute == 160
    worker = replace(facts().workers[0], over_at_min=None if night else 990, running_until_min=360 if night else None,
                     leave=() if night else ((780, 2_880),),
                     carry={"worked_in_row": 6, "last_end_min": 360 if night else -600})
    given = replace(facts(clock.midnight(EVENING.date()) + dt.timedelta(minutes=minute)),
                    workers=(worker, *facts().workers[1:]))
    problem = roster_problem(given, Inputs(surge=3.0), plan_of("a"))
    stand = [pin for pin in problem.pinned if pin.person == worker.id]
    assert stand
    assert [b for b in roster_verify(problem, problem.pinned).breaches if b.hard and b.person == worker.id] == []
    more = [*problem.pinned, Assignment(1, worker.id, next(s.name for s in problem.shifts if s.start_min == 480))]
    assert "rest_day_in_seven" in {b.rule for b in roster_verify(problem, more).breaches if b.person == worker.id}


@pytest.mark.django_db
def test_what_comes_back_is_lawful_with_what_is_in_force_behind_it(evening: dt.datetime) -> None:
    chen = supervisor()
    today = dt.date(2022, 7, 11)
    emergency_adopt(actor=chen, planning_id=ready_planning(days=3).id, plan="a")
    watch = EmergencyWatch.objects.get()
    assert leaving_preview(watch).unlawful == 0
    normal = Roster.objects.get(id__in=Roster.objects.get(id=watch.roster_id).replaces)
    rows = normal.rostershift_set
    there = Presence.objects.filter(until=None, site="on_site").values("agent_id")
    tired = next(row for row in rows.filter(work_date=today, kind_id="early", agent__in=there) if rows.filter(
        agent=row.agent, work_date__in=[today + dt.timedelta(days=n) for n in (1, 2)]).count() == 2)
    for day in (today + dt.timedelta(days=n) for n in range(3, 7)):  # to Sunday: seven days from today
        rows.filter(agent=tired.agent, work_date=day).delete()
        begins = clock.midnight(day) + dt.timedelta(hours=8)
        rows.create(agent=tired.agent, work_date=day, kind_id="early", start_at=begins,
                    end_at=begins + dt.timedelta(minutes=510), site="on_site")
    preview = leaving_preview(watch)
    assert preview.unlawful_of == {tired.agent_id: 1}
    emergency_leave(actor=chen)
    back = shifts_between(clock.midnight(today + dt.timedelta(days=1)), clock.midnight(today + dt.timedelta(days=3)),
                          agent_id=tired.agent_id)
    assert [shift.work_date.day for shift in back] == [13]
    told = EmergencyNotice.objects.get(watch=watch, is_leaving=True, agent_id=tired.agent_id)
    assert told.says["unlawful"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["corrected", "copied whole", "withdrawn", "kept by no older release"])
def test_the_normal_roster_comes_back_whatever_became_of_the_plans(evening: dt.datetime, how: str) -> None:
    chen = supervisor()
    other = actor_of_user(User.objects.exclude(username="chenjing").get(roles=["supervisor"]))
    normal_id = roster_published_at().id  # type: ignore[union-attr]
    emergency_adopt(actor=chen, planning_id=ready_planning(days=3).id, plan="a")
    watch = EmergencyWatch.objects.get()
    expected = leaving_preview(watch).normal
    if how == "withdrawn":
        roster_withdraw(actor=other, roster_id=watch.roster_id)
    elif how == "kept by no older release":
        EmergencyWatch.objects.update(displaced=None)
    else:
        copied = roster_draft_from(actor=chen, roster_id=watch.roster_id if how == "corrected" else normal_id)
        roster_approve(actor=other, roster_id=copied, judged=())
        roster_publish(actor=other, roster_id=copied, judged=())
    preview = leaving_preview(EmergencyWatch.objects.get())
    assert preview.normal is not None
    assert len(preview.normal.plans) >= len(expected.plans) > 10  # type: ignore[union-attr]
    emergency_leave(actor=chen)
    back = shifts_between(preview.from_at, clock.midnight(dt.date(2022, 7, 14)))
    assert [s for s in back if s.kind.startswith("em_") and s.start_at >= preview.from_at] == []
    assert len([s for s in back if s.start_at >= preview.from_at]) == len(preview.normal.plans)


@pytest.mark.django_db
def test_a_shorter_plan_leaves_no_days_of_the_one_in_force_behind(evening: dt.datetime) -> None:
    chen = supervisor()
    emergency_adopt(actor=chen, planning_id=ready_planning(days=3).id, plan="a")
    with pytest.raises(EmergencyTooShortError, match="排到07-13：这次至少排3天"):
        ready_planning(days=1)


@pytest.mark.django_db
def test_a_plan_is_stale_once_a_shift_began_that_it_would_put_aside(evening: dt.datetime) -> None:
    chen = supervisor()
    with clock.frozen(EVENING.replace(hour=15, minute=5)):
        planning = ready_planning(days=2)
    with clock.frozen(EVENING.replace(hour=15, minute=31)), pytest.raises(EmergencyStaleError, match="又有班次开始"):
        emergency_adopt(actor=chen, planning_id=planning.id, plan="a")


@pytest.mark.django_db
def test_who_goes_on_as_published_is_told_of_their_rest_when_left_at_once(evening: dt.datetime) -> None:
    chen = supervisor()
    planning = ready_planning(days=2)
    emergency_adopt(actor=chen, planning_id=planning.id, plan="a")
    going = {uuid.UUID(s["who"]) for s in planning.result["plans"][0]["shifts"] if s["kind"].startswith("在上的班")}
    preview = leaving_preview(EmergencyWatch.objects.get(), from_at=EVENING)
    assert going
    assert all(preview.normal_from[who] > EVENING + dt.timedelta(hours=11) for who in going)


@pytest.mark.django_db
def test_who_is_ill_and_whose_shifts_somebody_else_gave_since_hold_nobody_back(evening: dt.datetime) -> None:
    chen = supervisor()
    other = actor_of_user(User.objects.exclude(username="chenjing").get(roles=["supervisor"]))
    emergency_adopt(actor=chen, planning_id=ready_planning(days=3).id, plan="a")
    watch = EmergencyWatch.objects.get()
    writer = uuid.UUID(next(row["agent"] for row in watch.displaced if row["kind"] == "written_early"))
    presence_set(actor=chen, agent_id=writer, site="at_home", reason="ill")
    there = Presence.objects.filter(until=None, site="on_site").values_list("agent_id", flat=True)
    given = next(one for one in there if any(row["agent"] == str(one) for row in watch.displaced))
    wednesday = dt.date(2022, 7, 13)
    begins = clock.midnight(wednesday) + dt.timedelta(minutes=930)
    late = ShiftPlan(given, wednesday, "late", begins, begins + dt.timedelta(minutes=510), "on_site")
    theirs = roster_draft_save(actor=chen, start_date=wednesday, days=1, basis="standard", assignments=[late],
                               legal_basis="《劳动法》第三十六条")
    roster_approve(actor=other, roster_id=theirs, judged=())
    roster_publish(actor=other, roster_id=theirs, judged=())
    presence_set(actor=chen, agent_id=given, site="at_home", reason="locked_down")
    preview = leaving_preview(EmergencyWatch.objects.get())
    assert preview.unable_of[writer] >= 1
    emergency_leave(actor=chen)
    back = shifts_between(preview.from_at, clock.midnight(dt.date(2022, 7, 14)))
    assert not [s for s in back if s.agent_id == writer and s.start_at >= preview.from_at]
    assert [s.agent_id for s in back if s.work_date == wednesday and s.start_at >= preview.from_at] == [given]
