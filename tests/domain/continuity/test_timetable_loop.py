"""The loop under another timetable: what was planned on vanished legs is promised anew, days roll over."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from tests.domain.continuity.test_loop import accept, quote_of, refreshed
from tests.domain.small_network import CHENGGUAN, KANGXIAN, LANZHOU, XIAN, at
from tests.domain.timetable_people import DRAFTER, HEAD, TOMORROW, draft_of, wanted
from youlu.core import clock
from youlu.domain.continuity.apply import closure_apply, partitions_behind
from youlu.domain.continuity.effects import effect_answer
from youlu.domain.continuity.models import ApplyRun, TimetableEffect
from youlu.domain.continuity.recount.checks import recount_run
from youlu.domain.continuity.timetables import effect_ask, effect_latest, effect_stop, timetable_activate
from youlu.domain.mail.models import Item, PromiseRevision
from youlu.domain.mail.models import Place as Place_
from youlu.domain.network.drafts import TripInput
from youlu.domain.network.trips import leg_key
from youlu.domain.promise import arrays
from youlu.domain.promise.jobs import roll_over_job
from youlu.domain.promise.selectors import Place, quote_make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
SOONER = {"arr_min": (480, 660, 780), "dep_min": (480, 670, 780)}  # at Kangxian by 13:00, in time for the afternoon


@pytest.fixture
def items() -> list[Item]:
    return [accept(LANZHOU, KANGXIAN), accept(XIAN, CHENGGUAN), accept(KANGXIAN, LANZHOU), accept(XIAN, KANGXIAN)]


def activate(*puts: TripInput, drops: tuple[int, ...] = (), date: dt.date = TOMORROW) -> uuid.UUID:
    draft_id, version = draft_of(*puts, drops=drops)
    timetable_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=date)
    return draft_id


def test_every_item_is_promised_what_a_fresh_quote_says_and_only_who_is_concerned_is_revised(items: list[Item]) -> None:
    activate(wanted(2, **SOONER))
    assert len(partitions_behind()) == 16
    closure_apply()
    after = refreshed(items)
    assert after[0].expected_arrive_by == at("2022-07-12 18:00") < after[0].committed_arrive_by
    assert [item.expected_arrive_by for item in after] == [quote_of(item) for item in after]
    assert [item.revision_no for item in after] == [2, 1, 1, 2]
    assert set(PromiseRevision.objects.filter(revision_no=2).values_list("cause", flat=True)) == {"timetable"}
    assert not partitions_behind()
    assert recount_run(seed=1).is_clean


def test_a_vanished_trip_sends_its_mail_another_way_or_says_that_none_is_known(items: list[Item]) -> None:
    activate(drops=(7,))
    closure_apply()
    gone = refreshed(items)[2]
    assert (gone.expected_arrive_by, gone.planned_legs, gone.revision_no) == (None, [], 2)
    assert quote_of(gone) is None
    assert ApplyRun.objects.get().unknown == 1


def test_before_its_date_the_old_trips_run(items: list[Item]) -> None:
    activate(wanted(2, **SOONER), date=dt.date(2022, 7, 14))
    closure_apply()
    assert [item.revision_no for item in refreshed(items)] == [1, 1, 1, 1]
    late = quote_make(origin_office_id=LANZHOU, dest=Place(KANGXIAN), at=at("2022-07-13 17:00"))
    assert late.arrive_by == at("2022-07-14 18:00")


def test_mail_on_the_road_rides_on_by_the_timetable_it_left_under(items: list[Item]) -> None:
    riding = leg_key(2, TOMORROW, 0)
    Item.objects.filter(item_key=items[0].item_key).update(
        place=Place_.TRIP, place_leg=riding, place_since=at("2022-07-12 08:00"), legs_done=1, position_no=1)
    with clock.frozen(at("2022-07-12 09:00")):
        activate(wanted(2, **SOONER), date=dt.date(2022, 7, 13))
        closure_apply()
    on_the_road = refreshed(items)[0]
    assert (on_the_road.revision_no, on_the_road.expected_arrive_by) == (1, on_the_road.committed_arrive_by)


def test_the_effect_says_what_activation_then_does(items: list[Item]) -> None:
    draft_id, version = draft_of(wanted(2, **SOONER), drops=(7,))
    effect_answer(effect_ask(actor=DRAFTER, draft_id=draft_id, version=version, effective_date=TOMORROW))
    row = effect_latest(actor=DRAFTER, draft_id=draft_id)
    assert (row.state, row.steps_done) == ("done", row.steps)
    assert (row.result["items"]["earlier"], row.result["items"]["unknown"], row.result["items"]["kept"]) == (2, 1, 1)
    pairs = row.result["pairs"]
    assert pairs["better"] > 0
    assert pairs["best"][0]["to"] in {"康县", "陇南"}
    assert pairs["lost"] > 0
    assert pairs["worst"][0]["becomes"] is None
    timetable_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=TOMORROW)
    closure_apply()
    run = ApplyRun.objects.get()
    assert (run.earlier, run.unknown) == (2, 1)


def test_mail_that_has_drifted_by_itself_is_not_laid_at_the_drafts_door(items: list[Item]) -> None:
    draft_id, version = draft_of(wanted(2, **SOONER))
    with clock.frozen(at("2022-07-12 20:00")):  # nothing has moved: every lorry of today is missed
        effect_answer(effect_ask(actor=DRAFTER, draft_id=draft_id, version=version,
                                 effective_date=dt.date(2022, 7, 13)))
        found = effect_latest(actor=DRAFTER, draft_id=draft_id).result["items"]
    assert (found["later"], found["earlier"], found["kept"]) == (0, 2, 2)


def test_an_effect_that_is_stopped_says_so_and_computes_no_further(items: list[Item]) -> None:
    draft_id, version = draft_of(wanted(2, **SOONER))
    asked = effect_ask(actor=DRAFTER, draft_id=draft_id, version=version, effective_date=TOMORROW)
    effect_stop(actor=DRAFTER, draft_id=draft_id)
    effect_answer(asked)
    row = TimetableEffect.objects.get(id=asked)
    assert (row.state, row.result) == ("stopped", None)
    assert row.steps_done < row.steps


def test_past_midnight_a_running_process_answers_from_arrays_that_lie_ready(monkeypatch, items: list[Item]) -> None:
    activate(wanted(2, **SOONER), date=dt.date(2022, 7, 14))
    with clock.frozen(at("2022-07-13 23:55")):
        before = quote_make(origin_office_id=LANZHOU, dest=Place(KANGXIAN))
        roll_over_job(0)
    monkeypatch.setattr(arrays, "_store", lambda *_: pytest.fail("made at midnight, while somebody waits"))
    with clock.frozen(at("2022-07-14 00:05")):
        after = quote_make(origin_office_id=LANZHOU, dest=Place(KANGXIAN))
    assert before.arrive_by == after.arrive_by == at("2022-07-14 18:00")


def test_arrays_of_days_long_over_go_and_who_has_them_open_keeps_them() -> None:
    held = arrays.timetable_open(arrays.revision_current(), 19184 - arrays.BACK_DAYS, arrays.SHORT_DAYS)
    assert arrays.arrays_sweep(dt.date(2022, 7, 12)) == 0
    assert arrays.arrays_sweep(dt.date(2022, 7, 20)) >= 1
    assert held.n_legs == len(held.dep.tolist())
