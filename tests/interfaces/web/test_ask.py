"""The public asks without a login: by the form, or about an item whose page is open. Once a key, a few a minute
and a day, and nothing is said of who is a customer, which mail there is, or what others asked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests import people
from tests.interfaces.web.conftest import House
from tests.questions import questions

from youlu.core.models import AuditEntry
from youlu.core.throttle import Buckets
from youlu.domain.desk import services
from youlu.domain.desk.channels import asking
from youlu.domain.desk.models import OrderEvent, OrderKind, OrderSource, OrderSubtype, Parameter, WorkOrder
from youlu.domain.desk.orders.links import order_linked
from youlu.domain.desk.trade import subtypes_ensure, trade_ensure
from youlu.domain.mail.models import Item
from youlu.domain.parties.models import Party
from youlu.engines.codes.item_key import item_key
from youlu.interfaces.web.doors import DOOR

PHONE = "13893104488"
LINK = re.compile(r"/follow/([\w.:-]+)")
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
TOKENS = re.compile(rb'name="(?:csrfmiddlewaretoken|idempotency_key)" value="[^"]+"|data-clock="\d+"')


@pytest.fixture(autouse=True)
def _doors(house: House) -> Iterator[None]:
    trade_ensure(OrderKind, Parameter)
    DOOR.asks = Buckets(lambda: 0.0)
    yield
    DOOR.asks = Buckets()


def form(**more: str) -> dict[str, str]:
    return {"kind": "chase", "text": "药品还没到，急用", "phone": PHONE, "consent": "1",
            "idempotency_key": str(uuid.uuid4()), **more}


def post(client: Client | None = None, **more: str) -> Any:
    return (client or Client()).post("/ask", form(**more))


def order_of(answer: Any) -> WorkOrder:
    return WorkOrder.objects.get(id=order_linked(LINK.search(answer.content.decode())[1]))  # type: ignore[index]


def ticket(number: str, tail: str = "4417") -> str:
    return TICKET.search(Client().post("/track", {"number": number, "tail": tail}).content.decode())[1]  # type: ignore[index]


def test_a_form_becomes_an_order_that_its_writer_follows() -> None:
    answer = post(name="王建民", item="")
    order = order_of(answer)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert str(order.number) in answer.content.decode()
    assert (order.channel, order.kind_id, order.body, order.state) == ("form", "chase", "药品还没到，急用", "open")
    assert order.title == "该到的没到，催一催", "what somebody wrote stands in no list"
    assert Party.objects.get(id=order.party_id).name == "王建民"
    assert OrderSource.objects.get(order=order).caller == "form"
    assert AuditEntry.objects.get(action="order.open").facts["consent"] == asking.CONSENT
    followed = Client().post(f"/follow/{LINK.search(answer.content.decode())[1]}", {"tail": "4488"})  # type: ignore[index]
    assert followed.status_code == 200


def test_the_same_key_is_one_order_and_with_other_words_refused() -> None:
    one = form()
    first, again = Client().post("/ask", one), Client().post("/ask", one)
    assert order_of(first).id == order_of(again).id
    assert Client().post("/ask", {**one, "text": "别的话"}).status_code == 422
    for key in ("", "x" * 500, "a\0b"):
        assert post(idempotency_key=key).status_code == 200
    assert WorkOrder.objects.count() == 4


@pytest.mark.parametrize(("more", "said"), [
    ({"kind": "opinion"}, "选一项。"), ({"kind": ""}, "选一项。"), ({"text": " "}, "没有填。"),
    ({"text": "字" * 501}, "太长了"), ({"phone": "12"}, "号码"), ({"phone": ""}, "没有填。"),
    ({"consent": ""}, "同意以后才能提交"), ({"item": "EZ1"}, "邮件号写得不对"), ({"page": "http://x"}, "没有收下"),
])
def test_what_cannot_be_taken_says_what_to_do_and_keeps_what_was_typed(more: dict[str, str], said: str) -> None:
    answer = post(**{"name": "赵小燕", **more})
    text = answer.content.decode()
    assert (answer.status_code, said in text, "赵小燕" in text) == (422, True, True)
    assert not WorkOrder.objects.exists()


def test_a_known_customer_a_stranger_and_mail_that_is_or_is_not_there_read_alike(house: House) -> None:
    """Also where the customer has an open order of the kind about the item: its link goes to nobody who says so."""
    key = item_key(house.to_county)
    theirs = services.order_open(actor=people.chen_supervisor(), kind="chase", title="催投", item_key=key,
                                 party_id=Item.objects.get(item_key=key).addressee_id)
    Item.objects.filter(item_key=item_key(house.through)).update(shadow_source="old")
    told = set()
    for phone, item in (("19900004417", house.to_county), ("19900004417", ""), (PHONE, house.to_county),
                        (PHONE, house.through), (PHONE, "EZ999999995CN"), (PHONE, "")):
        answer = post(phone=phone, item=item)
        order = order_of(answer)
        assert order.id != theirs
        body = LINK.sub("#", TOKENS.sub(b"", answer.content).decode()).replace(str(order.number), "#")
        told.add((answer.status_code, body))
    assert len(told) == 1
    assert WorkOrder.objects.get(id=theirs).repeats == 0
    assert any(house.through in one.body for one in WorkOrder.objects.filter(item_key=None)), "staff read the number"


def test_one_address_and_one_telephone_wait(settings: Any) -> None:
    settings.ASKS_PER_MIN = 12
    assert [post(Client(REMOTE_ADDR="10.0.0.1")).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert post(Client(REMOTE_ADDR="10.0.0.2")).status_code == 200
    settings.ASKS_PER_MIN = 1200
    statuses = [post(Client(REMOTE_ADDR="10.0.0.3")).status_code for _ in range(asking.ASKED_A_DAY)]
    assert statuses == [200] * (asking.ASKED_A_DAY - 4) + [429] * 4
    assert post(phone="13893104489").status_code == 200


def test_on_the_tracking_page_an_order_about_the_item_is_opened_and_added_to(house: House) -> None:
    proof = ticket(house.to_county)
    asked = {"ticket": proof, "kind": "chase", "text": "什么时候到", "idempotency_key": "1"}
    answer = Client().post("/track/ask", asked)
    order = order_of(answer)
    item = Item.objects.get(item_key=item_key(house.to_county))
    assert (order.channel, order.item_key, order.party_id) == ("track", item.item_key, item.addressee_id)
    assert order_of(Client().post("/track/ask", asked)).id == order.id, "the same press again"
    more = Client().post("/track/ask", {**asked, "text": "今天要用", "idempotency_key": "2"})
    assert (more.status_code, LINK.search(more.content.decode())) == (200, None)
    assert str(order.number) in more.content.decode()
    assert OrderEvent.objects.get(order=order, act="message").note == "今天要用"
    assert WorkOrder.objects.count() == 1


def test_a_complaint_says_what_it_is_about_on_either_form_and_may_leave_it_open(house: House) -> None:
    subtypes_ensure(OrderSubtype)
    page = Client().get("/ask").content.decode()
    assert '<div class="field of-complaint">' in page
    assert '<option value="loss">丢了</option>' in page
    assert order_of(post(kind="complaint", **{"subtype.complaint": "loss"})).subtype == "loss"
    assert order_of(post(kind="complaint", phone="13893104489")).subtype == ""
    assert order_of(post(kind="chase", phone="13893104489", **{"subtype.complaint": "loss"})).subtype == ""
    refused = post(kind="complaint", **{"subtype.complaint": "weather"})
    assert (refused.status_code, "没有这个类别" in refused.content.decode()) == (422, True)
    asked = {"ticket": ticket(house.to_county), "kind": "complaint", "text": "少一本", "subtype.complaint": "shortage"}
    assert order_of(Client().post("/track/ask", {**asked, "idempotency_key": "t"})).subtype == "shortage"
    again = Client().post("/track/ask", {**asked, "text": "", "idempotency_key": "u"}).content.decode()
    assert '<option value="shortage" selected>' in again, "what was chosen stands when the form comes back"


def test_whoever_is_at_the_other_end_of_the_item_gets_an_order_of_their_own(house: House) -> None:
    sender = people.customer(phone="13893104433", name="赵小燕")
    Item.objects.filter(item_key=item_key(house.to_county)).update(sender_id=sender)
    asked = {"kind": "chase", "text": "什么时候到"}
    mine, theirs = [order_of(Client().post("/track/ask", {**asked, "ticket": ticket(house.to_county, tail)}))
                    for tail in ("4417", "4433")]
    assert mine.id != theirs.id
    assert theirs.party_id == sender


def test_without_the_proof_of_an_open_page_nothing_is_written(house: House) -> None:
    good = ticket(house.to_county)
    other = good.replace(house.to_county, house.through)
    for bad in ("", "x", good[:-1] + ("A" if good[-1] != "A" else "B"), other, good.replace("addressee", "sender")):
        answer = Client().post("/track/ask", {"ticket": bad, "kind": "chase", "text": "x"})
        assert (answer.status_code, "再填一次单号和后四位" in answer.content.decode()) == (404, True)
    assert Client().get("/track/ask").status_code == 302
    wrong = Client().post("/track/ask", {"ticket": good, "kind": "opinion", "text": "什么时候到"})
    assert (wrong.status_code, "什么时候到" in wrong.content.decode()) == (422, True)
    assert not WorkOrder.objects.exists()


def test_an_agent_says_how_it_came_and_only_what_comes_to_the_desk() -> None:
    people.li_agent()
    client = Client()
    client.force_login(people.li_agent_user())
    made = {"kind": "enquiry", "title": "查件", "idempotency_key": "1"}
    assert client.post("/desk/new", {**made, "channel": "letter"}).status_code == 302
    assert WorkOrder.objects.get().channel == "letter"
    refused = client.post("/desk/new", {**made, "channel": "track", "idempotency_key": "2"})
    assert (refused.status_code, "来柜台还是来信" in refused.content.decode()) == (422, True)
    page = client.get(f"/desk/{WorkOrder.objects.get().id}").content.decode()
    assert "来信" in page


def test_the_form_asks_the_same_few_questions_whoever_sends_it() -> None:
    for _ in range(3):
        post()
    before = questions(Client(), "/ask")
    assert before <= 2
