"""Trips that cannot carry what is planned on them: shown, and their items at risk, by the one function that decides."""

from __future__ import annotations

import pytest

from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, LONGNAN, XIAN, at
from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.preview import closure_preview
from youlu.domain.mail.exceptions.models import ExceptionKind
from youlu.domain.mail.exceptions.refresh import exceptions_refresh
from youlu.domain.mail.exceptions.selectors import exceptions_list
from youlu.domain.mail.models import Item, OverloadedLeg
from youlu.domain.mail.overload import overload_mark
from youlu.domain.mail.resident import flight_now
from youlu.domain.mail.selectors import items_counted, items_list
from youlu.domain.mail.services import ItemInput, items_accept
from youlu.domain.network.capacity import capacity_import, capacity_lines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]


def carries(trip: int, items: int) -> None:
    lines = capacity_lines(f"kind,of,mail_class,value,source\nvehicle,trip:{trip},,{items},行车证")
    capacity_import(actor=actor_of_system("test"), lines=lines)


def marked() -> int:
    return overload_mark([part.held for part in flight_now()])


def test_items_on_a_trip_that_cannot_carry_them_all_are_at_risk_and_others_are_not() -> None:
    items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN)] * 5 + [ItemInput(LANZHOU, XIAN)])
    carries(2, 4)
    assert marked() == 5
    assert {row.item_key for row in items_list(actor=ACTOR, state="risk").rows} == {
        item.item_key for item in Item.objects.filter(dest_office_id=KANGXIAN)}
    assert {(row.office_id, row.state, row.items) for row in items_counted()} == {
        (KANGXIAN, "risk", 5), (XIAN, "kept", 1)}
    assert {(leg.items, leg.carries) for leg in OverloadedLeg.objects.all()} == {(5, 4)}


def test_items_on_a_trip_that_cannot_carry_them_all_stand_on_the_list_of_those_to_look_at() -> None:
    items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN)] * 5)
    carries(2, 4)
    marked()
    with clock.frozen(at("2022-07-11 18:00")):
        exceptions_refresh()
    assert len(exceptions_list(actor=ACTOR, kind=ExceptionKind.RISK).rows) == 5


def test_a_trip_that_is_full_to_the_last_place_carries_its_items() -> None:
    items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN)] * 5)
    carries(2, 5)
    assert marked() == 0


def test_the_mark_goes_when_the_trip_gets_a_larger_vehicle() -> None:
    items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN)] * 5)
    carries(2, 4)
    marked()
    carries(2, 6)
    assert marked() == 0
    assert not Item.objects.filter(is_overloaded=True).exists()
    assert not OverloadedLeg.objects.exists()


def test_a_preview_lists_the_trips_that_a_detour_overfills_and_by_how_much() -> None:
    """Xi'an to Longnan by Lanzhou is faster; with the road closed all take the direct trip."""
    items_accept(actor=ACTOR, items=[ItemInput(XIAN, LONGNAN)] * 2)  # 10:00, the direct trip
    items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN)] * 3)
    carries(5, 2)
    road = MeasureInput("transit", "leg", f"{LONGNAN}-{KANGXIAN}", at("2022-07-12 12:00"), at("2022-07-12 23:00"))
    foreseen = closure_preview(ClosureInput("landslide", "塌方", "公路局", "1号", "62", (road,)), at=clock.now())
    assert [(leg["from"], leg["to"], leg["items"], leg["carries"], leg["more"]) for leg in foreseen["overload"]] == [
        ("陇南", "康县", 3, 2, 3)]
