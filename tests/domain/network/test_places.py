"""Places found by what people call them; measures told by epoch."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.network.epoch import epoch_raise
from youlu.domain.network.errors import AmbiguousOfficeError, UnknownOfficeError
from youlu.domain.network.models import Closure, Compound, DeliverySegment, Measure
from youlu.domain.network.selectors import compounds_find, epoch_current, measures_in_force, office_find, offices_search
from youlu.domain.network.services import network_import
from youlu.scenarios.national import national_build

PLAN = national_build(seed=2022)
TABLES = ("network_office, network_servicecalendar, network_route, network_trip, network_deliverysegment,"
          " network_compound, network_timetablerevision, network_epochcounter, core_auditentry")


@pytest.fixture(scope="module")
def stored_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The network committed for the tests of this module, who only read it, and taken away after them."""
    with django_db_blocker.unblock():
        network_import(actor=actor_of_system("test"), plan=PLAN)
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")


@pytest.fixture
def _network(stored_once: None, db: None) -> None:
    return None


@pytest.mark.usefixtures("_network")
@pytest.mark.parametrize(("text", "code"), [
    ("康县", "621224"), ("621224", "621224"), ("陇南康县", "621224"), ("甘肃省陇南市康县", "621224"),
    ("兰州", "620100"), ("兰州市", "620100"), ("甘肃", "620100"), ("北京", "110000"), ("陇南", "621200"),
    ("天祝", "620623"), ("天祝县", "620623"), ("甘南州", "623000"), ("兰州城关区", "620102"), ("拉萨城关区", "540102"),
    (" 康 县 ", "621224"), ("内蒙古", "150100"), ("620102d01", "620102D01"), ("榆中", "620123"),
])
def test_an_office_answers_to_what_people_call_it(text: str, code: str) -> None:
    assert office_find(text).code == code


@pytest.mark.usefixtures("_network")
def test_an_ambiguous_name_gives_its_candidates_and_what_to_write() -> None:
    with pytest.raises(AmbiguousOfficeError) as caught:
        office_find("城关区")
    assert {c["code"] for c in caught.value.details["candidates"]} == {"620102", "540102"}
    assert "如“拉萨城关区”" in caught.value.message
    with pytest.raises(AmbiguousOfficeError) as caught:
        office_find("临夏")
    assert {c["name"] for c in caught.value.details["candidates"]} == {"临夏回族自治州", "临夏市", "临夏县"}


@pytest.mark.usefixtures("_network")
def test_an_unknown_name_is_answered_with_names_like_it() -> None:
    with pytest.raises(UnknownOfficeError) as caught:
        office_find("嘉玉关")
    assert "嘉峪关" in caught.value.message
    with pytest.raises(UnknownOfficeError):
        office_find("")
    assert offices_search("康县", 3)[0].code == "621224"
    assert len(offices_search("城关", 5)) == 5


@pytest.mark.usefixtures("_network")
def test_a_pasted_list_of_compounds_is_sorted_into_found_unknown_and_ambiguous() -> None:
    known = [c for c in PLAN.compounds if c.division_code.startswith("620102")][:2]
    twin = Compound.objects.create(id=99_999, segment=DeliverySegment.objects.get(id=1), name=known[1].name,
                                   division_code="620103001", source="synthetic")
    found = compounds_find([known[0].name, "", f" {known[0].name}", known[1].name, "没有这个小区"])
    assert [row.id for row in found.rows] == [known[0].id]
    assert found.unknown == ("没有这个小区",)
    assert [(name, [row.id for row in rows]) for name, rows in found.ambiguous] == [
        (known[1].name, [known[1].id, twin.id])]
    assert [row.id for row in compounds_find([known[1].name], division_prefix="620102").rows] == [known[1].id]


@pytest.mark.usefixtures("_network")
def test_the_measures_of_an_epoch_can_be_told_for_ever() -> None:
    at = dt.datetime(2022, 7, 11, 12, tzinfo=dt.UTC)
    closure = Closure.objects.create(
        id=uuid.uuid4(), cause="lockdown", title="兰州城关区封控", authority="演示", document_no="演示〔2022〕1号",
        scope="620102", declared_at=at, declared_by="test", declared_epoch=1)

    def measure(**epochs: int) -> Measure:
        return Measure.objects.create(id=uuid.uuid4(), closure=closure, act="delivery", zone_kind="division",
                                      zone_ref="620102", starts_at=at, **epochs)

    lasting, ended = measure(from_epoch=1), measure(from_epoch=2, until_epoch=3)
    assert epoch_current() == 1
    assert [epoch_raise(), epoch_raise()] == [2, 3]
    assert [m.id for m in measures_in_force()] == [lasting.id]
    assert {m.id for m in measures_in_force(2)} == {lasting.id, ended.id}
    assert measures_in_force(0) == ()
    assert measures_in_force()[0].title == "兰州城关区封控"
