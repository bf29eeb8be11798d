"""Who asked hears that the order is there, with the link; hears it again on asking; and hears of the answer."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from tests import people
from tests.domain.desk.test_order_life import taken
from tests.domain.desk.test_orders import present

from youlu.core import clock
from youlu.core.models import EventRow
from youlu.domain.desk import services
from youlu.domain.desk.errors import LinkNotSentError
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.orders.opening import Asked, order_written
from youlu.domain.desk.orders.registering import link_again, orders_opened_tell
from youlu.domain.messages.models import Message, Wording
from youlu.domain.messages.services import wording_withdraw
from youlu.domain.parties.models import Party

pytestmark = pytest.mark.django_db


def opened(party_id: uuid.UUID | None, *, channel: str = "phone", kind: str = "enquiry", key: str = "k") -> uuid.UUID:
    return order_written(actor=people.li_agent(), key=key,
                         asked=Asked(kind, "查件", channel=channel, party_id=party_id)).order_id


def test_who_telephones_hears_the_number_and_the_link_once(wordings: None) -> None:
    order_id = opened(people.customer())
    assert not Message.objects.exists()  # the order's own statement sends nothing
    assert (orders_opened_tell(), orders_opened_tell()) == (1, 0)
    message = Message.objects.get()
    assert f"工单{WorkOrder.objects.get().number}" in message.text
    assert f"/follow/{follow_link(order_id)}" in message.text
    assert OrderEvent.objects.filter(act="linked").count() == 1


def test_nobody_is_told_who_did_not_ask_did_not_agree_or_could_not_open_the_link(wordings: None) -> None:
    silent = people.customer(phone="13900000001", consents=False)
    bare = people.customer(phone="13900000002")
    Party.objects.filter(id=bare).update(phone_index=None, phone="")
    opened(people.customer(), channel="file", key="1")
    opened(people.customer(), channel="mail", key="2")
    opened(people.customer(), kind="coordination", key="3")
    opened(bare, key="4")
    opened(None, key="5")
    assert not EventRow.objects.filter(subscriber="desk.order_opened").exists()
    opened(silent, key="6")
    assert orders_opened_tell() == 1
    assert not Message.objects.exists()
    assert not OrderEvent.objects.filter(act="linked").exists()


def test_a_repeat_and_a_second_press_tell_nothing_anew(wordings: None) -> None:
    party_id = people.customer()
    opened(party_id)
    opened(party_id)
    opened(party_id, key="again")
    assert WorkOrder.objects.get().repeats == 1
    assert orders_opened_tell() == 1


def test_the_link_is_sent_again_on_asking_and_once_a_minute(noon: dt.datetime, wordings: None) -> None:
    li = present(people.li_agent())
    order_id = opened(people.customer())
    orders_opened_tell()
    assert link_again(actor=li, order_id=order_id)
    link_again(actor=li, order_id=order_id)
    assert Message.objects.count() == 2
    with clock.frozen(noon + dt.timedelta(hours=10)):
        assert not link_again(actor=li, order_id=order_id)  # the quiet hours
    assert Message.objects.filter(state="queued").count() == 1


def test_why_a_link_cannot_be_sent_is_said(wordings: None) -> None:
    li = present(people.li_agent())
    with pytest.raises(LinkNotSentError, match="没有能收消息"):
        link_again(actor=li, order_id=opened(None, key="1"))
    silent = opened(people.customer(phone="13900000001", consents=False), key="2")
    with pytest.raises(LinkNotSentError, match="没有同意"):
        link_again(actor=li, order_id=silent)
    wording_withdraw(actor=people.chen_supervisor(), reason="x",
                     wording_id=Wording.objects.get(code="opened.message").id)
    with pytest.raises(LinkNotSentError, match="没有现行"):
        link_again(actor=li, order_id=opened(people.customer(), key="3"))


@pytest.mark.parametrize(("consents", "told"), [(True, "发了消息"), (False, None)])
def test_who_telephoned_and_agreed_hears_that_there_is_an_answer(
    wordings: None, consents: bool, told: str | None
) -> None:
    li = present(people.li_agent())
    order_id = taken(li, "enquiry")
    party = Party.objects.get(id=people.customer(consents=consents))
    WorkOrder.objects.filter(id=order_id).update(party_id=party.id, customer_key=bytes(party.phone_index or b""))
    services.order_answer(actor=li, order_id=order_id, text="明天送到。")
    event = OrderEvent.objects.filter(act="told").first()
    assert (event.detail if event else None) == told
    assert Message.objects.filter(wording__code="answered.message").exists() is consents
