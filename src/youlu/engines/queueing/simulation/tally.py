"""From the lines of one replication to its figures by period and channel."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from youlu.engines.queueing.simulation.arrays import CALL
from youlu.engines.queueing.simulation.kernel import ABANDONED, ANSWERED, GIVEN_UP, UNREACHED

FIGURES = (
    "offered",  # attempts that came in this period
    "answered",  # of them, begun
    "within",  # of them, begun within target_s
    "abandoned",  # of them, hung up
    "wait_s",  # seconds waited by the answered who were not called back
    "lost_wait_s",  # seconds waited by those who hung up
    "again",  # of the offered, not the customer's first attempt
    "called_back",  # of the offered, took a call back
    "called_back_answered",  # of them, called
    "called_back_kept",  # of them, called by the promised time
    "due",  # of the offered, finished, or due by the end of the horizon
    "on_time",  # of them, finished when due
    "done",  # finished in this period: answered, reached, or given up after the last try
    "given_up",  # of the done, contacts never reached
    "backlog",  # waiting at the end of this period
)
(OFFERED, ANSWERED_, WITHIN, ABANDONED_, WAIT, LOST_WAIT, AGAIN, BACK, BACK_ANSWERED, BACK_KEPT, DUE, ON_TIME, DONE,
 GIVEN_UP_, BACKLOG) = range(len(FIGURES))
BINS_PER_OCTAVE = 8
BINS = 1 + 20 * BINS_PER_OCTAVE  # no wait, then 0.5 s to six days, nine per cent a step
_FIRST_S = 0.5


@njit(cache=True, nogil=True)
def wait_bin(wait):
    """Bin 0 is no wait; what is longer than the last bin counts in it."""
    if wait <= 0.0:
        return 0
    place = int(np.log2(max(wait, _FIRST_S) / _FIRST_S) * BINS_PER_OCTAVE)
    return min(1 + place, BINS - 1)


def bin_edges() -> np.ndarray:
    """float64[BINS + 1], seconds: bin b holds waits from edge b to edge b + 1."""
    steps = np.arange(BINS) / BINS_PER_OCTAVE
    return np.concatenate(([0.0, 0.0], _FIRST_S * 2.0 ** steps[1:]))


@njit(cache=True, nogil=True)
def book_tally(book, lines, kind, target_s, horizon, warmup_s, figures, waits, finished_s):  # noqa: C901 a kernel
    """Fill float64[P, C, M] `figures`, float64[C] `finished_s` (inf: not all done); add to int32[P, C, B] `waits`."""
    periods, channels = figures.shape[0], figures.shape[1]
    period_s, end_s = horizon[0], horizon[1]
    figures[:] = 0.0
    finished_s[:] = 0.0
    open_lines = np.zeros(channels, np.int64)
    for e in range(lines):
        line = book[e]
        c, arrive, begin, end, status = line.channel, line.arrive, line.begin, line.end, line.status
        p = min(int(arrive / period_s), periods - 1)
        counted = arrive >= warmup_s
        row = figures[p, c]
        served = status in (ANSWERED, UNREACHED, GIVEN_UP)
        row[BACKLOG] += 1
        if served or status == ABANDONED:
            left = begin if served else end
            figures[min(int(left / period_s), periods - 1), c, BACKLOG] -= 1
        closed = status in (ANSWERED, GIVEN_UP) and end <= end_s
        if closed:
            done = figures[min(int(end / period_s), periods - 1), c]
            done[DONE] += 1
            done[GIVEN_UP_] += status == GIVEN_UP
        # A try that failed leaves its customer open until the next try takes over.
        if closed:
            finished_s[c] = max(finished_s[c], end)
        elif not (kind[c] == CALL and status == ABANDONED):
            open_lines[c] += 1
        if line.attempt > 0 and kind[c] != CALL:
            open_lines[c] -= 1
        if not counted:
            continue
        row[OFFERED] += 1
        row[AGAIN] += line.attempt > 0
        row[BACK] += line.called_back
        if served:
            row[ANSWERED_] += 1
            row[WITHIN] += begin - arrive <= target_s[c]
            if line.called_back:
                row[BACK_ANSWERED] += 1
                row[BACK_KEPT] += begin <= line.due
            else:
                row[WAIT] += begin - arrive
                waits[p, c, wait_bin(begin - arrive)] += 1
        elif status == ABANDONED:
            row[ABANDONED_] += 1
            row[LOST_WAIT] += end - arrive
        if kind[c] != CALL:
            row[DUE] += closed or line.due <= end_s
            row[ON_TIME] += closed and end <= line.due
    for c in range(channels):
        if open_lines[c] > 0:
            finished_s[c] = np.inf
        for p in range(1, periods):
            figures[p, c, BACKLOG] += figures[p - 1, c, BACKLOG]


def quantile(counts: np.ndarray, share: float) -> float:
    """The wait in seconds that `share` of int[B] `counts` do not exceed, within nine per cent; NaN of none."""
    total = counts.sum()
    if total == 0:
        return math.nan
    edges, below = bin_edges(), np.concatenate(([0], np.cumsum(counts)))
    b = int(np.searchsorted(below, share * total, side="left")) - 1
    b = max(b, 0)
    if b == 0:
        return 0.0
    inside = (share * total - below[b]) / counts[b]
    low, high = max(edges[b], _FIRST_S), edges[b + 1]
    return float(low * (high / low) ** inside)
