"""A timetable edited in the browser changes a promise: by the table, by the diagram, without script; sound at both
sizes."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.chromium import IN_CHROMIUM
from tests.browser.test_staff_pages import (  # noqa: F401  fixtures
    SIZES,
    is_sound,
    staff,
)
from tests.interfaces.web.conftest import House, house  # noqa: F401  (a fixture)

from youlu.domain.access.models import User
from youlu.domain.continuity.apply import closure_apply
from youlu.domain.continuity.effects import effect_answer
from youlu.domain.continuity.models import TimetableEffect
from youlu.domain.network.models import DraftTrip

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


def log_in(context: BrowserContext, base: str, username: str, name: str) -> None:
    user, _ = User.objects.get_or_create(username=username, defaults={
        "display_name": name, "roles": ["dispatcher"], "scope": "62", "password": "!"})
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])


def edit(page: Page, base: str) -> str:
    """Lanzhou – Kangxian arrives in time for the afternoon's wave; returns the draft's address."""
    page.goto(f"{base}/routes/2")
    page.get_by_role("button", name="新开草稿来改").click()
    page.get_by_label("1002 陇南 到").fill("11:00")
    page.get_by_label("1002 陇南 开").fill("11:10")
    page.get_by_label("1002 康县 到").fill("13:00")
    page.get_by_role("button", name="存进草稿").last.click()
    expect(page.get_by_role("status").first).to_contain_text("已存进草稿")
    page.get_by_role("link", name="看影响、启用").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("改了1个班次，还没有生效")
    return page.url


def told(page: Page, base: str) -> str:
    page.goto(f"{base}/quote?start=兰州&end=康县")
    return page.get_by_role("heading", level=1).inner_text()


def test_a_timetable_edited_in_the_browser_changes_a_promise(
    staff: Page, live_server: Any, browser: Any, house: House  # noqa: F811
) -> None:
    base = live_server.url
    before = told(staff, base)
    draft = edit(staff, base)
    staff.get_by_role("button", name="算影响").click()
    expect(staff.locator("#waiting")).to_be_visible()
    effect_answer(TimetableEffect.objects.get().id)
    staff.reload()
    expect(staff.get_by_role("main")).to_contain_text(re.compile("标准寄递.*变早"))
    assert told(staff, base) == before
    other = browser.new_context(locale="zh-CN")
    log_in(other, base, "lu", "鲁主任")
    head = other.new_page()
    head.goto(draft)
    head.get_by_role("button", name="启用并重算").click()
    expect(head.get_by_role("status").first).to_contain_text("的班次起生效")
    closure_apply()
    assert told(staff, base) != before
    staff.goto(f"{base}/items/{house.to_county}")
    expect(staff.get_by_role("main")).to_contain_text("班期调整")
    other.close()


def test_a_trip_is_dragged_along_the_diagram_in_steps_of_five_minutes(staff: Page, live_server: Any) -> None:  # noqa: F811
    staff.goto(f"{live_server.url}/routes/2")
    staff.get_by_role("button", name="新开草稿来改").click()
    staff.wait_for_url("**draft=*")  # the whole page, with the deferred script that moves its lines
    x, y = staff.locator("[data-trip='2'] .hit").evaluate("""path => {
        const at = path.getPointAtLength(20), on = path.getScreenCTM();
        const point = new DOMPoint(at.x, at.y).matrixTransform(on);
        return [point.x, point.y]; }""")
    staff.mouse.move(x, y)
    staff.mouse.down()
    staff.mouse.move(x + 30, y, steps=4)
    staff.mouse.up()
    expect(staff.get_by_role("status").first).to_contain_text("已存进草稿")
    moved = DraftTrip.objects.get().dep_min[0] - 480
    assert moved > 0
    assert moved % 5 == 0


def test_without_script_a_stepper_moves_a_trip_and_a_wrong_time_is_told_beside_it(
    live_server: Any, browser: Any, house: House  # noqa: F811
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    log_in(context, live_server.url, "hegong", "何工")
    page = context.new_page()
    page.goto(f"{live_server.url}/routes/2")
    page.get_by_role("button", name="新开草稿来改").click()
    page.get_by_role("button", name="1002 推后5分").click()
    expect(page.get_by_label("1002 兰州 开")).to_have_value("08:05")
    page.get_by_label("1002 陇南 到").fill("07:00")
    page.get_by_role("button", name="存进草稿").last.click()
    expect(page.locator("#c-2-1 .error")).to_contain_text("到达早于上一站开车08:05")
    expect(page.get_by_label("1002 陇南 到")).to_have_value("07:00")
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_the_pages_are_sound(staff: Page, live_server: Any, size: str) -> None:  # noqa: F811
    base = live_server.url
    draft = edit(staff, base)
    staff.get_by_role("button", name="算影响").click()
    expect(staff.locator("#waiting")).to_be_visible()
    effect_answer(TimetableEffect.objects.get().id)
    width, height = SIZES[size]
    staff.set_viewport_size({"width": width, "height": height})
    route = f"{base}/routes/2?draft={draft.rsplit('/', 1)[1]}"
    for nth, url in enumerate((draft, route, f"{base}/routes", f"{base}/routes/2", f"{base}/timetables/gtfs")):
        staff.goto(url)
        if folder := os.environ.get("YOULU_SHOTS"):
            staff.screenshot(path=f"{folder}/timetable-{nth}-{size}.png", full_page=True)
        is_sound(staff, f"{url} {size}")
