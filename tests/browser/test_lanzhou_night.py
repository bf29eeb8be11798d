"""The Lanzhou night, a supervisor and two phones at once: normal day, lockdown, plan, phones, handover, and out."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from tests import people
from tests.browser.chromium import DESKTOP, IN_CHROMIUM, PHONE
from tests.browser.lanzhou_night import Seats, play, policy_heard
from tests.browser.pictures import picture
from tests.browser.test_whole_pages import is_whole
from tests.domain.desk.emergency_desk import EVENING

from youlu.core import clock
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_system, actor_of_user
from youlu.domain.desk import services
from youlu.domain.desk.emergency import reading
from youlu.domain.desk.emergency.starting import emergency_plan_answer
from youlu.domain.desk.handover.signing import handover_sign_in, handover_sign_out
from youlu.domain.desk.models import (
    Attempt,
    EmergencyPlanning,
    Handover,
    HandoverItem,
    OrderKind,
    Parameter,
)
from youlu.domain.desk.trade import trade_ensure
from youlu.domain.messages.defaults import wordings_ensure
from youlu.interfaces.web.seats import SEATS
from youlu.scenarios.lanzhou.cast import cast_make
from youlu.scenarios.lanzhou.night import day_begin, night_begin

pytestmark = [*IN_CHROMIUM, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("YOULU_SHOTS", "")
BECOMES = (EVENING + dt.timedelta(days=5)).replace(hour=18, minute=0)
NAMES = ("王建民", "张淑芳", "马小云", "李海燕", "杨国庆", "赵玉兰", "陈志强", "刘晓东")


@pytest.fixture
def day(live_server: Any) -> Iterator[str]:
    """A normal day of the desk: everybody on site."""
    clock.clock_set(at=EVENING)
    reading.forget()
    trade_ensure(OrderKind, Parameter)
    cast_make(actor=actor_of_system("tests"), home_compounds=[1, 2, 3], at=EVENING)
    wordings_ensure(actor=people.chen_supervisor())
    for n, (kind, title) in enumerate((("enquiry", "查件：轨迹停了"), ("chase", "催投：药品，请先送"))):
        services.order_open(actor=people.chen_supervisor(), kind=kind, title=title,
                            party_id=people.customer(phone=f"1389310{n:04d}"))
    day_begin(actor=actor_of_system("tests"))
    yield live_server.url
    clock.forget()
    reading.forget()


def lockdown() -> None:
    """What the closure of a district does to the desk: people are where they are, eight customers are owed a call."""
    night_begin(actor=actor_of_system("tests"))
    outreach_id = services.outreach_open(closure_id=None, reason="兰州城关区封控", next_review_at=None, at=EVENING)
    with transaction.atomic():
        services.words_owe([services.Word(
            key, people.customer(channel="", phone=f"1389320{key:04d}", name=name), EVENING, BECOMES, outreach_id)
            for key, name in enumerate(NAMES, start=1)], at=EVENING)



@pytest.fixture
def seat(day: str, browser: Browser) -> Iterator[Callable[[str, dict[str, int]], Page]]:
    """Opens the page of a chair in a context of its own; all are closed before the database is emptied under them."""
    opened: list[BrowserContext] = []

    def make(chair: str, size: dict[str, int]) -> Page:
        opened.append(browser.new_context(viewport=size, locale="zh-CN"))  # type: ignore[arg-type]
        signed_in(opened[-1], day, SEATS[chair])
        return opened[-1].new_page()

    yield make
    for context in opened:
        context.close()


def signed_in(context: BrowserContext, url: str, username: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username=username))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
    if name.startswith("lanzhou-"):
        picture(page, name)


def test_the_night_is_played_by_a_supervisor_and_two_phones_at_once(
    day: str, seat: Callable[[str, dict[str, int]], Page]
) -> None:
    seats = Seats(
        desk=seat("supervisor", DESKTOP), one=seat("agent", PHONE), two=seat("colleague", PHONE),
        head=seat("approver", DESKTOP),
        base=dict.fromkeys(("desk", "one", "two", "head"), day))
    refused = policy_heard(seats)
    play(seats, lockdown=lockdown, shot=shot,
         answer=lambda: emergency_plan_answer(EmergencyPlanning.objects.get().id))
    assert refused == []
    results = Attempt.objects.exclude(result="").order_by("result").values_list("result", flat=True)
    assert list(results) == ["scheduled", "told"]  # each once
    handover = Handover.objects.get()
    assert handover.state == "taken"
    assert HandoverItem.objects.filter(handover=handover, what="call_back").count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_the_handover_are_whole(day: str, context: BrowserContext, language: str) -> None:
    signed_in(context, day, SEATS["approver"])
    page = context.new_page()
    chen, ding = (actor_of_user(User.objects.get(username=SEATS[chair])) for chair in ("supervisor", "approver"))
    pages = [("now", "/handover"), ("waiting", "/handover"), ("sheet", "/handover/{id}")]
    for state, path in pages:
        if state == "waiting":
            handover_sign_out(actor=chen, faults=["two_ended"])
        if state == "sheet":
            handover_sign_in(actor=ding, handover_id=Handover.objects.get().id)
        newest = Handover.objects.first()
        for size in (DESKTOP, PHONE):
            is_whole(page, day + path.format(id=newest.id if newest else ""), language=language, size=size)
            shot(page, f"handover-{state}-{size['width']}-{language}")
