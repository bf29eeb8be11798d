"""Items come in with a promise; scans come in once, in any order, and move them."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, LONGNAN, XIAN, at
from youlu.core import clock
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.mail.errors import (
    ItemNumberInvalidError,
    ItemNumberTakenError,
    NumbersExhaustedError,
    ScanChangedError,
    ScanFromFutureError,
    ScanInvalidError,
    ScanUnknownPlaceError,
)
from youlu.domain.mail.fold import Position
from youlu.domain.mail.models import Item, NumberRange, Place, PromiseRevision, RecalcDue, Scan, ScanKind
from youlu.domain.mail.plan import progress_of
from youlu.domain.mail.scans import ScanInput, scans_ingest
from youlu.domain.mail.services import ItemInput, item_accept, items_accept
from youlu.domain.network.trips import leg_key, trip_book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]


def accept(origin: int = LANZHOU, dest: int = KANGXIAN, number: str = "") -> str:
    return item_accept(actor=ACTOR, item=ItemInput(origin, dest, number=number)).number


def scan(number: str, sequence: int, kind: ScanKind, when: str, **more) -> ScanInput:
    return ScanInput(number, "pda-1", sequence, kind, at(when), **more)


def ingest(*scans: ScanInput, now: str = "2022-07-15 12:00") -> list[str]:
    with clock.frozen(at(now)):
        return [outcome.result for outcome in scans_ingest(actor=ACTOR, scans=list(scans))]


def departed(number: str, sequence: int, when: str, trip_key: int, date: str, seq: int = 0) -> ScanInput:
    return scan(number, sequence, ScanKind.DEPARTED, when, trip_key=trip_key,
                service_date=dt.date.fromisoformat(date), stop_seq=seq)


def test_an_item_is_promised_the_wave_after_the_trip_that_it_can_catch() -> None:
    """Accepted 17:00 in Lanzhou, ready 18:00, trip 2 leaves 08:00, Kangxian 18:00, told the morning wave after."""
    accepted = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN))
    assert accepted.arrive_by == at("2022-07-13 12:00")
    item = Item.objects.get()
    assert (item.committed_arrive_by, item.told_arrive_by) == (accepted.arrive_by, accepted.arrive_by)
    assert item.next_departure_at == at("2022-07-12 08:00")
    assert len(item.planned_legs) == 2
    assert PromiseRevision.objects.get().cause == "accepted"
    assert Scan.objects.get().kind == ScanKind.ACCEPTED


def test_a_wrong_row_does_not_stop_the_others_and_says_what_to_do() -> None:
    rows = items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN, number="EZ123456785CN"),
                                            ItemInput(LANZHOU, KANGXIAN, number="EZ123456786CN"),
                                            ItemInput(LANZHOU, XIAN, number="EZ123456785CN")])
    assert [type(row.error) for row in rows] == [type(None), ItemNumberInvalidError, ItemNumberTakenError]
    assert "核对面单" in rows[1].error.message
    assert Item.objects.count() == 1


def test_a_number_is_never_issued_twice_and_an_empty_range_says_so() -> None:
    NumberRange.objects.update(last_serial=10_000_001)
    assert accept() != accept()
    with pytest.raises(NumbersExhaustedError):
        accept()
    assert Item.objects.count() == 2


def test_scans_move_an_item_along_its_plan() -> None:
    number = accept()
    assert ingest(departed(number, 1, "2022-07-12 08:02", 2, "2022-07-12")) == ["stored"]
    item = Item.objects.get()
    assert (item.place, item.legs_done) == (Place.TRIP, 1)
    ingest(scan(number, 2, ScanKind.ARRIVED, "2022-07-12 18:00", office_id=KANGXIAN))
    item.refresh_from_db()
    assert (item.place, item.place_office_id, item.legs_done, item.next_departure_at) == (0, KANGXIAN, 2, None)
    assert not RecalcDue.objects.exists()
    ingest(scan(number, 3, ScanKind.DELIVERED, "2022-07-13 09:30", office_id=KANGXIAN))
    item.refresh_from_db()
    assert item.place == Place.DELIVERED


def test_the_same_scan_again_changes_nothing_and_a_changed_one_is_refused() -> None:
    number = accept()
    first = scan(number, 1, ScanKind.ARRIVED, "2022-07-12 06:00", office_id=LANZHOU)
    assert ingest(first, first) == ["stored", "duplicate"]
    changed = scan(number, 1, ScanKind.ARRIVED, "2022-07-12 06:01", office_id=LANZHOU)
    with clock.frozen(at("2022-07-15 12:00")):
        outcome = scans_ingest(actor=ACTOR, scans=[changed])[0]
    assert isinstance(outcome.error, ScanChangedError)
    assert Scan.objects.count() == 2  # the acceptance and the first


@pytest.mark.parametrize(("wrong", "error"), [
    (scan("EZ123456785CN", 1, ScanKind.ARRIVED, "2022-07-16 12:00", office_id=LANZHOU), ScanFromFutureError),
    (scan("EZ123456785CN", 1, ScanKind.ARRIVED, "2022-07-12 12:00", office_id=99), ScanUnknownPlaceError),
    (scan("EZ123456785CN", 1, ScanKind.ARRIVED, "2022-07-12 12:00"), ScanInvalidError),
    (scan("EZ123456785CN", 1, ScanKind.DEPARTED, "2022-07-12 12:00", office_id=LANZHOU), ScanInvalidError),
    (scan("EZ123456785CN", 1, ScanKind.VOID, "2022-07-12 12:00"), ScanInvalidError),
    (scan("EZ123456780CN", 1, ScanKind.ARRIVED, "2022-07-12 12:00", office_id=LANZHOU), ItemNumberInvalidError),
    (departed("EZ123456785CN", 1, "2022-07-12 08:00", 999, "2022-07-12"), ScanUnknownPlaceError),
])
def test_a_scan_that_cannot_be_is_refused_and_the_rest_is_kept(wrong: ScanInput, error: type) -> None:
    good = scan("EZ123456785CN", 7, ScanKind.ARRIVED, "2022-07-12 06:00", office_id=LANZHOU)
    with clock.frozen(at("2022-07-15 12:00")):
        outcomes = scans_ingest(actor=ACTOR, scans=[wrong, good])
    assert isinstance(outcomes[0].error, error)
    assert outcomes[1].result == "stored"


def test_a_scan_before_its_item_is_kept_and_folded_when_the_item_comes() -> None:
    number = "EZ123456785CN"
    ingest(scan(number, 1, ScanKind.ARRIVED, "2022-07-12 06:00", office_id=LANZHOU), now="2022-07-12 06:00")
    with clock.frozen(at("2022-07-12 06:30")):
        accept(XIAN, KANGXIAN, number)
    # The counter's scan at 06:30 comes after the early one at 06:00.
    assert Item.objects.get().place_office_id == XIAN


def test_what_leaves_the_plan_is_due_to_be_promised_anew() -> None:
    missed, astray, early = accept(), accept(), accept(XIAN, KANGXIAN)
    ingest(scan(missed, 1, ScanKind.ARRIVED, "2022-07-12 07:30", office_id=LANZHOU))
    assert RecalcDue.objects.count() == 0  # still the same stay since 17:00 the day before
    ingest(departed(missed, 2, "2022-07-12 20:00", 6, "2022-07-12"))
    ingest(scan(astray, 1, ScanKind.ARRIVED, "2022-07-12 14:00", office_id=CHENGGUAN))
    ingest(departed(early, 1, "2022-07-11 20:00", 1, "2022-07-11"),
           scan(early, 2, ScanKind.ARRIVED, "2022-07-12 05:00", office_id=LANZHOU))
    assert sorted(RecalcDue.objects.values_list("cause", flat=True)) == ["moved", "moved", "moved"]


def test_coming_too_late_for_the_next_trip_is_a_missed_connection() -> None:
    number = accept(XIAN, KANGXIAN)
    assert ingest(departed(number, 1, "2022-07-11 20:00", 1, "2022-07-11"),
                  scan(number, 2, ScanKind.ARRIVED, "2022-07-12 07:30", office_id=LANZHOU)) == ["stored", "stored"]
    assert RecalcDue.objects.get().cause == "missed"


def test_a_delivery_of_a_programmes_item_is_told_upward(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple] = []
    monkeypatch.setattr("youlu.domain.mail.scans.event_publish", lambda topic, payload: told.append((topic, payload)))
    number = item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN, programme="id_card_mail")).number
    ingest(scan(number, 1, ScanKind.DELIVERED, "2022-07-13 09:30", office_id=KANGXIAN))
    assert told == [("mail.delivered", {"number": number, "programme": "id_card_mail",
                                        "at": at("2022-07-13 09:30").astimezone(dt.UTC).isoformat()})]


def test_the_faster_of_two_ways_is_promised() -> None:
    """By Lanzhou at 14:00, unsealed after the afternoon wave has left; the direct trip comes at 22:00."""
    assert item_accept(actor=ACTOR, item=ItemInput(XIAN, LONGNAN)).arrive_by == at("2022-07-13 12:00")


def test_what_is_out_for_delivery_is_promised_the_wave_under_way() -> None:
    number = accept(LANZHOU, CHENGGUAN)
    ingest(scan(number, 1, ScanKind.ARRIVED, "2022-07-12 08:00", office_id=CHENGGUAN),
           scan(number, 2, ScanKind.OUT, "2022-07-12 08:10", office_id=CHENGGUAN), now="2022-07-12 09:00")
    with clock.frozen(at("2022-07-12 09:00")):
        RecalcDue.objects.create(item_key=Item.objects.get().item_key, epoch=1, cause="moved")
        closure_apply()
    assert Item.objects.get().expected_arrive_by == at("2022-07-12 12:00")


def test_a_way_that_comes_by_an_office_twice_is_not_missed_at_the_first_visit() -> None:
    book = trip_book()
    day = dt.date(2022, 7, 12)
    legs = [leg_key(2, day, 0), leg_key(7, day, 1), leg_key(6, dt.date(2022, 7, 13), 0)]
    back = Position(Place.OFFICE, LANZHOU, None, at("2022-07-12 20:30"))
    progress = progress_of(legs=legs, dest_office_id=XIAN, arrival_at=None, position=back, book=book)
    assert (progress.legs_done, progress.recalc) == (2, None)
