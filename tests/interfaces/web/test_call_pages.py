"""The telephone over HTTP: the call at one's own with who it is, one press to its order, calls and promises."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from tests import people
from tests.domain.desk.exchange import exchange_register, told
from tests.domain.small_network import KANGXIAN, XIAN
from tests.interfaces.web.conftest import House
from tests.questions import questions

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk import services
from youlu.domain.desk.models import Call, Contact, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.mail.services import ItemInput, items_accept
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.parties.models import Party
from youlu.domain.partners.models import OutgoingMessage, Partner
from youlu.domain.partners.services import PartnerKeys
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
PHONE = "19900004417"  # of the house's customer


@pytest.fixture
def keys(house: House) -> Iterator[PartnerKeys]:
    trade_ensure(OrderKind, Parameter)
    presence_report(actor=people.li_agent(), site="on_site")
    return exchange_register()


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def li(keys: PartnerKeys) -> Client:
    return signed_in("limin")


def rings(keys: PartnerKeys, call: str = "1", **data: str) -> Call:
    return Call.objects.get(id=told(keys, "call.ringing", call=call, agent="2207", **data).call_id)


def test_who_calls_stands_on_the_agents_page_with_their_mail_masked(
    keys: PartnerKeys, li: Client, house: House
) -> None:
    idle = li.get("/my/call").content.decode()
    assert " hidden>" in idle
    assert 'data-poll="2"' in idle
    rings(keys, number=PHONE)
    page = li.get("/my/call").content.decode()
    assert "有来电" in page
    assert "王*民 · 1******4417" in page
    assert PHONE not in page
    for number in (house.to_compound, house.to_county):
        assert f"{number[:2]}" in page
    assert "康县" in page
    assert "建单" in page
    assert "data-call-open" in page
    told(keys, "call.answered", call="1", agent="2207")
    assert "通话中" in li.get("/my/call").content.decode()
    told(keys, "call.ended", call="1")
    assert " hidden>" in li.get("/my/call").content.decode()


def test_what_the_page_has_already_is_not_sent_again(keys: PartnerKeys, li: Client) -> None:
    assert li.get("/my/call", {"seen": ""}).status_code == 204
    rings(keys, number=PHONE)
    page = li.get("/my/call", {"seen": ""})
    tag = re.search(r'"seen":"([^"]+)"', page.content.decode())
    assert page.status_code == 200
    assert tag
    assert li.get("/my/call", {"seen": tag[1]}).status_code == 204
    told(keys, "call.answered", call="1", agent="2207")
    assert li.get("/my/call", {"seen": tag[1]}).status_code == 200
    assert page.headers["Cache-Control"] == "no-store"


def test_a_call_is_seen_by_whose_telephone_rings_and_by_nobody_else(keys: PartnerKeys, li: Client) -> None:
    people.ma_agent()
    call = rings(keys, number=PHONE)
    ma = signed_in("maqiang")
    assert "王*民" not in ma.get("/my/call").content.decode()
    assert ma.post(f"/calls/{call.id}/order").status_code == 404
    assert "王*民" not in ma.get("/calls").content.decode()
    assert "王*民" in li.get("/calls").content.decode()
    people.chen_supervisor()
    assert "王*民" in signed_in("chenjing").get("/calls").content.decode()


def test_one_press_opens_the_order_with_the_caller_and_again_the_same(keys: PartnerKeys, li: Client) -> None:
    call = rings(keys, number=PHONE)
    there = li.post(f"/calls/{call.id}/order")
    order = WorkOrder.objects.get()
    assert there.url == f"/desk/{order.id}"
    assert order.party_id == Party.objects.get().id
    assert li.post(f"/calls/{call.id}/order").url == there.url
    assert "看这张工单" in li.get("/my/call").content.decode()
    page = li.get(there.url).content.decode()
    assert "通电话" in page
    assert "王*民" in page
    told(keys, "call.ended", call="1")
    second = rings(keys, "2", number=PHONE)
    page = li.get("/my/call").content.decode()
    assert "开最急的工单" in page
    assert "另建一张" in page
    assert str(order.number) in page
    assert li.post(f"/calls/{second.id}/order", {"order": str(order.id)}).url == there.url
    assert li.post(f"/calls/{second.id}/order", {"order": str(uuid.UUID(int=7))}).status_code == 404


def test_a_withheld_number_is_said_and_an_order_can_be_written(keys: PartnerKeys, li: Client) -> None:
    call = rings(keys)
    assert "号码保密" in li.get("/my/call").content.decode()
    li.post(f"/calls/{call.id}/order")
    assert WorkOrder.objects.get().party_id is None


def test_the_page_asks_the_same_few_questions_of_one_item_and_of_many(keys: PartnerKeys, li: Client) -> None:
    assert questions(li, "/my/call") <= 6
    rings(keys, number=PHONE)
    services.order_open(actor=people.li_agent(), kind="chase", title="催投", party_id=Party.objects.get().id)
    few = questions(li, "/my/call")
    items_accept(actor=actor_of_system("tests"), items=[
        ItemInput(XIAN, KANGXIAN, addressee_id=Party.objects.get().id)] * 30)
    for kind in ("enquiry", "redirect", "complaint"):
        services.order_open(actor=people.li_agent(), kind=kind, title="查询", party_id=Party.objects.get().id)
    assert questions(li, "/my/call") <= few <= 12
    assert "还有别的邮件" in li.get("/my/call").content.decode()


def test_the_desks_page_of_calls_asks_the_same_few_questions(keys: PartnerKeys) -> None:
    people.chen_supervisor()
    chen = signed_in("chenjing")

    def calls(first: int, last: int) -> None:
        for nth in range(first, last):
            rings(keys, str(nth), number=f"138931{nth:05d}")
            told(keys, "call.ended", call=str(nth))
            told(keys, "call.call_back", call=str(nth))

    calls(0, 1)
    few = questions(chen, "/calls")
    calls(1, 60)
    assert questions(chen, "/calls") <= few <= 12
    page = chen.get("/calls").content.decode()
    more = re.search(r'href="\?(cursor=[^"]+)"', page)
    assert more
    assert page.count("改为回电") == 50
    assert chen.get(f"/calls?{more[1]}").status_code == 200
    assert chen.get("/calls?cursor=%00x").status_code == 200


def test_both_ends_are_called_from_the_order_and_without_an_exchange_the_number_is_shown_instead(
    keys: PartnerKeys, li: Client
) -> None:
    order_id = services.order_open(actor=people.li_agent(), kind="chase", title="催投",
                                   party_id=Party.objects.get().id)
    assert f"/desk/{order_id}/dial" not in li.get(f"/desk/{order_id}").content.decode(), "of who holds the order"
    services.order_take(actor=people.li_agent(), order_id=order_id)
    assert f"/desk/{order_id}/dial" in li.get(f"/desk/{order_id}").content.decode()
    page = li.post(f"/desk/{order_id}/dial", follow=True).content.decode()
    assert "已请总机双呼" in page
    assert "请总机双呼" in page
    assert PHONE not in page
    li.post(f"/desk/{order_id}/dial")
    assert OutgoingMessage.objects.count() == 1
    assert "总机正在呼您" in li.get("/my/call").content.decode()
    Call.objects.all().delete()
    OutgoingMessage.objects.all().delete()
    Partner.objects.update(active=False)
    page = li.get(f"/desk/{order_id}").content.decode()
    assert f"/desk/{order_id}/dial" not in page
    assert f"/reveal/order/{order_id}" in page
    assert "没有接总机，不能双呼" in li.post(f"/desk/{order_id}/dial", follow=True).content.decode()


def test_a_promised_call_stands_on_the_agents_list_and_on_the_desks(keys: PartnerKeys, li: Client) -> None:
    told(keys, "call.call_back", call="1", number=PHONE)
    page = li.get("/calls").content.decode()
    assert "没到时间" in page
    assert "约好的回电" in page
    with clock.frozen(clock.now() + dt.timedelta(hours=1)):
        li.post("/desk/next")
        page = li.get("/my/orders").content.decode()
        assert "回电" in page
        assert "约17:30" in page


def test_a_contact_is_not_said_to_be_dialled_where_no_exchange_is(keys: PartnerKeys, li: Client) -> None:
    outreach_id = services.outreach_open(closure_id=None, reason="兰州城关区封控", next_review_at=None, at=clock.now())
    with transaction.atomic():
        services.words_owe([services.Word(7, Party.objects.get().id, clock.now(), clock.now() + dt.timedelta(days=2),
                                          outreach_id)], at=clock.now())
    wordings_ensure(actor=people.chen_supervisor())
    li.post("/my/take")
    contact_id = Contact.objects.get().id
    rings(keys, number=PHONE)
    assert "您还有一通电话没有结束" in li.post(f"/my/contacts/{contact_id}/call", follow=True).content.decode()
    told(keys, "call.ended", call="1")
    assert "已请总机双呼" in li.post(f"/my/contacts/{contact_id}/call", follow=True).content.decode()
    Partner.objects.update(active=False)
    page = li.get("/my").content.decode()
    assert "没有接总机，不能双呼" in page
    assert f"/my/contacts/{contact_id}/reveal" in page
