"""News of calls: signed, in any order, more than once; a number stands sealed with the customer and nowhere else."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
import uuid

import pytest
from django.db import connection
from tests import people
from tests.domain.desk.exchange import exchange_register, signed, told

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.core.idempotency import KeyReusedError
from youlu.domain.desk import services
from youlu.domain.desk.models import Call, OrderEvent, WorkOrder
from youlu.domain.desk.phone.errors import CallTimeError
from youlu.domain.desk.phone.folding import ANSWERED, ENDED, RINGING, TRANSFERRED, call_fold
from youlu.domain.desk.selectors import order_page
from youlu.domain.parties.models import Party
from youlu.domain.parties.selectors import party_masked
from youlu.domain.partners.errors import BadMessageError, BadSignatureError
from youlu.domain.partners.services import PartnerKeys
from youlu.domain.workforce.selectors import agent_of
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
PHONE = "13893104417"


@pytest.fixture
def keys(noon: dt.datetime) -> PartnerKeys:
    return exchange_register()


def after(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def facts(call: Call) -> tuple:
    return (call.agent_id, call.rang_at, call.answered_at, call.transferred_at, call.ended_at, call.outcome,
            call.begun_at, call.heard_at)


def test_a_call_is_the_same_whatever_the_order_of_its_news_and_however_often_they_come() -> None:
    li, ma = uuid.uuid4(), uuid.uuid4()
    news = [(RINGING, after(0), li), (RINGING, after(8), ma), (ANSWERED, after(8), ma), (TRANSFERRED, after(40), li),
            (ENDED, after(90), None)]
    met = set()
    for order in itertools.permutations(news):
        call = Call(direction="in", begun_at=order[0][1], heard_at=order[0][1])
        for topic, at, agent_id in [*order, order[0]]:
            call_fold(call, topic, at, agent_id)
        met.add(facts(call))
    assert met == {(li, after(0), after(8), after(40), after(90), "talked", after(0), after(90))}


def test_a_caller_who_hangs_up_before_anybody_answers_was_lost(keys: PartnerKeys) -> None:
    told(keys, "call.ended", call="7", at=after(50))
    told(keys, "call.ringing", call="7", number=PHONE, at=after(0))
    assert Call.objects.get().outcome == "abandoned"
    told(keys, "call.answered", call="7", at=after(20))  # late, and it settles it
    assert Call.objects.get().outcome == "talked"


def test_a_message_that_comes_again_changes_nothing_and_says_so(keys: PartnerKeys) -> None:
    first = told(keys, "call.ringing", call="7", number=PHONE, message_id="m1", at=after(0))
    again = told(keys, "call.ringing", call="7", number=PHONE, message_id="m1", at=after(0))
    assert (first.again, again.again, again.call_id) == (False, True, first.call_id)
    with pytest.raises(KeyReusedError):
        told(keys, "call.ringing", call="8", message_id="m1", at=after(0))
    assert Call.objects.count() == 1


def test_a_caller_is_the_customer_of_the_number_and_a_stranger_becomes_one(keys: PartnerKeys) -> None:
    known = people.customer(phone=PHONE)
    told(keys, "call.ringing", call="1", number=f"+86 {PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}")
    told(keys, "call.ringing", call="2", number="13893100777")
    told(keys, "call.ringing", call="3", number="13893100777")
    told(keys, "call.ringing", call="4")
    parties = list(Call.objects.order_by("reference").values_list("party_id", flat=True))
    assert (parties[0], parties[1], parties[3]) == (known, parties[2], None)
    stranger = party_masked(parties[1])
    assert (stranger.name, stranger.phone) == ("未留姓名", "1******0777")
    assert Party.objects.count() == 2


def test_what_cannot_be_understood_is_named_and_the_call_is_kept(keys: PartnerKeys) -> None:
    heard = told(keys, "call.ringing", call="1", number="anonymous", agent="9999", skill="投诉")
    assert heard.unread == ("number", "skill", "agent")
    heard = told(keys, "call.ringing", call="2", number=["1"], agent={"no": 1})
    assert heard.unread == ("number", "agent")
    assert [(c.party_id, c.agent_id) for c in Call.objects.all()] == [(None, None)] * 2


@pytest.mark.parametrize(("topic", "data", "says"), [
    ("call.dialled", {"call": "1"}, "call.ringing"), ("call.ringing", {}, "call要是"),
    ("call.ringing", {"call": "一"}, "call要是"), ("call.ringing", {"call": 7}, "call要是"),
    ("call.call_back", {"call": "1"}, "号码保密")])
def test_bad_news_are_refused_with_what_to_do(keys: PartnerKeys, topic: str, data: dict, says: str) -> None:
    with pytest.raises(BadMessageError, match=says):
        told(keys, topic, **data)
    assert not Call.objects.exists()


def test_a_clock_that_is_wrong_is_told(keys: PartnerKeys) -> None:
    for at in (after(400), NOON - dt.timedelta(days=31)):
        with pytest.raises(CallTimeError, match="核对总机的时钟"):
            told(keys, "call.ringing", call="1", at=at)


def test_nobody_but_the_exchange_is_believed(keys: PartnerKeys) -> None:
    headers, body = signed(PartnerKeys(keys.secret_out, keys.secret_out), "call.ringing", {"call": "1"})
    with pytest.raises(BadSignatureError):
        services.call_hear(headers=headers, body=body)
    with pytest.raises(BadSignatureError):
        services.call_route(headers=headers, body=body)
    with pytest.raises(BadSignatureError):
        services.call_number(headers=headers, body=body)


def test_of_a_call_whose_hang_up_never_came_nobody_waits_for_ever(keys: PartnerKeys) -> None:
    people.li_agent()
    told(keys, "call.ringing", call="1", agent="2207", at=after(0))
    with clock.frozen(after(3600)):
        assert services.calls_forget() == 0
    with clock.frozen(after(7300)):
        assert services.calls_forget() == 1
        assert Call.objects.get().outcome == "silent"
        told(keys, "call.ended", call="1", at=after(60))
    assert Call.objects.get().outcome == "abandoned"


def test_one_key_opens_the_customers_order_or_writes_a_new_one_and_the_history_has_the_call(keys: PartnerKeys) -> None:
    li, ma = people.li_agent(), people.ma_agent()
    presence_report(actor=li, site="on_site")
    customer = people.customer(phone=PHONE)
    first = told(keys, "call.ringing", call="1", number=PHONE, agent="2207", at=after(0)).call_id
    with pytest.raises(NotFoundError):
        services.call_to_order(actor=ma, call_id=first)
    order_id = services.call_to_order(actor=li, call_id=first)
    assert services.call_to_order(actor=li, call_id=first) == order_id
    order = WorkOrder.objects.get()
    assert (order.kind_id, order.party_id, order.state, order.taken_by) == (
        "hotline", customer, "taken", agent_of(li).id)
    told(keys, "call.answered", call="1", agent="2207", at=after(5))
    told(keys, "call.ended", call="1", at=after(197))
    (line,) = [event for event in order_page(actor=li, order_id=order_id).events if event.code == "call"]
    assert (line.act, line.detail, line.lasted, line.who) == ("通电话", "接通", "3:12", "李敏")
    # The next call of the same customer finds it; an order of their choice is linked as well.
    second = told(keys, "call.ringing", call="2", number=PHONE, agent="2207").call_id
    assert services.call_to_order(actor=li, call_id=second) == order_id
    other = services.order_open(actor=li, kind="chase", title="催投", party_id=customer)
    assert services.call_to_order(actor=li, call_id=second, order=str(other)) == other
    with pytest.raises(NotFoundError):
        services.call_to_order(actor=li, call_id=second, order="x")
    assert OrderEvent.objects.filter(act="call").count() == 3


def test_a_call_that_rings_at_home_leaves_a_new_order_to_the_pool(keys: PartnerKeys) -> None:
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    call_id = told(keys, "call.ringing", call="1", number=PHONE, agent="2207").call_id
    services.call_to_order(actor=li, call_id=call_id)
    assert WorkOrder.objects.get().state == "open"


@pytest.mark.django_db(transaction=True)
def test_the_same_news_from_many_lines_at_once_is_one_call_of_one_customer() -> None:
    with clock.frozen(NOON):
        keys = exchange_register()
        messages = [signed(keys, "call.ringing", {"call": "1", "number": PHONE}) for _ in range(8)]
        ready, errors = threading.Barrier(len(messages)), []

        def send(headers: dict, body: bytes) -> None:
            try:
                ready.wait()
                with clock.frozen(NOON):
                    services.call_hear(headers=headers, body=body)
            except Exception as error:
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=send, args=message) for message in messages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert (Call.objects.count(), Party.objects.count()) == (1, 1)
