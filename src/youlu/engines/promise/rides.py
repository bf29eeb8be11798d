"""Where items on a vehicle can be put down."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from youlu.engines.promise.closures import LegClosure, reopen_min
from youlu.engines.promise.handling import Handling
from youlu.engines.promise.timetable import CANCELLED, NEVER, NO_ALIGHT, UNREACHABLE, Timetable


class RideStops(NamedTuple):
    """Stops ahead of each item on a vehicle, in riding order, as CSR by item.

    `first` int64[n_items + 1]; per stop int32: the `leg` that ends there, its `office`, the minute `arrives` and
    the minute `ready` to leave (NEVER where mail may not change).
    """

    first: np.ndarray
    leg: np.ndarray
    office: np.ndarray
    arrives: np.ndarray
    ready: np.ndarray


def ride_stops(
    timetable: Timetable,
    flags: np.ndarray,
    handling: Handling,
    group: int,
    legs: np.ndarray,
    arrived_min: np.ndarray,
    closures: Sequence[LegClosure] = (),
) -> RideStops:
    """Stops at which items on `legs` (-1: not on a vehicle, no stops) can be put down.

    The ride lasts while the next leg is not cancelled. Where it must end the item is put down in any case: it
    starts anew there, even at an office that passes no mail on, and if measures bar the putting down it waits
    for their end. A late vehicle reaches no later stop before it reaches the next one.

    Parameters
    ----------
    legs, arrived_min : int32[n_items]
        The leg each item is on and the minute of arrival at its end.
    closures : sequence of LegClosure
        Only asked for the end of what bars the last stop.
    """
    first = np.zeros(len(legs) + 1, dtype=np.int64)
    np.cumsum(_stops_count(legs, timetable.next_leg, flags), out=first[1:])
    leg, office, arrives, ends, barred = _stops_fill(
        first, legs, arrived_min, timetable.next_leg, flags, timetable.v, timetable.arr
    )
    at = np.flatnonzero(barred)
    if len(at):
        places, back = np.unique(np.stack((leg[at], arrives[at])), axis=1, return_inverse=True)
        arrives[at] = reopen_min(timetable, closures, group, places[0], places[1])[back.reshape(-1)]
    ready = np.where(
        ends,
        handling.ready_by_leg(timetable, group, starting=True)[leg],
        handling.ready_by_leg(timetable, group)[leg],
    )
    late = np.flatnonzero(arrives != timetable.arr[leg])
    for anew in (False, True):
        some = late[ends[late] == anew]
        if len(some):
            ready[some] = handling.ready(office[some], arrives[some], group, starting=anew)
    ready[arrives >= UNREACHABLE] = NEVER
    return RideStops(first, leg, office, arrives, ready)


@njit(cache=True, nogil=True)
def _stops_count(legs, next_leg, flags):
    count = np.zeros(len(legs), np.int64)
    for item in range(len(legs)):
        leg = legs[item]
        while leg >= 0:
            following = next_leg[leg]
            ends = following < 0 or flags[following] & CANCELLED
            if ends or not flags[leg] & NO_ALIGHT:
                count[item] += 1
            leg = np.int32(-1) if ends else following
    return count


@njit(cache=True, nogil=True)
def _stops_fill(first, legs, arrived, next_leg, flags, v, arr):
    n = first[-1]
    stop_leg = np.empty(n, np.int32)
    office = np.empty(n, np.int32)
    arrives = np.empty(n, np.int32)
    last = np.zeros(n, np.bool_)
    barred = np.zeros(n, np.bool_)
    for item in range(len(legs)):
        leg = legs[item]
        at = first[item]
        while leg >= 0:
            following = next_leg[leg]
            ends = following < 0 or flags[following] & CANCELLED
            shut = flags[leg] & NO_ALIGHT
            if ends or not shut:
                stop_leg[at] = leg
                office[at] = v[leg]
                arrives[at] = max(arr[leg], arrived[item])
                last[at] = ends
                barred[at] = shut
                at += 1
            leg = np.int32(-1) if ends else following
    return stop_leg, office, arrives, last, barred
