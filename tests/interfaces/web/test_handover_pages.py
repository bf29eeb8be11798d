"""交接班 over HTTP: one supervisor signs, another takes over, the sheet stays; refusals are told on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from tests import people
from tests.questions import questions

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_user
from youlu.domain.desk import services
from youlu.domain.desk.emergency.starting import emergency_plan_start
from youlu.domain.desk.handover.signing import handover_sign_in, handover_sign_out
from youlu.domain.desk.models import Handover, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
AT = dt.datetime(2022, 7, 11, 18, 45, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def evening(db: None) -> Iterator[None]:
    with clock.frozen(AT):
        trade_ensure(OrderKind, Parameter)
        people.chen_supervisor()
        User.objects.create(username="dingxia", display_name="丁霞", roles=["supervisor"], scope="62", password="!")
        yield


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def orders(count: int) -> None:
    for n in range(count):
        order_id = services.order_open(actor=people.chen_supervisor(), kind="chase", title="催投：药品，请先送",
                                       party_id=people.customer(phone=f"1389310{n:04d}"))
        WorkOrder.objects.filter(id=order_id).update(due_at=AT + dt.timedelta(minutes=n - 2))


def text(answer) -> str:
    return answer.content.decode()


def test_one_signs_another_takes_over_and_the_sheet_stays() -> None:
    orders(3)
    chen, ding = signed_in("chenjing"), signed_in("dingxia")
    page = text(chen.get("/handover"))
    assert "现在交班，要交出去3件：2件已超时，0个约好的回电；接班的上到24:00。" in page
    assert "签交班：交出3件" in page
    mine = text(chen.post("/handover/out", {"fault": ["two_ended"]}, follow=True))
    assert "18:45已签交班：3件，等另一位主管接。" in mine
    assert "收回，不交了" in mine
    assert "签接班" not in mine  # who signed is not offered the other's button
    handover_id = Handover.objects.get().id
    refused = text(chen.post(f"/handover/{handover_id}/in", follow=True))
    assert "交班的和接班的要是两个人" in refused
    assert "陈静18:45交了班：3件" in text(ding.get("/handover"))
    assert "已经交班，还没有人接" in text(ding.post("/handover/out", follow=True))
    sheet = text(ding.post(f"/handover/{handover_id}/in", follow=True))
    assert "陈静18:45交，丁霞18:45接：3件，还有3件没办完。" in sheet
    assert "双呼" in sheet
    WorkOrder.objects.update(state="closed", closed_at=AT)
    again = text(chen.get(f"/handover/{handover_id}"))
    assert "3件，还有0件没办完" in again
    assert again.count("办完了") == 3
    assert chen.get(f"/handover/{handover_id}/burn").status_code == 405
    assert chen.post(f"/handover/{handover_id}/burn").status_code == 404
    assert "丁霞接走了" in text(chen.post(f"/handover/{handover_id}/back", follow=True))


def test_with_nothing_owed_the_page_says_so() -> None:
    page = text(signed_in("chenjing").get("/handover"))
    assert "现在交班，没有要交出去的；接班的上到24:00。" in page
    assert "还没有交接过" in page


def test_the_pages_ask_the_same_few_questions_however_much_is_owed() -> None:
    presence_report(actor=people.li_agent(), site="at_home")
    orders(2)
    chen, ding = signed_in("chenjing"), signed_in("dingxia")
    few = questions(chen, "/handover")
    handover_id = handover_sign_out(actor=people.chen_supervisor())
    assert questions(ding, "/handover") <= 12
    handover_sign_in(actor=actor_of_user(User.objects.get(username="dingxia")), handover_id=handover_id)
    orders(60)
    assert questions(chen, "/handover") <= few + 1 <= 12  # the names of the two
    assert questions(chen, f"/handover/{handover_id}") <= 12
    page = text(chen.get("/handover?after=50"))
    assert page.count('<span class="mute code">') == 10
    assert "上一班交来2" in page


def test_the_page_of_emergency_mode_asks_at_most_twelve_questions() -> None:
    presence_report(actor=people.li_agent(), site="at_home")
    emergency_plan_start(actor=people.chen_supervisor(), days=1)
    assert questions(signed_in("chenjing"), "/emergency") <= 12
