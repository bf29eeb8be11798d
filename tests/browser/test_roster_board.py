"""The Gantt of a draft in a browser: a shift is changed by mouse and by keyboard alone, the rule that it then breaks is
seen at once where it stands and in the list; a published roster opens no form and takes no change."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_whole_pages import is_whole
from tests.domain.workforce.desk_of_six import AT, LAW, MONDAY, desk, needs, plan, wu_supervisor

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.workforce.models import RosterShift
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.drafts import roster_draft_save
from youlu.domain.workforce.rostering.publishing import roster_approve, roster_publish

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("YOULU_SHOTS", "")
TUESDAY = MONDAY + dt.timedelta(days=1)
CLASH = "员0（2301）8-01：两个班之间休息不足11小时。"


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.frozen(AT):
        yield


@pytest.fixture
def draft() -> tuple[uuid.UUID, uuid.UUID]:
    """A draft of a late Monday and an early Wednesday of one, and that one."""
    first, second, *_ = desk()
    needs_set(needs(), source="试")
    return roster_draft_save(
        actor=people.chen_supervisor(), assignments=[plan(first, 0, "late", 930), plan(second, 1)],
        start_date=MONDAY, days=7, basis="standard", legal_basis=LAW), first


@pytest.fixture
def seat(live_server: Any, context: BrowserContext, draft: Any) -> Page:
    client = Client()
    client.force_login(User.objects.get(username="chenjing"))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


def lane(page: Page) -> Any:
    return page.locator(".gantt tbody tr", has_text="员0")


def clash_is_seen(page: Page) -> None:
    """On the row's own bar, in the list beside it, and by the button that cannot be pressed: without another click."""
    expect(page.locator(".clash-list li")).to_have_text(CLASH)
    expect(page.locator(".clash-list li")).to_be_in_viewport()


def test_a_shift_changed_by_mouse_shows_its_clash_at_once(
    seat: Page, live_server: Any, draft: tuple[uuid.UUID, uuid.UUID]
) -> None:
    roster_id, first = draft
    seat.goto(f"{live_server.url}/roster/{roster_id}?day={TUESDAY}")
    expect(seat.locator(".clash-list")).to_have_count(0)
    lane(seat).get_by_role("button", name="休，点这里排班").click()
    seat.get_by_label("上什么班").select_option("early")
    seat.get_by_role("button", name="改草稿").click()
    expect(lane(seat).locator(".bar-shift")).to_be_visible()
    clash_is_seen(seat)
    seat.locator(".clash-list a").click()  # to the day and the row that break the rule
    seat.wait_for_url(f"**day={MONDAY}*")
    expect(lane(seat).locator(".bar-shift.clash")).to_have_text("■ 两个班之间休息不足11小时")
    if SHOTS:
        seat.screenshot(path=Path(SHOTS) / "gantt-clash.png", full_page=True)
    with seat.expect_navigation():  # to the form that stands there already
        lane(seat).locator(".bar-shift").click()
    seat.get_by_label("上什么班").select_option("")
    seat.get_by_role("button", name="改草稿").click()
    expect(seat.locator(".clash-list")).to_have_count(0)
    assert not RosterShift.objects.filter(roster_id=roster_id, agent_id=first, work_date=MONDAY).exists()


def reach(page: Page, wanted: str, presses: int = 200) -> None:
    """Tab until what has the focus is called so; whatever has it is seen."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        found = page.evaluate("""() => { const node = document.activeElement, at = node.getBoundingClientRect();
            return [node.id, node.innerText, at.height > 0 && at.bottom > 0 && at.top < innerHeight] }""")
        if wanted in found[:2]:
            assert found[2], f"{wanted} has the focus and is not seen"
            return
    pytest.fail(f"{wanted} is not reached by Tab")


def test_a_shift_changed_by_keyboard_alone_shows_its_clash_at_once(
    seat: Page, live_server: Any, draft: tuple[uuid.UUID, uuid.UUID]
) -> None:
    roster_id, first = draft
    seat.goto(f"{live_server.url}/roster/{roster_id}?day={TUESDAY}")
    reach(seat, "休，点这里排班")
    seat.keyboard.press("Enter")
    seat.wait_for_url("**edit=*")
    reach(seat, "kind")
    for _kind in range(12):
        if seat.get_by_label("上什么班").input_value() == "early":
            break
        seat.keyboard.press("ArrowDown")
    reach(seat, "改草稿")
    seat.keyboard.press("Enter")
    clash_is_seen(seat)
    assert RosterShift.objects.get(roster_id=roster_id, agent_id=first, work_date=TUESDAY).kind_id == "early"
    expect(seat.locator("#edit")).to_contain_text("员0")  # still at the row that was changed


def test_a_published_roster_opens_no_form_and_refuses_what_is_sent_anyway(
    seat: Page, live_server: Any, draft: tuple[uuid.UUID, uuid.UUID]
) -> None:
    """A form that was open when somebody published is refused in words, and changes nothing."""
    roster_id, first = draft
    seat.goto(f"{live_server.url}/roster/{roster_id}?day={TUESDAY}&edit={first}")
    roster_approve(actor=wu_supervisor(), roster_id=roster_id)
    roster_publish(actor=wu_supervisor(), roster_id=roster_id)
    before = list(RosterShift.objects.order_by("id").values())
    seat.get_by_label("上什么班").select_option("early")
    seat.get_by_role("button", name="改草稿").click()
    expect(seat.get_by_role("main")).to_contain_text("已是「已发布」")
    expect(seat.locator("#edit")).to_have_count(0)
    expect(lane(seat).get_by_role("button")).to_have_count(0)
    seat.goto(f"{live_server.url}/roster/{roster_id}?day={MONDAY}")
    expect(lane(seat).locator(".bar-shift")).to_be_disabled()
    assert list(RosterShift.objects.order_by("id").values()) == before


def test_the_board_is_whole_on_both_sizes(seat: Page, live_server: Any, draft: tuple[uuid.UUID, uuid.UUID]) -> None:
    roster_id, first = draft
    for size in (DESKTOP, PHONE):
        is_whole(seat, f"{live_server.url}/roster/{roster_id}?day={MONDAY}&edit={first}", language="zh-hans", size=size)
        if SHOTS:
            seat.screenshot(path=Path(SHOTS) / f"gantt-{size['width']}.png", full_page=True)
