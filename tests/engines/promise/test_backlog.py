"""A queue at an office that has more mail than hands, against working it off item by item."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youlu.engines.promise import NEVER, Handling, HandlingError, drain
from youlu.engines.promise.slow_backlog import slow_ready, slow_turns

MODEST = settings(max_examples=200, deadline=None, derandomize=True, database=None)


@st.composite
def lines(draw):
    hours, ranks = draw(st.integers(1, 14)), draw(st.integers(1, 3))
    counts = st.lists(st.sampled_from((0, 0, 0, 1, 5, 30)), min_size=hours, max_size=hours)
    minutes = st.lists(st.sampled_from((0, 0, 13, 60, 60)), min_size=hours, max_size=hours)
    return draw(st.lists(counts, min_size=ranks, max_size=ranks)), draw(st.sampled_from((0, 1, 7, 10))), draw(minutes)


@MODEST
@given(lines())
def test_turns_equal_those_of_working_off_item_by_item(line):
    arrivals, rate, open_min = line
    table = drain(np.array(arrivals), rate, np.array(open_min)).ready_min
    assert table.tolist() == slow_ready(arrivals, rate, open_min, NEVER)


@MODEST
@given(lines())
def test_nobody_is_ready_an_hour_before_the_drain_allows(line):
    """A table may pass over a turn within the hour after the first in which hands are free; over no later one."""
    arrivals, rate, open_min = line
    table = drain(np.array(arrivals), rate, np.array(open_min)).ready_min
    assert (np.diff(table, axis=1) >= 0).all()
    for rank, turns in enumerate(slow_turns(arrivals, rate, open_min)):
        for hour, turn in enumerate(turns):
            usual = next((h for h in range(hour, len(open_min)) if open_min[h] * rate), len(open_min))
            end = NEVER if turn is None else (turn + 1) * 60
            late = (len(open_min) if turn is None else turn) > usual + 1
            assert table[rank, hour] >= end if late else True


def test_a_thousand_items_at_a_hundred_an_hour_keep_the_next_one_waiting_ten_hours():
    arrivals = np.zeros((1, 48), int)
    arrivals[0, 0] = 1000
    open_min = np.full(48, 60)
    open_min[:4] = 0  # closed until 04:00
    found = drain(arrivals, 100, open_min)
    assert found.ready_min[0, 0] == found.ready_min[0, 9] == 14 * 60
    assert found.waiting[0, [3, 4, 13]].tolist() == [1000, 900, 0]


def test_what_comes_first_of_its_class_is_worked_before_all_that_lies_there():
    arrivals = np.zeros((2, 48), int)
    arrivals[1, 0], arrivals[0, 5] = 1000, 50
    found = drain(arrivals, 100, np.full(48, 60))
    assert found.ready_min[0].tolist() == [0] * 48
    assert found.ready_min[1, 0] == 11 * 60  # fifty admission letters went before its last


def test_an_office_that_can_work_what_comes_makes_nobody_wait():
    assert not drain(np.full((2, 24), 40), 100, np.full(24, 60)).waits
    assert drain(np.full((2, 24), 60), 100, np.full(24, 60)).waits


def test_mail_that_arrives_behind_a_backlog_is_ready_after_its_turn():
    handling = Handling(np.array([[30, 30]]), drain={1: np.array([[0, 600, 600]])})
    assert handling.ready(1, np.array([10, 60, 119, 580, 10_000]), 0).tolist() == [40, 600, 600, 610, 10_030]
    assert handling.ready(0, np.array([60]), 0).tolist() == [90]
    assert handling.turn(1, np.array([10, 60]), 0).tolist() == [0, 600]


@pytest.mark.parametrize("make", [
    lambda: drain(np.array([[-1]]), 1, np.array([60])),
    lambda: drain(np.array([[1]]), -1, np.array([60])),
    lambda: drain(np.array([[1]]), 1, np.array([60, 60])),
    lambda: Handling(np.array([[5]]), drain={0: np.array([[9, 8]])}),
    lambda: Handling(np.array([[5]]), drain={0: np.array([9])}),
])
def test_a_line_that_cannot_be_is_refused(make):
    with pytest.raises(HandlingError):
        make()
