"""Scanners and a partner across a wire that cuts, repeats and loses answers: each is there once in the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.domain.desk.exchange import exchange_register
from tests.domain.small_network import at, network_make
from tests.faults.proxy import FATES, Proxy
from tests.faults.scanners import Scanner
from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.access.services import token_issue
from youlu.domain.desk.models import Call, CallBack, OrderEvent, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.services import order_open, order_take
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.mail.models import Scan
from youlu.domain.parties.models import Party
from youlu.domain.partners import signing
from youlu.domain.partners.models import IncomingMessage
from youlu.domain.partners.services import PartnerKeys, partner_register
from youlu.domain.workforce.services import presence_report

SYSTEM = actor_of_system("tests")
BATCHES, TRIES_MAX = 30, 50
pytestmark = pytest.mark.faults


@pytest.fixture
def wire(transactional_db: None, live_server: LiveServer) -> Iterator[Proxy]:
    network_make()
    clock.clock_set(at=at("2022-07-11 17:00"), rate=0)
    with Proxy(int(live_server.url.rsplit(":", 1)[1]), seed=7) as proxy:
        yield proxy
    clock.forget()


def test_scans_across_a_bad_wire_are_stored_once_each_and_every_fate_came_up(wire: Proxy) -> None:
    secret = token_issue(actor=SYSTEM, kind="device", name="手持", scope="", permissions=["mail.scan"])
    scanner = Scanner("d1", f"http://127.0.0.1:{wire.port}/api/v1", secret, [], batch=5)
    rng = Random(1)
    with httpx.Client() as client:
        for _ in range(BATCHES):
            rows = scanner.scans(rng)
            assert any(scanner.send(client, rows) for _ in range(TRIES_MAX)), "never answered"
    assert not scanner.refused
    stored = Counter(Scan.objects.values_list("item_key", "device", "sequence"))
    assert set(stored) == scanner.acknowledged
    assert sum(stored.values()) == BATCHES * 5
    assert set(wire.fates) == set(FATES)
    # The wire was bad enough to tell: a client that never sends again would have too little acknowledged.
    assert scanner.unanswered > BATCHES // 5


def test_a_partners_messages_across_a_bad_wire_are_kept_once_each(wire: Proxy) -> None:
    keys = partner_register(actor=SYSTEM, code="cards", name="制证中心", url="http://127.0.0.1:9/in")
    with httpx.Client() as client:
        again = Counter(send_until_answered(client, wire, keys, f"m{n}") for n in range(BATCHES))
    kept = list(IncomingMessage.objects.values_list("message_id", "copies"))
    assert sorted(message_id for message_id, _ in kept) == sorted(f"m{n}" for n in range(BATCHES))
    assert again[True] > 0, "no answer was lost: the test proves nothing"
    # Whatever got through is counted: each time a message arrived again it changed nothing but that count.
    arrived = wire.fates["through"] + wire.fates["late"] + wire.fates["answer lost"] + 2 * wire.fates["twice"]
    assert sum(copies for _, copies in kept) == arrived


def test_an_exchanges_news_across_a_bad_wire_are_one_call_each_and_one_promise(wire: Proxy) -> None:
    """Its messages wait for one another no longer than a real exchange's do: the last of a call is sent first."""
    trade_ensure(OrderKind, Parameter)
    presence_report(actor=people.li_agent(), site="on_site")
    keys = exchange_register()
    again = Counter[bool]()
    with httpx.Client() as client:
        for nth in range(BATCHES // 3):
            for topic in ("call.ended", "call.call_back", "call.ringing"):
                message = {"type": topic, "timestamp": "2022-07-11T17:00:00+08:00",
                           "data": {"call": f"c{nth}", "number": f"138931{nth:05}", "agent": "2207"}}
                again[send_until_answered(client, wire, keys, f"{topic} {nth}", "calls/events", message)] += 1
    assert again[True] > 0, "no answer was lost: the test proves nothing"
    assert Counter(Call.objects.values_list("outcome", flat=True)) == {"call_back": BATCHES // 3}
    promises = set(CallBack.objects.values_list("call__reference", flat=True))
    assert len(promises) == WorkOrder.objects.count() == BATCHES // 3
    assert Party.objects.count() == BATCHES // 3


def test_an_agents_acts_across_a_bad_wire_are_done_once_each(wire: Proxy, live_server: LiveServer) -> None:
    """The page's own forms, each sent until its answer comes."""
    trade_ensure(OrderKind, Parameter)
    li = people.li_agent()
    presence_report(actor=li, site="on_site")
    order_id = order_open(actor=li, kind="chase", title="催投")
    order_take(actor=li, order_id=order_id)
    browser = Client()
    browser.force_login(people.li_agent_user())
    tries = 0
    cookies = {"sessionid": browser.cookies["sessionid"].value}
    with httpx.Client(cookies=cookies, headers={"accept": "application/json"}) as client:
        server = live_server.url.replace("localhost", "127.0.0.1")  # the cookie is for the host that the wire has
        page = client.get(f"{server}/desk/{order_id}", headers={"accept": "text/html"}).text
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        for nth in range(BATCHES):
            act = ("note", "chase", "escalate")[nth % 3]
            form = {"text": f"第{nth}次", "note": "急", "idempotency_key": f"form {nth}", "csrfmiddlewaretoken": token}
            tries += post_until_answered(client, f"http://127.0.0.1:{wire.port}/desk/{order_id}/{act}", form)
    order = WorkOrder.objects.get()
    assert (order.chases, order.level) == (BATCHES // 3, BATCHES // 3)
    acts = Counter(OrderEvent.objects.exclude(act__in=("open", "take")).values_list("act", flat=True))
    assert acts == dict.fromkeys(("note", "chase", "escalate"), BATCHES // 3)
    assert wire.fates["answer lost"] + wire.fates["twice"] > 0, "nothing arrived twice: the test proves nothing"
    assert tries > BATCHES


def post_until_answered(client: httpx.Client, address: str, form: dict[str, str]) -> int:
    for nth in range(1, TRIES_MAX):
        try:
            answer = client.post(address, data=form)
        except httpx.TransportError:
            continue
        if answer.status_code != 409:
            assert answer.status_code == 200, answer.text
            return nth
    raise AssertionError(f"{address} was never answered")


def send_until_answered(
    client: httpx.Client, wire: Proxy, keys: PartnerKeys, message_id: str, path: str = "partners/cards/messages",
    message: dict[str, Any] | None = None,
) -> bool:
    """Post a message till 2xx; whether the answer says that it had come before. One that is being dealt with by another
    connection (409) is sent again."""
    message = message or {"type": "card.made", "timestamp": "2022-07-11T17:00:00+08:00", "data": {"n": message_id}}
    body = json.dumps(message).encode()
    address = f"http://127.0.0.1:{wire.port}/api/v1/{path}"
    for _ in range(TRIES_MAX):
        headers = signing.headers_for(keys.secret_in, message_id=message_id, body=body,
                                      timestamp_s=int(clock.real_now().timestamp()))
        try:
            answer = client.post(address, content=body, headers={**headers, "content-type": "application/json"})
        except httpx.TransportError:
            continue
        if answer.status_code == 409:
            continue
        assert answer.status_code == 200, answer.text
        return answer.json()["again"]
    raise AssertionError(f"{message_id} was never answered")
