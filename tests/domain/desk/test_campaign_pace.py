"""When it is done: exact where nothing varies, within its interval where things do, later when others are due first."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest
from tests import people
from tests.domain.desk.campaign_people import THURSDAY, campaign, customers, topic_make
from tests.domain.desk.conftest import NOON

from youlu.core import clock
from youlu.domain.desk import services
from youlu.domain.desk.campaigns import running, sending
from youlu.domain.desk.campaigns.pacing import VARIATION, Slot, Work, pace, tries_expected
from youlu.domain.desk.campaigns.report import report_read
from youlu.domain.desk.campaigns.staffing import staff_free
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.facts import Wanted
from youlu.domain.workforce.services import presence_report

HOUR = dt.timedelta(hours=1)
WORK = Work(voice=100, ahead=0, messages=0, messages_from_at=NOON, messages_per_s=100, service_s=150, tries_most=3,
            reach_share=1.0)


def hours(*people_there: float, start: dt.datetime = NOON) -> list[Slot]:
    return [Slot(start + n * HOUR, start + (n + 1) * HOUR, there) for n, there in enumerate(people_there)]


def test_a_hundred_calls_of_150_seconds_take_two_people_a_little_over_two_hours() -> None:
    found = pace(hours(2, 2, 2, 2), WORK, due_at=NOON + 3 * HOUR)
    assert found.ends_at == NOON + dt.timedelta(seconds=100 * 150 / 2)
    assert found.is_in_time
    assert found.people_short == 0
    assert found.earliest_at < found.ends_at < found.latest_at  # type: ignore[operator]
    assert found.curve[-1] == (found.ends_at, 1.0)


def test_a_break_of_two_hours_ends_it_two_hours_later() -> None:
    found = pace(hours(2, 0, 0, 2, 2), WORK, due_at=NOON + 5 * HOUR)
    assert found.ends_at == NOON + 2 * HOUR + dt.timedelta(seconds=100 * 150 / 2)


def test_too_few_people_are_told_as_how_many_are_missing() -> None:
    found = pace(hours(1, 1, 1, 1, 1), WORK, due_at=NOON + 2 * HOUR)
    assert not found.is_in_time
    assert (found.people_short, round(found.needs_h, 1), found.free_h) == (2, 4.2, 2.0)
    assert pace(hours(3, 3), WORK, due_at=NOON + 2 * HOUR).is_in_time


def test_with_nobody_it_never_ends_and_without_calls_the_messages_end_it() -> None:
    found = pace(hours(0, 0), WORK, due_at=NOON + 2 * HOUR)
    assert found.ends_at is None
    assert not found.is_in_time
    written = pace(hours(0), replace(WORK, voice=0, messages=6_000), due_at=NOON + HOUR)
    assert written.ends_at == NOON + dt.timedelta(minutes=1)
    night = replace(WORK, voice=0, messages=6_000, messages_from_at=NOON + 20 * HOUR)
    assert pace(hours(0), night, due_at=NOON + HOUR).ends_at == NOON + 20 * HOUR + dt.timedelta(minutes=1)


def test_tries_are_counted_exactly() -> None:
    mean, variance = tries_expected(0.7, 3)
    assert mean == pytest.approx(0.7 + 2 * 0.21 + 3 * 0.09)
    assert variance == pytest.approx(0.7 + 4 * 0.21 + 9 * 0.09 - mean ** 2)
    assert tries_expected(1.0, 3) == (1.0, 0.0)


def test_nine_of_ten_simulated_days_end_within_the_interval() -> None:
    rng = random.Random(7)
    work = replace(WORK, voice=400, reach_share=0.7)
    found = pace(hours(*[4] * 30), work, due_at=NOON + 20 * HOUR)
    shape = 1 / VARIATION ** 2
    inside = 0
    for _ in range(400):
        share = rng.betavariate(7, 3)
        seconds = 0.0
        for _ in range(work.voice):
            for _ in range(work.tries_most):
                seconds += rng.gammavariate(shape, work.service_s / shape)
                if rng.random() < share:
                    break
        inside += found.earliest_at <= NOON + dt.timedelta(seconds=seconds / 4) <= found.latest_at  # type: ignore[operator]
    assert 0.85 <= inside / 400 <= 0.95


def test_results_narrow_the_interval_and_move_it() -> None:
    before = pace(hours(*[2] * 40), replace(WORK, reach_share=0.7), due_at=NOON + 20 * HOUR)
    after = pace(hours(*[2] * 40), replace(WORK, reach_share=0.7, reached=60, tried=200), due_at=NOON + 20 * HOUR)
    assert after.ends_at > before.ends_at  # type: ignore[operator]
    known = replace(WORK, reach_share=0.7, reached=700, tried=1_000)
    narrow = pace(hours(*[2] * 40), known, due_at=NOON + 20 * HOUR)
    assert narrow.latest_at - narrow.earliest_at < before.latest_at - before.earliest_at  # type: ignore[operator]


@pytest.mark.django_db
def test_without_a_roster_who_is_at_home_counts_less_what_orders_need_and_nobody_rings_at_night(
    noon: dt.datetime,
) -> None:
    for agent in (people.li_agent(), people.ma_agent()):
        presence_report(actor=agent, site="at_home")
    needs_set([Wanted(NOON, "order", 1.5)], source="tests")
    staff = staff_free(NOON, days=2)
    usual = 50 * 300 / 3600
    assert not staff.is_rostered
    assert staff.slots[0] == Slot(NOON, NOON + HOUR / 2, 0.5)
    assert staff.slots[1].people == max(2 - usual, 0)
    times = [clock.local(slot.start_at).hour for slot in staff.slots]
    assert min(times) == 8
    assert max(times) == 20


@pytest.mark.django_db
def test_a_report_follows_what_happens(noon: dt.datetime) -> None:
    topic_make()
    chief = people.chen_supervisor()
    outreach_id = campaign([*customers(5), *customers(4, first=10, channel="", consents=False)], start=False)
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    needs_set([Wanted(NOON + n * HOUR / 2, "order", 0) for n in range(18)], source="tests")
    draft = report_read(actor=chief, outreach_id=outreach_id)
    assert (draft.tally.held, draft.tally.waiting) == (9, 0)
    assert draft.pace.is_in_time
    assert draft.pace.needs_h == pytest.approx(4 * 150 * tries_expected(.7, 3)[0] / 3600)
    running.campaign_start(actor=chief, outreach_id=outreach_id)
    sending.campaigns_send()
    held = services.contacts_hold(actor=li)
    for n, said in enumerate((services.Said("told", 1), services.Said("unreached", 1),
                              services.Said("other", 1, other="refused"))):
        services.contact_result(actor=li, contact_id=held[n], key=str(n), said=said)
    found = report_read(actor=chief, outreach_id=outreach_id)
    tally = found.tally
    assert (tally.told_message, tally.told_voice, tally.waiting_voice, tally.tried) == (5, 1, 2, 1)
    assert tally.other == {"不用再联系": 1}
    assert tally.by_wording == (("campaign.录取通知书.message", 1, 5), ("campaign.录取通知书.voice", 1, 1))
    assert tally.last_hour == 6
    assert found.curve[-1] == (NOON, 6)
    assert found.head.due_at == THURSDAY
    assert found.pace.ends_at is not None


@pytest.mark.django_db
def test_what_was_stopped_is_reckoned_with_what_resuming_lets_out(noon: dt.datetime) -> None:
    topic_make()
    chief = people.chen_supervisor()
    outreach_id = campaign(customers(10, channel="", consents=False), voice_pct=30)
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    needs_set([Wanted(NOON + n * HOUR / 2, "order", 0) for n in range(18)], source="tests")
    for nth, held in enumerate(services.contacts_hold(actor=li, want=2)):
        services.contact_result(actor=li, contact_id=held, key=str(nth), said=services.Said("told", 1))
    running.campaign_stop(actor=chief, outreach_id=outreach_id)
    assert report_read(actor=chief, outreach_id=outreach_id).voice_left == 1
    running.campaign_start(actor=chief, outreach_id=outreach_id)
    assert report_read(actor=chief, outreach_id=outreach_id).voice_left == 1


@pytest.mark.django_db
def test_what_is_due_earlier_is_called_first(noon: dt.datetime) -> None:
    topic_make()
    chief = people.chen_supervisor()
    presence_report(actor=people.li_agent(), site="at_home")
    needs_set([Wanted(NOON + n * HOUR / 2, "order", 0) for n in range(18)], source="tests")
    later = campaign(customers(10, channel="", consents=False))
    alone = report_read(actor=chief, outreach_id=later).pace
    campaign(customers(30, first=50, channel="", consents=False), due_at=THURSDAY - HOUR)
    behind = report_read(actor=chief, outreach_id=later).pace
    assert behind.needs_h == pytest.approx(4 * alone.needs_h)
    assert behind.ends_at > alone.ends_at  # type: ignore[operator]
