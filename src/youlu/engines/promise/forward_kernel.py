"""The forward scan, compiled: earliest arrival at every office from one start."""

import numpy as np
from numba import njit

from youlu.engines.promise.timetable import CANCELLED, NEVER, NO_ALIGHT, NO_BOARD


@njit(cache=True, nogil=True)
def forward(u, v, dep, arr, trip, seq, flags, ready_leg, first, last_day, service_day, dest, at, at_leg, at_board,
            ready, ready_leg_by, ready_board, board):  # fmt: skip
    """Scan the legs from position `first` on, improving the labels in place.

    `at`, `at_leg`, `at_board` are the earliest arrival per office and the leg and boarding leg it came by;
    `ready`, `ready_leg_by`, `ready_board` the same for the earliest readiness, which an office that passes no
    mail on does not have. `board` holds, per instance, the leg at which it was boarded (-1: not).
    Legs of service days after `last_day` do not count. Returns the number of legs read.
    """
    n = len(u)
    for i in range(first, n):
        if dest >= 0 and dep[i] >= at[dest]:
            return i - first
        if service_day[trip[i]] > last_day:
            continue
        flag = flags[i]
        boarded = board[trip[i]]
        # A ring of legs that take no time repeats legs: a seat taken further on does not hold here.
        seated = boarded >= 0 and seq[boarded] <= seq[i]
        if flag & CANCELLED:
            if seated:
                board[trip[i]] = -1
            continue
        if not seated:
            if flag & NO_BOARD or ready[u[i]] > dep[i]:
                continue
            boarded = i
            board[trip[i]] = i
        if flag & NO_ALIGHT:
            continue
        office = v[i]
        if arr[i] < at[office]:
            at[office] = arr[i]
            at_leg[office] = i
            at_board[office] = boarded
        if ready_leg[i] < ready[office]:
            ready[office] = ready_leg[i]
            ready_leg_by[office] = i
            ready_board[office] = boarded
    return n - first


@njit(cache=True, nogil=True)
def forward_many(u, v, dep, arr, trip, seq, flags, ready_leg, service_day, n_offices, n_instances,
                 origins, ready_at, dests, last_days, out):  # fmt: skip
    """Earliest arrival for many (origin, ready, destination) on one timetable; NEVER where there is no way."""
    at = np.empty(n_offices, dtype=np.int32)
    at_leg = np.empty(n_offices, dtype=np.int32)
    at_board = np.empty(n_offices, dtype=np.int32)
    ready = np.empty(n_offices, dtype=np.int32)
    ready_leg_by = np.empty(n_offices, dtype=np.int32)
    ready_board = np.empty(n_offices, dtype=np.int32)
    board = np.empty(n_instances, dtype=np.int32)
    for q in range(len(origins)):
        at[:] = NEVER
        ready[:] = NEVER
        board[:] = -1
        at[origins[q]] = ready_at[q]
        ready[origins[q]] = ready_at[q]
        first = np.searchsorted(dep, ready_at[q])
        forward(u, v, dep, arr, trip, seq, flags, ready_leg, first, last_days[q], service_day, dests[q], at,
                at_leg, at_board, ready, ready_leg_by, ready_board, board)  # fmt: skip
        out[q] = at[dests[q]]
