"""Token buckets: so many calls a minute for each caller, a quarter of a minute's worth at once.

Kept in the process, because a limit that asks the database costs what it saves: an installation of four web processes
lets four times the number through, and a restart forgets. What must be exact (passwords, tracking) is counted in the
database instead.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

KEPT = 20_000  # callers remembered; the one longest not heard of is forgotten, which only ever lets more through


class Buckets:
    """`take` is one call of a caller; buckets fill by the clock."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic, kept: int = KEPT) -> None:
        self._clock_s, self._kept = clock_s, kept
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # caller -> (calls left, at)
        self._lock = threading.Lock()

    def take(self, caller: str, *, per_min: int) -> float:
        """0.0 where the call may go on, else the seconds after which the next one may."""
        burst, per_s, now = max(per_min / 4, 1.0), per_min / 60, self._clock_s()
        with self._lock:
            left, at = self._held.pop(caller, (burst, now))
            left = min(left + (now - at) * per_s, burst)
            wait = 0.0 if left >= 1 else (1 - left) / per_s
            self._held[caller] = (left if wait else left - 1, now)
            if len(self._held) > self._kept:
                self._held.popitem(last=False)
        return wait
