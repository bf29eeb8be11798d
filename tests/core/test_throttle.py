"""A bucket lets its number through, refuses the next, fills by the clock, and is one caller's own."""

from __future__ import annotations

import threading

from youlu.core.throttle import Buckets


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_quarter_of_a_minute_goes_at_once_and_then_by_the_clock() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    assert [buckets.take("a", per_min=60) for _ in range(15)] == [0.0] * 15
    assert buckets.take("a", per_min=60) == 1.0
    assert buckets.take("b", per_min=60) == 0.0, "another caller's bucket is full"
    clock.at = 0.5
    assert buckets.take("a", per_min=60) == 0.5, "asking too early costs nothing"
    clock.at = 1.0
    assert buckets.take("a", per_min=60) == 0.0
    clock.at = 3600.0
    assert sum(buckets.take("a", per_min=60) == 0.0 for _ in range(100)) == 15


def test_who_was_longest_not_heard_of_is_forgotten() -> None:
    buckets = Buckets(Clock(), kept=2)
    for caller in "abac":
        buckets.take(caller, per_min=4)
    assert [buckets.take(caller, per_min=4) > 0 for caller in ("a", "c")] == [True, True]
    assert buckets.take("b", per_min=4) == 0.0


def test_many_at_once_get_no_more() -> None:
    buckets, told = Buckets(Clock()), []
    threads = [threading.Thread(target=lambda: told.extend(buckets.take("a", per_min=400) for _ in range(50)))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(0.0) == 100
