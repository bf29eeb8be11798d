"""What rosters are made of, in a browser: needs typed on the first day, kinds of shift, hours of the week, leave."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.test_whole_pages import is_whole, seat  # noqa: F401  (a fixture)
from tests.interfaces.web.conftest import house  # noqa: F401  (a fixture)

from youlu.core import clock
from youlu.domain.workforce.forecasting import demand_forecast
from youlu.domain.workforce.history import arrivals_add
from youlu.domain.workforce.models import Agent, Availability, Forecast, ShiftKind, StaffNeed
from youlu.domain.workforce.staffing import forecast_check

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("YOULU_SHOTS", "")


def test_a_supervisor_types_needs_keeps_kinds_and_writes_hours(seat: Page, live_server: Any) -> None:  # noqa: F811
    people.li_agent()
    agent = Agent.objects.get(staff_no="2207")
    seat.goto(f"{live_server.url}/roster/needs")
    seat.get_by_label("每半小时预计来多少").fill("20")
    seat.get_by_role("button", name="写进需求").click()
    expect(seat.get_by_role("status").first).to_contain_text("写进了160个半小时的需求")
    assert {row.people for row in StaffNeed.objects.all()} == {5}
    seat.goto(f"{live_server.url}/roster/kinds")
    for label, value in (("名字", "短班"), ("几点开始", "09:00"), ("几点结束", "13:00"), ("休息几分钟", "0")):
        seat.get_by_label(label, exact=True).fill(value)
    seat.get_by_role("button", name="存", exact=True).click()
    expect(seat.get_by_role("status").first).to_contain_text("已存")
    assert ShiftKind.objects.get(name="短班").length_min == 240
    seat.goto(f"{live_server.url}/people/{agent.id}")
    seat.get_by_label("周一").fill("08:00-12:00，14:00-18:00")
    seat.get_by_role("button", name="记下").click()
    expect(seat.get_by_role("status").first).to_contain_text("可排的时间记下了")
    assert Availability.objects.filter(agent=agent).count() == 2
    _foreseen()
    for language in ("zh-hans", "en"):
        for size in (DESKTOP, PHONE):
            for name in ("roster", "roster/needs", "roster/kinds", "roster/leave", f"people/{agent.id}"):
                is_whole(seat, f"{live_server.url}/{name}", language=language, size=size)
                _shot(seat, f"{name.replace('/', '-')[:14]}-{size['width']}-{language}")


def _foreseen() -> None:
    """A forecast of calls with its simulation."""
    today = clock.midnight(clock.today())
    arrivals_add([("call", today - dt.timedelta(days=day) + dt.timedelta(minutes=minute),
                   14.0 + (minute // 30 + day) % 5)
                  for day in range(1, 29) for minute in range(480, 1440, 30)])
    demand_forecast(actor=people.chen_supervisor(), start_date=clock.today() + dt.timedelta(days=1), days=3)
    forecast_check(Forecast.objects.get(channel="call").id)


def _shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
