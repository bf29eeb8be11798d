"""People by half hour, what they hold, and that simulated people keep what the formula promised."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from youlu.engines.queueing import (
    Line,
    capacity,
    held_by_channel,
    held_of,
    people_by_period,
    people_needed,
    people_split,
    staffing_check,
)
from youlu.engines.queueing.simulation import Times

TARGET = {"service_s": 200.0, "patience_s": 120.0, "within_share": 0.85}


def test_each_half_hour_has_the_people_that_its_arrivals_need() -> None:
    people = people_by_period([0, 10, 60, 60], **TARGET)  # type: ignore[arg-type]
    assert people.tolist() == [0, *(people_needed(arrivals_per_h=2 * n, **TARGET) for n in (10, 60, 60))]  # type: ignore[arg-type]


def test_a_surge_and_people_away_ask_for_more() -> None:
    plain = people_by_period([60.0], **TARGET)  # type: ignore[arg-type]
    assert people_by_period([20.0], surge=3.0, **TARGET) == plain  # type: ignore[arg-type]
    assert people_by_period([60.0], away_share=0.2, **TARGET) == math.ceil(int(plain[0]) / 0.8)  # type: ignore[arg-type]


def test_simulated_people_keep_the_target_that_the_formula_promised() -> None:
    expected = np.array([20, 40, 60, 80, 90, 90, 80, 70, 60, 50, 40, 30], dtype=float)
    people = people_by_period(expected, **TARGET)  # type: ignore[arg-type]
    laws = {"handling": Times.exponential(200), "patience": Times.exponential(120)}
    kept = staffing_check(people, expected, seed=1, replications=200, **laws).interval("within_share", "calls")
    fewer = staffing_check(people - 2, expected, seed=1, replications=200, **laws).interval("within_share", "calls")
    # Half hours with a rising load start emptier than the formula thinks: the target is met from above.
    assert kept.low >= 0.85
    assert kept.high < 0.95
    assert fewer.high < 0.85


def test_people_split_over_channels_hold_the_most() -> None:
    lines = [Line("calls", 40, 240, 100, surge=3.0), Line("orders", 30, 500), Line("chat", 20, 300, 300)]
    for people in (0, 3, 9):
        split = people_split(lines, people)
        assert sum(split.values()) == people
        held = sum(h.held for h in held_by_channel(lines, split).values())
        best = max(sum(held_of(line, n).held for line, n in zip(lines, way, strict=True))
                   for way in product(range(people + 1), repeat=3) if sum(way) == people)
        assert held == pytest.approx(best)


def test_work_that_waits_is_held_as_far_as_people_get() -> None:
    held = held_of(Line("orders", 30, 600), 4)
    assert (held.held, held.lost, held.occupancy) == (24.0, 6.0, 1.0)
    calls = Line("calls", 100, 200, 90)
    assert held_of(calls, 7) == capacity(arrivals_per_h=100, service_s=200, agents=7, patience_s=90)
    assert held_of(Line("orders", 30, 600), 0).held == 0


def test_what_makes_no_sense_names_its_period_or_channel() -> None:
    with pytest.raises(ValueError, match="period 1: arrivals_per_h"):
        people_by_period([1.0, -1.0], **TARGET)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="away_share"):
        people_by_period([1.0], away_share=1.0, **TARGET)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="channel 'fax': people, but"):
        held_by_channel([Line("calls", 1, 1)], {"fax": 1})
    with pytest.raises(ValueError, match="channel 'calls': surge"):
        Line("calls", 1, 1, surge=-1)
    with pytest.raises(ValueError, match="people must be"):
        people_split([], -1)
    with pytest.raises(ValueError, match="people of 1 periods"):
        staffing_check([1], [1.0, 2.0], handling=Times.constant(1), patience=Times.never(), seed=1)
