"""A draft of a timetable: what it changes, who may, what is refused, and how it comes into force."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.domain.small_network import KANGXIAN, LANZHOU, LONGNAN, at
from tests.domain.timetable_people import DRAFTER, HEAD, MAY, TOMORROW, draft_of, wanted

from youlu.core import clock
from youlu.core.errors import NotAllowedError
from youlu.domain.access.selectors import Actor
from youlu.domain.network.drafts import (
    TripInput,
    calendar_ensure,
    draft_activate,
    draft_discard,
    draft_make,
    draft_save,
    trips_newest,
)
from youlu.domain.network.errors import (
    DraftChangedError,
    DraftClosedError,
    DraftEmptyError,
    DraftNotFoundError,
    EffectiveDateError,
    OwnDraftError,
    RevisionConflictError,
    RouteNotFoundError,
    TripImpossibleError,
)
from youlu.domain.network.models import ServiceCalendar, TimetableRevision, Trip
from youlu.domain.network.selectors import epoch_current
from youlu.domain.network.timetables import draft_changes, draft_get, route_timetable, routes_list
from youlu.domain.network.trips import leg_key, trip_book
from youlu.domain.promise import arrays

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
EARLY = {"arr_min": (420, 780, 960), "dep_min": (420, 800, 960)}


def test_a_draft_says_what_it_changes_and_nothing_is_in_force() -> None:
    new = TripInput(2, 1, "2001", (LANZHOU, LONGNAN), (1200, 1560), (1200, 1560), (0.0, 100.0))
    draft_id, version = draft_of(wanted(2, **EARLY), new, drops=(5,))
    changes = draft_changes(actor=DRAFTER, draft_id=draft_id)
    assert [(row.kind, row.number) for row in changes] == [("changed", "1002"), ("new", "2001"), ("dropped", "1005")]
    assert changes[0].said[0] == "兰州开08:00→07:00"
    assert (version, epoch_current(), Trip.objects.count()) == (2, 1, 7)


def test_an_added_and_a_dropped_trip_are_said_whole_and_a_draft_in_force_says_what_it_did() -> None:
    new = TripInput(2, 1, "2001", (LANZHOU, LONGNAN), (1200, 1400), (1200, 1400), (0.0, 100.0))
    draft_id, version = draft_of(wanted(2, **EARLY), new, drops=(5,))
    before = draft_changes(actor=DRAFTER, draft_id=draft_id)
    assert before[1].said == ("兰州开20:00，陇南到23:20，100公里，每日",)
    assert "公里" in before[2].said[0]
    draft_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=TOMORROW)
    assert draft_changes(actor=DRAFTER, draft_id=draft_id) == before


def test_what_comes_out_as_it_is_leaves_the_draft() -> None:
    draft_id, version = draft_of(wanted(2, **EARLY), drops=(5,))
    draft_save(actor=DRAFTER, draft_id=draft_id, version=version, puts=[wanted(2), wanted(5)])
    assert not draft_changes(actor=DRAFTER, draft_id=draft_id)


@pytest.mark.parametrize(("changes", "words"), [
    ({"dep_min": (480, 830, 1080)}, "开车早于到达14:00"),
    ({"arr_min": (480, 470, 1080), "dep_min": (480, 475, 1080)}, "到达早于上一站开车08:00"),
    ({"arr_min": (480, 500, 1080)}, "100公里只给了20分钟"),
    ({"dep_min": (1500, 1600, 1700), "arr_min": (1500, 1600, 1700)}, "服务日按始发站算"),
    ({"office_ids": (LANZHOU, LANZHOU, KANGXIAN)}, "连着写了两次"),
])
def test_a_trip_that_no_vehicle_could_run_is_refused_in_words(changes: dict, words: str) -> None:
    draft_id = draft_make(actor=DRAFTER, title="")
    with pytest.raises(TripImpossibleError) as refused:
        draft_save(actor=DRAFTER, draft_id=draft_id, version=1, puts=[wanted(2, **changes)])
    assert words in refused.value.message
    assert draft_get(actor=DRAFTER, draft_id=draft_id).version == 1


def test_two_who_edit_at_once_are_told_and_neither_is_overwritten() -> None:
    draft_id = draft_make(actor=DRAFTER, title="")
    draft_save(actor=DRAFTER, draft_id=draft_id, version=1, puts=[wanted(2, **EARLY)])
    with pytest.raises(DraftChangedError, match="何工刚刚改过"):
        draft_save(actor=HEAD, draft_id=draft_id, version=1, puts=[wanted(6, number="6")])


def test_who_drafted_does_not_put_in_force_and_another_does_once() -> None:
    draft_id, version = draft_of(wanted(2, **EARLY))
    order = {"draft_id": draft_id, "version": version, "effective_date": TOMORROW}
    with pytest.raises(OwnDraftError):
        draft_activate(actor=DRAFTER, **order)
    revision = draft_activate(actor=HEAD, **order)
    assert (epoch_current(), revision.epoch, revision.changed_trip_keys) == (2, 2, [2])
    with pytest.raises(DraftClosedError, match="已启用"):
        draft_activate(actor=HEAD, **order)


@pytest.mark.parametrize("permission", ["timetable.edit", "timetable.activate", "timetable.read"])
def test_nobody_without_the_permission_drafts_activates_or_reads(permission: str) -> None:
    draft_id, version = draft_of(wanted(2, **EARLY))
    actor = Actor(id="user:x", name="x", permissions=MAY - {permission})
    tries = {
        "timetable.edit": lambda: draft_save(actor=actor, draft_id=draft_id, version=version, puts=[]),
        "timetable.activate": lambda: draft_activate(actor=actor, draft_id=draft_id, version=version,
                                                     effective_date=TOMORROW),
        "timetable.read": lambda: routes_list(actor=actor),
    }
    with pytest.raises(NotAllowedError):
        tries[permission]()


def test_of_another_province_is_not_there() -> None:
    draft_id, version = draft_of(wanted(2, **EARLY))
    sichuan = replace(DRAFTER, scope="51")
    with pytest.raises(DraftNotFoundError):
        draft_get(actor=sichuan, draft_id=draft_id)
    with pytest.raises(RouteNotFoundError):
        route_timetable(actor=sichuan, route_id=2)
    assert not routes_list(actor=sichuan).rows
    own = draft_make(actor=sichuan, title="")
    with pytest.raises(RouteNotFoundError):
        draft_save(actor=sichuan, draft_id=own, version=1, puts=[wanted(2, **EARLY)])
    assert [row.id for row in routes_list(actor=replace(DRAFTER, scope="61")).rows] == [1, 4, 6]
    assert version == 2


@pytest.mark.parametrize(("date", "words"), [
    (dt.date(2022, 7, 11), "最早明天"), (dt.date(2024, 1, 1), "一年以内"), (dt.date(2022, 7, 19), "不能早于它")])
def test_a_date_that_cannot_be_is_refused(date: dt.date, words: str) -> None:
    first, version = draft_of(wanted(6, number="6"))
    draft_activate(actor=HEAD, draft_id=first, version=version, effective_date=dt.date(2022, 7, 20))
    draft_id, version = draft_of(wanted(2, **EARLY))
    with pytest.raises(EffectiveDateError, match=words):
        draft_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=date)


def test_nothing_changed_is_not_put_in_force_nor_is_what_was_given_up() -> None:
    draft_id, version = draft_of()
    with pytest.raises(DraftEmptyError):
        draft_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=TOMORROW)
    draft_discard(actor=DRAFTER, draft_id=draft_id, version=version)
    with pytest.raises(DraftClosedError):
        draft_save(actor=DRAFTER, draft_id=draft_id, version=version, puts=[])


def test_a_trip_that_another_revision_changed_meanwhile_is_not_mixed_with_it() -> None:
    mine, version = draft_of(wanted(2, **EARLY))
    other, other_version = draft_of(wanted(2, number="2222"))
    draft_activate(actor=HEAD, draft_id=other, version=other_version, effective_date=TOMORROW)
    with pytest.raises(RevisionConflictError, match="1002"):
        draft_activate(actor=HEAD, draft_id=mine, version=version, effective_date=TOMORROW)
    version = draft_save(actor=DRAFTER, draft_id=mine, version=version, puts=[wanted(2, **EARLY)])
    draft_activate(actor=HEAD, draft_id=mine, version=version, effective_date=TOMORROW)
    assert trips_newest([2])[2].number == "2222"


def test_a_leg_means_what_it_meant_on_its_day_and_a_vanished_one_nothing() -> None:
    draft_id, version = draft_of(wanted(2, **EARLY), drops=(5,))
    draft_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=TOMORROW)
    book = trip_book()
    today, tomorrow = (book.leg(leg_key(2, day, 0)) for day in (dt.date(2022, 7, 11), TOMORROW))
    assert (today.departs_at, tomorrow.departs_at) == (at("2022-07-11 08:00"), at("2022-07-12 07:00"))
    assert book.leg(leg_key(5, dt.date(2022, 7, 11), 0)) is not None
    assert book.leg(leg_key(5, TOMORROW, 0)) is None


def test_a_revision_that_has_not_begun_can_be_changed_again_for_the_same_day() -> None:
    for number in ("2a", "2b"):
        draft_id, version = draft_of(wanted(2, number=number))
        draft_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=TOMORROW)
    rows = list(Trip.objects.filter(trip_key=2).order_by("from_date").values_list("number", "until_date"))
    assert rows == [("1002", TOMORROW), ("2b", None)]


def test_who_holds_the_old_arrays_keeps_them_and_the_effect_has_made_the_new_ones(monkeypatch) -> None:
    day = 19184 - arrays.BACK_DAYS  # 2022-07-11
    held = arrays.timetable_open(arrays.revision_current(), day, arrays.SHORT_DAYS)
    departures = held.dep.tolist()
    draft_id, version = draft_of(wanted(2, **EARLY))
    arrays.timetable_open_draft(draft_id, effective_date=TOMORROW, start_day=day, n_days=arrays.SHORT_DAYS)
    monkeypatch.setattr(arrays, "_store", lambda *_: pytest.fail("made twice"))
    draft_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=TOMORROW)
    fresh = arrays.timetable_open(arrays.revision_current(), day, arrays.SHORT_DAYS)
    assert held.dep.tolist() == departures != fresh.dep.tolist()
    with pytest.raises(arrays.RevisionMovedError):
        arrays.timetable_open("small-network", day + 300, arrays.SHORT_DAYS)


def test_equal_days_are_one_calendar() -> None:
    days = {"weekdays": 21, "first_date": dt.date(2022, 1, 1), "last_date": dt.date(2023, 12, 31)}
    assert calendar_ensure(**days) == calendar_ensure(**days) == 2
    assert ServiceCalendar.objects.get(id=2).name == "周一三五"


def test_the_audit_and_the_revision_name_who_and_from_when() -> None:
    with clock.frozen(at("2022-07-11 17:00")):
        draft_id, version = draft_of(wanted(2, **EARLY))
        draft_activate(actor=HEAD, draft_id=draft_id, version=version, effective_date=TOMORROW)
    row = TimetableRevision.objects.latest("id")
    assert (row.effective_date, row.activated_by, row.draft_id, row.note) == (TOMORROW, HEAD.id, draft_id, "夏季调整")
