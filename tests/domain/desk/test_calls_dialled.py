"""Calls of two ends: asked of the exchange once, without a number; the number only to it, only now, into the audit."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests import people
from tests.domain.desk.exchange import exchange_register, signed, told

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.core.models import AuditEntry
from youlu.domain.desk import services
from youlu.domain.desk.models import Attempt, Call, CallBack, WorkOrder
from youlu.domain.desk.phone.errors import (
    AgentOnPhoneError,
    CallGoneError,
    DialFirstError,
    NoExchangeError,
    NoNumberError,
)
from youlu.domain.desk.phone.reading import calls_page
from youlu.domain.desk.reveals import revealed
from youlu.domain.desk.selectors import order_page
from youlu.domain.partners.errors import BadMessageError
from youlu.domain.partners.models import OutgoingMessage
from youlu.domain.partners.services import PartnerKeys
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
PHONE = "13893104417"


@pytest.fixture
def keys(noon: dt.datetime) -> PartnerKeys:
    return exchange_register()


def after(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def order_of(phone: str = PHONE, kind: str = "chase") -> Any:
    return services.order_open(actor=people.li_agent(), kind=kind, title="催投", party_id=people.customer(phone=phone))


def number_of(keys: PartnerKeys, call: object, topic: str = "call.number") -> str:
    headers, body = signed(keys, topic, {"call": str(call)})
    return services.call_number(headers=headers, body=body)


def test_a_press_asks_the_exchange_once_and_the_message_has_no_number(keys: PartnerKeys) -> None:
    li, order_id = people.li_agent(), order_of()
    call_id = services.order_dial(actor=li, order_id=order_id)
    assert services.order_dial(actor=li, order_id=order_id) == call_id
    body = json.loads(OutgoingMessage.objects.get().body)
    assert (body["type"], body["data"]) == ("call.two_ended", {
        "call": str(call_id), "agent": "2207", "until": "2022-07-29T12:02:00+08:00"})
    assert PHONE not in OutgoingMessage.objects.get().body
    with pytest.raises(AgentOnPhoneError):
        services.order_dial(actor=li, order_id=order_of("13893100001"))


def test_the_exchange_fetches_the_number_while_it_is_to_dial_and_the_audit_knows(keys: PartnerKeys) -> None:
    call_id = services.order_dial(actor=people.li_agent(), order_id=order_of())
    assert number_of(keys, call_id) == PHONE
    entry = AuditEntry.objects.get(action="party.dial")
    assert (entry.actor, entry.facts) == ("system:exchange", {"seen_on": f"call:{call_id}"})
    with pytest.raises(BadMessageError):
        number_of(keys, call_id, "call.route")
    with pytest.raises(NotFoundError):
        number_of(keys, "other")
    with clock.frozen(after(121)), pytest.raises(CallGoneError):
        number_of(keys, call_id)
    told(keys, "call.answered", call=str(call_id))
    with pytest.raises(CallGoneError):
        number_of(keys, call_id)


def test_a_call_that_came_in_gives_its_number_to_nobody(keys: PartnerKeys) -> None:
    told(keys, "call.ringing", call="in-1", number=PHONE)
    with pytest.raises(NotFoundError):
        number_of(keys, "in-1")


def test_news_of_the_call_stand_in_the_orders_history(keys: PartnerKeys) -> None:
    li, order_id = people.li_agent(), order_of()
    call_id = services.order_dial(actor=li, order_id=order_id)
    told(keys, "call.ringing", call=str(call_id), at=after(6))
    told(keys, "call.ended", call=str(call_id), at=after(40))
    line = next(event for event in order_page(actor=li, order_id=order_id).events if event.code == "dial")
    assert (line.act, line.detail, line.lasted) == ("请总机双呼", "没接通", "")
    assert services.order_dial(actor=li, order_id=order_id) != call_id, "another try"


def test_an_exchange_that_is_down_does_not_keep_the_agent(keys: PartnerKeys) -> None:
    li = people.li_agent()
    services.order_dial(actor=li, order_id=order_of())
    with clock.frozen(after(150)):
        services.order_dial(actor=li, order_id=order_of("13893100001"))
        assert services.calls_forget() == 1


def test_without_an_exchange_or_a_number_it_says_what_to_do(noon: dt.datetime) -> None:
    li = people.li_agent()
    with pytest.raises(NoExchangeError, match="显示号码"):
        services.order_dial(actor=li, order_id=order_of())
    exchange_register()
    nobody = services.order_open(actor=li, kind="coordination", title="协调")
    for order_id in (nobody, order_of("")):
        with pytest.raises(NoNumberError):
            services.order_dial(actor=li, order_id=order_id)
    assert not Call.objects.exists()


def test_a_promise_is_kept_by_the_first_call_in_time_even_if_nobody_answers(keys: PartnerKeys) -> None:
    li = people.li_agent()
    presence_report(actor=li, site="at_home")
    told(keys, "call.call_back", call="1", number=PHONE)
    order = WorkOrder.objects.get()
    with clock.frozen(after(1900)):
        assert services.order_take_next(actor=li) == order.id
        call_id = services.order_dial(actor=li, order_id=order.id)
        (row,) = calls_page(actor=people.chen_supervisor()).promises
        assert row.state == "due", "asking is not calling"
        told(keys, "call.ringing", call=str(call_id))
        told(keys, "call.ended", call=str(call_id))
    page = calls_page(actor=people.chen_supervisor())
    assert ([one.state for one in page.promises], page.counts.kept) == (["kept"], 1)
    assert CallBack.objects.get().until_at == after(3600)


def test_a_contact_is_dialled_through_the_exchange_once_an_attempt(
    keys: PartnerKeys, owe: Callable[..., Any]
) -> None:
    li = people.li_agent()
    owe([(7, people.customer(channel="", phone=PHONE), NOON, after(86_400))])
    presence_report(actor=li, site="at_home")
    contact_id = services.contact_next(actor=li)
    assert contact_id is not None
    services.call_ask(actor=li, contact_id=contact_id)
    services.call_ask(actor=li, contact_id=contact_id)
    assert (Call.objects.get().contact_id, OutgoingMessage.objects.count()) == (contact_id, 1)
    assert Attempt.objects.get().call_asked_at == NOON


def shown(actor: Any, order_id: Any, field: str = "phone") -> str:
    return revealed(actor=actor, kind="order", key=str(order_id), who="customer", field=field, reason="contact")


def test_the_number_of_an_order_is_the_fall_back_after_a_call_of_two_ends_that_failed(keys: PartnerKeys) -> None:
    li, order_id = people.li_agent(), order_of()
    with pytest.raises(DialFirstError, match="先请总机双呼"):
        shown(li, order_id)
    assert shown(li, order_id, "name") == "王建民"
    call_id = services.order_dial(actor=li, order_id=order_id)
    with pytest.raises(DialFirstError):
        shown(li, order_id)
    told(keys, "call.ringing", call=str(call_id))
    told(keys, "call.ended", call=str(call_id))
    assert shown(li, order_id) == PHONE
    with pytest.raises(DialFirstError):
        shown(li, order_of("13893100001"))


def test_a_call_that_reached_the_customer_opens_no_number_and_one_the_exchange_never_began_does(
    keys: PartnerKeys,
) -> None:
    li, order_id = people.li_agent(), order_of()
    call_id = services.order_dial(actor=li, order_id=order_id)
    for nth, topic in enumerate(("call.ringing", "call.answered", "call.ended")):
        told(keys, topic, call=str(call_id), at=after(nth), agent="2207")
    with pytest.raises(DialFirstError):
        shown(li, order_id)
    services.order_dial(actor=li, order_id=order_id)
    with clock.frozen(after(150)):
        assert shown(li, order_id) == PHONE


def test_without_an_exchange_the_number_is_there_at_once(noon: dt.datetime) -> None:
    assert shown(people.li_agent(), order_of()) == PHONE


def test_the_number_of_a_contact_waits_for_a_failed_call_too(keys: PartnerKeys, owe: Callable[..., Any]) -> None:
    li = people.li_agent()
    owe([(7, people.customer(channel="", phone=PHONE), NOON, after(86_400))])
    presence_report(actor=li, site="at_home")
    contact_id = services.contact_next(actor=li)
    assert contact_id is not None
    services.call_ask(actor=li, contact_id=contact_id)
    with pytest.raises(DialFirstError):
        services.contact_party(actor=li, contact_id=contact_id)
    call = Call.objects.get()
    told(keys, "call.ringing", call=str(call.id))
    told(keys, "call.ended", call=str(call.id))
    assert services.contact_party(actor=li, contact_id=contact_id) == call.party_id
