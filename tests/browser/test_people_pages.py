"""人员 in a browser: an account becomes an agent with contract and skills; the pages are whole on both sizes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_whole_pages import is_whole, seat  # noqa: F401  (a fixture)
from tests.interfaces.web.conftest import house  # noqa: F401  (a fixture)

from youlu.domain.access.models import User
from youlu.domain.workforce.models import Agent

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("YOULU_SHOTS", "")


def test_a_supervisor_registers_an_agent_and_writes_the_contract(seat: Page, live_server: Any) -> None:  # noqa: F811
    people.li_agent()
    User.objects.create(username="newcomer", display_name="新人", roles=["agent"], scope="62", password="!")
    for language in ("zh-hans", "en"):
        for size in (DESKTOP, PHONE):
            is_whole(seat, f"{live_server.url}/people", language=language, size=size)
            shot(seat, f"people-{size['width']}-{language}")
    seat.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": live_server.url}])
    seat.goto(f"{live_server.url}/people")
    seat.get_by_label("哪个账号").select_option(label="新人")
    seat.get_by_label("工号", exact=True).fill("2399")
    seat.get_by_role("button", name="登记工号").click()
    expect(seat.get_by_role("heading", level=1)).to_contain_text("新人 （工号2399）")
    seat.get_by_label("每周工时").fill("45")
    seat.get_by_label("会办的（技能）").fill("claim、chase")
    seat.locator("form", has=seat.get_by_label("会办的（技能）")).evaluate("form => form.noValidate = true")
    seat.get_by_role("button", name="保存").click()
    expect(seat.get_by_role("alert")).to_be_visible()
    expect(seat.get_by_label("会办的（技能）")).to_have_value("claim、chase")  # refused, and nothing typed is lost
    seat.get_by_label("每周工时").fill("20")
    seat.get_by_role("button", name="保存").click()
    expect(seat.get_by_role("status").first).to_contain_text("已改")
    agent = Agent.objects.get(staff_no="2399")
    assert (agent.skills, agent.contract.week_min) == (["chase", "claim"], 1_200)
    for language in ("zh-hans", "en"):
        for size in (DESKTOP, PHONE):
            is_whole(seat, f"{live_server.url}/people/{agent.id}", language=language, size=size)
            shot(seat, f"person-{size['width']}-{language}")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
