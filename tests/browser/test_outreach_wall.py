"""主动客服 and the wall in a real browser: for the eye, the keyboard, a screen reader; the wall without scrolling."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from tests import people
from tests.browser.chromium import IN_CHROMIUM
from tests.browser.test_staff_pages import is_sound
from tests.domain.desk.campaign_people import TOPIC, campaign, customers, topic_make

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.desk import services
from youlu.domain.desk.campaigns import running, sending
from youlu.domain.desk.campaigns.lists import list_read
from youlu.domain.desk.campaigns.loading import Asked, campaign_open
from youlu.domain.desk.campaigns.report import plan_of, report_read
from youlu.domain.desk.models import OrderKind, Parameter, WorkOrder
from youlu.domain.desk.phone.models import Call
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages.defaults import wording_next, wordings_ensure
from youlu.domain.messages.models import Wording
from youlu.domain.workforce.history import arrivals_add
from youlu.domain.workforce.needs import needs_set
from youlu.domain.workforce.rostering.facts import Wanted
from youlu.domain.workforce.services import presence_report

NOON = dt.datetime(2022, 7, 29, 12, 0, tzinfo=clock.SHANGHAI)
HOUR, HALF = dt.timedelta(hours=1), dt.timedelta(minutes=30)
DRAFT, GOING, WALL = "/outreach/{draft}", "/outreach/{going}", "/desk/wall"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def room() -> Iterator[dict[str, str]]:
    """A desk at work: a draft with bad rows, one going, one stopped; orders of every age; a day's arrivals."""
    chief = people.chen_supervisor()
    trade_ensure(OrderKind, Parameter)
    with clock.frozen(NOON):
        wordings_ensure(actor=chief)
        topic_make()
        presence_report(actor=people.li_agent(), site="at_home")
        presence_report(actor=people.ma_agent(), site="on_site")
        midnight = clock.midnight(NOON.date())
        halves = [midnight + n * HALF for n in range(16, 48)]
        needs_set([Wanted(at, channel, 2) for at in halves for channel in ("call", "order")], source="示例", expected=[
            round(20 + 12 * abs((n % 16) - 8) / 8 - (8 if n % 2 else 0), 1) for n in range(64)])
        needs_set([Wanted(at, "order", 0.4) for at in halves], source="示例", expected=[9.0 + n % 5 for n in range(32)])
        arrivals_add([("call", midnight + n * HALF, 18 + (n * 7) % 13) for n in range(16, 24)])
        for n in range(30):
            Call.objects.create(exchange="x", reference=str(n), direction="in", begun_at=NOON - n * HALF / 4,
                                heard_at=NOON, answered_at=NOON if n % 5 else None,
                                outcome="talked" if n % 5 else ("live" if n < 20 else "abandoned"))
        for n in range(40):
            made = services.order_open(actor=chief, key=str(n), kind="chase", title="催投")
            WorkOrder.objects.filter(id=made).update(
                due_at=NOON + (n * n % 47 - 7) * HOUR, opened_at=NOON - (n % 9) * HALF)
    ids = {"draft": _draft(chief), "going": _going(chief)}
    clock.clock_set(at=NOON + 3 * HOUR, rate=0.0)  # the server's threads read it from the database
    yield {name: str(one) for name, one in ids.items()}
    clock.forget()


def _draft(chief: Any) -> uuid.UUID:
    with clock.frozen(NOON):
        rows = "".join(f"1380000{n:04d},客户{n},{'电话' if n % 9 == 0 else ''}\n" for n in range(120))
        listed = list_read(actor=chief, content=f"手机号,姓名,方式\n{rows}12,,\n13900,,\n,王某,\n".encode())
        return campaign_open(actor=chief, listed=listed, asked=Asked(
            "蔬菜保供回访", TOPIC, NOON + 9 * HOUR, 60, "file"))


def _going(chief: Any) -> uuid.UUID:
    with clock.frozen(NOON):
        parties = [*customers(900), *customers(140, first=2_000, channel="", consents=False)]
        going = campaign(parties, start=False, due_at=NOON + 30 * HOUR)
        running.campaign_start(actor=chief, outreach_id=going,
                               plan=plan_of(report_read(actor=chief, outreach_id=going)))
        running.campaign_stop(actor=chief, outreach_id=campaign(customers(30, first=4_000), name="体检通知"))
    for n in range(6):
        with clock.frozen(NOON + n * HALF):
            sending.campaign_batch(going, most=180)
            for agent in (people.li_agent(), people.ma_agent()):
                for nth, held in enumerate(services.contacts_hold(actor=agent)):
                    said = services.Said("other", 1, other="refused") if (n + nth) % 7 == 6 else services.Said(
                        ("told", "unreached", "told")[nth], 1)
                    services.contact_result(actor=agent, contact_id=held, key=f"{n}-{nth}-{held}", said=said)
    return going


@pytest.fixture
def staff(live_server: Any, context: BrowserContext, room: dict[str, str]) -> Page:
    client = Client()
    client.force_login(User.objects.get(username="chenjing"))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


@pytest.mark.parametrize("size", SIZES)
def test_outreach_pages_are_sound(staff: Page, live_server: Any, room: dict[str, str], size: str) -> None:
    width, height = SIZES[size]
    staff.set_viewport_size({"width": width, "height": height})
    room["wording"] = str(Wording.objects.get(code="moved.message", version=1).id)
    wording_next(actor=people.li_agent(), wording_id=uuid.UUID(room["wording"]), body="因{reason}改为{becomes}。")
    wording_next(actor=people.chen_supervisor(), wording_id=uuid.UUID(room["wording"]), body="{becomes}前送到。")
    for path in ("/outreach", "/outreach/new", DRAFT, GOING, "/wordings", "/wordings/{wording}"):
        staff.goto(live_server.url + path.format(**room))
        is_sound(staff, f"{path} {size}")


def test_a_supervisor_starts_and_stops_by_the_keyboard(staff: Page, live_server: Any, room: dict[str, str]) -> None:
    staff.goto(live_server.url + DRAFT.format(**room))
    start = staff.get_by_role("button", name="开始告知120位")
    start.focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("heading", level=1)).to_contain_text("已告知0位，共120位。")
    staff.get_by_role("button", name="停下").press("Enter")
    expect(staff.get_by_role("heading", level=1)).to_contain_text("停了：主管停的。")
    expect(staff.get_by_role("button", name="接着办")).to_be_visible()


def test_the_list_that_is_chosen_is_the_one_that_is_asked_for(staff: Page, live_server: Any) -> None:
    staff.goto(live_server.url + "/outreach/new")
    expect(staff.get_by_label("CSV或Excel（.xlsx）")).to_be_visible()
    expect(staff.get_by_label("项目", exact=True)).to_be_hidden()
    staff.get_by_label("项目名单").check()
    expect(staff.get_by_label("项目", exact=True)).to_be_visible()
    expect(staff.get_by_label("CSV或Excel（.xlsx）")).to_be_hidden()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_wall_fits_its_screen_without_scrolling_and_a_phone_without_breaking(
    staff: Page, live_server: Any, language: str
) -> None:
    staff.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    staff.set_viewport_size({"width": 1920, "height": 1080})
    staff.goto(live_server.url + WALL)
    assert staff.evaluate("document.documentElement.scrollHeight") <= 1080
    assert staff.evaluate("document.documentElement.scrollWidth") <= 1920
    for gone in ("nav.rail", ".search", "main button", ".btn"):
        assert not staff.locator(gone).filter(visible=True).count(), gone
    assert staff.locator(".kpi .v").first.evaluate("node => getComputedStyle(node).fontSize") == "44px"
    assert staff.locator("#alarms li").count()
    staff.set_viewport_size({"width": 390, "height": 844})
    assert staff.evaluate("document.documentElement.scrollWidth") <= 390
