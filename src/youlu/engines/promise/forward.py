"""One quote: a forward scan that remembers how it came, and the explanation of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from youlu.engines.promise.closures import LegClosure
from youlu.engines.promise.errors import StartError
from youlu.engines.promise.forward_kernel import forward
from youlu.engines.promise.handling import Handling
from youlu.engines.promise.rides import ride_stops
from youlu.engines.promise.timetable import CANCELLED, NEVER, NO_BOARD, UNREACHABLE, Timetable

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
    _let_in: dict[int, int]
    """Leg to minute, for each stop at which the item on `on_leg` can be put down."""

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
    closures: Sequence[LegClosure] = (),
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
        mail on, see `rides`.
    closures : sequence of LegClosure, optional
        Only asked until when an item must wait that can neither stay on its vehicle nor leave it.

    Raises
    ------
    StartError
    """
    _start_check(timetable, origin, ready_min, on_leg)
    n = timetable.n_offices
    at, ready = np.full(n, NEVER, dtype=np.int32), np.full(n, NEVER, dtype=np.int32)
    at_leg, at_board, ready_leg, ready_board = (np.full(n, -1, dtype=np.int32) for _ in range(4))
    board = np.full(len(timetable.trip_key), -1, dtype=np.int32)
    let_in: dict[int, int] = {}
    if on_leg < 0:
        at[origin] = ready[origin] = ready_min
    else:
        own = (np.array([on_leg], dtype=np.int32), np.array([ready_min], dtype=np.int32))
        stops = ride_stops(timetable, flags, handling, group, *own, closures)
        for leg, office, arrives, leaves in zip(*(part.tolist() for part in stops[1:]), strict=True):
            let_in[leg] = arrives
            if arrives < min(at[office], UNREACHABLE):
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
                ready_board, let_in)  # fmt: skip


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
        begins, now = int(tt.dep[board]), int(tt.arr[leg])
        if board == scan.on_leg:
            now = max(now, scan.ready_min)
        steps.append(_ride(tt, board, leg, begins, now))
        if board == scan.on_leg and scan._let_in[leg] > now:
            steps.append(Step("wait", int(tt.v[leg]), now, scan._let_in[leg]))
            now = scan._let_in[leg]
    return steps


def _ride(tt: Timetable, board: int, leg: int, begins: int, ends: int) -> Step:
    return Step(
        "ride",
        int(tt.u[board]),
        begins,
        ends,
        to_office=int(tt.v[leg]),
        trip_key=int(tt.trip_key[tt.trip[board]]),
        service_day=int(tt.service_day[tt.trip[board]]),
        seq_from=int(tt.seq[board]),
        seq_to=int(tt.seq_to[leg]),
    )


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
