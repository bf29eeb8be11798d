"""A call in a real browser: it appears by itself on the desk and on a phone, `o` opens its order, a button stays where
it is while the page asks again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_order_pages import seat
from tests.browser.test_whole_pages import AXE, CLIPPED, Axe, is_whole, left_in_chinese
from tests.domain.desk.exchange import exchange_register, told
from tests.interfaces.web.conftest import House, house  # noqa: F401  (a fixture)

from youlu.domain.desk import services
from youlu.domain.desk.models import OrderKind, Parameter
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.parties.models import Party
from youlu.domain.partners.services import PartnerKeys
from youlu.domain.workforce.services import presence_report

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("YOULU_SHOTS", "")
NUMBER = "19900004417"  # of the house's customer


@pytest.fixture
def keys(live_server: Any, house: House) -> PartnerKeys:  # noqa: F811
    trade_ensure(OrderKind, Parameter)
    presence_report(actor=people.li_agent(), site="on_site")
    people.chen_supervisor()
    customer = Party.objects.get().id
    for kind, title in (("chase", "催投：药品，请先送"), ("enquiry", "查件：轨迹停了")):
        services.order_open(actor=people.li_agent(), kind=kind, title=title, party_id=customer)
    return exchange_register()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def is_sound(page: Page, *, in_english: bool = False) -> None:
    """As `is_whole`, of the page as it stands: what came by polling is not there at its first moment."""
    answer = Axe().run(page, options=AXE)
    assert answer.violations_count == 0, answer.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CLIPPED) == []
    assert not in_english or [text for text in left_in_chinese(page) if "李敏" not in text] == []


def test_a_call_appears_by_itself_and_o_opens_its_order(
    keys: PartnerKeys, live_server: Any, context: BrowserContext
) -> None:
    page = seat(context, live_server.url, "limin")
    page.set_viewport_size(DESKTOP)
    page.goto(f"{live_server.url}/desk")
    pop = page.locator("#at-phone")
    expect(pop).to_be_hidden()
    told(keys, "call.ringing", call="1", number=NUMBER, agent="2207")
    expect(pop).to_be_visible(timeout=20_000)
    expect(pop).to_contain_text("王*民")
    is_sound(page)
    shot(page, "pop-desk-zh")
    pop.get_by_role("button", name="另建一张").focus()
    with page.expect_response(lambda answer: "/my/call" in answer.url and answer.status == 204):
        pass
    expect(pop.get_by_role("button", name="另建一张")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("o")
    page.wait_for_url("**/desk/*-*")
    expect(page.locator(".timeline")).to_contain_text("通电话")
    shot(page, "order-of-call-zh")
    told(keys, "call.ended", call="1")
    expect(pop).to_be_hidden(timeout=20_000)


def test_on_a_phone_the_call_stands_on_top_in_both_languages(
    keys: PartnerKeys, live_server: Any, context: BrowserContext
) -> None:
    page = seat(context, live_server.url, "limin")
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/my/orders")
    told(keys, "call.ringing", call="1", number=NUMBER, agent="2207")
    told(keys, "call.answered", call="1", agent="2207")
    expect(page.locator("#at-phone")).to_contain_text("通话中", timeout=20_000)
    is_sound(page)
    shot(page, "pop-phone-zh")
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    page.reload()
    expect(page.locator("#at-phone")).to_contain_text("Talking", timeout=20_000)
    is_sound(page, in_english=True)
    shot(page, "pop-phone-en")


def test_calls_and_promises_are_whole_at_both_sizes_in_both_languages(
    keys: PartnerKeys, live_server: Any, context: BrowserContext
) -> None:
    presence_report(actor=people.li_agent(), site="at_home")
    for nth in range(6):
        told(keys, "call.ringing", call=str(nth), number=NUMBER[:-1] + str(nth), agent="2207")
        told(keys, "call.answered" if nth % 2 else "call.call_back", call=str(nth))
        told(keys, "call.ended", call=str(nth))
    page = seat(context, live_server.url, "chenjing")
    for language in ("zh-hans", "en"):
        for name, size in (("desktop", DESKTOP), ("phone", PHONE)):
            is_whole(page, f"{live_server.url}/calls", language=language, size=size)
            shot(page, f"calls-{name}-{language}")
