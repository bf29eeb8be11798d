"""Answers and planned legs out of the live rows of one block. Compiled apart from the sweep, which it would slow.

Among journeys of equal arrival the walk boards the latest departure and changes as late as it can: few changes,
no detours, the same legs every time.
"""

import numpy as np
from numba import njit

from youlu.engines.promise.program import first_departure
from youlu.engines.promise.timetable import NEVER, UNREACHABLE

LEGS_PER_JOURNEY_MAX = 512


@njit(cache=True, nogil=True)
def office_value(rows, bounds, board, board_dep, office, ready, lane):
    """Arrival in `lane` of mail ready at `office`, 65535 if there is no way."""
    at = first_departure(bounds, board_dep, office, ready)
    if at == bounds[office + 1]:
        return np.int64(UNREACHABLE)
    return np.int64(rows[board[at], lane])


@njit(cache=True, nogil=True)
def block_answer(rows, lanes, bounds, board, board_dep, begin, end, office, ready, leg, dest, first, stop_office,
                 stop_arrives, stop_ready, out, choice):  # fmt: skip
    """Arrival of the items begin .. end - 1; for one on a vehicle also the stop to be put down at.

    `first` is the CSR of the stops where an item on a vehicle (`leg` >= 0) can be put down. Of equal stops the
    later counts, so that mail changes late; the destination itself ends the ride.
    """
    for item in range(begin, end):
        lane = lanes[dest[item]]
        if leg[item] < 0:
            if office[item] == dest[item]:
                out[item] = min(ready[item], UNREACHABLE)
            else:
                out[item] = office_value(rows, bounds, board, board_dep, office[item], ready[item], lane)
            continue
        best = np.int64(UNREACHABLE)
        for s in range(first[item], first[item + 1]):
            if stop_office[s] == dest[item]:
                value = np.int64(min(stop_arrives[s], UNREACHABLE))
            elif stop_ready[s] != NEVER:
                value = office_value(rows, bounds, board, board_dep, stop_office[s], stop_ready[s], lane)
            else:
                continue
            if value < UNREACHABLE and value <= best:
                best = value
                choice[item] = s
                if stop_office[s] == dest[item]:
                    break
        out[item] = best


@njit(cache=True, nogil=True)
def _latest_equal(rows, board, at, end, lane, value):
    """Last position from `at` on whose row still gives `value`; rows of an office never fall with time."""
    step = 1
    while at + step < end and rows[board[at + step], lane] == value:
        at += step
        step *= 2
    while step:
        if at + step < end and rows[board[at + step], lane] == value:
            at += step
        step //= 2
    return at


@njit(cache=True, nogil=True)
def _journey(rows, lane, value, at, target, arr, ride_on, transfer, bounds, board, place, dest, u, legs, count):
    """Append the legs of the journey that boards at position `at` or later; returns the new count."""
    while True:
        leg = board[_latest_equal(rows, board, at, bounds[u[board[at]] + 1], lane, value)]
        # Along the ride: the destination itself, or the last stop from which the promise still holds.
        leave = leg
        probe = leg
        done = False
        while probe >= 0 and arr[probe] <= value:
            if target[probe] == dest and arr[probe] == value:
                leave, done = probe, True
                break
            if rows[transfer[probe], lane] == value:
                leave = probe
            probe = ride_on[probe]
        while True:
            if count < len(legs):
                legs[count] = leg
            count += 1
            if leg == leave:
                break
            leg = ride_on[leg]
        if done or count > len(legs):
            return count
        at = place[transfer[leave]]


@njit(cache=True, nogil=True)
def block_walk(rows, lanes, target, arr, ride_on, transfer, bounds, board, board_dep, place, u, begin, end, office,
               ready, leg, dest, value, choice, stop_leg, stop_office, stop_ready, legs, n_legs):  # fmt: skip
    """Planned legs of the items from `begin` on, one after another into `legs`, counts into `n_legs`.

    Stops before the buffer could overflow. Returns the next `begin` and the number of legs written; -1 and the
    count if a single journey is longer than the buffer allows.
    """
    written = 0
    while begin < end and written + LEGS_PER_JOURNEY_MAX <= len(legs):
        count = 0
        mine = legs[written : written + LEGS_PER_JOURNEY_MAX]
        if value[begin] < UNREACHABLE:
            from_office, from_ready = office[begin], ready[begin]
            riding = leg[begin]
            if riding >= 0:
                stop = choice[begin]
                from_office, from_ready = stop_office[stop], stop_ready[stop]
                while True:
                    if count < len(mine):
                        mine[count] = riding
                    count += 1
                    if riding == stop_leg[stop]:
                        break
                    riding = ride_on[riding]
            if from_office != dest[begin]:
                at = first_departure(bounds, board_dep, from_office, from_ready)
                count = _journey(rows, lanes[dest[begin]], value[begin], at, target, arr, ride_on, transfer, bounds,
                                 board, place, dest[begin], u, mine, count)  # fmt: skip
        if count > len(mine):
            return -1, count
        n_legs[begin] = count
        written += count
        begin += 1
    return begin, written


@njit(cache=True, nogil=True)
def legs_place(items, n_legs, legs, leg_keys, offset, out):
    """Copy the legs of some items, one after another in `legs`, as stored keys to each item's place in `out`."""
    read = 0
    for k in range(len(items)):
        write = offset[items[k]]
        for step in range(n_legs[k]):
            out[write + step] = leg_keys[legs[read + step]]
        read += n_legs[k]
