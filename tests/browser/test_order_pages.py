"""The pool and an order in a real browser: sound at both sizes, by keyboard, found as one types, an office answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, expect
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_whole_pages import is_whole
from tests.domain.small_network import KANGXIAN
from tests.interfaces.web.conftest import House, house  # noqa: F401  (a fixture)

from youlu.domain.access.models import User
from youlu.domain.desk import services
from youlu.domain.desk.models import OrderEvent, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.services import Asked
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.mail.models import Item
from youlu.domain.workforce.services import agent_create, presence_report

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("YOULU_SHOTS", "")
TITLES = (("chase", "催投：药品，请先送"), ("complaint", "投诉：比约定的日期晚"), ("enquiry", "查件：轨迹停了"),
          ("redirect", "改址：小区封了，改送单位"), ("claim", "理赔：外包装破损"), ("chase_pickup", "催揽：约了没来"))


@pytest.fixture
def desk(live_server: Any, house: House) -> str:  # noqa: F811
    """The small network with a pool of orders in every state, the first about an item of 王建民."""
    trade_ensure(OrderKind, Parameter)
    chen, li = people.chen_supervisor(), people.li_agent()
    agent_create(actor=chen, user_id=User.objects.get(username="chenjing").id, staff_no="2001")
    presence_report(actor=chen, site="on_site")
    presence_report(actor=li, site="on_site")
    item = Item.objects.order_by("accepted_at").first()
    assert item is not None
    for number in range(18):
        kind, title = TITLES[number % len(TITLES)]
        services.order_receive(actor=chen, asked=Asked(
            kind, title, body="客户来电：孩子等药，问今天能不能到。",
            party_id=None if number else item.addressee_id, item_key=None if number else item.item_key))
    mine = services.order_take_next(actor=li)
    assert mine is not None
    services.order_chase(actor=chen, order_id=mine, note="客户又催")
    services.order_dispatch(actor=li, order_id=mine, office_id=KANGXIAN, note="核查是否已到")
    services.order_escalate(actor=chen, order_id=WorkOrder.objects.filter(kind_id="complaint")[0].id, text="媒体来问")
    return live_server.url


def seat(context: BrowserContext, url: str, username: str) -> Page:
    client = Client()
    client.force_login(User.objects.get(username=username))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
    return context.new_page()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page="390" in name)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_order_pages_are_whole_at_both_sizes(desk: str, context: BrowserContext, language: str) -> None:
    page = seat(context, desk, "chenjing")
    order = WorkOrder.objects.get(item_key__isnull=False)
    for name, path in (("pool", "/desk"), ("order", f"/desk/{order.id}?view=all"), ("alerts", "/desk/alerts"),
                       ("kinds", "/desk/kinds"), ("kind", "/desk/kinds/complaint"),
                       ("kind-form", "/desk/kinds/complaint/change"), ("settings", "/desk/settings")):
        for size in (DESKTOP, PHONE):
            is_whole(page, desk + path, language=language, size=size)
            shot(page, f"{name}-{language}-{size['width']}")


def test_an_agent_walks_the_pool_by_keyboard_and_finds_as_they_type(desk: str, context: BrowserContext) -> None:
    page = seat(context, desk, "limin")
    page.goto(f"{desk}/desk")
    page.keyboard.press("j")
    page.keyboard.press("j")
    title = page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/*-*")
    expect(page.locator(".col h2").first).to_contain_text(title.split("\n")[0].strip()[:4])
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("改址")
    expect(page.locator("#pool-list li")).to_have_count(3)
    expect(page.locator("#pool-list")).to_contain_text("改送单位")


def test_what_cannot_be_done_keeps_what_was_written(desk: str, context: BrowserContext) -> None:
    page = seat(context, desk, "limin")
    mine = WorkOrder.objects.get(state="dispatched")
    page.goto(f"{desk}/desk/{mine.id}")
    page.locator("summary", has_text="转派").click()
    page.fill("#pass_on-office", "月球支局")
    page.fill("#pass_on-note", "不归我们")
    page.get_by_role("button", name="转派").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#pass_on-note")).to_have_value("不归我们")
    shot(page, "failed-1440")


def test_an_office_reports_in_the_same_order(desk: str, context: BrowserContext) -> None:
    people.sun_clerk()
    page = seat(context, desk, "sunli621224")
    is_whole(page, f"{desk}/asked", language="en", size=PHONE)
    is_whole(page, f"{desk}/asked", language="zh-hans", size=DESKTOP)
    shot(page, "asked-1440")
    page.fill("#report-text", "邮件已到康县，今天第二频次投递")
    page.get_by_role("button", name="核查回单").click()
    expect(page.locator(".timeline")).to_contain_text("今天第二频次投递")
    assert WorkOrder.objects.get(unit_office_id=KANGXIAN).state == "verified"


def test_a_supervisor_ticks_many_and_hears_of_each(desk: str, context: BrowserContext) -> None:
    page = seat(context, desk, "chenjing")
    page.goto(f"{desk}/desk")
    for box in page.get_by_role("checkbox").all()[:3]:
        box.check()
    page.select_option("#bulk", "close")
    page.get_by_role("button", name="办勾选的").click()
    expect(page.locator("h1")).to_have_text("办结：3张里办成0张。")
    expect(page.locator("tbody")).to_contain_text("先接单，再办结")
    shot(page, "bulk-1440")


def test_words_typed_while_the_wire_is_cut_wait_in_the_tab_and_are_written_once(
    desk: str, context: BrowserContext
) -> None:
    """The first tries never arrive; the next arrives, and its answer is lost: the words stay until one comes."""
    page, order_id = seat(context, desk, "limin"), WorkOrder.objects.get(taken_by__isnull=False).id
    fates = ["cut", "answer lost"]

    def wire(route: Route) -> None:
        fate = fates[0] if fates else ""
        if fate == "answer lost":
            fates.remove(fate)
            route.fetch()
        if fate:
            route.abort()
        else:
            route.continue_()

    page.route(f"**/desk/{order_id}/note", wire)
    page.goto(f"{desk}/desk/{order_id}")
    form = page.locator(f'form[action="/desk/{order_id}/note"]')
    page.locator("details", has=form).locator("summary").click()
    form.locator("textarea").fill("客户说下午在家")
    form.locator("button").click()
    expect(page.get_by_role("alert")).to_contain_text("客户说下午在家")
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        form.locator("textarea").scroll_into_view_if_needed()
        expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)  # wherever one types
    expect(form.locator("textarea")).to_have_value("客户说下午在家")
    assert OrderEvent.objects.filter(act="note").count() == 0
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / "words-kept.png", full_page=True)
    fates.remove("cut")  # it tries again every five seconds, however long the looking took
    expect(page.locator(".timeline")).to_contain_text("客户说下午在家", timeout=30_000)
    assert not fates
    assert OrderEvent.objects.filter(act="note").count() == 1
    assert page.evaluate("sessionStorage.getItem('youlu-words')") is None


def test_words_that_wait_are_gone_at_log_out(desk: str, context: BrowserContext) -> None:
    page, order_id = seat(context, desk, "limin"), WorkOrder.objects.get(taken_by__isnull=False).id
    page.route(f"**/desk/{order_id}/note", lambda route: route.abort())
    page.goto(f"{desk}/desk/{order_id}")
    form = page.locator(f'form[action="/desk/{order_id}/note"]')
    page.locator("details", has=form).locator("summary").click()
    form.locator("textarea").fill("客户说下午在家")
    form.locator("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto(f"{desk}/")
    assert "客户说下午在家" in page.evaluate("decodeURIComponent(sessionStorage.getItem('youlu-words'))")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("link", name="员工登录")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('youlu-words')") is None
