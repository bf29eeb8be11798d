"""An agent promises a call back from a page: a time that the roster holds, one a customer, kept by an
order of its own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from tests import people
from tests.domain.desk.exchange import exchange_register, told
from tests.domain.desk.test_calls_dialled import PHONE, order_of
from tests.domain.desk.test_orders import present

from youlu.core import clock
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import services
from youlu.domain.desk.models import Call, CallBack, OrderEvent, WorkOrder
from youlu.domain.desk.phone import promising
from youlu.domain.desk.phone.errors import NoOneToCallError, NoTimeError, PromiseUnclosedError
from youlu.domain.desk.phone.reading import calls_page
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(noon: dt.datetime) -> Actor:
    return present(people.li_agent())


def test_the_customer_of_an_order_is_promised_the_first_time_once(li: Actor, noon: dt.datetime) -> None:
    order_id = order_of()
    first = services.order_call_back_promise(actor=li, order_id=order_id)
    again = services.order_call_back_promise(actor=li, order_id=order_id)
    assert (first.promised_at, again.order_id) == (noon + dt.timedelta(minutes=30), first.order_id)
    kept_by = WorkOrder.objects.get(id=first.order_id)
    assert (kept_by.kind_id, kept_by.not_before, kept_by.repeats) == ("call_back", first.promised_at, 0)
    assert (CallBack.objects.count(), CallBack.objects.get().call) == (1, None)
    assert OrderEvent.objects.get(order_id=order_id, act="promise").detail == "07-29 12:30"
    (row,) = calls_page(actor=people.chen_supervisor()).promises
    assert row.order_id == first.order_id
    with clock.frozen(first.promised_at):
        services.order_take(actor=li, order_id=first.order_id)
        services.order_answer(actor=li, order_id=first.order_id, text="打过了")
        with pytest.raises(PromiseUnclosedError):
            services.order_call_back_promise(actor=li, order_id=order_id)
        services.order_close(actor=li, order_id=first.order_id)
        later = services.order_call_back_promise(actor=li, order_id=order_id)
    assert later.order_id != first.order_id, "a promise that was kept does not stand in the way of another"


def test_where_the_roster_holds_no_time_nothing_is_promised_and_it_is_said(
    li: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = order_of()
    monkeypatch.setattr(promising, "call_back_time", lambda at: None)
    with pytest.raises(NoTimeError, match="没有能回电的时间"):
        services.order_call_back_promise(actor=li, order_id=order_id)
    assert not CallBack.objects.exists()
    assert WorkOrder.objects.count() == 1


def test_without_a_roster_and_without_anybody_here_there_is_no_time(li: Actor) -> None:
    order_id = order_of()
    presence_report(actor=li, site="out")
    with pytest.raises(NoTimeError):
        services.order_call_back_promise(actor=li, order_id=order_id)


def test_without_a_telephone_and_for_who_does_no_desk_work_there_is_no_promise(li: Actor) -> None:
    for order_id in (order_of(""), services.order_open(actor=li, kind="coordination", title="协调")):
        with pytest.raises(NoOneToCallError):
            services.order_call_back_promise(actor=li, order_id=order_id)
    with pytest.raises(NotAllowedError):
        services.order_call_back_promise(actor=people.sun_clerk(), order_id=order_of())


def test_who_is_on_the_telephone_is_promised_one_from_the_pop_up(li: Actor) -> None:
    keys = exchange_register()
    told(keys, "call.ringing", call="1", number=PHONE, agent="2207")
    call = Call.objects.get()
    people.ma_agent()
    with pytest.raises(NotFoundError):
        services.live_call_back_promise(actor=people.ma_agent(), call_id=call.id)
    desk = Client()
    desk.force_login(User.objects.get(username="limin"))
    assert f"/calls/{call.id}/promise" in desk.get("/my/call").content.decode()
    page = desk.post(f"/calls/{call.id}/promise", follow=True).content.decode()
    assert "约好" in page
    promise = CallBack.objects.get()
    assert (promise.call_id, Call.objects.get().order_id) == (call.id, promise.order_id)


def test_the_page_of_an_order_offers_it_shows_it_and_says_why_not(li: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id, desk = order_of(), Client()
    desk.force_login(User.objects.get(username="limin"))
    address = f"/desk/{order_id}/promise"
    with monkeypatch.context() as patch:
        patch.setattr(promising, "call_back_time", lambda at: None)
        assert "没有能回电的时间" in desk.post(address, follow=True).content.decode()
    assert address in desk.get(f"/desk/{order_id}").content.decode()
    page = desk.post(address, follow=True).content.decode()
    assert "约好" in page
    assert address not in page
