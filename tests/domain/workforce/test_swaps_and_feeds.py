"""Swaps: asked, accepted, confirmed, lawful. Calendars: a secret address, nothing personal, gone when revoked."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from tests import people
from tests.domain.workforce.desk_of_six import AT, LAW, MONDAY, agent_actor, at, desk, plan, wu_supervisor

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.workforce.errors import (
    NoHistoryError,
    RosterUnlawfulError,
    ShiftEditError,
    SurgeError,
    SwapDecidedError,
    SwapError,
    SwapStandsError,
)
from youlu.domain.workforce.feeds import calendar_text, feed_made_at, feed_make, feed_read, feed_revoke
from youlu.domain.workforce.forecasting import demand_forecast, forecasts_newest
from youlu.domain.workforce.history import arrivals_add
from youlu.domain.workforce.models import CalendarFeed, Roster, StaffNeed
from youlu.domain.workforce.rostering.drafts import roster_draft_from, roster_draft_save, shifts_swap
from youlu.domain.workforce.rostering.facts import HeldShift
from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish
from youlu.domain.workforce.rostering.reading import shifts_between
from youlu.domain.workforce.selectors import people_now
from youlu.domain.workforce.services import presence_confirm, presence_report
from youlu.domain.workforce.swaps import (
    swap_answer,
    swap_ask,
    swap_confirm,
    swap_refuse,
    swap_take_back,
    swaps_of,
    swaps_waiting,
)


@pytest.fixture(autouse=True)
def friday():
    with clock.frozen(AT):
        yield


def publish(plans: list) -> None:
    roster = roster_draft_save(actor=people.chen_supervisor(), assignments=plans, start_date=MONDAY, days=7,
                               basis="standard", legal_basis=LAW)
    roster_approve(actor=wu_supervisor(), roster_id=roster)
    roster_publish(actor=wu_supervisor(), roster_id=roster)


@pytest.mark.django_db
def test_a_swap_is_in_force_once_both_and_a_supervisor_agree() -> None:
    first, second = desk(2)
    publish([plan(first, 0), plan(second, 2)])
    me, other = agent_actor(first), agent_actor(second)
    swap = swap_ask(actor=me, work_date=MONDAY, other_id=second, other_date=MONDAY + dt.timedelta(days=2))
    with pytest.raises(SwapDecidedError):
        swap_confirm(actor=wu_supervisor(), swap_id=swap)
    with pytest.raises(NotFoundError):
        swap_answer(actor=me, swap_id=swap, accepts=True)  # not one's own question
    swap_answer(actor=other, swap_id=swap, accepts=True)
    assert [row.asker for row in swaps_waiting(actor=wu_supervisor())] == ["员0"]
    swap_confirm(actor=wu_supervisor(), swap_id=swap)
    assert [(s.agent_id, s.work_date.day) for s in shifts_between(at(0, 0), at(7, 0))] == [(second, 1), (first, 3)]
    assert [row.state_label for row in swaps_of(actor=me)] == ["已换"]
    first_, newest = Roster.objects.filter(state="published").order_by("version")  # of its days, and of the others
    assert (newest.version, newest.made_by, newest.start_date, newest.days) == (2, me.id, MONDAY, 3)
    assert newest.parent_id == first_.id


@pytest.mark.django_db
def test_a_swap_that_breaks_a_rule_changes_nothing() -> None:
    first, second = desk(2)
    publish([plan(first, 1), plan(second, 0, "late", 930), plan(second, 2)])
    swap = swap_ask(actor=agent_actor(first), work_date=MONDAY + dt.timedelta(days=1), other_id=second)
    swap_answer(actor=agent_actor(second), swap_id=swap, accepts=True)
    before = shifts_between(at(0, 0), at(7, 0))
    with pytest.raises(RosterUnlawfulError, match="不足11小时"):
        swap_confirm(actor=wu_supervisor(), swap_id=swap)
    assert shifts_between(at(0, 0), at(7, 0)) == before
    assert Roster.objects.count() == 1
    swap_refuse(actor=wu_supervisor(), swap_id=swap)


@pytest.mark.django_db
def test_a_swap_needs_a_shift_a_day_to_come_and_somebody_else() -> None:
    first, second = desk(2)
    publish([plan(first, 0)])
    me = agent_actor(first)
    for values in ({"work_date": MONDAY, "other_id": first}, {"work_date": AT.date(), "other_id": second},
                   {"work_date": MONDAY + dt.timedelta(days=4), "other_id": second}):
        with pytest.raises(SwapError):
            swap_ask(actor=me, **values)  # type: ignore[arg-type]
    swap = swap_ask(actor=me, work_date=MONDAY, other_id=second)
    with pytest.raises(SwapStandsError):
        swap_ask(actor=me, work_date=MONDAY, other_id=second)
    swap_take_back(actor=me, swap_id=swap)
    swap_ask(actor=me, work_date=MONDAY, other_id=second)


@pytest.mark.django_db
def test_nobody_gets_a_second_shift_on_a_day_by_a_swap() -> None:
    first, second = desk(2)
    publish([plan(first, 0), plan(second, 0, "late", 930), plan(second, 2)])
    wednesday = MONDAY + dt.timedelta(days=2)
    with pytest.raises(SwapError):
        swap_ask(actor=agent_actor(first), work_date=MONDAY, other_id=second, other_date=wednesday)
    draft = roster_draft_from(actor=people.chen_supervisor(), roster_id=Roster.objects.get(state="published").id)
    with pytest.raises(ShiftEditError):
        shifts_swap(actor=people.chen_supervisor(), roster_id=draft, work_date=MONDAY, agent_id=first,
                    other_id=second, other_date=wednesday)


@pytest.mark.django_db
def test_days_of_two_rosters_are_not_swapped_by_halves() -> None:
    first, second = desk(2)
    publish([plan(first, 0)])
    next_week = MONDAY + dt.timedelta(days=7)
    roster = roster_draft_save(actor=people.chen_supervisor(), assignments=[plan(second, 8)], start_date=next_week,
                               days=7, basis="standard", legal_basis=LAW)
    roster_approve(actor=wu_supervisor(), roster_id=roster)
    roster_publish(actor=wu_supervisor(), roster_id=roster)
    with pytest.raises(SwapError):
        swap_ask(actor=agent_actor(first), work_date=MONDAY, other_id=second,
                 other_date=next_week + dt.timedelta(days=1))


@pytest.mark.django_db
def test_a_calendar_address_shows_one_s_own_shifts_and_nothing_personal() -> None:
    first, second = desk(2)
    publish([plan(first, 0), plan(second, 0, "late", 930)])
    secret = feed_make(actor=agent_actor(first))
    text = feed_read(secret)
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART:20220801T000000Z\r\nDTEND:20220801T083000Z\r\n" in text
    assert "SUMMARY:早班（在岗）" in text
    assert "员0" not in text
    assert "2301" not in text
    assert str(first) not in text
    assert secret.encode() not in bytes(CalendarFeed.objects.get().secret_hash)


@pytest.mark.django_db
def test_an_address_that_was_renewed_revoked_or_guessed_is_not_there() -> None:
    me = agent_actor(desk(1)[0])
    old = feed_make(actor=me)
    new = feed_make(actor=me)
    assert feed_read(new)
    assert feed_made_at(actor=me) is not None
    feed_revoke(actor=me)
    for secret in (old, new, "guess"):
        with pytest.raises(NotFoundError):
            feed_read(secret)


def test_lines_of_a_calendar_are_folded_at_75_bytes_through_no_character() -> None:
    shift = HeldShift(uuid.uuid4(), MONDAY, "long", at(0, 480), at(0, 990), "at_home", 480, uuid.uuid4())
    text = calendar_text([shift], {"long": "很长的班种名称；" * 9 + "a,b;c\\"}, AT)
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:" + "很长的班种名称；" * 9 + "a\\,b\\;c\\\\（居家）" in unfolded
    assert text.endswith("END:VCALENDAR\r\n")


@pytest.mark.django_db
def test_what_somebody_reports_of_themselves_waits_for_a_supervisor_to_confirm() -> None:
    first = desk(1)[0]
    presence_report(actor=agent_actor(first), site="at_home", reason="locked_down")
    assert not people_now(actor=wu_supervisor())[0].is_confirmed
    with pytest.raises(NotAllowedError):
        presence_confirm(actor=agent_actor(first), agent_id=first)
    presence_confirm(actor=wu_supervisor(), agent_id=first)
    assert people_now(actor=wu_supervisor())[0].is_confirmed
    with pytest.raises(NotFoundError):
        presence_confirm(actor=wu_supervisor(), agent_id=first)


@pytest.mark.django_db
def test_a_forecast_needs_history_and_a_factor_that_can_be() -> None:
    actor = people.chen_supervisor()
    with pytest.raises(NoHistoryError):
        demand_forecast(actor=actor, start_date=MONDAY, days=7)
    with pytest.raises(SurgeError):
        demand_forecast(actor=actor, start_date=MONDAY, days=7, surge=99)


@pytest.mark.django_db
def test_a_short_history_is_foreseen_with_a_warning_and_nights_are_watched() -> None:
    rows = [("order", at(day, minute), 4.0) for day in range(-8, -3) for minute in range(480, 720, 30)]
    assert arrivals_add(rows) == len(rows)
    arrivals_add([(*rows[0][:2], 4.0)])  # the same half hour again
    assert demand_forecast(actor=people.chen_supervisor(), start_date=MONDAY, days=2) == ("order",)
    row = forecasts_newest()[0]
    assert (row.error_pct, "short" in row.flags, "untested" in row.flags) == (None, True, True)
    needs = StaffNeed.objects.filter(channel="order", start_at__gte=at(0, 0))
    assert needs.count() == 2 * 8
    assert needs.first().people == pytest.approx(4 * 300 / 1800 / 0.85, abs=0.01)  # type: ignore[union-attr]
    assert StaffNeed.objects.filter(channel="night").count() == 2 * 16
