"""The night in a browser: a supervisor computes three plans and adopts one, an agent's phone shows what changed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_whole_pages import is_whole
from tests.domain.desk.emergency_desk import EVENING

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system, actor_of_user
from youlu.domain.desk import services
from youlu.domain.desk.emergency import reading
from youlu.domain.desk.emergency.adopting import emergency_adopt
from youlu.domain.desk.emergency.starting import emergency_plan_answer, emergency_plan_start
from youlu.domain.desk.models import EmergencyPlanning, EmergencyWatch, OrderKind, Parameter, WorkOrder
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages.defaults import wordings_ensure
from youlu.domain.workforce.models import Agent, Site
from youlu.domain.workforce.selectors import agents_all
from youlu.scenarios.lanzhou.cast import AGENTS, ON_SITE, cast_make

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("YOULU_SHOTS", "")


@pytest.fixture
def night(live_server: Any) -> str:
    """The people of Lanzhou on the evening of the lockdown, orders in hand of somebody who may not do them."""
    clock.clock_set(at=EVENING)
    reading.forget()
    trade_ensure(OrderKind, Parameter)
    cast_make(actor=actor_of_system("tests"), home_compounds=[1, 2, 3], at=EVENING)
    wordings_ensure(actor=people.chen_supervisor())
    customer = people.customer()
    for kind, title in (("enquiry", "查件：轨迹停了"), ("chase", "催投：药品"), ("claim", "理赔：外包装破损")):
        services.order_open(actor=people.chen_supervisor(), kind=kind, title=title, party_id=customer)
    WorkOrder.objects.filter(kind_id="claim").update(state="taken", taken_by=at_home().id)
    return live_server.url


def at_home() -> Agent:
    return Agent.objects.get(user__username=AGENTS[ON_SITE][0])


def seat(context: BrowserContext, url: str, username: str) -> Page:
    client = Client()
    client.force_login(User.objects.get(username=username))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
    return context.new_page()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_a_supervisor_adopts_a_plan_and_an_agents_phone_shows_it(night: str, browser: Browser) -> None:
    desk, phone = browser.new_context(viewport=DESKTOP), browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = seat(desk, night, "chenjing")
    page.goto(f"{night}/emergency")
    expect(page.get_by_role("heading", level=1)).to_contain_text("14人居家，7人在岗，2人不在，来电是平时3倍")
    shot(page, "emergency-before-1440")
    page.get_by_role("button", name="算三个方案").click()
    expect(page.get_by_text("正在排班和模拟。")).to_be_visible()
    shot(page, "emergency-computing-1440")
    page.reload()  # the computation is the worker's, not the page's
    expect(page.get_by_text("正在排班和模拟。")).to_be_visible()
    emergency_plan_answer(EmergencyPlanning.objects.get().id)  # the worker
    expect(page.get_by_text("建议")).to_be_visible()  # polled, nobody reloaded
    expect(page.get_by_role("heading", level=1)).to_contain_text("什么都不做，今晚每小时丢")
    shot(page, "emergency-plans-1440")

    page.locator(".plan.best").get_by_role("link").click()
    button = page.get_by_role("button", name=re.compile("采用方案.：发布排班、1张工单换人办、告知21人"))
    expect(button).to_be_visible()
    shot(page, "emergency-plan-1440")
    consent = page.get_by_label("排应急工时的人，我已逐人问过，本人同意")
    if consent.count():
        consent.check()
    button.click()
    expect(page.get_by_text("已采用。")).to_be_visible()
    shot(page, "emergency-adopted-1440")
    assert EmergencyWatch.objects.get().counts["people"] == 21
    holder = WorkOrder.objects.get(kind_id="claim").taken_by  # at once somebody's who may do it
    assert {row.id: row.site for row in agents_all()}[holder] == Site.ON_SITE
    page.goto(f"{night}/desk")
    expect(page.get_by_text("应急值守中，从07-11")).to_be_visible()

    mine = seat(phone, night, AGENTS[ON_SITE][0])
    mine.goto(f"{night}/my")
    expect(mine.get_by_role("heading", name=re.compile("应急值守：方案"))).to_be_visible()
    expect(mine.get_by_text("居家办工单、双呼回电").first).to_be_visible()
    shot(mine, "emergency-phone-390")
    mine.get_by_role("button", name="知道了").click()
    expect(mine.get_by_role("button", name="知道了")).to_have_count(0)

    page.goto(f"{night}/emergency/leave")
    shot(page, "emergency-leave-1440")
    page.get_by_role("button", name="解除并告知22人").click()
    expect(page.get_by_text("已解除应急值守。")).to_be_visible()
    expect(page.get_by_role("heading", name="过去的应急值守")).to_be_visible()
    mine.goto(f"{night}/my")
    expect(mine.get_by_text("起恢复正常排班")).to_be_visible()
    shot(page, "emergency-left-1440")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_the_night_are_whole(night: str, context: BrowserContext, language: str) -> None:
    chen = actor_of_user(User.objects.get(username="chenjing"))
    page = seat(context, night, "chenjing")
    planning_id = emergency_plan_start(actor=chen)
    emergency_plan_answer(planning_id)
    for state in ("plans", "plan", "adopted", "leave"):
        if state == "adopted":
            emergency_adopt(actor=chen, planning_id=planning_id, plan="b", consents=True)
        address = {"plan": f"/emergency/plans/{planning_id}/b", "leave": "/emergency/leave"}.get(state, "/emergency")
        for size in (DESKTOP, PHONE):
            is_whole(page, night + address, language=language, size=size)
            shot(page, f"emergency-{state}-{size['width']}-{language}")
    mine = seat(context, night, AGENTS[ON_SITE][0])
    is_whole(mine, f"{night}/my", language="zh-hans", size=PHONE)
