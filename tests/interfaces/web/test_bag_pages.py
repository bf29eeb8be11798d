"""Pages of bags, differences, exceptions and undelivered items."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.domain.small_network import ACTOR, KANGXIAN, LANZHOU, at
from tests.interfaces.web.conftest import House

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.mail.bags.ingest import ContainerScanInput, container_scans_ingest
from youlu.domain.mail.bags.models import ContainerScanKind as Kind
from youlu.domain.mail.bags.models import Difference
from youlu.domain.mail.exceptions.models import NextAction
from youlu.domain.mail.exceptions.refresh import exceptions_refresh
from youlu.domain.mail.models import ScanKind
from youlu.domain.mail.scans import ScanInput, scans_ingest
from youlu.engines.codes.container import number_make

pytestmark = pytest.mark.django_db
BAG, RUN = number_make("ZB", 2022, 9), number_make("ZC", 2022, 9)


@pytest.fixture
def sealed(house: House) -> House:
    """The item for Kangxian in a bag that was opened there without it."""
    clock.clock_set(at=at("2022-07-13 10:00"), rate=0.0)

    def step(number: str, sequence: int, kind: Kind, when: str, **more) -> ContainerScanInput:
        return ContainerScanInput(number, "gun-1", sequence, kind, at(f"2022-07-12 {when}"), **more)

    outcomes = container_scans_ingest(actor=ACTOR, scans=[
        step(BAG, 1, Kind.SEALED, "07:00", office_id=LANZHOU, to_office_id=KANGXIAN, contents=(house.to_county,),
             seal="A1", weight_g=1500),
        step(RUN, 1, Kind.LOADED, "07:30", office_id=LANZHOU, contents=(BAG,)),
        step(RUN, 2, Kind.ARRIVED, "18:00", office_id=KANGXIAN),
        step(RUN, 3, Kind.UNSEALED, "18:05", office_id=KANGXIAN),
        step(BAG, 2, Kind.UNSEALED, "18:10", office_id=KANGXIAN, found=())])
    assert {one.result for one in outcomes} == {"stored"}
    return house


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_bags_and_vehicles_are_listed_with_what_they_hold(dispatcher: Client, sealed: House) -> None:
    assert BAG in text(dispatcher, "/bags")
    assert RUN in text(dispatcher, "/bags?list=vehicle")
    assert dispatcher.get(f"/bags?q={BAG.lower()}")["Location"] == f"/bags/{BAG}"
    missing = dispatcher.get("/bags?q=ZB1")
    assert (missing.status_code, "没有查到这个总包" in missing.content.decode()) == (404, True)
    page = text(dispatcher, f"/bags/{BAG}")
    assert "这个总包在康县，里面1件" in page
    assert f"/items/{sealed.to_county}" in page
    assert "解车" in text(dispatcher, f"/bags/{RUN}")
    assert BAG in text(dispatcher, f"/items/{sealed.to_county}")  # the trace names the bag


def test_a_difference_is_settled_from_the_page_and_leaves_the_list(dispatcher: Client, sealed: House) -> None:
    page = text(dispatcher, "/bags?list=difference")
    assert "少件" in page
    address, = set(re.findall(r'action="(/bags/differences/[^"]+)"', page))
    dispatcher.post(address, {"outcome": ""})
    assert Difference.objects.get().outcome == ""
    answer = dispatcher.post(address, {"outcome": "found", "note": "在旁边的袋里"}, follow=True).content.decode()
    assert "没有待处理的开拆差异" in answer
    assert "已由何工处理" in dispatcher.post(address, {"outcome": "claimed"}, follow=True).content.decode()
    assert "在旁边的袋里" in text(dispatcher, f"/bags/{BAG}")


def test_an_agent_may_look_and_not_settle(sealed: House) -> None:
    client = Client()
    client.force_login(User.objects.create(username="limin", roles=["agent"], scope="62", password="!"))
    assert "/bags/differences/" not in text(client, "/bags?list=difference")
    assert client.post(f"/bags/differences/{Difference.objects.get().id}", {"outcome": "found"}).status_code == 403


def test_the_list_of_exceptions_counts_filters_and_says_as_of_when(dispatcher: Client, house: House) -> None:
    assert "没有要处理的邮件" in text(dispatcher, "/exceptions")
    clock.clock_set(at=at("2022-07-20 10:00"), rate=0.0)
    exceptions_refresh()
    page = text(dispatcher, "/exceptions")
    assert "3件逾限" in page
    assert "截至07-20 10:00" in page
    assert house.to_county in page
    near = text(dispatcher, "/exceptions?kind=late&place=康县&class=express")
    assert house.to_county in near
    assert house.to_compound not in near
    assert "没有叫" in text(dispatcher, "/exceptions?place=火星")
    assert "没有“错向”的邮件" in text(dispatcher, "/exceptions?kind=astray&after=rubbish")


def test_an_undelivered_item_offers_only_what_its_cause_allows(dispatcher: Client, house: House) -> None:
    clock.clock_set(at=at("2022-07-13 10:00"), rate=0.0)
    number = house.to_county
    scans_ingest(actor=ACTOR, scans=[
        ScanInput(number, "p", 1, ScanKind.UNDELIVERED, at("2022-07-13 09:30"), office_id=KANGXIAN, cause=104)])
    page = text(dispatcher, f"/items/{number}")
    assert "104 收件人拒收" in page
    assert ">退回寄件人</option>" in page
    assert ">再投</option>" not in page
    refused = dispatcher.post(f"/items/{number}/act", {"action": "redeliver"}, follow=True).content.decode()
    assert "不能再投" in refused
    dispatcher.post(f"/items/{number}/act", {"action": "return", "note": "寄件人同意"})
    assert NextAction.objects.get().asked_by == "何工"
    assert "寄件人同意" in text(dispatcher, f"/items/{number}")
