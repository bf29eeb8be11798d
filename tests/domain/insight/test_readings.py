"""Readings: one set an hour of business time, compared with by hour and by week; made ones say so."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.domain.small_network import ACTOR, CHENGGUAN, KANGXIAN, LANZHOU, at
from youlu.core import clock
from youlu.domain.insight.models import Indicator, Reading
from youlu.domain.insight.selectors import past_read
from youlu.domain.insight.services import readings_make, readings_take
from youlu.domain.mail.models import Item
from youlu.domain.mail.services import ItemInput, items_accept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_network")]
NOW = at("2022-07-11 17:00")


@pytest.fixture
def four_items() -> None:
    """Three to Longnan's prefecture, one of them late, and one to Lanzhou's."""
    items_accept(actor=ACTOR, items=[ItemInput(LANZHOU, KANGXIAN)] * 3 + [ItemInput(LANZHOU, CHENGGUAN)])
    first = Item.objects.filter(dest_office_id=KANGXIAN).first()
    Item.objects.filter(item_key=first.item_key).update(committed_arrive_by=NOW - dt.timedelta(hours=1))


def value(indicator: Indicator, scope: str) -> float:
    return Reading.objects.get(indicator=indicator, scope=scope).value


def test_an_hour_is_counted_once_for_the_whole_and_by_prefecture(four_items: None) -> None:
    assert readings_take() == 9
    assert readings_take() == 0
    assert (value(Indicator.KEPT_PCT, ""), value(Indicator.KEPT_PCT, "6201")) == (75.0, 100.0)
    assert round(value(Indicator.KEPT_PCT, "6212"), 1) == 66.7
    assert (value(Indicator.LATE, ""), value(Indicator.RISK, "")) == (1.0, 0.0)


def test_the_past_of_a_page_is_the_last_day_and_the_same_hour_a_week_ago(four_items: None) -> None:
    for hours in (1, 2, 22, 23, 24):
        with clock.frozen(NOW - dt.timedelta(hours=hours)):
            readings_take()
    with clock.frozen(NOW - dt.timedelta(days=7, hours=1)):
        readings_take()
    past = past_read(now=NOW + dt.timedelta(minutes=20))
    assert len(past.trend[Indicator.KEPT_PCT]) == 4
    assert past.last_week["6201"] == 100.0
    assert past.hour_ago(Indicator.LATE) == 0.0  # an hour ago it was not late yet
    assert not past.is_made


def test_what_a_scenario_made_up_is_marked_and_does_not_take_the_place_of_what_was_counted(four_items: None) -> None:
    readings_take()
    counted = value(Indicator.KEPT_PCT, "")
    readings_make(values={(Indicator.KEPT_PCT, "", NOW): 1.0,
                          (Indicator.KEPT_PCT, "", NOW - dt.timedelta(hours=1)): 97.0})
    past = past_read(now=NOW)
    assert past.trend[Indicator.KEPT_PCT] == (97.0,)
    assert past.is_made
    assert Reading.objects.get(indicator=Indicator.KEPT_PCT, scope="", at=NOW).value == counted


def test_without_a_past_there_is_nothing_to_compare_with() -> None:
    past = past_read(now=NOW)
    assert (past.trend, past.last_week, past.hour_ago(Indicator.RISK)) == ({}, {}, None)
