"""客服大屏 over HTTP: counts for a room, by few questions, the same answer for nothing, nobody by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client
from tests import people
from tests.domain.desk.campaign_people import campaign, customers, topic_make
from tests.questions import questions

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.desk import services
from youlu.domain.desk.models import OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.workforce.services import presence_report

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
MOST = 12


@pytest.fixture(autouse=True)
def desk() -> Iterator[None]:
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(NOON):
        yield


@pytest.fixture
def screen() -> Client:
    people.zhao_dispatcher()
    client = Client()
    client.force_login(User.objects.get(username="zhaolei"))
    return client


def test_an_empty_desk_says_what_is_missing_and_shows_nothing_else(screen: Client) -> None:
    page = screen.get("/desk/wall").content.decode()
    assert 'data-theme="wall"' in page
    assert "现场没有人接电话。" in page
    assert "没有正在告知的。" in page


def test_what_is_wrong_is_said_first_and_the_same_facts_answer_304(screen: Client) -> None:
    presence_report(actor=people.li_agent(), site="on_site")
    made = services.order_open(actor=people.chen_supervisor(), key="1", kind="chase", title="催投：王建民的药")
    WorkOrder.objects.filter(id=made).update(due_at=NOON - dt.timedelta(hours=5))
    topic_make()
    campaign(customers(3, channel="", consents=False), due_at=NOON + dt.timedelta(hours=1))
    page = screen.get("/desk/wall").content.decode()
    for said in ("1人在办，1张工单没办结，1件事要马上处理。", "1张工单超时超过4小时。",
                 "「录取通知书提醒」照现在的人赶不上期限。", "0 / 3"):
        assert said in page
    for hidden in ("李敏", "王建民", "客户0", "13900000000"):
        assert hidden not in page
    part = screen.get("/desk/wall", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    again = screen.get("/desk/wall", headers={"HX-Request": "true", "If-None-Match": part["ETag"]})
    assert again.status_code == 304


def test_it_asks_the_same_few_questions_of_a_full_room(screen: Client) -> None:
    topic_make()
    campaign(customers(2))
    few = questions(screen, "/desk/wall")
    for n in range(6):
        campaign(customers(40, first=100 * (n + 1), channel="", consents=False))
        services.order_open(actor=people.chen_supervisor(), key=str(n), kind="chase", title="催投")
    assert questions(screen, "/desk/wall") <= few <= MOST
