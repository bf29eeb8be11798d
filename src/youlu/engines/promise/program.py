"""What the backward sweep does with each leg, laid out once for a timetable, a class group and its flags.

Row i of the sweep is the profile "board at u[i], this leg or a later one". Two further rows stand behind the
legs: NEVER-row n (no way) and waste row n + 1 (written, never read). Slots carry a vehicle's own row from leg to
leg and are reused, so that the rows of the vehicles under way fit into a near cache.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from youlu.engines.promise.errors import TimetableError
from youlu.engines.promise.handling import Handling
from youlu.engines.promise.timetable import CANCELLED, NEVER, NO_ALIGHT, NO_BOARD, UNREACHABLE, Timetable

SLOT_NEVER = 0
SLOT_WASTE = 1


class Program(NamedTuple):
    """Arrays per leg (n_legs) and per boardable leg by office (CSR).

    Attributes
    ----------
    follow : int32[n_legs]
        Row of the next departure at the same office; negative (-1) where the leg cannot be boarded.
    transfer : int32[n_legs]
        Row of the first departure at v that mail on this leg can catch; n_legs where there is none.
    stay, seat : int32[n_legs]
        Slot of the next leg of the vehicle, and the slot this leg's row goes into.
    target : int32[n_legs]
        Office where mail may be put down for good, n_offices where it may not.
    arr : uint16[n_legs]
    ride_on : int32[n_legs]
        Next leg that mail may stay on for, -1 where the ride ends.
    bounds, board, board_dep, place
        Boardable legs by office: bounds int64[n_offices + 1], legs int32, departure int32, and the position in
        `board` of each leg (int32[n_legs], -1 if it cannot be boarded).
    n_slots : int
    """

    follow: np.ndarray
    transfer: np.ndarray
    stay: np.ndarray
    seat: np.ndarray
    target: np.ndarray
    arr: np.ndarray
    ride_on: np.ndarray
    bounds: np.ndarray
    board: np.ndarray
    board_dep: np.ndarray
    place: np.ndarray
    n_slots: int


def program_build(timetable: Timetable, flags: np.ndarray, handling: Handling, group: int) -> Program:
    """Lay out the sweep.

    Raises
    ------
    TimetableError
        A leg arrives at or after minute 65,535, or the flags are not those of this timetable.
    """
    n = timetable.n_legs
    if len(flags) != n:
        raise TimetableError(f"{len(flags)} flags for {n} legs")
    if n and int(timetable.arr.max()) >= UNREACHABLE:
        raise TimetableError("a leg arrives at or after minute 65535, which uint16 cannot tell from no way")
    ready = handling.ready_by_leg(timetable, group)
    legs_by_office = timetable.departures
    bounds, board, board_dep, place = _boardable(flags, timetable.dep, *legs_by_office)
    follow, transfer, stay, seat, target, ride_on, n_slots = _lay_out(
        timetable.u, timetable.v, timetable.next_leg, flags, ready, bounds, board, board_dep, timetable.n_offices
    )
    arr = timetable.arr.astype(np.uint16)
    return Program(follow, transfer, stay, seat, target, arr, ride_on, bounds, board, board_dep, place, int(n_slots))


@njit(cache=True, nogil=True)
def _boardable(flags, dep, bounds, legs):
    n_offices = len(bounds) - 1
    n = len(flags)
    new_bounds = np.zeros(n_offices + 1, np.int64)
    board = np.empty(n, np.int32)
    board_dep = np.empty(n, np.int32)
    place = np.full(n, -1, np.int32)
    count = 0
    for office in range(n_offices):
        for at in range(bounds[office], bounds[office + 1]):
            leg = legs[at]
            if not flags[leg] & (CANCELLED | NO_BOARD):
                board[count] = leg
                board_dep[count] = dep[leg]
                place[leg] = count
                count += 1
        new_bounds[office + 1] = count
    return new_bounds, board[:count].copy(), board_dep[:count].copy(), place


@njit(cache=True, nogil=True)
def first_departure(bounds, board_dep, office, ready):
    """Position of the first boardable leg at `office` that departs at or after `ready`; the bound if none."""
    lo = bounds[office]
    hi = bounds[office + 1]
    while lo < hi:
        middle = (lo + hi) >> 1
        if board_dep[middle] < ready:
            lo = middle + 1
        else:
            hi = middle
    return lo


@njit(cache=True, nogil=True)
def _lay_out(u, v, next_leg, flags, ready, bounds, board, board_dep, n_offices):  # noqa: C901 - a kernel is one piece
    n = len(u)
    follow = np.full(n, -1, np.int32)
    transfer = np.full(n, n, np.int32)
    stay = np.full(n, SLOT_NEVER, np.int32)
    seat = np.full(n, SLOT_WASTE, np.int32)
    target = np.full(n, n_offices, np.int32)
    ride_on = np.full(n, -1, np.int32)
    # The last leg, in sweep order, that reads a leg's row: after it the slot is free.
    last_reader = np.full(n, -1, np.int32)
    for i in range(n - 1, -1, -1):
        following = next_leg[i]
        if following >= 0 and not (flags[i] | flags[following]) & CANCELLED:
            last_reader[following] = i
        if following >= 0 and not flags[following] & CANCELLED:
            ride_on[i] = following
    current = np.full(n_offices, n, np.int32)
    free = np.empty(n + 2, np.int32)
    n_free = 0
    n_slots = 2
    for i in range(n - 1, -1, -1):
        if flags[i] & CANCELLED:
            continue
        if not flags[i] & NO_BOARD:
            follow[i] = current[u[i]]
            current[u[i]] = i
        if not flags[i] & NO_ALIGHT:
            target[i] = v[i]
            if ready[i] != NEVER:
                at = first_departure(bounds, board_dep, v[i], ready[i])
                # Only a leg that takes no time, at an office that takes none, can find one that stands before it.
                while at < bounds[v[i] + 1] and board[at] <= i:
                    at += 1
                if at < bounds[v[i] + 1]:
                    transfer[i] = board[at]
        following = ride_on[i]
        inherits = False
        if following >= 0:
            stay[i] = seat[following]
            inherits = last_reader[following] == i
        if last_reader[i] >= 0:
            if inherits:
                seat[i] = stay[i]
            elif n_free:
                n_free -= 1
                seat[i] = free[n_free]
            else:
                seat[i] = n_slots
                n_slots += 1
        elif inherits:
            free[n_free] = stay[i]
            n_free += 1
    return follow, transfer, stay, seat, target, ride_on, n_slots
