"""One scan of a bag or a vehicle moves all it holds, in whatever order the scans come."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, LONGNAN, XIAN, at
from youlu.core import clock
from youlu.domain.mail.bags.differences import difference_settle
from youlu.domain.mail.bags.errors import (
    ContainerNumberInvalidError,
    ContainerScanInvalidError,
    ContentInvalidError,
    DifferenceNotFoundError,
    DifferenceSettledError,
)
from youlu.domain.mail.bags.ingest import ContainerScanInput, container_scans_ingest
from youlu.domain.mail.bags.models import BagContent, Container, ContainerScan, Difference, DifferenceKind
from youlu.domain.mail.bags.models import ContainerScanKind as Kind
from youlu.domain.mail.bags.numbers import container_numbers_allocate
from youlu.domain.mail.errors import ScanChangedError, ScanFromFutureError, ScanUnknownPlaceError
from youlu.domain.mail.models import Item, Place, RecalcDue, ScanKind
from youlu.domain.mail.scans import ScanInput, scans_ingest
from youlu.domain.mail.selectors import item_get
from youlu.domain.mail.services import ItemInput, item_accept
from youlu.domain.network.trips import leg_key
from youlu.engines.codes.container import number_make
from youlu.engines.codes.item_key import item_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
BAG, OTHER, VEHICLE = number_make("ZB", 2022, 1), number_make("ZB", 2022, 2), number_make("ZC", 2022, 1)
DAY = dt.date(2022, 7, 12)


def accept(dest: int = KANGXIAN, origin: int = LANZHOU) -> str:
    return item_accept(actor=ACTOR, item=ItemInput(origin, dest)).number


def step(number: str, sequence: int, kind: Kind, when: str, office: int | None = None, **more) -> ContainerScanInput:
    if kind == Kind.DEPARTED:
        more = {"trip_key": 2, "service_date": DAY, "stop_seq": 0} | more
    return ContainerScanInput(number, "gun-1", sequence, kind, at(f"2022-07-12 {when}"), office_id=office, **more)


def ingest(*scans: ContainerScanInput, now: str = "2022-07-15 12:00") -> list[str]:
    with clock.frozen(at(now)):
        outcomes = container_scans_ingest(actor=ACTOR, scans=list(scans))
    return [outcome.result for outcome in outcomes]


def refusal(scan: ContainerScanInput) -> type:
    with clock.frozen(at("2022-07-15 12:00")):
        outcome = container_scans_ingest(actor=ACTOR, scans=[scan])[0]
    return type(outcome.error)


def where(number: str) -> tuple[int, int | None, int | None]:
    item = Item.objects.get(item_key=item_key(number))
    return item.place, item.place_office_id, item.place_leg


def journey(one: str, two: str) -> list[ContainerScanInput]:
    """Two items in a bag for Kangxian on trip 2, which stops at Longnan with a bag for Longnan."""
    return [
        step(BAG, 1, Kind.SEALED, "07:00", LANZHOU, to_office_id=KANGXIAN, contents=(one, two), seal="A1",
             weight_g=900),
        step(OTHER, 1, Kind.SEALED, "07:05", LANZHOU, to_office_id=LONGNAN, contents=(accept(LONGNAN),)),
        step(VEHICLE, 1, Kind.SEALED, "07:30", LANZHOU, contents=(BAG, OTHER), trip_key=2, service_date=DAY,
             stop_seq=0, seal="V9"),
        step(VEHICLE, 2, Kind.DEPARTED, "08:01"),
        step(VEHICLE, 3, Kind.ARRIVED, "14:00", LONGNAN),
        step(VEHICLE, 4, Kind.UNSEALED, "14:10", LONGNAN),
        step(VEHICLE, 5, Kind.DEPARTED, "14:31", stop_seq=1),
        step(VEHICLE, 6, Kind.ARRIVED, "18:00", KANGXIAN),
        step(VEHICLE, 7, Kind.UNSEALED, "18:10", KANGXIAN),
        step(BAG, 2, Kind.UNSEALED, "18:20", KANGXIAN, found=(one, two)),
    ]


def test_one_scan_of_a_vehicle_moves_its_bags_and_their_items() -> None:
    one, two = accept(), accept()
    scans = journey(one, two)
    ingest(*scans[:3])
    assert where(one) == (Place.OFFICE, LANZHOU, None)
    ingest(scans[3])
    assert where(one) == where(two) == (Place.TRIP, None, leg_key(2, DAY, 0))
    assert Container.objects.get(number=BAG).inside == VEHICLE
    ingest(*scans[4:7])
    assert where(one) == (Place.TRIP, None, leg_key(2, DAY, 1))  # its bag stayed aboard at Longnan
    ingest(*scans[7:])
    assert where(one) == where(two) == (Place.OFFICE, KANGXIAN, None)
    bag = Container.objects.get(number=BAG)
    assert (bag.place_office_id, bag.inside, bag.items, bag.seal, bag.dest_office_id) == (
        KANGXIAN, "", 2, "A1", KANGXIAN)
    assert bag.unsealed_at == at("2022-07-12 18:20")
    assert not Difference.objects.exists()
    assert not RecalcDue.objects.exists()  # everything ran to the plan: no promise is made anew


def test_the_trace_of_an_item_shows_the_scans_of_its_containers() -> None:
    one, two = accept(), accept()
    ingest(*journey(one, two))
    page = item_get(actor=ACTOR, number=one)
    assert [(row.label, row.place, row.container) for row in page.scans] == [
        ("开拆", "康县", BAG), ("解车", "康县", VEHICLE), ("车到", "康县", VEHICLE), ("发车", "陇南", VEHICLE),
        ("发车", "兰州", VEHICLE), ("封车", "兰州", VEHICLE), ("封发", "兰州", BAG), ("收寄", "兰州", "")]


def test_a_bag_for_a_stop_gets_off_there() -> None:
    scans = journey(accept(), accept())
    ingest(*scans)
    other = Container.objects.get(number=OTHER)
    assert (other.place_office_id, other.inside) == (LONGNAN, "")
    assert other.place_since == at("2022-07-12 14:00")


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_any_repetition_of_the_same_scans_gives_the_same_state(seed: int) -> None:
    one, two = accept(), accept()
    scans = [*journey(one, two), step(VEHICLE, 8, Kind.VOID, "19:00", corrects=("gun-1", 6))]
    own = ScanInput(two, "pda-1", 1, ScanKind.OUT, at("2022-07-13 08:30"), office_id=KANGXIAN)
    shuffled = [*scans, *scans[::3]]
    random.Random(seed).shuffle(shuffled)
    for place, scan in enumerate(shuffled):
        ingest(scan)
        if place == seed:
            with clock.frozen(at("2022-07-15 12:00")):
                scans_ingest(actor=ACTOR, scans=[own])
    assert where(two) == (Place.ROUND, KANGXIAN, None)
    item = Item.objects.get(item_key=item_key(one))
    assert (item.place, item.place_office_id, item.place_since) == (
        Place.OFFICE, KANGXIAN, at("2022-07-12 18:10"))  # the arrival at 18:00 was corrected away
    assert not Difference.objects.filter(outcome="").exists()
    assert ContainerScan.objects.count() == len(scans)


def test_an_item_accepted_after_its_bag_was_scanned_is_where_the_bag_is() -> None:
    number = "EZ123456785CN"
    ingest(step(BAG, 1, Kind.SEALED, "07:00", LANZHOU, to_office_id=KANGXIAN, contents=(number,)),
           step(BAG, 2, Kind.DEPARTED, "08:01"))
    with clock.frozen(at("2022-07-11 17:00")):
        item_accept(actor=ACTOR, item=ItemInput(LANZHOU, KANGXIAN, number=number))
    assert where(number) == (Place.TRIP, None, leg_key(2, DAY, 0))


def test_a_correction_of_the_seal_takes_the_items_out_of_the_bag() -> None:
    one, two = accept(), accept()
    ingest(*journey(one, two)[:4])
    ingest(step(BAG, 9, Kind.VOID, "20:00", corrects=("gun-1", 1)))
    assert where(one) == (Place.OFFICE, LANZHOU, None)


def test_an_item_that_is_scanned_elsewhere_does_not_ride_on_with_its_bag() -> None:
    one, two = accept(), accept()
    scans = journey(one, two)
    ingest(*scans[:3])
    with clock.frozen(at("2022-07-15 12:00")):
        scans_ingest(actor=ACTOR, scans=[
            ScanInput(one, "pda-9", 1, ScanKind.ARRIVED, at("2022-07-12 07:50"), office_id=CHENGGUAN)])
    ingest(*scans[3:])
    assert where(one) == (Place.OFFICE, CHENGGUAN, None)
    assert where(two) == (Place.OFFICE, KANGXIAN, None)


def test_a_delivered_item_is_not_moved_by_the_bag_it_left() -> None:
    one, two = accept(), accept()
    scans = journey(one, two)
    ingest(*scans[:4])
    with clock.frozen(at("2022-07-15 12:00")):
        scans_ingest(actor=ACTOR, scans=[
            ScanInput(one, "pda-9", 1, ScanKind.DELIVERED, at("2022-07-12 09:00"), office_id=LANZHOU)])
    ingest(*scans[4:])
    assert where(one)[0] == Place.DELIVERED


def test_unsealing_tells_what_is_missing_too_many_and_damaged() -> None:
    one, two, stranger = accept(), accept(), accept(KANGXIAN, XIAN)
    scans = journey(one, two)
    opened = replace(scans[9], found=(one, stranger), damaged=(one,))
    ingest(*scans[:9], opened)
    rows = {(d.subject, d.kind) for d in Difference.objects.filter(outcome="")}
    assert rows == {(two, DifferenceKind.MISSING), (stranger, DifferenceKind.SURPLUS), (one, DifferenceKind.DAMAGED)}
    assert where(stranger) == (Place.OFFICE, KANGXIAN, None)
    assert Item.objects.get(item_key=item_key(two)).place_since == at("2022-07-12 18:00")


def test_a_bag_that_is_not_on_the_vehicle_is_a_difference_of_the_vehicle() -> None:
    scans = journey(accept(), accept())
    ingest(*scans[:4], replace(scans[5], found=()))
    difference = Difference.objects.get()
    assert (difference.subject, difference.kind, difference.office_id) == (OTHER, DifferenceKind.MISSING, LONGNAN)


def test_a_list_that_comes_late_explains_the_surplus_and_its_correction_brings_it_back() -> None:
    one = accept()
    sealed, opened = journey(one, accept())[0], step(BAG, 2, Kind.UNSEALED, "18:20", KANGXIAN, found=(one,))
    ingest(opened)
    assert Difference.objects.get().kind == DifferenceKind.SURPLUS
    ingest(replace(sealed, contents=(one,)))
    assert Difference.objects.get().outcome == Difference.Outcome.MOOT
    ingest(step(BAG, 3, Kind.VOID, "20:00", corrects=("gun-1", 1)))
    assert Difference.objects.get().outcome == Difference.Outcome.OPEN


def test_a_difference_is_settled_once_by_somebody_of_its_place() -> None:
    one = accept()
    ingest(step(BAG, 2, Kind.UNSEALED, "18:20", KANGXIAN, found=(one,)))
    row = Difference.objects.get()
    with pytest.raises(DifferenceNotFoundError):
        difference_settle(actor=replace(ACTOR, scope="61"), difference_id=row.id, outcome="found")
    difference_settle(actor=replace(ACTOR, scope="6212"), difference_id=row.id, outcome="sent_on", note="改封康县")
    with pytest.raises(DifferenceSettledError, match="已转发"):
        difference_settle(actor=ACTOR, difference_id=row.id, outcome="found")
    row.refresh_from_db()
    assert (row.outcome, row.settled_by, row.note) == ("sent_on", "test", "改封康县")
    ingest(step(BAG, 1, Kind.SEALED, "07:00", LANZHOU, contents=(one,)))
    row.refresh_from_db()
    assert row.outcome == "sent_on"  # what a person settled stays


def test_the_same_scan_again_changes_nothing_and_a_changed_one_is_refused() -> None:
    one = accept()
    sealed = step(BAG, 1, Kind.SEALED, "07:00", LANZHOU, contents=(one,))
    assert ingest(sealed, sealed) == ["stored", "duplicate"]
    assert refusal(replace(sealed, contents=(one, accept()))) is ScanChangedError
    assert BagContent.objects.count() == 1


@pytest.mark.parametrize(("wrong", "error"), [
    (step("EZ123456785CN", 1, Kind.ARRIVED, "07:00", LANZHOU), ContainerNumberInvalidError),
    (step(BAG[:-1] + "x", 1, Kind.ARRIVED, "07:00", LANZHOU), ContainerNumberInvalidError),
    (step(BAG, 1, Kind.ARRIVED, "07:00"), ContainerScanInvalidError),
    (step(BAG, 1, Kind.ARRIVED, "07:00", 99), ScanUnknownPlaceError),
    (step(BAG, 1, Kind.SEALED, "07:00", LANZHOU), ContainerScanInvalidError),
    (step(BAG, 1, Kind.LOADED, "07:00", LANZHOU, contents=(OTHER,)), ContainerScanInvalidError),
    (step(BAG, 1, Kind.SEALED, "07:00", LANZHOU, contents=(OTHER,)), ContentInvalidError),
    (step(VEHICLE, 1, Kind.LOADED, "07:00", LANZHOU, contents=(VEHICLE,)), ContentInvalidError),
    (step(VEHICLE, 1, Kind.LOADED, "07:00", LANZHOU, contents=("123",)), ContentInvalidError),
    (step(BAG, 1, Kind.VOID, "07:00"), ContainerScanInvalidError),
    (step(BAG, 1, Kind.DEPARTED, "07:00", trip_key=99), ScanUnknownPlaceError),
    (replace(step(BAG, 1, Kind.ARRIVED, "07:00", LANZHOU), occurred_at=at("2022-07-16 07:00")), ScanFromFutureError),
])
def test_a_scan_that_cannot_be_is_refused_and_the_rest_is_kept(wrong: ContainerScanInput, error: type) -> None:
    assert refusal(wrong) is error
    assert ingest(wrong, step(BAG, 7, Kind.ARRIVED, "07:00", LANZHOU)) == ["refused", "stored"]


def test_numbers_of_bags_and_vehicles_are_never_issued_twice() -> None:
    bags = [*container_numbers_allocate(actor=ACTOR, count=3), *container_numbers_allocate(actor=ACTOR)]
    assert bags == [number_make("ZB", 2022, serial) for serial in range(1, 5)]
    assert container_numbers_allocate(actor=ACTOR, is_vehicle=True) == [number_make("ZC", 2022, 1)]


def test_many_items_move_in_as_many_statements_as_two() -> None:
    def queries(serial: int, count: int) -> int:
        bag = number_make("ZB", 2022, serial)
        numbers = tuple(accept() for _ in range(count))
        ingest(step(bag, 1, Kind.SEALED, "07:00", LANZHOU, contents=numbers))
        with CaptureQueriesContext(connection) as seen:
            ingest(step(bag, 2, Kind.DEPARTED, "08:01"))
        assert {where(number)[0] for number in numbers} == {Place.TRIP}
        return len(seen)

    assert queries(10, 2) == queries(11, 20)
