"""The agent's phone in a real browser: the sentence, two taps, and results given without a network sent once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Response, Route, expect
from tests import people
from tests.browser.chromium import IN_CHROMIUM, PHONE

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.desk import services
from youlu.domain.desk.models import Attempt, Contact, OrderKind, Parameter
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.workforce.services import presence_report

SIZE = PHONE
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
BECOMES = dt.datetime(2022, 8, 3, 18, 0, tzinfo=clock.SHANGHAI)


@pytest.fixture
def phone(live_server: Any, page: Page, context: BrowserContext) -> Iterator[Page]:
    """李敏 at home, three customers owed a call, her page open."""
    clock.clock_set(at=NOON, rate=1.0)
    trade_ensure(OrderKind, Parameter)
    wordings_ensure(actor=people.chen_supervisor())
    presence_report(actor=people.li_agent(), site="at_home", reason="locked_down")
    _owe(3)
    _sign_in(context, live_server.url, "limin")
    page.goto(f"{live_server.url}/my")
    page.get_by_role("button", name="接下一个").click()
    expect(page.locator("[data-card]:visible")).to_have_count(1)
    page.wait_for_load_state()  # the card answers without a network only once its deferred script is there
    yield page
    clock.forget()


def _sign_in(context: BrowserContext, url: str, username: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username=username))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


TAKEN = """navigator.serviceWorker.controller !== null || new Promise((done) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => done(true));
    setTimeout(() => done(navigator.serviceWorker.controller !== null), 10000); })"""


def _shelf(page: Page) -> str:
    return page.evaluate("localStorage.getItem('youlu-results')") or ""


def _worker_ready(page: Page) -> None:
    """The page has its worker; one whose files could not be fetched on a busy machine installs at the next look."""
    for _ in range(4):
        if page.evaluate(TAKEN):
            return
        page.reload()
    raise AssertionError("no worker took the page")


def _owe(count: int) -> None:
    outreach_id = services.outreach_open(closure_id=None, reason="兰州城关区封控", next_review_at=None, at=NOON)
    with transaction.atomic():
        services.words_owe([services.Word(key, people.customer(channel="", phone=f"1389310{key:04d}"), NOON, BECOMES,
                                          outreach_id) for key in range(1, count + 1)], at=NOON)


def _results() -> list[str]:
    return sorted(Attempt.objects.exclude(result="").values_list("result", flat=True))


def _tail(page: Page) -> str:
    """Whose card is shown, by the last digits of the telephone."""
    return page.locator("[data-card]:visible .who .sp + .mute").inner_text()


def _another_than(page: Page, tail: str) -> None:
    expect(page.locator("[data-card]:visible")).to_have_count(1)
    expect(page.locator("[data-card]:visible")).not_to_contain_text(tail)


def test_the_agent_reads_the_sentence_and_two_taps_agree_a_time(phone: Page) -> None:
    first = _tail(phone)
    expect(phone.locator(".say:visible")).to_contain_text("因兰州城关区封控，送到的时间由7月29日改为8月3日18时前")
    assert phone.locator("[data-card]:visible .results button, [data-card]:visible .results a").count() >= 4
    phone.locator("[data-card]:visible").get_by_role("button", name="约时间").click()
    phone.locator("[data-card]:visible").get_by_role("button", name="明天9:00").click()
    _another_than(phone, first)
    expect(phone.locator("[data-offline]")).to_have_attribute("data-waiting", "0")
    assert _results() == ["scheduled"]


def test_results_without_a_network_wait_on_the_phone_and_are_sent_once(phone: Page, context: BrowserContext) -> None:
    first = _tail(phone)
    context.set_offline(True)
    phone.locator("[data-card]:visible").get_by_role("button", name="已告知").click()
    _another_than(phone, first)
    second = _tail(phone)
    phone.locator("[data-card]:visible").get_by_role("button", name="没接通").click()
    expect(phone.get_by_role("status").filter(has_text="没有网络")).to_contain_text("2条结果已存在手机上，联网后自动发出。")
    stored = phone.evaluate("localStorage.getItem('youlu-results')")
    assert "王" not in stored
    assert "1389310" not in stored
    assert _results() == []
    context.set_offline(False)
    expect(phone.locator("[data-offline]")).to_have_attribute("data-waiting", "0")
    expect(phone.locator("[data-offline]")).to_be_hidden()
    _another_than(phone, first)
    _another_than(phone, second)
    assert _results() == ["told", "unreached"]


def test_an_answer_lost_on_the_way_back_is_sent_again_and_counts_once(phone: Page) -> None:
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()  # it reached the server…
        route.abort()  # …and the phone never heard

    phone.route("**/result", lose_the_first_answer)
    phone.locator("[data-card]:visible").get_by_role("button", name="已告知").click()
    expect(phone.locator("[data-offline]")).to_contain_text("1条结果已存在手机上")
    assert _results() == ["told"]
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("[data-offline]")).to_be_hidden()
    assert _results() == ["told"]
    assert Contact.objects.filter(state="told").count() == 1


def test_it_is_all_there_without_script(live_server: Any, phone: Page, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN",
                                  viewport={"width": 390, "height": 844})
    context.add_cookies(phone.context.cookies())
    page = context.new_page()
    page.goto(f"{live_server.url}/my")
    first = _tail(page)
    page.locator("[data-card]").first.get_by_role("button", name="其他").click()
    page.locator("[data-card]").first.get_by_role("button", name="号码不对").click()
    _another_than(page, first)
    assert Attempt.objects.get(result="other").note == "wrong_number"
    context.close()


def test_it_can_be_installed_and_without_a_network_the_shell_says_what_waits(
    phone: Page, context: BrowserContext,
) -> None:
    cdp = context.new_cdp_session(phone)
    assert cdp.send("Page.getAppManifest")["errors"] == []
    hindered = {one["errorId"] for one in cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert hindered <= {"in-incognito"}, "what a browser of a test is by itself"
    _worker_ready(phone)
    context.set_offline(True)
    phone.locator("[data-card]:visible").get_by_role("button", name="没接通").click()
    expect(phone.locator("[data-offline]")).to_contain_text("1条结果")
    phone.reload()
    expect(phone.get_by_role("heading", name="没有网络")).to_be_visible()
    expect(phone.locator("[data-offline]")).to_contain_text("1条结果已存在手机上")
    assert phone.locator("header").evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(0, 107, 72)"
    names = phone.evaluate("caches.keys().then(async ([name]) => (await (await caches.open(name)).keys())"
                           ".map((one) => new URL(one.url).pathname))")
    assert {one for one in names if not one.startswith("/assets/")} == {"/my/offline"}, "no page with anybody on it"
    context.set_offline(False)
    expect(phone.locator("[data-card]:visible")).to_have_count(1, timeout=20_000)
    expect(phone.locator("[data-offline]")).to_have_attribute("data-waiting", "0")
    assert _results() == ["unreached"]


def test_a_note_written_without_a_network_waits_unreadable_and_arrives_once(
    phone: Page, context: BrowserContext,
) -> None:
    context.set_offline(True)
    card = phone.locator("[data-card]:visible")
    card.get_by_text("写一句备注").first.click()
    card.get_by_label("写一句备注").fill("女儿接的，晚上再打")
    card.get_by_role("button", name="没接通").click()
    expect(phone.locator("[data-offline]")).to_contain_text("1条结果")
    assert "note_sealed=" in _shelf(phone)
    assert phone.evaluate("decodeURIComponent(localStorage.getItem('youlu-results'))").find("女儿") == -1
    context.set_offline(False)
    expect(phone.locator("[data-offline]")).to_have_attribute("data-waiting", "0")
    assert [one.remark for one in Attempt.objects.exclude(result="")] == ["女儿接的，晚上再打"]


def test_another_agent_on_the_same_phone_sends_only_their_own(
    phone: Page, context: BrowserContext, live_server: Any,
) -> None:
    presence_report(actor=people.ma_agent(), site="at_home", reason="locked_down")
    with_hers = _tail(phone)
    context.set_offline(True)
    phone.locator("[data-card]:visible").get_by_role("button", name="没接通").click()
    _another_than(phone, with_hers)
    waiting = _shelf(phone)
    phone.route("**/result", lambda route: route.abort())  # a network that is back and loses this
    context.set_offline(False)
    phone.goto(f"{live_server.url}/my/presence")
    phone.get_by_role("button", name="退出").click()
    expect(phone.get_by_role("dialog")).to_contain_text("还有1条结果没有发出")
    phone.get_by_role("button", name="先不退").click()
    expect(phone.get_by_role("dialog")).to_be_hidden()
    phone.get_by_role("button", name="退出").click()
    left: list[Response] = []
    phone.on("response", lambda answer: left.append(answer) if answer.url.endswith("/logout") else None)
    phone.get_by_role("button", name="现在就退").click()
    phone.wait_for_url(f"{live_server.url}/")
    assert left[0].all_headers()["clear-site-data"] == '"cache"'
    assert _shelf(phone) == waiting
    assert "1389310" not in waiting
    phone.unroute("**/result")

    _sign_in(context, live_server.url, "maqiang")
    phone.goto(f"{live_server.url}/my")
    expect(phone.locator("[data-offline]")).to_contain_text("另有1条是别的工号留下的")
    phone.get_by_role("button", name="接下一个").click()
    expect(phone.get_by_text("现在没有人等着联系。")).to_be_visible()
    assert _results() == []
    phone.goto(f"{live_server.url}/my/presence")
    phone.get_by_role("button", name="退出").click()
    phone.wait_for_url(f"{live_server.url}/")
    assert _shelf(phone) == waiting

    _sign_in(context, live_server.url, "limin")
    phone.goto(f"{live_server.url}/my")
    expect(phone.locator("[data-offline]")).to_have_attribute("data-waiting", "0")
    assert _results() == ["unreached"]
    phone.goto(f"{live_server.url}/my/presence")
    phone.get_by_role("button", name="退出").click()
    phone.wait_for_url(f"{live_server.url}/")
    assert left[-1].all_headers()["clear-site-data"] == '"cache", "storage"'
    assert phone.evaluate("localStorage.length") == 0
    assert phone.evaluate("caches.keys()") == []


def test_a_result_that_the_server_refuses_stays_with_its_reason_until_it_is_dropped(phone: Page) -> None:
    Attempt.objects.all().update(result="moot")  # as if it had been given under another key
    phone.locator("[data-card]:visible").get_by_role("button", name="没接通").click()
    expect(phone.locator("[data-stuck]")).to_be_visible()
    expect(phone.locator("[data-stuck]")).to_contain_text("这一条还在手机上")
    assert _shelf(phone)
    phone.get_by_role("button", name="不要这一条了").click()
    expect(phone.locator("[data-offline]")).to_be_hidden()
    assert not _shelf(phone)
