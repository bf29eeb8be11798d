"""Leave and wishes: one's own word, never two leaves at once, one answer."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import people
from tests.domain.workforce.desk_of_six import AT, MONDAY, agent_actor, at, desk

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.workforce.contracts import emergency_consent
from youlu.domain.workforce.errors import LeaveDecidedError, LeaveOverlapsError, LeaveSpanError, WishError
from youlu.domain.workforce.models import Contract
from youlu.domain.workforce.rostering.problem import roster_problem
from youlu.domain.workforce.selectors import agent_of
from youlu.domain.workforce.timeoff import (
    leave_ask,
    leave_decide,
    leave_list,
    leave_take_back,
    wish_drop,
    wish_list,
    wish_set,
)


@pytest.fixture(autouse=True)
def friday():
    with clock.frozen(AT):
        yield


@pytest.mark.django_db
def test_leave_that_overlaps_is_refused_with_the_span_that_stands() -> None:
    first, second = desk(2)
    me = agent_actor(first)
    leave_ask(actor=me, kind="leave", start_at=at(0, 0), end_at=at(2, 0))
    with pytest.raises(LeaveOverlapsError, match="08-01 00:00至08-03 00:00"):
        leave_ask(actor=me, kind="ill", start_at=at(1, 0), end_at=at(3, 0))
    leave_ask(actor=me, kind="leave", start_at=at(2, 0), end_at=at(3, 0))  # the next begins where one ends
    leave_ask(actor=agent_actor(second), kind="leave", start_at=at(0, 0), end_at=at(2, 0))


@pytest.mark.django_db
def test_refused_or_taken_back_leave_stands_in_nobodys_way() -> None:
    me = agent_actor(desk(1)[0])
    asked = leave_ask(actor=me, kind="leave", start_at=at(0, 0), end_at=at(2, 0))
    leave_decide(actor=people.chen_supervisor(), leave_id=asked, granted=False)
    with pytest.raises(LeaveDecidedError):
        leave_decide(actor=people.chen_supervisor(), leave_id=asked, granted=True)
    again = leave_ask(actor=me, kind="leave", start_at=at(0, 0), end_at=at(2, 0))
    leave_take_back(actor=me, leave_id=again)
    leave_ask(actor=me, kind="leave", start_at=at(0, 0), end_at=at(2, 0))
    assert leave_list(actor=me, agent_id=agent_of(me).id)[0].state == "asked"


@pytest.mark.django_db
def test_leave_has_an_end_after_its_start() -> None:
    me = agent_actor(desk(1)[0])
    for end_at in (at(0, 0), at(400, 0)):
        with pytest.raises(LeaveSpanError):
            leave_ask(actor=me, kind="leave", start_at=at(0, 0), end_at=end_at)


@pytest.mark.django_db
def test_one_neither_answers_nor_reads_nor_takes_back_another_s_leave() -> None:
    first, second = desk(2)
    asked = leave_ask(actor=agent_actor(first), kind="leave", start_at=at(0, 0), end_at=at(2, 0))
    with pytest.raises(NotAllowedError):
        leave_decide(actor=agent_actor(first), leave_id=asked, granted=True)
    with pytest.raises(NotAllowedError):
        leave_list(actor=agent_actor(second), agent_id=first)
    with pytest.raises(NotFoundError):
        leave_take_back(actor=agent_actor(second), leave_id=asked)


@pytest.mark.django_db
def test_the_last_wish_of_a_day_counts_and_reaches_the_roster() -> None:
    first, second = desk(2)
    me = agent_actor(first)
    wish_set(actor=me, work_date=MONDAY, kind="early", weight=1, is_for=True)
    wish_set(actor=me, work_date=MONDAY, kind="", weight=3, is_for=False)
    assert [(row.work_date, row.kind_name, row.weight, row.is_for) for row in wish_list(actor=me, agent_id=first)] == [
        (MONDAY, "", 3, False)]
    person = roster_problem(start_date=MONDAY, days=7, needs=[]).problem.people[0]
    assert [(wish.day, wish.shift, wish.want) for wish in person.wishes] == [(0, "", False)]
    wish_id = wish_list(actor=me, agent_id=first)[0].id
    with pytest.raises(NotFoundError):
        wish_drop(actor=agent_actor(second), wish_id=wish_id)
    wish_drop(actor=me, wish_id=wish_id)
    assert not wish_list(actor=me, agent_id=first)


@pytest.mark.django_db
def test_a_wish_is_for_a_day_to_come_and_a_kind_there_is() -> None:
    me = agent_actor(desk(1)[0])
    for values in ({"work_date": AT.date()}, {"work_date": MONDAY, "kind": "moon"},
                   {"work_date": MONDAY, "weight": 9}, {"work_date": AT.date() + dt.timedelta(days=90)}):
        with pytest.raises(WishError):
            wish_set(actor=me, **values)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_consent_to_emergency_hours_is_one_s_own_and_can_be_taken_back() -> None:
    first = desk(1)[0]
    emergency_consent(actor=agent_actor(first), consents=True)
    assert Contract.objects.get(agent_id=first).consents_emergency_at == AT
    emergency_consent(actor=agent_actor(first), consents=False)
    assert Contract.objects.get(agent_id=first).consents_emergency_at is None
