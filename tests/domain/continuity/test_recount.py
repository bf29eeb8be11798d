"""The slow method agrees with the fast one, and finds what is broken on purpose."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.domain.continuity.test_loop import DEPOT, DOOR, OPEN_DOOR, ROAD, declare, items, lift  # noqa: F401
from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, XIAN, at
from youlu.core import clock
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.continuity.recount import Recount, recount_run
from youlu.domain.mail.models import Item, PromiseRevision, Scan, ScanKind
from youlu.domain.mail.scans import ScanInput, scans_ingest
from youlu.domain.mail.services import ItemInput, item_accept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]


def recount(**more) -> Recount:
    return recount_run(seed=7, sample=None, **more)


@pytest.fixture
def disturbed(items: list[Item]) -> list[Item]:  # noqa: F811
    first = declare(ROAD, DOOR)
    declare(OPEN_DOOR, DEPOT)
    lift(first)
    return items


def test_nothing_is_found_where_nothing_is_wrong(disturbed: list[Item]) -> None:
    names = list(Scan.objects.values_list("item_key", "device", "sequence"))
    found = recount(acknowledged=names)
    assert found.is_clean, found.findings
    assert (found.items, found.promises, found.scans) == (6, 6, 6)


def test_items_on_vehicles_and_missed_connections_agree_with_the_slow_search() -> None:
    numbers = [item_accept(actor=ACTOR, item=ItemInput(XIAN, KANGXIAN)).number for _ in range(3)]
    ride = ScanInput(numbers[0], "p", 1, ScanKind.DEPARTED, at("2022-07-11 20:00"), trip_key=1,
                     service_date=dt.date(2022, 7, 11), stop_seq=0)
    late = [ScanInput(numbers[1], "p", 1, ScanKind.DEPARTED, at("2022-07-11 20:00"), trip_key=1,
                      service_date=dt.date(2022, 7, 11), stop_seq=0),
            ScanInput(numbers[1], "p", 2, ScanKind.ARRIVED, at("2022-07-12 07:30"), office_id=LANZHOU)]
    with clock.frozen(at("2022-07-11 23:00")):
        scans_ingest(actor=ACTOR, scans=[ride])
        declare(ROAD)
        assert recount().is_clean
    with clock.frozen(at("2022-07-12 07:40")):
        scans_ingest(actor=ACTOR, scans=late)
        closure_apply()
        found = recount()
    assert found.is_clean, found.findings
    assert set(PromiseRevision.objects.values_list("cause", flat=True)) == {"accepted", "closure", "moved"}


def test_a_lost_revision_is_found(disturbed: list[Item]) -> None:
    PromiseRevision.objects.filter(item_key=disturbed[0].item_key, revision_no=2).delete()
    assert recount().lost >= 1


def test_a_doubled_revision_is_found(disturbed: list[Item]) -> None:
    row = PromiseRevision.objects.filter(item_key=disturbed[0].item_key).order_by("-revision_no").first()
    PromiseRevision.objects.create(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
                                   | {"revision_no": row.revision_no + 1, "cause": "moved"})
    assert recount().doubled >= 1


def test_a_wrong_promise_is_found(disturbed: list[Item]) -> None:
    wrong = at("2022-07-20 18:00")
    Item.objects.filter(item_key=disturbed[2].item_key).update(expected_arrive_by=wrong)
    PromiseRevision.objects.filter(item_key=disturbed[2].item_key).update(arrive_by=wrong)
    found = recount()
    assert found.mismatches == 1
    assert "逐段再查" in found.findings[0].what


def test_an_item_that_a_run_forgot_is_found(items: list[Item]) -> None:  # noqa: F811
    declare(ROAD)
    hit = Item.objects.get(item_key=items[2].item_key)
    first = PromiseRevision.objects.get(item_key=hit.item_key, revision_no=1)
    PromiseRevision.objects.filter(item_key=hit.item_key, revision_no=2).delete()
    Item.objects.filter(item_key=hit.item_key).update(
        revision_no=1, expected_arrive_by=first.arrive_by, planned_legs=first.planned_legs)
    assert any("却没有改期" in finding.what for finding in recount().findings)


def test_an_acknowledged_scan_that_is_gone_is_found(disturbed: list[Item]) -> None:
    names = list(Scan.objects.values_list("item_key", "device", "sequence"))
    Scan.objects.filter(item_key=disturbed[0].item_key).delete()
    assert recount(acknowledged=names).lost == 1
