"""Rosters: made from facts and law, kept as drafts, approved by another, published whole, replaced but never edited."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from tests import people
from tests.domain.workforce.desk_of_six import (
    AT,
    DAYS,
    LAW,
    MONDAY,
    agent_actor,
    at,
    desk,
    needs,
    plan,
    wu_supervisor,
)

from youlu.core import clock
from youlu.core.errors import NotAllowedError, YouluError
from youlu.domain.workforce.contracts import contract_set
from youlu.domain.workforce.errors import (
    NobodyError,
    NotPublishedError,
    PeriodError,
    RosterHeldError,
    RosterMovedError,
    RosterSeenError,
    RosterUnlawfulError,
    SamePersonError,
    SkillMissingError,
)
from youlu.domain.workforce.models import Roster, RosterHold, RosterRun
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.checking import Lawful, plans_lawful, roster_verify
from youlu.domain.workforce.rostering.drafts import roster_draft_from, roster_draft_save, shift_edit, shifts_swap
from youlu.domain.workforce.rostering.problem import ShiftPlan, roster_problem
from youlu.domain.workforce.rostering.publishing import (
    roster_approve,
    roster_publish,
    roster_send_back,
    roster_withdraw,
)
from youlu.domain.workforce.rostering.reading import roster_progress, roster_published_at, shifts_between
from youlu.domain.workforce.rostering.solving import roster_repair, roster_solve_start, roster_stop, run_answer
from youlu.domain.workforce.services import agent_create, presence_set
from youlu.domain.workforce.swaps import swap_answer, swap_ask, swap_confirm
from youlu.domain.workforce.timeoff import leave_ask, leave_decide

LONG_S = 60.0  # never waited for: so small a desk is done, or stalls, long before


@pytest.fixture(autouse=True)
def friday():
    with clock.frozen(AT):
        yield


def draft(plans: list[ShiftPlan], days: int = DAYS, start_date: dt.date = MONDAY, basis: str = "standard") -> uuid.UUID:
    return roster_draft_save(actor=people.chen_supervisor(), assignments=plans, start_date=start_date, days=days,
                             basis=basis, legal_basis=LAW)


def published(plans: list[ShiftPlan], **period: object) -> uuid.UUID:
    roster_id = draft(plans, **period)  # type: ignore[arg-type]
    roster_approve(actor=wu_supervisor(), roster_id=roster_id)
    roster_publish(actor=people.chen_supervisor(), roster_id=roster_id)
    return roster_id


@pytest.mark.django_db
def test_a_roster_is_made_checked_approved_and_published() -> None:
    desk()
    needs_set(needs(), source="试")
    run_id = roster_solve_start(actor=people.chen_supervisor(), start_date=MONDAY, days=DAYS, legal_basis=LAW,
                                limit_s=LONG_S)
    run_answer(run_id)
    run = roster_progress(actor=people.chen_supervisor(), run_id=run_id)
    assert (run.state, run.progress_pct) == ("done", 100)
    assert run.roster_id is not None
    roster = Roster.objects.get(id=run.roster_id)
    assert roster.figures["covered_pct"] >= 90
    assert roster.figures["hard"] == 0
    with pytest.raises(SamePersonError):
        roster_approve(actor=people.chen_supervisor(), roster_id=run.roster_id)
    roster_approve(actor=wu_supervisor(), roster_id=run.roster_id)
    assert roster_publish(actor=people.chen_supervisor(), roster_id=run.roster_id) == 1
    found = roster_published_at(at(3, 600))
    assert found is not None
    assert found.id == run.roster_id
    assert roster_published_at(at(-1, 600)) is None
    assert {shift.kind for shift in shifts_between(at(0, 540), at(0, 570))} >= {"early"}


@pytest.mark.django_db
def test_what_is_in_force_is_changed_by_a_new_draft_only() -> None:
    first, second, *_ = desk()
    old = published([plan(first, 0), plan(first, 1), plan(second, 4)])
    with pytest.raises(RosterMovedError):
        shift_edit(actor=people.chen_supervisor(), roster_id=old, agent_id=first, work_date=MONDAY, kind="")
    new = roster_draft_from(actor=people.chen_supervisor(), roster_id=old)
    shift_edit(actor=people.chen_supervisor(), roster_id=new, agent_id=second, work_date=MONDAY, kind="late")
    assert {s.agent_id for s in shifts_between(at(0, 0), at(1, 0))} == {first}
    roster_approve(actor=wu_supervisor(), roster_id=new)
    assert roster_publish(actor=wu_supervisor(), roster_id=new) == 2
    assert {s.agent_id for s in shifts_between(at(0, 0), at(1, 0))} == {first, second}
    assert Roster.objects.get(id=old).state == "replaced"


@pytest.mark.django_db
def test_a_shorter_roster_takes_its_days_and_leaves_the_rest() -> None:
    first, second, *_ = desk()
    long = published([plan(first, day) for day in (0, 2, 4)])
    short = roster_draft_save(actor=people.chen_supervisor(), assignments=[plan(second, 2)], days=1, basis="standard",
                              start_date=MONDAY + dt.timedelta(days=2), legal_basis=LAW)
    roster_approve(actor=wu_supervisor(), roster_id=short)
    roster_publish(actor=wu_supervisor(), roster_id=short)
    assert [(s.agent_id, s.work_date.day) for s in shifts_between(at(0, 0), at(7, 0))] == [
        (first, 1), (second, 3), (first, 5)]
    assert RosterHold.objects.filter(roster_id=long).count() == 2
    assert Roster.objects.get(id=long).state == "published"
    roster_withdraw(actor=wu_supervisor(), roster_id=short)
    assert roster_published_at(at(2, 600)) is None


@pytest.mark.django_db
def test_of_two_drafts_for_the_same_days_the_second_is_refused_in_words() -> None:
    first, *_ = desk()
    one, two = draft([plan(first, 0)]), draft([plan(first, 1)])
    for roster_id in (one, two):
        roster_approve(actor=wu_supervisor(), roster_id=roster_id)
    roster_publish(actor=wu_supervisor(), roster_id=one)
    with pytest.raises(RosterHeldError, match="第1版"):
        roster_publish(actor=wu_supervisor(), roster_id=two)
    assert Roster.objects.get(id=two).state == "approved"


@pytest.mark.django_db(transaction=True)
def test_of_two_supervisors_publishing_at_once_one_wins() -> None:
    first, *_ = desk()
    drafts = [draft([plan(first, day)]) for day in range(4)]
    actor = wu_supervisor()
    for roster_id in drafts:
        roster_approve(actor=actor, roster_id=roster_id)
    said: list[str] = []
    begin = threading.Barrier(len(drafts))

    def publish(roster_id: uuid.UUID) -> None:
        try:
            begin.wait()
            roster_publish(actor=actor, roster_id=roster_id)
            said.append("published")
        except YouluError as error:
            said.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=(roster_id,)) for roster_id in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["published", *["workforce.roster_held"] * 3]
    assert RosterHold.objects.count() == 1


@pytest.mark.django_db
def test_the_database_itself_lets_no_two_rosters_hold_an_instant() -> None:
    first, *_ = desk()
    one, two = draft([plan(first, 0)]), draft([plan(first, 1)])
    RosterHold.objects.create(roster_id=one, start_at=at(0, 0), end_at=at(7, 0))
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterHold.objects.create(roster_id=two, start_at=at(6, 0), end_at=at(9, 0))


@pytest.mark.django_db
def test_a_roster_that_breaks_the_law_is_neither_approved_nor_published() -> None:
    first, *_ = desk()
    every_day = draft([plan(first, day) for day in range(7)])
    with pytest.raises(RosterUnlawfulError, match="连续七天没有一个整天休息"):
        roster_approve(actor=wu_supervisor(), roster_id=every_day)
    tired = draft([plan(first, 0, "late", 930), plan(first, 1)])
    with pytest.raises(RosterUnlawfulError, match="不足11小时"):
        roster_approve(actor=wu_supervisor(), roster_id=tired)
    fine = draft([plan(first, 0), plan(first, 1)])
    roster_approve(actor=wu_supervisor(), roster_id=fine)
    leave = leave_ask(actor=people.chen_supervisor(), agent_id=first, kind="leave", start_at=at(1, 0), end_at=at(2, 0))
    leave_decide(actor=people.chen_supervisor(), leave_id=leave, granted=True)
    with pytest.raises(RosterUnlawfulError, match="休假"):
        roster_publish(actor=wu_supervisor(), roster_id=fine)
    assert not RosterHold.objects.exists()


@pytest.mark.django_db
def test_rest_reaches_over_the_seam_to_what_is_in_force_after_and_before() -> None:
    first, *_ = desk()
    published([plan(first, 7)], start_date=MONDAY + dt.timedelta(days=7))
    before = draft([plan(first, 6, "late", 930)])
    assert [row.rule for row in roster_verify(roster_id=before).hard] == ["min_rest"]
    published([plan(first, 6)])
    after = draft([plan(first, 7, "night", 0, 480)], start_date=MONDAY + dt.timedelta(days=7))
    assert [row.rule for row in roster_verify(roster_id=after).hard] == ["min_rest"]


@pytest.mark.django_db
def test_seven_days_in_a_row_are_counted_over_the_seam_on_both_sides() -> None:
    first, *_ = desk()
    published([plan(first, day) for day in range(2, 6)], start_date=MONDAY + dt.timedelta(days=2), days=5)
    published([plan(first, -1, "early")], start_date=MONDAY - dt.timedelta(days=1), days=1)
    both = draft([plan(first, 0), plan(first, 1)], days=2)
    assert [(row.rule, row.work_date) for row in roster_verify(roster_id=both).hard] == [("rest_day_in_seven", MONDAY)]
    assert roster_verify(roster_id=draft([plan(first, 1)], days=2)).is_lawful


@pytest.mark.django_db
def test_a_week_has_44_hours_with_what_is_in_force_of_it() -> None:
    first, *_ = desk()
    contract_set(actor=people.chen_supervisor(), agent_id=first, week_most_min=44 * 60)
    published([plan(first, day) for day in range(2, 6)], start_date=MONDAY + dt.timedelta(days=2), days=5)
    assert roster_verify(roster_id=draft([plan(first, 0)], days=2)).is_lawful  # five days of eight hours
    over = roster_verify(roster_id=draft([plan(first, 0), plan(first, 1)], days=2))
    assert [(row.rule, row.amount) for row in over.hard] == [("max_minutes_week", 4)]


@pytest.mark.django_db
def test_overtime_of_the_rest_of_the_month_is_known() -> None:
    first, *_ = desk()
    later = MONDAY + dt.timedelta(days=7)
    published([plan(first, day, "early", 480, 630) for day in (*range(7, 13), *range(14, 20))], start_date=later,
              days=14)  # ten paid hours on six days a week: 16 h each
    tired = roster_verify(roster_id=draft([plan(first, day, "early", 480, 630) for day in (0, 1, 2)]))
    assert [(row.rule, row.amount) for row in tired.hard] == [("law_overtime", 2)]  # 16 + 16 + 6 of 36
    assert roster_verify(roster_id=draft([plan(first, day, "early", 480, 630) for day in (0, 1)])).is_lawful


@pytest.mark.django_db
def test_of_what_comes_back_the_fewest_shifts_fall_away() -> None:
    first, second, *_ = desk()
    published([plan(first, day) for day in range(2, 6)], start_date=MONDAY + dt.timedelta(days=2), days=5)
    published([plan(first, -1, "early")], start_date=MONDAY - dt.timedelta(days=1), days=1)
    monday, tuesday, others = plan(first, 0), plan(first, 1), plan(second, 0)
    period = {"start_date": MONDAY, "days": 2, "basis": "standard"}
    assert plans_lawful([monday, others, tuesday], **period) == Lawful((others, tuesday), (), (monday,))
    assert plans_lawful([tuesday, others], settled=[monday], **period) == Lawful((others,), (), (tuesday,))
    assert plans_lawful([monday, others], **period) == Lawful((monday, others), (), ())
    nobody, sites = replace(others, agent_id=uuid.uuid4()), {second: None}
    assert plans_lawful([nobody, others], **period) == Lawful((others,), (nobody,), ())
    assert plans_lawful([others], sites_override=sites, **period) == Lawful((), (others,), ())


@pytest.mark.django_db
def test_what_stands_unlawful_by_itself_takes_nothing_more_away() -> None:
    first, *_ = desk()
    period = {"start_date": MONDAY, "days": 7, "basis": "standard"}
    stand = [plan(first, day, "early", 480, 690) for day in range(2)]  # eleven paid hours: three of overtime a day
    published([plan(first, day, "early", 480, 690) for day in (*range(7, 12), *range(14, 19))],
              start_date=MONDAY + dt.timedelta(days=7), days=14)  # 30 h of overtime in the month
    normal = [plan(first, day) for day in (3, 4)]
    longer = plan(first, 5, "early", 480, 630)
    assert plans_lawful([*normal, longer], settled=[*stand, plan(first, 2, "early", 480, 690)], **period) == Lawful(
        tuple(normal), (), (longer,))


@pytest.mark.django_db
def test_a_scheme_by_the_month_begins_anew_within_a_roster() -> None:
    first, *_ = desk()
    contract_set(actor=people.chen_supervisor(), agent_id=first, basis="comprehensive", scheme_period="month",
                 scheme_min=167 * 60)
    august = [plan(first, day) for day in (1, 2, 3)]
    published(august, basis="comprehensive")
    asked = roster_problem(start_date=dt.date(2022, 8, 29), days=40, basis="comprehensive", needs=[])
    averaged = asked.problem.people[0]
    assert averaged.scheme_starts == (3, 33)  # 1 September and 1 October
    assert (averaged.carry.scheme_min, averaged.ahead.scheme_min) == (24 * 60, 0)
    before = roster_problem(start_date=dt.date(2022, 7, 25), days=8, basis="comprehensive", needs=[]).problem.people[0]
    assert (before.scheme_starts, before.carry.scheme_min, before.ahead.scheme_min) == ((7,), 0, 24 * 60)


@pytest.mark.django_db
def test_a_swap_is_not_refused_for_somebody_elses_old_trouble() -> None:
    first, second, third, *_ = desk()
    held = published([plan(first, 0), plan(second, 1), plan(third, 2, "late", 930)])
    leave = leave_ask(actor=people.chen_supervisor(), agent_id=third, kind="ill", start_at=at(2, 0), end_at=at(3, 0))
    leave_decide(actor=people.chen_supervisor(), leave_id=leave, granted=True)
    asked = swap_ask(actor=agent_actor(first), work_date=MONDAY, other_id=second, other_date=at(1, 0).date())
    swap_answer(actor=agent_actor(second), swap_id=asked, accepts=True)
    done = Roster.objects.get(id=swap_confirm(actor=wu_supervisor(), swap_id=asked))
    assert (done.parent_id, done.start_date, done.days) == (held, MONDAY, 2)  # the days of the swap alone
    draft_id = roster_draft_from(actor=people.chen_supervisor(), roster_id=held)
    with pytest.raises(RosterUnlawfulError, match="休假"):
        roster_approve(actor=wu_supervisor(), roster_id=draft_id)


@pytest.mark.django_db
def test_a_swap_leaves_what_another_roster_holds_between_its_days() -> None:
    first, second, *_ = desk()
    held = published([plan(first, 0), plan(second, 4)])
    between = published([plan(second, 2, "late", 930)], start_date=MONDAY + dt.timedelta(days=2), days=1)
    asked = swap_ask(actor=agent_actor(first), work_date=MONDAY, other_id=second, other_date=at(4, 0).date())
    swap_answer(actor=agent_actor(second), swap_id=asked, accepts=True)
    done = swap_confirm(actor=wu_supervisor(), swap_id=asked)
    week = shifts_between(at(0, 0), at(7, 0))
    assert [(s.agent_id, s.work_date.day, s.roster_id) for s in week] == [
        (second, 1, done), (second, 3, between), (first, 5, done)]
    assert RosterHold.objects.filter(roster_id__in=(held, done, between)).count() == 4


@pytest.mark.django_db
def test_a_search_and_a_repair_know_what_is_in_force_behind_their_days() -> None:
    everybody = desk(3)
    needs_set(needs(days=2, persons=3), source="试")
    wednesday = MONDAY + dt.timedelta(days=2)
    published([plan(one, day) for one in everybody for day in range(2, 7)], start_date=wednesday, days=5)
    published([plan(one, 0) for one in everybody], days=2)  # six days: one of the two must stay free
    for ask in (roster_solve_start, roster_repair):
        run_id = ask(actor=people.chen_supervisor(), start_date=MONDAY, days=2, legal_basis=LAW, limit_s=LONG_S)
        run_answer(run_id)
        run = roster_progress(actor=people.chen_supervisor(), run_id=run_id)
        assert (run.state, run.error) == ("done", "")
        found = Roster.objects.get(id=run.roster_id).rostershift_set
        assert 1 <= found.count() <= 3
        assert roster_verify(roster_id=run.roster_id).is_lawful


@pytest.mark.django_db
def test_hours_of_weeks_gone_count_towards_the_month() -> None:
    first, *_ = desk()
    published([plan(first, day, "early", 480, 630) for day in range(6)])  # ten paid hours on six days: 16 h overtime
    person = next(p for p in roster_problem(start_date=MONDAY + dt.timedelta(days=7), days=7, needs=[]).problem.people
                  if p.name == "2301")
    assert (person.carry.overtime_min, person.carry.worked_in_row, person.carry.rested_in_row) == (16 * 60, 0, 1)
    assert person.carry.week_min == 0
    midweek = roster_problem(start_date=MONDAY + dt.timedelta(days=3), days=1, needs=[]).problem.people[0]
    assert (midweek.carry.week_min, midweek.carry.week_over_min) == (30 * 60, 6 * 60)
    assert (midweek.ahead.week_min, midweek.ahead.week_over_min, midweek.ahead.worked_in_row) == (20 * 60, 4 * 60, 2)
    assert midweek.ahead.first_start_min == 1440 + 480


@pytest.mark.django_db
def test_what_is_done_on_the_telephone_never_goes_home() -> None:
    first, *_ = desk()
    home = draft([plan(first, 0, site="at_home")])
    assert [row.rule for row in roster_verify(roster_id=home).hard] == ["site"]
    presence_set(actor=people.chen_supervisor(), agent_id=first, site="at_home", reason="locked_down")
    written = draft([plan(first, 0, "written_early", 540, 540, "at_home")])
    assert roster_verify(roster_id=written).is_lawful
    there = draft([plan(first, 0, "written_early", 540, 540, "on_site")])
    assert [row.rule for row in roster_verify(roster_id=there).hard] == ["site"]


@pytest.mark.django_db
def test_people_are_taken_to_be_where_a_plan_says() -> None:
    first, second, *_ = desk()
    asked = roster_problem(start_date=MONDAY, days=DAYS, needs=needs(),
                           sites_override={first: "at_home", second: None})
    assert {p.name: p.site for p in asked.problem.people}["2301"] == "at_home"
    assert {p.name: p.site for p in asked.problem.people}["2302"] == "unavailable"


@pytest.mark.django_db
def test_emergency_hours_bind_only_those_who_agreed() -> None:
    first, second, *_ = desk()
    contract_set(actor=people.chen_supervisor(), agent_id=first, consents_emergency_at=AT)
    both = draft([plan(one, day) for one in (first, second) for day in range(7)], basis="emergency")
    checked = roster_verify(roster_id=both)
    assert {(row.rule, row.staff_no) for row in checked.hard} == {("rest_day_in_seven", "2302")}
    assert checked.pay_hours > checked.hours  # a seventh day is paid double


@pytest.mark.django_db
def test_an_approval_is_of_what_was_seen() -> None:
    first, second, *_ = desk()
    roster_id = draft([plan(first, 0)])
    shift_edit(actor=people.chen_supervisor(), roster_id=roster_id, agent_id=second, work_date=MONDAY, kind="late")
    with pytest.raises(RosterSeenError):
        roster_approve(actor=wu_supervisor(), roster_id=roster_id, edits=0)
    roster_approve(actor=wu_supervisor(), roster_id=roster_id, edits=1)
    roster_send_back(actor=wu_supervisor(), roster_id=roster_id)
    assert Roster.objects.get(id=roster_id).state == "draft"


@pytest.mark.django_db
def test_two_people_swap_and_a_day_off_changes_hands() -> None:
    first, second, *_ = desk()
    roster_id = draft([plan(first, 0), plan(first, 1), plan(second, 1, "late", 930)])
    shifts_swap(actor=people.chen_supervisor(), roster_id=roster_id, work_date=MONDAY, agent_id=first, other_id=second)
    shifts_swap(actor=people.chen_supervisor(), roster_id=roster_id, work_date=MONDAY + dt.timedelta(days=1),
                agent_id=first, other_id=second)
    kinds = {(row.agent_id, row.work_date.day, row.kind_id) for row in Roster.objects.get(id=roster_id)
             .rostershift_set.all()}
    assert kinds == {(second, 1, "early"), (second, 2, "early"), (first, 2, "late")}


@pytest.mark.django_db
def test_a_shift_begun_by_hand_at_another_minute_is_checked_as_it_stands() -> None:
    first, *_ = desk()
    roster_id = draft([plan(first, 0, "late", 930)])
    shift_edit(actor=people.chen_supervisor(), roster_id=roster_id, agent_id=first,
               work_date=MONDAY + dt.timedelta(days=1), kind="early", start_min=660)
    assert roster_verify(roster_id=roster_id).is_lawful
    shift_edit(actor=people.chen_supervisor(), roster_id=roster_id, agent_id=first,
               work_date=MONDAY + dt.timedelta(days=1), kind="early", start_min=630)
    assert [row.rule for row in roster_verify(roster_id=roster_id).hard] == ["min_rest"]


@pytest.mark.django_db
def test_a_roster_that_cannot_exist_says_what_is_missing_and_who_is_barred() -> None:
    first, _second, *_ = desk(3)
    needs_set(needs(days=1, persons=3), source="试")
    leave = leave_ask(actor=people.chen_supervisor(), agent_id=first, kind="ill", start_at=at(0, 0), end_at=at(1, 0))
    leave_decide(actor=people.chen_supervisor(), leave_id=leave, granted=True)
    run_id = roster_solve_start(actor=people.chen_supervisor(), start_date=MONDAY, days=1, legal_basis=LAW,
                                must_cover=True, limit_s=LONG_S)
    run_answer(run_id)
    run = roster_progress(actor=people.chen_supervisor(), run_id=run_id)
    assert run.state == "infeasible"
    assert "人时" in run.lead
    assert any("缺1人" in line and "1人在休假" in line for line in run.sentences)
    assert run.roster_id is not None, "the least relaxed roster breaks no law: it is kept to look at"


@pytest.mark.django_db
def test_a_repair_keeps_what_is_published() -> None:
    agents = desk()
    needs_set(needs(), source="试")
    with pytest.raises(NotPublishedError):
        roster_repair(actor=people.chen_supervisor(), start_date=MONDAY, days=DAYS, legal_basis=LAW)
    run_id = roster_solve_start(actor=people.chen_supervisor(), start_date=MONDAY, days=DAYS, legal_basis=LAW,
                                limit_s=LONG_S)
    run_answer(run_id)
    made = roster_progress(actor=people.chen_supervisor(), run_id=run_id).roster_id
    assert made is not None
    roster_approve(actor=wu_supervisor(), roster_id=made)
    roster_publish(actor=wu_supervisor(), roster_id=made)
    before = {(s.agent_id, s.work_date): s.kind for s in shifts_between(at(0, 0), at(7, 0))}
    ill = next(agent for agent in agents if any(key[0] == agent for key in before))
    days = [day for agent, day in before if agent == ill]
    leave = leave_ask(actor=people.chen_supervisor(), agent_id=ill, kind="ill", start_at=clock.midnight(days[0]),
                      end_at=clock.midnight(days[0] + dt.timedelta(days=1)))
    leave_decide(actor=people.chen_supervisor(), leave_id=leave, granted=True)
    mend = roster_repair(actor=people.chen_supervisor(), start_date=MONDAY, days=DAYS, legal_basis=LAW,
                         limit_s=LONG_S)
    run_answer(mend)
    row = roster_progress(actor=people.chen_supervisor(), run_id=mend)
    assert row.state == "done"
    roster = Roster.objects.get(id=row.roster_id)
    assert roster.parent_id == made
    after = {(s.agent_id, s.work_date): s.kind_id for s in roster.rostershift_set.all()}
    assert (ill, days[0]) not in after
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert len(changed) <= 4


@pytest.mark.django_db
def test_a_search_that_was_stopped_before_it_began_ends_at_once_with_what_it_has() -> None:
    desk()
    needs_set(needs(), source="试")
    run_id = roster_solve_start(actor=people.chen_supervisor(), start_date=MONDAY, days=DAYS, legal_basis=LAW,
                                limit_s=120)
    roster_stop(actor=people.chen_supervisor(), run_id=run_id)
    run_answer(run_id)
    assert roster_progress(actor=people.chen_supervisor(), run_id=run_id).state in ("done", "stopped")
    with pytest.raises(YouluError):
        roster_stop(actor=people.chen_supervisor(), run_id=run_id)


@pytest.mark.django_db
def test_what_no_roster_could_meet_is_told_before_the_search() -> None:
    with pytest.raises(NobodyError):
        roster_problem(start_date=MONDAY, days=DAYS, needs=needs())
    bare = desk(1, skills=[])
    with pytest.raises(NobodyError):
        roster_problem(start_date=MONDAY, days=DAYS, needs=needs())
    with pytest.raises(PeriodError):
        roster_problem(start_date=MONDAY, days=0, needs=needs())
    people.li_agent()
    desk_id = bare[0]
    contract_set(actor=people.chen_supervisor(), agent_id=desk_id)
    assert RosterRun.objects.count() == 0


@pytest.mark.django_db
def test_people_without_skills_are_left_out_and_a_skill_that_nobody_has_is_named() -> None:
    agent_create(actor=people.chen_supervisor(), user_id=people.li_agent_user().id, staff_no="2399")
    desk(2)
    asked = roster_problem(start_date=MONDAY, days=DAYS, needs=needs())
    assert asked.left_out == ("2399",)
    with pytest.raises(SkillMissingError, match="云南方言"):
        roster_problem(start_date=MONDAY, days=DAYS,
                       needs=[type(needs()[0])(at(0, 480), "call", 1.0, "云南方言")])


@pytest.mark.django_db
def test_agents_neither_make_nor_publish_rosters() -> None:
    first, *_ = desk()
    roster_id = draft([plan(first, 0)])
    li = people.li_agent()
    for forbidden in (
        lambda: roster_draft_from(actor=li, roster_id=roster_id),
        lambda: roster_approve(actor=li, roster_id=roster_id),
        lambda: roster_publish(actor=li, roster_id=roster_id),
        lambda: roster_withdraw(actor=li, roster_id=roster_id),
        lambda: roster_solve_start(actor=li, start_date=MONDAY, days=7, legal_basis=LAW),
    ):
        with pytest.raises(NotAllowedError):
            forbidden()
