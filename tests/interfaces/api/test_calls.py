"""The exchange over HTTP: news kept once, a decision that explains itself, a number that no cache keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests import people
from tests.domain.desk.exchange import exchange_register, signed

from youlu.core import clock
from youlu.domain.desk import services
from youlu.domain.desk.models import OrderKind, Parameter
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.partners.services import PartnerKeys
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
PHONE = "13893104417"


@pytest.fixture
def keys() -> Iterator[PartnerKeys]:
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(NOON):
        yield exchange_register()


def post(keys: PartnerKeys, path: str, topic: str, *, message_id: str = "", **data: Any) -> tuple[int, Any]:
    headers, body = signed(keys, topic, data, message_id=message_id)
    answer = Client().post(f"/api/v1/calls/{path}", body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def test_news_are_kept_once_and_the_answer_says_so(keys: PartnerKeys) -> None:
    status, first = post(keys, "events", "call.ringing", message_id="m", call="1", number="?", agent="1")
    assert (status, first["again"], first["unread"], first["call_back_at"]) == (200, False, ["number", "agent"], None)
    status, again = post(keys, "events", "call.ringing", message_id="m", call="1", number="?", agent="1")
    assert (status, again) == (200, {**first, "again": True})
    status, problem = post(keys, "events", "call.ringing", message_id="m", call="2")
    assert (status, problem["code"]) == (422, "core.key_reused")


def test_a_decision_explains_itself(keys: PartnerKeys) -> None:
    presence_report(actor=people.li_agent(), site="on_site")
    status, way = post(keys, "route", "call.route", call="1", number=PHONE)
    assert (status, way["to"], way["agent"], way["at"]) == (200, "agent", "2207", "2022-07-29T12:00:00+08:00")
    assert way["why"] == {"code": "least", "load": 0, "able": 1}
    assert way["said"] == "转2207：能接的1人里手上最少，手上0张工单。"
    _, way = post(keys, "route", "call.route", call="2", number="13893104418")
    assert (way["to"], way["wait_s"], way["ahead"], way["call_back_at"]) == (
        "call_back", 210, 0, "2022-07-29T12:30:00+08:00")
    assert way["said"] == "提出07-29 12:30起回电：能接的1人都在电话上，约210秒才有空。"
    _, told = post(keys, "events", "call.call_back", call="2", number="13893104418")
    assert told["call_back_at"] == way["call_back_at"]
    presence_report(actor=people.li_agent(), site="out")
    _, way = post(keys, "route", "call.route", call="3")
    assert (way["to"], way["said"]) == ("nobody", "没有能接的人在岗，排班也没有能约回电的时间。")


def test_the_number_of_a_call_to_dial_is_kept_by_no_cache(keys: PartnerKeys) -> None:
    li = people.li_agent()
    order_id = services.order_open(actor=li, kind="chase", title="催投", party_id=people.customer(phone=PHONE))
    call_id = str(services.order_dial(actor=li, order_id=order_id))
    headers, body = signed(keys, "call.number", {"call": call_id})
    answer = Client().post("/api/v1/calls/number", body, content_type="application/json", headers=headers)
    assert (answer.json(), answer.headers["Cache-Control"]) == ({"number": PHONE}, "no-store")
    assert post(keys, "number", "call.number", call="other")[1]["code"] == "core.not_found"
    post(keys, "events", "call.ended", call=call_id)
    assert post(keys, "number", "call.number", call=call_id)[1]["code"] == "desk.call_gone"


@pytest.mark.parametrize("path", ["events", "route", "number"])
def test_nobody_but_the_exchange_is_answered(keys: PartnerKeys, path: str) -> None:
    other = PartnerKeys(keys.secret_out, keys.secret_in)
    assert post(other, path, f"call.{path}", call="1")[1]["code"] == "partners.bad_signature"
    assert Client().post(f"/api/v1/calls/{path}", b"{}", content_type="application/json").status_code == 401
    for body in (b"", b"{", b"[]", b'{"type":"x","timestamp":"2022-07-29T12:00:00","data":{}}', b"\xff"):
        from youlu.domain.partners import signing

        headers = signing.headers_for(keys.secret_in, message_id="m", body=body,
                                      timestamp_s=int(clock.real_now().timestamp()))
        answer = Client().post(f"/api/v1/calls/{path}", body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "partners.bad_message")
