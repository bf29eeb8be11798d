"""Six pages on a phone, in both languages: whole, in English nothing left in Chinese; a form by keyboard alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from tests.browser.chromium import IN_CHROMIUM, PHONE
from tests.browser.test_staff_pages import AXE
from tests.interfaces.web.conftest import House, house  # noqa: F401  (a fixture)

from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_user
from youlu.domain.desk.models import OrderKind, Parameter
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.network.models import Office

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
SAMPLE = ("/situation", "/desk", "/outreach", "/people", "/quote", "/exceptions")
NAMES_OF_PEOPLE = ("何工",)
HAN_LEFT = """() => {
  const found = [], zh = (node) => node.closest("[lang]:not(html)")?.lang.startsWith("zh");
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!parent.closest("script, style") && !zh(parent)) found.push(walk.currentNode.data);
  }
  document.querySelectorAll("[title], [aria-label], [placeholder]").forEach((node) => {
    if (!zh(node)) found.push(...["title", "aria-label", "placeholder"].map((name) => node.getAttribute(name) || ""));
  });
  return found.filter((text) => /[\\u4e00-\\u9fff]/.test(text));
}"""
CLIPPED = """() => [...document.querySelectorAll(".btn, button, .seg a")]
  .filter((node) => node.offsetParent && node.scrollWidth > node.clientWidth + 1).map((node) => node.innerText)"""


@pytest.fixture
def seat(live_server: Any, context: BrowserContext, house: House) -> Page:  # noqa: F811
    """A page of 何工, who is dispatcher and supervisor at once here, so that one seat opens every room."""
    user = User.objects.create(username="hegong", display_name="何工", roles=["dispatcher", "supervisor"], scope="62",
                               password="!")
    trade_ensure(OrderKind, Parameter)
    wordings_ensure(actor=actor_of_user(user))
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


def is_whole(page: Page, address: str, *, language: str, size: dict[str, int]) -> None:
    """Nothing axe knows, nothing sideways, no button cut; in English no Han but names and what is marked as Chinese."""
    origin = re.sub(r"(?<=\d)/.*", "", address)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": origin}])
    page.set_viewport_size(size)
    page.goto(address)
    where = f"{address} {language} {size['width']}"
    answer = Axe().run(page, options=AXE)
    assert answer.violations_count == 0, f"{where}: {answer.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"
    assert page.evaluate(CLIPPED) == [], where
    if language == "en":
        assert left_in_chinese(page) == [], where


def left_in_chinese(page: Page) -> list[str]:
    """Texts with Han in them once names of places and people are taken out."""
    offices = {name for row in Office.objects.values_list("name", "full_name") for name in row}
    names = offices | {f"{name}市" for name in offices} | set(NAMES_OF_PEOPLE)
    known = re.compile("|".join(sorted({*names, *EXAMPLES}, key=len, reverse=True)))
    return [text for text in page.evaluate(HAN_LEFT) if re.search("[\u4e00-\u9fff]", known.sub("", text))]


# Places that hints and the map name whatever network is loaded, and the switch's own word for its language.
EXAMPLES = ("兰州城关区封控", "兰州城关区", "兰州", "康县", "敦煌", "天水", "张掖—酒泉", "中文")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_six_pages_are_whole_on_a_phone(seat: Page, live_server: Any, language: str) -> None:
    for path in SAMPLE:
        is_whole(seat, live_server.url + path, language=language, size=PHONE)


def test_the_sweep_sees_a_sentence_left_in_chinese(seat: Page, live_server: Any) -> None:
    seat.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    seat.goto(f"{live_server.url}/quote")
    seat.evaluate("document.querySelector('main h1').textContent = '没有翻译的话'")
    assert left_in_chinese(seat) == ["没有翻译的话"]


def test_a_dispatcher_closes_a_compound_by_keyboard_alone(seat: Page, live_server: Any) -> None:
    """Skip link, then field by field with Tab; what has the focus is always seen."""
    seat.goto(f"{live_server.url}/closures/new")
    seat.keyboard.press("Tab")
    assert seat.evaluate("document.activeElement.className") == "skip"
    seat.keyboard.press("Enter")
    wanted = {"id_title", "id_document_no", "id_authority", "id_district", "id_places", "id_next_review_at"}
    reached: set[str] = set()
    for _press in range(60):
        seat.keyboard.press("Tab")
        seen = seat.evaluate("""() => { const node = document.activeElement, style = getComputedStyle(node);
            return {id: node.id, name: node.innerText, outline: parseFloat(style.outlineWidth),
                    hidden: node.getBoundingClientRect().height === 0} }""")
        reached.add(seen["id"])
        assert seen["outline"] >= 2 or seen["hidden"], f"the focus is not seen on {seen}"
        if "预览影响" in seen["name"]:
            break
    else:
        pytest.fail(f"the preview's button is not reached by Tab; reached {sorted(reached)}")
    assert wanted <= reached
