"""Somebody without a login, on a phone: asks by the form, keeps the link, adds a word; and asks about an item."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.chromium import IN_CHROMIUM, PHONE
from tests.interfaces.web.conftest import House, house  # noqa: F401  (the fixture)

from youlu.domain.desk.models import OrderEvent, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure

SIZE = PHONE
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


def asks(page: Page, text: str) -> None:
    page.get_by_text("该到的没到，催一催").click()
    page.get_by_label("说一说").fill(text)


def test_the_form_gives_a_number_and_a_link_by_which_a_word_is_added(
    live_server: Any, page: Page, transactional_db: None,
) -> None:
    trade_ensure(OrderKind, Parameter)
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name=re.compile("有事找我们")).click()
    asks(page, "药品还没到")
    page.get_by_label("您的手机号").fill("13893104488")
    page.get_by_role("button", name="交给我们办").click()
    expect(page.get_by_role("alert")).to_contain_text("同意以后才能提交")
    expect(page.get_by_label("说一说")).to_have_value("药品还没到")
    page.locator("#id_consent").check()
    page.get_by_role("button", name="交给我们办").click()
    expect(page.get_by_role("status")).to_contain_text("您的工单号")
    expect(page.get_by_role("status")).to_contain_text(str(WorkOrder.objects.get().number))
    width = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(width)
    page.get_by_role("link", name="看办到哪一步").click()
    page.get_by_label("手机号的后四位").fill("4488")
    page.get_by_role("button", name="查").click()
    page.get_by_label("补充一句").fill("今天要用")
    page.get_by_role("button", name="发出").click()
    expect(page.get_by_text("留言收到了")).to_be_visible()
    assert OrderEvent.objects.get(act="message").note == "今天要用"


def test_the_page_of_an_item_takes_a_question_about_it(live_server: Any, page: Page, house: House) -> None:  # noqa: F811
    trade_ensure(OrderKind, Parameter)
    page.goto(f"{live_server.url}/track")
    page.get_by_label("邮件号").fill(house.to_county)
    page.get_by_label("收件人或寄件人").fill("4417")
    page.get_by_role("button", name="查", exact=True).click()
    page.get_by_text("写给我们").click()
    asks(page, "什么时候到")
    page.get_by_role("button", name="交给我们办").click()
    expect(page.get_by_role("status")).to_contain_text("您的工单号")
    expect(page.get_by_role("status")).to_contain_text(str(WorkOrder.objects.get().number))
