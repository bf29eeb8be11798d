"""The five-minute tour as a person plays it: `./youlu demo` as a whole, in Chromium, with a real kill in the middle."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.chromium import IN_CHROMIUM
from tests.browser.demo import demo_running

ITEMS = 20_000
pytestmark = IN_CHROMIUM


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo with a database, a web server and a worker of its own."""
    with demo_running(tmp_path_factory.mktemp("demo"), items=ITEMS) as address:
        yield address


def test_a_person_closes_kills_recounts_and_lifts_and_every_pane_follows(demo: str, page: Page) -> None:
    page.goto(f"{demo}/tour")
    steps = page.locator(".tour-steps li")
    citizen = page.frame_locator("iframe[title^='市民']")
    agent = page.frame_locator("iframe[title^='居家客服员']")
    dispatcher = page.frame_locator("iframe[title^='调度员']")
    strip = page.frame_locator("iframe[title^='主管']")
    expect(citizen.get_by_text("兰州城关区封控")).to_have_count(0)

    page.get_by_role("button", name="封控城关区").click()
    expect(steps.nth(0)).not_to_contain_text("点一下，看承诺怎样变")  # it is declared
    page.get_by_role("button", name="现在杀掉").click()
    expect(steps.nth(1)).to_contain_text("真的SIGKILL了1次", timeout=20_000)
    expect(steps.nth(0)).to_contain_text(re.compile(r"秒：看过2\d,\d{3}件，[\d,]+件有了新承诺"), timeout=90_000)

    expect(citizen.locator("body")).to_contain_text("兰州城关区封控", timeout=30_000)
    expect(citizen.locator("body")).to_contain_text("7月18日")
    expect(dispatcher.locator("h1")).to_contain_text("兰州城关区封控", timeout=30_000)
    expect(strip.locator("h1")).to_contain_text("14人居家，7人在岗", timeout=30_000)
    expect(page.locator("#tour-state")).to_have_attribute("data-stamp", re.compile("-True-False$"), timeout=90_000)
    agent.get_by_role("button", name="接下一个").click()  # in a pane that is not loaded again under the finger
    expect(agent.locator("body")).to_contain_text("兰州城关区封控", timeout=30_000)

    page.get_by_role("button", name="用慢方法全部重数").click()
    expect(steps.nth(2)).to_contain_text("丢失0，重复0，不符0", timeout=180_000)

    page.get_by_role("button", name="解除").click()
    expect(steps.nth(3)).to_contain_text("已解除", timeout=60_000)
    expect(citizen.get_by_text("兰州城关区封控")).to_have_count(0, timeout=30_000)
