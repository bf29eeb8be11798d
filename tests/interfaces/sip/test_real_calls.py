"""Real calls on this machine: sipp calls through the exchange, baresip is the agents' telephone, Youlu is its real web
server on the real database. What cannot be tried here: an operator's trunk, a line, voice that a person hears."""

from __future__ import annotations

import json
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker
from tests import people
from tests.faults.post import until
from tests.interfaces.sip.ground import SECRETS, Ground
from tests.interfaces.sip.telephones import HOST, Baresip, Sipp, needed

from youlu.core.audit import AuditEntry
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk import services
from youlu.domain.desk.models import Call, OrderKind, Parameter
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.parties.models import Party
from youlu.domain.partners import signing
from youlu.domain.partners.models import OutgoingMessage
from youlu.domain.partners.services import outbox_send, partner_register
from youlu.domain.workforce.services import presence_report

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Numbers no operator gives out, and all that must never be found in what the exchange wrote.
WANG, ZHANG, SUN = "19900004417", "19900004418", "19900004419"
Calls = Callable[..., Sipp]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
           ) -> Iterator[Ground]:
    needed()
    with django_db_blocker.unblock():
        ground = Ground(tmp_path_factory.mktemp("sip"))
    try:
        ground.web_start()
        ground.exchange_start()
        yield ground
    finally:
        ground.close()


@pytest.fixture(scope="module")
def telephones(ground: Ground) -> Iterator[dict[str, Baresip]]:
    there: dict[str, Baresip] = {}
    try:
        for staff_no, secret in SECRETS.items():
            there[staff_no] = Baresip(staff_no, secret, ground.folder, exchange=ground.sip)
        until(lambda: ground.counts()["telephones"] == len(there), "both telephones are registered")
        yield there
    finally:
        for telephone in there.values():
            telephone.close()


@pytest.fixture
def desk(ground: Ground, telephones: dict[str, Baresip]) -> Iterator[Ground]:
    """Two agents whose telephones are registered, nobody at work yet; whoever waits may wait long."""
    trade_ensure(OrderKind, Parameter)
    Parameter.objects.filter(code="call_wrap_s").update(value=0)
    Parameter.objects.filter(code="call_wait_most_s").update(value=100_000)
    people.li_agent()
    people.ma_agent()
    partner_register(actor=actor_of_system("tests"), code="exchange", name="热线总机",
                     url=f"http://{HOST}:{ground.messages}/messages", keys=ground.keys)
    for telephone in telephones.values():
        telephone.forget()
    yield ground
    ground.quiet()
    found = [number for number in (WANG, ZHANG, SUN) if number.encode() in ground.kept()]
    assert not found, "a customer's number was written down"


@pytest.fixture
def li(desk: Ground, telephones: dict[str, Baresip]) -> Baresip:
    """李敏 at work, with her telephone."""
    presence_report(actor=people.li_agent(), site="on_site")
    return telephones["2207"]


@pytest.fixture
def ma(desk: Ground, telephones: dict[str, Baresip]) -> Baresip:
    presence_report(actor=people.ma_agent(), site="on_site")
    return telephones["2208"]


@pytest.fixture
def calls(desk: Ground, tmp_path: Path) -> Iterator[Calls]:
    """Begin a call of the trunk, or put a customer behind it."""
    begun: list[Sipp] = []

    def begin(scenario: str, number: str = WANG, *, port: int = 0, privacy: str = "none", host: str = HOST) -> Sipp:
        begun.append(Sipp(scenario, tmp_path, to=desk.sip, port=port, number=number, privacy=privacy, host=host))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


def call_of(number: str) -> Call | None:
    """The newest call of a customer, as Youlu has it."""
    parties = [party.id for party in Party.objects.all() if party.phone == number]
    return Call.objects.filter(party_id__in=parties).order_by("-begun_at").first()


def came_to(number: str, outcome: str) -> Call:
    return until(lambda: (call := call_of(number)) and call.outcome == outcome and call, f"a call came to {outcome}")


def accepted(telephone: Baresip) -> None:
    telephone.wait("CALL_INCOMING")
    telephone.tell("accept")
    telephone.wait("CALL_ESTABLISHED")


def test_a_call_is_answered_and_stands_on_the_page_of_calls(li: Baresip, calls: Calls) -> None:
    caller = calls("caller")
    accepted(li)
    until(lambda: li.heard() > 10_000, "the agent hears the caller: voice came end to end")
    call = until(lambda: (one := call_of(WANG)) and one.answered_at and one, "Youlu hears of the answer")
    assert (call.direction, call.agent_id) == ("in", agent_id(li))
    li.tell("hangup")
    caller.done()
    call = came_to(WANG, "talked")
    assert call.begun_at <= call.rang_at <= call.answered_at <= call.ended_at
    client = Client()
    people.chen_supervisor()
    client.force_login(User.objects.get(username="chenjing"))
    page = client.get("/calls").content.decode()
    assert "李敏" in page
    assert "接通" in page
    assert WANG not in page


def test_an_agent_who_does_not_answer_is_called_off_and_the_next_is_rung(
    li: Baresip, ma: Baresip, calls: Calls
) -> None:
    caller = calls("caller")
    first = until(lambda: next((one for one in (li, ma) if not one.events.empty()), None), "one of them is rung")
    second = ma if first is li else li
    first.wait("CALL_INCOMING")
    accepted(second)
    first.wait("CALL_CLOSED")
    second.tell("hangup")
    caller.done()
    call = came_to(WANG, "talked")
    assert call.agent_id == agent_id(second)


def test_who_finds_everybody_busy_waits_and_is_served_in_the_order_they_came(li: Baresip, calls: Calls) -> None:
    talking = calls("caller", WANG)
    accepted(li)
    waiting = [calls("caller", ZHANG)]
    until(lambda: (one := call_of(ZHANG)) and one.queued_at, "the second caller waits")
    waiting.append(calls("caller", SUN))
    until(lambda: (one := call_of(SUN)) and one.queued_at, "the third caller waits")
    served = []
    for caller in (talking, *waiting):
        served.append(Call.objects.get(outcome="live", answered_at__isnull=False).party_id)
        li.tell("hangup")
        caller.done()
        if caller is not waiting[-1]:
            accepted(li)
            until(lambda: Call.objects.filter(outcome="live", answered_at__isnull=False).exists(), "Youlu knows it")
    assert served == [Party.objects.get(id=served[0]).id, came_to(ZHANG, "talked").party_id,
                      came_to(SUN, "talked").party_id]
    assert served[0] == came_to(WANG, "talked").party_id


def test_who_hangs_up_while_waiting_is_forgotten_by_the_queue_and_rings_nobody(li: Baresip, calls: Calls) -> None:
    talking = calls("caller", WANG)
    accepted(li)
    calls("caller_gives_up", ZHANG).done()
    assert came_to(ZHANG, "abandoned").agent_id is None
    li.tell("hangup")
    talking.done()
    li.forget()
    calls("caller", SUN)
    accepted(li)  # the next to ring is who still wants to talk
    until(lambda: (one := call_of(SUN)) and one.answered_at, "it is the third caller")
    li.tell("hangup")


def test_a_number_that_is_withheld_is_told_to_nobody_though_the_trunk_knows_it(li: Baresip, calls: Calls) -> None:
    caller = calls("caller_hangs_up", privacy="id")
    accepted(li)
    caller.done()
    until(lambda: Call.objects.filter(outcome="talked").exists(), "the call is over")
    assert (Call.objects.get().party_id, Party.objects.count()) == (None, 0)


def test_who_can_be_taken_by_nobody_is_told_so_and_when_it_is_worth_calling_again(desk: Ground, calls: Calls) -> None:
    calls("caller_turned_away").done()
    assert came_to(WANG, "abandoned").why["code"] == "nobody"


def test_a_call_that_is_handed_on_is_the_other_agents_and_ends_once(li: Baresip, ma: Baresip, calls: Calls) -> None:
    presence_report(actor=people.ma_agent(), site="out")  # so that it rings at 2207 first
    caller = calls("caller_handed_on")
    accepted(li)
    until(lambda: (one := call_of(WANG)) and one.answered_at, "2207 has it")
    li.tell("transfer", f"sip:2208@{HOST}")
    accepted(ma)
    call = until(lambda: (one := call_of(WANG)) and one.transferred_at and one, "it was handed on")
    assert call.agent_id == agent_id(ma)
    until(lambda: ma.heard() > 10_000, "the other agent hears the caller")
    ma.tell("hangup")
    caller.done()
    assert came_to(WANG, "talked").ended_at


def two_ended(ground: Ground, number: str) -> str:
    """李敏 presses the button for a customer: the call, asked of the exchange."""
    li = people.li_agent()
    order_id = services.order_open(actor=li, kind="chase", title="催投", party_id=people.customer(phone=number))
    call_id = str(services.order_dial(actor=li, order_id=order_id))
    assert outbox_send().failed == 0
    return call_id


def dialled(call_id: str) -> int:
    """How often the number was asked for, after the audit."""
    return AuditEntry.objects.filter(action="party.dial", facts__seen_on=f"call:{call_id}").count()


def test_a_call_of_two_ends_joins_agent_and_customer_and_asks_for_the_number_once(
    li: Baresip, desk: Ground, calls: Calls
) -> None:
    customer = calls("customer", ZHANG, port=desk.trunk)
    call_id = two_ended(desk, ZHANG)
    OutgoingMessage.objects.update(sent_at=None)  # as after a kill between its answer and our note
    accepted(li)
    assert outbox_send().failed == 0
    call = until(lambda: Call.objects.filter(id=call_id, answered_at__isnull=False).first(), "the customer answered")
    until(lambda: li.heard() > 10_000, "the agent hears the customer")
    assert call.rang_at <= call.answered_at
    li.tell("hangup")
    customer.done()
    call = came_to(ZHANG, "talked")
    assert (str(call.id), call.agent_id, dialled(call_id)) == (call_id, agent_id(li), 1)
    assert Call.objects.count() == 1


def test_a_customer_who_is_busy_ends_it_for_the_agent_too(li: Baresip, desk: Ground, calls: Calls) -> None:
    customer = calls("customer_busy", ZHANG, port=desk.trunk)
    call_id = two_ended(desk, ZHANG)
    accepted(li)
    customer.done()
    li.wait("CALL_CLOSED")
    assert str(came_to(ZHANG, "unreached").id) == call_id


def test_an_agent_who_does_not_answer_leaves_the_customer_in_peace(li: Baresip, desk: Ground) -> None:
    call_id = two_ended(desk, ZHANG)
    li.wait("CALL_INCOMING")
    li.wait("CALL_CLOSED")
    assert str(came_to(ZHANG, "unreached").id) == call_id
    assert dialled(call_id) == 0


def test_a_killed_youlu_ends_no_call_and_hears_of_everything_once_when_it_is_back(
    li: Baresip, desk: Ground, calls: Calls
) -> None:
    caller = calls("caller")
    accepted(li)
    until(lambda: (one := call_of(WANG)) and one.answered_at, "Youlu knows of the call")
    desk.web.kill()
    heard = li.heard()
    until(lambda: li.heard() > heard + 10_000, "they talk on")
    li.tell("hangup")
    caller.done()
    until(lambda: desk.counts()["calls"] == 0 and desk.counts()["news"] == 1, "the end of the call waits to be told")
    assert (call_of(WANG) or pytest.fail("no call")).outcome == "live"
    desk.web_start()
    call = came_to(WANG, "talked")
    desk.quiet()
    assert (Call.objects.count(), call.agent_id) == (1, agent_id(li))


def test_a_killed_exchange_tells_at_its_next_start_that_its_calls_are_over(
    li: Baresip, ma: Baresip, desk: Ground, calls: Calls
) -> None:
    calls("caller")
    first = until(lambda: next((one for one in (li, ma) if not one.events.empty()), None), "one of them is rung")
    accepted(first)
    until(lambda: (one := call_of(WANG)) and one.answered_at, "Youlu knows of the call")
    desk.exchange.kill()
    desk.exchange_start()
    came_to(WANG, "talked")
    for telephone in (li, ma):
        telephone.tell("hangup")
    assert desk.counts()["telephones"] == 2, "a restart forgot where the telephones are"


def test_garbage_and_forgeries_leave_calls_alone(li: Baresip, desk: Ground, calls: Calls) -> None:
    caller = calls("caller")
    accepted(li)
    with socket.socket(type=socket.SOCK_DGRAM) as trunk:
        trunk.bind((HOST, 0))
        for raw in garbage(desk.sip, trunk.getsockname()[1]):
            trunk.sendto(raw, (HOST, desk.sip))
    heard = li.heard()
    until(lambda: li.heard() > heard + 10_000, "they talk on")
    for body in (b"", b"{", b"[]", b'{"type":"call.two_ended","data":{"call":1}}'):
        headers = signing.headers_for(desk.keys.secret_out, message_id="m", timestamp_s=int(time.time()), body=body)
        assert posted(desk, headers, body) in (401, 422)
    body = json.dumps({"type": "call.two_ended", "timestamp": "2022-07-29T12:00:00+08:00", "data": {
        "call": "x", "agent": "2208", "until": "2099-01-01T00:00:00+08:00"}}).encode()
    headers = signing.headers_for(desk.keys.secret_in, message_id="m", timestamp_s=int(time.time()), body=body)
    assert posted(desk, headers, body) == 401
    li.tell("hangup")
    caller.done()
    came_to(WANG, "talked")


def posted(ground: Ground, headers: dict[str, str], body: bytes) -> int:
    address = f"http://{HOST}:{ground.messages}/messages"
    return httpx.post(address, content=body, headers=headers, timeout=60).status_code


def garbage(sip: int, port: int) -> list[bytes]:
    """What a trunk could send that is no call: each alone must change nothing."""
    whole = (f"INVITE sip:1@{HOST}:{sip} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{port};branch=z9hG4bK%s\r\n"
             "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>%s\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n%s\r\n")
    return [b"", b"\r\n\r\n", bytes(range(256)) * 40, b"INVITE", whole.encode(), b"x" * 60_000,
            (whole % ("a", "", "a", "INVITE", "Contact: <mailto:a>\r\n")).encode(),
            (whole % ("b", "", "b", "INVITE", "")).encode(),
            (whole % ("c", "", "c", "INVITE", "Contact: <sip:a@b>\r\nRequire: 100rel\r\n")).encode(),
            (whole % ("d", ";tag=2", "d", "BYE", "")).replace("INVITE sip", "BYE sip").encode(),
            (whole % ("e", "", "e", "SUBSCRIBE", "")).replace("INVITE sip", "SUBSCRIBE sip").encode(),
            b"SIP/2.0 200 OK\r\n\r\n", (whole % ("f", "", "f", "INVITE", "")).replace("Via", "Vai").encode()]


def test_a_call_from_elsewhere_than_the_trunk_is_refused_and_so_is_a_telephone_without_the_secret(
    desk: Ground, calls: Calls, tmp_path: Path
) -> None:
    calls("stranger", host="127.0.0.2").done()
    assert Call.objects.count() == 0
    stranger = Baresip("2207", "not-the-secret-of-2207", tmp_path, exchange=desk.sip)
    try:
        stranger.wait("REGISTER_FAIL")
    finally:
        stranger.close()
    assert desk.counts()["calls"] == 0


def test_an_agent_who_dials_by_hand_is_refused(li: Baresip, desk: Ground) -> None:
    li.tell("dial", f"sip:{WANG}@{HOST}:{desk.sip}")
    li.wait("CALL_CLOSED")
    assert Call.objects.count() == 0


def agent_id(telephone: Baresip) -> uuid.UUID:
    from youlu.domain.workforce.models import Agent

    return Agent.objects.get(staff_no=telephone.staff_no).id
