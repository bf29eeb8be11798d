"""Identifiers are ordered as they were made, within a millisecond and while the clock goes back."""

import datetime as dt
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from youlu.core import ids
from youlu.core.ids import uuid7, uuid7_floor


def test_those_of_one_process_are_in_the_order_of_their_making() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}


def test_none_is_made_twice_by_several_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: uuid7(), range(20_000)))
    assert len(set(made)) == len(made)


def test_a_clock_that_goes_back_or_stands_changes_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    at = time.time_ns()
    first = uuid7()
    for now in (at, at - 10**9, at - 10**9, at):
        monkeypatch.setattr(ids.time, "time_ns", lambda now=now: now)
        first, before = uuid7(), first
        assert first > before


def test_the_first_bits_are_the_time_and_the_others_differ() -> None:
    before = dt.datetime.now(dt.UTC)
    made = uuid7()
    assert uuid7_floor(before) <= made < uuid7_floor(before + dt.timedelta(seconds=5))
    assert len({one.int & ((1 << 62) - 1) for one in (uuid7() for _ in range(100))}) == 100
