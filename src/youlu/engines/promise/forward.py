"""One quote: a forward scan that remembers how it came, and the explanation of it."""

from dataclasses import dataclass

import numpy as np

from youlu.engines.promise.errors import StartError
from youlu.engines.promise.forward_kernel import forward
from youlu.engines.promise.handling import Handling
from youlu.engines.promise.timetable import CANCELLED, NEVER, NO_ALIGHT, NO_BOARD, UNREACHABLE, Timetable

ANY_DAY = 2**31 - 1


@dataclass(frozen=True)
class ClosedAlternative:
    """A departure that a measure kept the item from taking while it waited."""

    trip_key: int
    service_day: int
    seq: int
    dep_min: int
    to_office: int
    reason: str
    """cancelled | no_board"""


@dataclass(frozen=True)
class Step:
    """One stretch of an explained journey, [from_min, to_min).

    `kind` is `wait` (for a departure), `handle` (until ready) or `ride`. A ride goes from `office` to
    `to_office` on one trip, from stop `seq_from` to stop `seq_to`; the other kinds stay at `office`.
    """

    kind: str
    office: int
    from_min: int
    to_min: int
    to_office: int = -1
    trip_key: int = -1
    service_day: int = -1
    seq_from: int = -1
    seq_to: int = -1
    closed_alternatives: tuple[ClosedAlternative, ...] = ()


@dataclass(frozen=True, eq=False)
class Scan:
    """Earliest arrivals from one start.

    Attributes
    ----------
    arrival_min : int32[n_offices]
        65535 where there is no way.
    """

    timetable: Timetable
    flags: np.ndarray
    origin: int
    on_leg: int
    ready_min: int
    arrival_min: np.ndarray
    _at_leg: np.ndarray
    _at_board: np.ndarray
    _ready: np.ndarray
    _ready_leg: np.ndarray
    _ready_board: np.ndarray
    _late_min: int

    def legs_to(self, dest: int) -> list[tuple[int, int]]:
        """Rides to `dest`, first one first, as (leg boarded at, leg alighted from); empty if none is needed.

        Raises
        ------
        StartError
            There is no way to `dest`.
        """
        if self.arrival_min[dest] >= UNREACHABLE:
            raise StartError(f"no way to office {dest}")
        rides: list[tuple[int, int]] = []
        board, leg = int(self._at_board[dest]), int(self._at_leg[dest])
        while leg >= 0:
            rides.append((board, leg))
            office = int(self.timetable.u[board])
            if board == self.on_leg or (office == self.origin and self._ready_leg[office] < 0):
                break
            board, leg = int(self._ready_board[office]), int(self._ready_leg[office])
        return rides[::-1]


def scan(
    timetable: Timetable,
    flags: np.ndarray,
    handling: Handling,
    group: int,
    origin: int,
    ready_min: int,
    dest: int | None = None,
    *,
    on_leg: int = -1,
) -> Scan:
    """Scan forward from an office, or from a leg that the item is on.

    Parameters
    ----------
    timetable, flags, handling, group
        `flags` from `flags_derive` for `group`.
    origin : int
        Office, -1 with `on_leg`. The first boarding there needs departure >= `ready_min` and nothing else.
    ready_min : int
        Minute from the horizon start; with `on_leg` the minute of arrival at that leg's end.
    dest : int, optional
        Stop as soon as the arrival there is certain; arrivals elsewhere are then upper bounds.
    on_leg : int, optional
        The item may leave at this leg's end or ride on while the next leg is not cancelled. Where the ride must
        end (cancelled ahead, or last stop) it is put down and starts anew, even at an office that passes no
        mail on.

    Raises
    ------
    StartError
    """
    _start_check(timetable, origin, ready_min, on_leg)
    n = timetable.n_offices
    at, ready = np.full(n, NEVER, dtype=np.int32), np.full(n, NEVER, dtype=np.int32)
    at_leg, at_board, ready_leg, ready_board = (np.full(n, -1, dtype=np.int32) for _ in range(4))
    board = np.full(len(timetable.trip_key), -1, dtype=np.int32)
    if on_leg < 0:
        at[origin] = ready[origin] = ready_min
    else:
        for leg, arrives, leaves in ride_stops(timetable, flags, handling, group, on_leg, ready_min):
            office = int(timetable.v[leg])
            if arrives < at[office]:
                at[office], at_leg[office], at_board[office] = arrives, leg, on_leg
            if leaves < ready[office]:
                ready[office], ready_leg[office], ready_board[office] = leaves, leg, on_leg
    first = int(np.searchsorted(timetable.dep, ready_min))
    by_leg = handling.ready_by_leg(timetable, group)
    tt = timetable
    forward(tt.u, tt.v, tt.dep, tt.arr, tt.trip, tt.seq, flags, by_leg, first, ANY_DAY, tt.service_day,
            -1 if dest is None else dest, at, at_leg, at_board, ready, ready_leg, ready_board, board)  # fmt: skip
    arrival = np.minimum(at, UNREACHABLE).astype(np.int32)
    return Scan(timetable, flags, origin, on_leg, ready_min, arrival, at_leg, at_board, ready, ready_leg,
                ready_board, ready_min if on_leg >= 0 else 0)  # fmt: skip


def ride_stops(
    timetable: Timetable, flags: np.ndarray, handling: Handling, group: int, on_leg: int, arrived_min: int
) -> list[tuple[int, int, int]]:
    """Where an item on `on_leg` can be put down: (leg, arrival minute, ready minute) in riding order.

    A late vehicle reaches no later stop before it reaches the next one: later arrivals are at least
    `arrived_min`.
    """
    found = []
    leg = on_leg
    while leg >= 0:
        following = int(timetable.next_leg[leg])
        must_end = following < 0 or bool(flags[following] & CANCELLED)
        if not flags[leg] & NO_ALIGHT:
            arrives = max(int(timetable.arr[leg]), arrived_min)
            ready = handling.ready(timetable.v[leg], arrives, group, starting=must_end)
            found.append((leg, arrives, int(ready)))
        leg = -1 if must_end else following
    return found


def _start_check(timetable: Timetable, origin: int, ready_min: int, on_leg: int) -> None:
    if on_leg >= timetable.n_legs:
        raise StartError(f"leg {on_leg} does not exist")
    if on_leg < 0 and not 0 <= origin < timetable.n_offices:
        raise StartError(f"office {origin} does not exist")
    if ready_min < 0:
        raise StartError(f"ready minute {ready_min} lies before the horizon")


def explain(scan: Scan, dest: int) -> list[Step]:
    """The journey to `dest` as steps without gaps; empty when the item is there already.

    Raises
    ------
    StartError
        There is no way to `dest`.
    """
    tt = scan.timetable
    steps: list[Step] = []
    now = scan.ready_min
    for board, leg in scan.legs_to(dest):
        office = int(tt.u[board])
        if board != scan.on_leg:
            ready = int(scan._ready[office])
            if ready > now:
                steps.append(Step("handle", office, now, ready))
                now = ready
            departs = int(tt.dep[board])
            closed = _closed_between(tt, scan.flags, office, now, departs)
            if departs > now or closed:
                steps.append(Step("wait", office, now, departs, closed_alternatives=closed))
        begins = int(tt.dep[board])
        now = max(int(tt.arr[leg]), scan._late_min)
        steps.append(
            Step(
                "ride",
                office,
                begins,
                now,
                to_office=int(tt.v[leg]),
                trip_key=int(tt.trip_key[tt.trip[board]]),
                service_day=int(tt.service_day[tt.trip[board]]),
                seq_from=int(tt.seq[board]),
                seq_to=int(tt.seq_to[leg]),
            )
        )
    return steps


def _closed_between(
    timetable: Timetable, flags: np.ndarray, office: int, from_min: int, to_min: int, limit: int = 3
) -> tuple[ClosedAlternative, ...]:
    """The first few departures in [from_min, to_min) that a measure, not the timetable, keeps shut."""
    bounds, legs = timetable.departures
    here = legs[int(bounds[office]) : int(bounds[office + 1])]
    lo, hi = np.searchsorted(timetable.dep[here], (from_min, to_min))
    shut = here[lo:hi]
    shut = shut[(flags[shut] & ~timetable.base[shut] & (CANCELLED | NO_BOARD)) != 0]
    return tuple(
        ClosedAlternative(
            trip_key=int(timetable.trip_key[timetable.trip[leg]]),
            service_day=int(timetable.service_day[timetable.trip[leg]]),
            seq=int(timetable.seq[leg]),
            dep_min=int(timetable.dep[leg]),
            to_office=int(timetable.v[leg]),
            reason="cancelled" if flags[leg] & CANCELLED else "no_board",
        )
        for leg in shut[:limit]
    )
