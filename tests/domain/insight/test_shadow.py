"""旁路对照: promise against delivery, way against way, and nothing about fewer than ten."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tests.domain.small_network import at
from youlu.core import clock
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.insight.shadow import ShadowReport, shadow_report
from youlu.domain.mail.traces.ingest import traces_ingest
from youlu.domain.mail.traces.sources import source_register
from youlu.engines.codes.item_key import item_number, s10_keys

SYSTEM = actor_of_system("tests")
DAY1, DAY9 = dt.date(2022, 7, 11), dt.date(2022, 7, 19)


def journey(
    first: int, count: int, dest: str, delivered: str, *, scanned: bool = True, origin: str = "O0"
) -> list[dict[str, str]]:
    """`count` items, from Xi'an if not said otherwise; to O1 they are promised for the 12th at 12:00."""
    numbers = [item_number(key) for key in s10_keys("EA", np.arange(first, first + count), "CN").tolist()]
    rows = []
    for number in numbers:
        rows.append({"number": number, "code": "203", "office": origin, "occurred_at": "2022-07-11 15:00",
                     "dest_office": dest})
        if scanned:
            rows.append({"number": number, "code": "989", "office": "O0", "occurred_at": "2022-07-11 20:00"})
        rows.append({"number": number, "code": "704", "office": dest, "occurred_at": delivered})
    return rows


@pytest.fixture
def feed(small_network: None):
    source_register(actor=SYSTEM, code="zd", name="现有系统")

    def send(*parts: list[dict[str, str]]) -> None:
        with clock.frozen(at("2022-07-19 18:00")):
            for part in parts:
                assert {outcome.result for outcome in traces_ingest(actor=SYSTEM, source="zd", rows=part)} == {"stored"}

    return send


def report() -> ShadowReport:
    return shadow_report(actor=SYSTEM, first_date=DAY1, last_date=DAY9)


def test_deliveries_are_held_against_the_promise_of_acceptance(feed):
    feed(journey(100, 12, "O1", "2022-07-12 10:00"), journey(200, 10, "O1", "2022-07-14 10:00"),
         journey(300, 11, "O1", "2022-07-12 20:00", scanned=False))
    total = report().total
    assert total is not None
    assert (total.items, total.kept, total.late) == (33, 12, 21)
    assert (total.early2, total.early1, total.on_day, total.late_wave, total.late1, total.late2, total.late3) == (
        0, 0, 12, 11, 0, 10, 0)
    assert (total.legs, total.legs_seen) == (33, 22)  # one trip each; eleven items were never scanned leaving


def test_deliveries_outside_the_period_are_not_counted(feed):
    feed(journey(100, 12, "O1", "2022-07-12 10:00"), journey(200, 10, "O1", "2022-07-14 10:00"))
    found = shadow_report(actor=SYSTEM, first_date=dt.date(2022, 7, 12), last_date=dt.date(2022, 7, 13)).total
    assert found is not None
    assert found.items == 12


def test_groups_below_ten_are_one_line_and_none_can_be_had_by_subtraction(feed):
    feed(journey(100, 30, "O1", "2022-07-12 10:00"),
         journey(200, 12, "O2", "2022-07-13 10:00", scanned=False, origin="O1"),
         journey(300, 3, "O2", "2022-07-14 10:00"))
    flows = {row.key: row.items for row in report().flows.rows}
    assert flows == {"6101-6201": 30, "": 15}


def test_nothing_is_said_of_fewer_than_ten_items(feed):
    feed(journey(100, 9, "O1", "2022-07-12 10:00"))
    found = report()
    assert (found.total, found.causes, found.flows.rows) == (None, (), ())
