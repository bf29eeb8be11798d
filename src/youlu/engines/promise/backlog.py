"""How long mail waits for its turn at an office that has more of it than it can work: a queue with priorities.

One line of work at one office, hour by hour: so many minutes open, so many items an hour. What comes first of its
rank is worked first, and a higher rank before a lower one, also what comes later. The outcome is a table for
`Handling.drain`: whoever arrives in an hour is ready no earlier than the end of the hour in which the last arrival
of that hour had its turn. Work is counted in sixtieths of an item, so that all sums are exact.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from youlu.engines.promise.errors import HandlingError
from youlu.engines.promise.timetable import NEVER

BIN_MIN = 60


@dataclass(frozen=True, eq=False)
class Drain:
    """What a line of work does with its arrivals.

    Attributes
    ----------
    ready_min : int32[n_ranks, n_bins]
        Mail arriving in a bin is ready no earlier; 0 where it need not wait, NEVER where its turn does not come
        within the bins. Non-decreasing along the bins.
    waiting : int64[n_ranks, n_bins]
        Items waiting at the end of each bin, rounded up.
    """

    ready_min: np.ndarray
    waiting: np.ndarray

    @property
    def waits(self) -> bool:
        """Whether anything waits for its turn."""
        return bool((self.ready_min > 0).any())


def drain(arrivals: np.ndarray, items_per_hour: int, open_min: np.ndarray) -> Drain:
    """Work a line off.

    Parameters
    ----------
    arrivals : int[n_ranks, n_bins]
        Items by the hour in which they arrive, highest rank first. What lies there already arrived in the hour
        since which it lies there.
    items_per_hour : int
    open_min : int[n_bins]
        Minutes of each bin in which the line works; 0 before now and while the place is stopped.

    Notes
    -----
    A turn that comes within the hour after the one in which it would come without a queue is no waiting: the
    handling time covers it.

    Raises
    ------
    HandlingError
        A negative number, or shapes that differ.
    """
    work = np.ascontiguousarray(arrivals, dtype=np.int64) * BIN_MIN
    if work.ndim != 2 or np.shape(open_min) != work.shape[1:]:
        raise HandlingError("arrivals must have the shape (ranks, bins), open_min (bins,)")
    can = np.asarray(open_min, dtype=np.int64) * int(items_per_hour)
    if (work < 0).any() or (can < 0).any():
        raise HandlingError("arrivals and capacity cannot be negative")
    served, waiting, reached = _serve(work, can)
    usual = _next_true(can > 0)
    ready = np.zeros(work.shape, dtype=np.int32)
    for rank in range(len(work)):
        done = np.searchsorted(np.cumsum(served[rank]), np.cumsum(work[rank]))
        at = np.maximum(done, np.arange(work.shape[1]))
        turn = np.append(_next_true(reached[rank]), work.shape[1])[at]
        waits = turn > usual + 1
        end = np.where(turn < work.shape[1], (turn + 1) * BIN_MIN, NEVER)
        ready[rank] = np.maximum.accumulate(np.where(waits, end, 0))
    return Drain(ready, -(-waiting // BIN_MIN))


def _next_true(mask: np.ndarray) -> np.ndarray:
    """For each place the first true one at or after it; the length where there is none."""
    place = np.where(mask, np.arange(len(mask)), len(mask))
    return np.minimum.accumulate(place[::-1])[::-1]


@njit(cache=True, nogil=True)
def _serve(work, can):
    """Served, left waiting, and whether anything was left for the rank, per rank and bin."""
    n_ranks, n_bins = work.shape
    served = np.zeros((n_ranks, n_bins), np.int64)
    waiting = np.zeros((n_ranks, n_bins), np.int64)
    reached = np.zeros((n_ranks, n_bins), np.bool_)
    queue = np.zeros(n_ranks, np.int64)
    for at in range(n_bins):
        left = can[at]
        for rank in range(n_ranks):
            queue[rank] += work[rank, at]
            reached[rank, at] = left > 0
            taken = min(queue[rank], left)
            queue[rank] -= taken
            left -= taken
            served[rank, at] = taken
            waiting[rank, at] = queue[rank]
    return served, waiting, reached
