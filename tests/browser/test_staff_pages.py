"""Pages in a real browser: from the notice to the lift, for the eye, the keyboard and a screen reader, both sizes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.chromium import IN_CHROMIUM
from tests.interfaces.web.conftest import TAIL, House, house, notice  # noqa: F401  (a fixture)

from youlu.domain.access.models import User
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.continuity.models import Preview
from youlu.domain.continuity.preview import preview_answer

AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {"target-size": {"enabled": True}},
}
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff(live_server: Any, context: BrowserContext, house: House) -> Page:  # noqa: F811
    """A page of 何工, 调度员, on the small network."""
    user = User.objects.create(username="hegong", display_name="何工", roles=["dispatcher"], scope="62", password="!")
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


def closure_through_the_page(page: Page, base: str) -> None:
    """Fill in the notice as a person does, preview it, declare it; the worker's part is done between."""
    page.goto(f"{base}/closures/new")
    for name in ("title", "document_no", "authority", "district", "places", "next_review_at"):
        page.fill(f"#id_{name}", str(notice()[name]))
    page.get_by_role("button", name="预览影响").click()
    expect(page.locator("#waiting")).to_be_visible()
    preview_answer(str(Preview.objects.latest("asked_at").id))
    page.get_by_role("button", name="封控并告知1人").click()
    expect(page.get_by_role("status").first).to_contain_text("已登记")
    closure_apply()


def is_sound(page: Page, where: str) -> None:
    """No violation that axe knows, nothing that scrolls sideways, a title of its own: on the whole page."""
    page.wait_for_load_state()
    answer = Axe().run(page, options=AXE)
    assert answer.violations_count == 0, f"{where}: {answer.generate_report()}"
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{where} scrolls sideways by {width} px"
    assert page.title().endswith("· 邮路")


@pytest.mark.parametrize("size", SIZES)
def test_staff_pages_are_sound_with_a_closure_in_force(staff: Page, live_server: Any, house: House, size: str) -> None:  # noqa: F811
    width, height = SIZES[size]
    base = live_server.url
    closure_through_the_page(staff, base)
    staff.set_viewport_size({"width": width, "height": height})
    is_sound(staff, f"closure {size}")
    paths = [
        "/situation",
        "/closures",
        "/closures/new",
        "/items",
        "/items?list=noway",
        f"/items/{house.to_compound}",
        "/quote?start=兰州&end=康县",
        "/quote?start=兰州&end=火星",
        "/",
    ]
    for path in paths:
        staff.goto(base + path)
        is_sound(staff, f"{path} {size}")


def test_the_wall_is_sound_and_fits_its_screen(staff: Page, live_server: Any) -> None:
    staff.set_viewport_size({"width": 1920, "height": 1080})
    staff.goto(f"{live_server.url}/situation/wall")
    is_sound(staff, "wall")
    assert staff.evaluate("document.documentElement.scrollHeight") <= 1080
    assert not staff.locator(".rail").is_visible()


def test_a_dispatcher_closes_and_lifts_and_the_pages_follow(staff: Page, live_server: Any, house: House) -> None:  # noqa: F811
    base = live_server.url
    closure_through_the_page(staff, base)
    staff.reload()
    expect(staff.get_by_role("heading", level=1)).to_contain_text("要等解除才能投递")
    staff.goto(f"{base}/items/{house.to_compound}")
    expect(staff.get_by_role("heading", level=1)).to_contain_text("中断解除前送不到")
    staff.goto(f"{base}/closures")
    staff.get_by_role("link", name="兰州城关区封控").click()
    staff.get_by_label("解除文号").fill("演示〔2022〕12号")
    staff.get_by_role("button", name="全部解除并重算").click()
    expect(staff.get_by_role("status").first).to_contain_text("已全部解除")
    closure_apply()
    staff.goto(f"{base}/items/{house.to_compound}")
    expect(staff.locator(".lead .tag")).to_contain_text("守时")


@pytest.mark.parametrize("size", SIZES)
def test_a_citizen_finds_their_mail_without_script(live_server: Any, browser: Any, house: House, size: str) -> None:  # noqa: F811
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False, locale="zh-CN"
    )
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("link", name="查我的邮件").click()
    page.get_by_label("邮件号").fill(house.to_county)
    page.get_by_label("手机号的后四位").fill("0000")
    page.get_by_role("button", name="查").click()
    expect(page.get_by_role("alert")).to_contain_text("没有查到")
    page.get_by_label("手机号的后四位").fill(TAIL)
    page.get_by_role("button", name="查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("您的邮件预计.*时前送到"))
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_citizens_pages_are_sound_and_large(live_server: Any, page: Page, house: House, size: str) -> None:  # noqa: F811
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for path in ("/", "/login", "/track", "/nowhere"):
        page.goto(live_server.url + path)
        is_sound(page, f"{path} {size}")
    page.goto(f"{live_server.url}/track")
    page.fill("#id_number", house.to_county)
    page.fill("#id_tail", TAIL)
    button = page.get_by_role("button", name="查")
    assert (button.bounding_box() or {})["height"] >= 60
    button.click()
    expect(page.locator("#answer h1")).to_be_visible()
    is_sound(page, f"answer {size}")
    smallest = page.evaluate("""() => Math.min(...[...document.querySelectorAll('main p, main dd, main dt, main li')]
        .filter(n => n.innerText).map(n => parseFloat(getComputedStyle(n).fontSize)))""")
    assert smallest >= 18


def test_the_keyboard_reaches_the_content_first_and_the_search_by_a_key(staff: Page, live_server: Any) -> None:
    staff.goto(f"{live_server.url}/situation")
    staff.keyboard.press("Tab")
    expect(staff.locator(":focus")).to_have_text("跳到正文")
    staff.keyboard.press("/")
    expect(staff.locator(":focus")).to_have_attribute("name", "q")


def test_the_first_look_costs_at_most_six_requests_and_the_second_one(staff: Page, live_server: Any) -> None:
    asked: list[str] = []
    staff.on("request", lambda request: asked.append(request.url) if request.url.startswith("http") else None)
    staff.goto(f"{live_server.url}/situation", wait_until="load")
    assert len(set(asked)) <= 6, asked
    assert all(url.startswith(live_server.url) for url in asked)
