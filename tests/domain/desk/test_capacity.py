"""The strip: what the people present hold, and that telling people first is what saves the telephones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from tests import people
from tests.domain.desk.conftest import NOON

from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_of_user
from youlu.domain.desk.capacity import NEVER_H, capacity_strip
from youlu.domain.workforce.services import agent_create, demand_set, presence_report

pytestmark = pytest.mark.django_db


def staffed(on_site: int, at_home: int) -> None:
    for number in range(on_site + at_home):
        user = User.objects.create(username=f"a{number}", roles=["agent"])
        agent_create(actor=people.chen_supervisor(), user_id=user.id, staff_no=f"3{number:03d}")
        presence_report(actor=actor_of_user(user), site="on_site" if number < on_site else "at_home")


def test_the_night_of_lanzhou_is_lost_by_doing_nothing_and_held_by_the_split(
    owe: Callable[..., object], noon: dt.datetime
) -> None:
    staffed(on_site=7, at_home=14)
    demand_set(channel="call", hour_at=noon, expected=60, source="平日")
    demand_set(channel="order", hour_at=noon, expected=66, source="1,600张一天")
    rows = [(n, people.customer(phone=f"1389310{n:04d}", channel="" if n % 8 == 0 else "inbox"), NOON,
             NOON + dt.timedelta(days=3)) for n in range(1, 2001)]
    owe(rows)
    strip = capacity_strip()
    assert (strip.work.contacts_message, strip.work.contacts_voice) == (1750, 250)
    assert strip.nothing.calls.arrivals == pytest.approx(60 + 2000 * 0.25 / 4)
    assert strip.nothing.calls.lost > 10 * strip.split.calls.lost
    assert strip.split.calls.held + strip.split.calls.lost == pytest.approx(strip.split.calls.arrivals)
    assert (strip.nothing.contacts_done_h, strip.nothing.orders_done_h) == (NEVER_H, NEVER_H)
    assert 0 < strip.split.contacts_done_h < 2


def test_nobody_present_loses_all_and_says_so_in_figures(noon: dt.datetime) -> None:
    strip = capacity_strip()
    assert not strip.work.is_forecast
    assert strip.split.calls.lost == pytest.approx(strip.split.calls.arrivals)
    assert strip.split.orders_done_h == 0.0  # nothing waits


def test_orders_that_only_grow_are_never_done(noon: dt.datetime) -> None:
    from youlu.domain.desk import services
    staffed(on_site=1, at_home=1)
    demand_set(channel="order", hour_at=noon, expected=50, source="")
    services.order_open(actor=people.chen_supervisor(), kind="chase", title="催投")
    assert capacity_strip().split.orders_done_h == NEVER_H
