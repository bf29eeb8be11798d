"""Work orders of programs and of a messenger over HTTP: once a key, one's own only, signed or not believed."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import people
from tests.interfaces.api.conftest import Caller
from tests.interfaces.web.test_desk_pages import NOON

from youlu.core import clock
from youlu.domain.desk import services
from youlu.domain.desk.models import OrderEvent, OrderKind, OrderSource, OrderSubtype, Parameter, WorkOrder
from youlu.domain.desk.trade import subtypes_ensure, trade_ensure
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.messages.models import Message
from youlu.domain.parties.models import Party
from youlu.domain.partners import signing
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
SECRET = signing.secret_make()
ORDER = {"kind": "chase", "title": "药品三天没动", "text": "家里等着用"}


@pytest.fixture(autouse=True)
def desk(settings: Any) -> Iterator[None]:
    settings.MESSENGER_SECRET = SECRET
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(NOON):
        wordings_ensure(actor=people.chen_supervisor())
        yield


def submit(caller: Caller, key: str = "k", **more: Any) -> tuple[int, Any]:
    return caller.post("/orders", {**ORDER, **more}, key=key)


def answered(order_id: str, text: str = "今天送到") -> None:
    li = people.li_agent()
    presence_report(actor=li, site="on_site")
    services.order_take(actor=li, order_id=uuid.UUID(order_id))
    services.order_answer(actor=li, order_id=uuid.UUID(order_id), text=text)


def said(text: str = "我的药到哪了", *, sender: str = "wx-1", message_id: str = "m1", secret: str = SECRET,
         **more: str) -> tuple[int, Any]:
    body = json.dumps({"sender": sender, "text": text, **more}).encode()
    headers = signing.headers_for(secret, message_id=message_id, timestamp_s=int(time.time()), body=body)
    answer = Client().post("/api/v1/messenger", body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def test_an_order_is_written_once_a_key_and_read_by_who_sent_it() -> None:
    shop, other = Caller("order.submit"), Caller("order.submit")
    status, made = submit(shop)
    assert (status, made["is_repeat"]) == (201, False)
    assert submit(shop) == (201, made)
    assert submit(shop, title="别的")[1]["code"] == "core.key_reused"
    assert WorkOrder.objects.get().channel == "api"
    status, read = shop.get(f"/orders/{made['id']}")
    assert (status, read["state"], read["answers"], read["link"]) == (200, "open", [], made["link"])
    assert other.get(f"/orders/{made['id']}") == other.get(f"/orders/{uuid.uuid4()}")
    assert other.post(f"/orders/{made['id']}/messages", {"text": "x"}, key="x")[0] == 404
    answered(made["id"])
    assert shop.get(f"/orders/{made['id']}")[1]["answers"] == ["今天送到"]


def test_a_complaint_may_say_what_it_is_about() -> None:
    subtypes_ensure(OrderSubtype)
    shop = Caller("order.submit")
    assert submit(shop, kind="complaint", subtype="damage")[0] == 201
    assert WorkOrder.objects.get().subtype == "damage"
    assert submit(shop, kind="complaint", subtype="fee")[1]["code"] == "core.key_reused"
    for kind, subtype in (("complaint", "weather"), ("chase", "damage")):
        status, problem = submit(shop, key=kind, kind=kind, subtype=subtype)
        assert (status, problem["code"]) == (422, "desk.unknown_subtype")


def test_who_asks_second_reads_the_state_and_no_words_of_the_first() -> None:
    shop, other = Caller("order.submit"), Caller("order.submit")
    made = submit(shop, item="EZ100000017CN")[1]
    status, again = submit(other, item="EZ100000017CN")
    assert (status, again["id"], again["is_repeat"]) == (200, made["id"], True)
    answered(made["id"])
    assert other.get(f"/orders/{made['id']}")[1]["answers"] == []
    assert shop.get(f"/orders/{made['id']}")[1]["answers"] == ["今天送到"]


def test_a_customer_is_known_by_telephone_or_made_and_hears_that_there_is_an_answer() -> None:
    shop, known = Caller("order.submit"), people.customer(phone="13893104417")
    made = submit(shop, customer={"phone": "138 9310 4417"})[1]
    assert WorkOrder.objects.get().party_id == known
    submit(shop, key="2", kind="complaint", customer={"phone": "13900000001", "name": "刘强"})
    submit(shop, key="2", kind="complaint", customer={"phone": "13900000001", "name": "刘强"})
    assert Party.objects.count() == 2
    answered(made["id"])
    message = Message.objects.get()
    assert f"/follow/{made['link']}" in message.text
    assert OrderEvent.objects.get(act="told").detail == "发了消息"
    assert submit(shop, key="3", customer={"phone": "12"})[1]["code"].startswith("parties.")


def test_a_message_is_added_once_a_key_and_ends_a_pause() -> None:
    shop, li = Caller("order.submit"), people.li_agent()
    made = submit(shop)[1]
    presence_report(actor=li, site="on_site")
    services.order_take(actor=li, order_id=uuid.UUID(made["id"]))
    services.order_wait(actor=li, order_id=uuid.UUID(made["id"]), text="等地址")
    for _ in range(2):
        assert shop.post(f"/orders/{made['id']}/messages", {"text": "地址是…"}, key="m")[0] == 201
    assert OrderEvent.objects.get(act="message").note == "地址是…"
    assert WorkOrder.objects.get().paused_at is None


@pytest.mark.parametrize(("more", "code"), [
    ({"kind": "x"}, "desk.unknown_kind"), ({"item": "EZ1"}, "desk.item_not_known"), ({"title": ""}, "api.bad_body"),
    ({"title": "a\0"}, "api.bad_body"), ({"extra": 1}, "api.bad_body"),
    ({"kind": "regulator", "letter_no": "1"}, "desk.outside_number")])
def test_what_cannot_be_an_order_is_a_problem(more: dict[str, Any], code: str) -> None:
    status, problem = submit(Caller("order.submit"), **more)
    assert (status, problem["code"]) == (422, code)
    assert not WorkOrder.objects.exists()


def test_without_the_permission_or_a_key_nothing_is_written() -> None:
    assert submit(Caller("mail.read"))[0] == 403
    assert submit(Caller("order.submit"), key="")[1]["code"] == "api.key_missing"
    assert not WorkOrder.objects.exists()


def test_creating_asks_the_database_six_times_at_most() -> None:
    shop = Caller("order.submit")
    submit(shop, key="warm")
    with CaptureQueriesContext(connection) as caught:
        submit(shop, key="counted")
    asked = [one["sql"] for one in caught if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))
             and "core_scenarioclock" not in one["sql"]]
    assert len(asked) <= 6, asked


def test_a_messengers_first_message_is_an_order_and_the_next_is_on_it() -> None:
    status, first = said(phone="13893104417")
    assert status == 200
    assert said(phone="13893104417") == (200, first)
    assert said("还没到", message_id="m2")[1]["order_id"] == first["order_id"]
    assert said("我也问", message_id="m3", sender="wx-2")[1]["order_id"] != first["order_id"]
    order = WorkOrder.objects.get(id=first["order_id"])
    assert (order.channel, order.title, order.body) == ("messenger", "消息来询", "我的药到哪了")
    assert list(OrderEvent.objects.filter(order=order).order_by("id").values_list("act", "note")) == [
        ("open", ""), ("message", "还没到")]
    assert not OrderSource.objects.filter(thread=b"wx-1").exists()


def test_after_an_order_is_closed_the_next_message_begins_another() -> None:
    first = said()[1]["order_id"]
    WorkOrder.objects.update(state="closed", closed_at=NOON)
    assert said("又有事", message_id="m2")[1]["order_id"] != first


def test_what_is_not_signed_by_our_messenger_is_not_believed(settings: Any) -> None:
    assert said(secret=signing.secret_make())[0] == 401
    settings.MESSENGER_SECRET = ""
    assert said()[0] == 401
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize("more", [{"text": " "}, {"text": "长" * 501}, {"sender": ""}, {"extra": "x"}, {"phone": "12"}])
def test_a_message_that_makes_no_sense_is_a_problem(more: dict[str, str]) -> None:
    assert said(**more)[0] == 422
    assert said("别的", message_id="m1", sender="wx-9")[0] == 200  # its id was not used up


def test_the_same_id_with_other_words_is_refused() -> None:
    said()
    assert said("别的")[1]["code"] == "core.key_reused"
