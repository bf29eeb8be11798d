"""Hours of the week: told clearly where they overlap, kept by every roster, and shifts outside them named."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from tests import people
from tests.domain.workforce.desk_of_six import AT, LAW, MONDAY, agent_actor, at, desk, needs, plan, wu_supervisor

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.workforce.availability import availability_clashes, availability_of, availability_set
from youlu.domain.workforce.errors import AvailabilityError
from youlu.domain.workforce.models import Availability, Roster, RosterRun
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.board import roster_board
from youlu.domain.workforce.rostering.drafts import roster_draft_save
from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish
from youlu.domain.workforce.rostering.solving import roster_solve_start, run_answer

pytestmark = pytest.mark.django_db
WEEK = ["08:00-12:00，13:00-18:00", "22:00至6：00", "", "", "", "00:00-24:00", ""]


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.frozen(AT):
        yield


def week(**days: str) -> list[str]:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return [days.get(name, "") for name in names]


def test_hours_are_kept_as_they_were_written() -> None:
    first, second = desk(2)
    availability_set(actor=agent_actor(first), week=WEEK)
    shown = ("08:00-12:00，13:00-18:00", "22:00-06:00", "", "", "", "00:00-24:00", "")
    assert availability_of(actor=agent_actor(first), agent_id=first) == shown
    assert availability_of(actor=people.chen_supervisor(), agent_id=first) == shown
    assert availability_of(actor=people.chen_supervisor(), agent_id=second) == ("",) * 7
    availability_set(actor=people.chen_supervisor(), agent_id=first, week=[""] * 7)
    assert not Availability.objects.exists()


@pytest.mark.parametrize(("typed", "said"), [
    (week(mon="08:00-12:00,11:00-15:00"), "周一08:00–12:00和周一11:00–15:00重叠"),
    (week(mon="08:00-12:00,08:00-12:00"), "周一08:00–12:00和周一08:00–12:00重叠"),
    (week(tue="22:00-06:00", wed="05:00-09:00"), "周二22:00–06:00和周三05:00–09:00重叠"),
    (week(sun="22:00-06:00", mon="05:00-09:00"), "周日22:00–06:00和周一05:00–09:00重叠"),
    (week(wed="上午"), "周三的“上午”看不懂"), (week(thu="08:00-25:00"), "周四的“08:00-25:00”不在一天里"),
    (week(thu="08:00-08:00"), "不在一天里"), (week(fri="08:61-09:00"), "看不懂"),
    (week(sat="01:00-02:00 03:00-04:00 05:00-06:00 07:00-08:00 09:00-10:00"), "周六最多写4段"),
    ([""] * 6, "一周要写七天"),
])
def test_what_overlaps_or_cannot_be_read_is_said_by_its_day_and_changes_nothing(typed: list[str], said: str) -> None:
    first = desk(1)[0]
    availability_set(actor=agent_actor(first), week=WEEK)
    with pytest.raises(AvailabilityError, match=said):
        availability_set(actor=agent_actor(first), week=typed)
    assert Availability.objects.count() == 4


def test_nobody_says_another_s_hours_but_a_supervisor() -> None:
    first, second = desk(2)
    with pytest.raises(NotAllowedError):
        availability_set(actor=agent_actor(second), agent_id=first, week=WEEK)
    for ask in (availability_of, availability_clashes):
        with pytest.raises(NotAllowedError):
            ask(actor=agent_actor(second), agent_id=first)
    with pytest.raises(NotFoundError):
        availability_set(actor=people.chen_supervisor(), agent_id=uuid.uuid4(), week=WEEK)


def test_a_roster_keeps_the_hours_of_everybody() -> None:
    first, second = desk(2)
    needs_set(needs(days=5, persons=2.0), source="试")
    availability_set(actor=agent_actor(first), week=week(mon="08:00-17:00", wed="08:00-17:00"))
    availability_set(actor=agent_actor(second), week=week(**dict.fromkeys(("mon", "tue"), "08:00-16:00")))  # too short
    run_answer(roster_solve_start(actor=people.chen_supervisor(), start_date=MONDAY, days=5, legal_basis=LAW,
                                  limit_s=60))
    roster = Roster.objects.get(id=RosterRun.objects.get().roster_id)
    days = {(row.agent_id, row.work_date.weekday()) for row in roster.rostershift_set.all()}
    assert days == {(first, 0), (first, 2)}


def test_shifts_outside_new_hours_are_named_and_stay_until_a_supervisor_changes_them() -> None:
    first, second = desk(2)
    needs_set(needs(), source="试")
    roster = roster_draft_save(actor=people.chen_supervisor(), start_date=MONDAY, days=7, basis="standard",
                               legal_basis=LAW, assignments=[plan(first, 0), plan(first, 2), plan(second, 0)])
    roster_approve(actor=wu_supervisor(), roster_id=roster)
    roster_publish(actor=wu_supervisor(), roster_id=roster)
    assert availability_clashes(actor=agent_actor(first), agent_id=first) == ()
    availability_set(actor=agent_actor(first), week=week(mon="08:00-12:00，12:00-16:30"))  # what touches is one stretch
    found = availability_clashes(actor=agent_actor(first), agent_id=first)
    assert [(row.work_date, row.kind_name, row.hours) for row in found] == [
        (MONDAY + dt.timedelta(days=2), "早班", "08:00–16:30")]
    board = roster_board(actor=people.chen_supervisor(), roster_id=roster)
    assert [row.sentence for row in board.clashes if "不在本人可排的时间里" in row.sentence]
    with clock.frozen(at(3, 0)):
        assert availability_clashes(actor=agent_actor(first), agent_id=first) == (), "what is over is no clash"
