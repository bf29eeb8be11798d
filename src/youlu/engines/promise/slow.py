"""The second, slow method: plain Python, plain data, no array and no line shared with the engine.

A Dijkstra search over (ride, arrival) in order of time. Whoever doubts a promise asks here. It reads closures as
windows, not as flags, and asks the handling rule minute by minute.
"""

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

MINUTES_A_DAY = 1440
LIMIT = 65535


@dataclass(frozen=True)
class SlowTrip:
    """A trip: stops with times after midnight of each service day (days since 1970-01-01)."""

    key: int
    stops: Sequence[int]
    arr: Sequence[int]
    dep: Sequence[int]
    days: Iterable[int]
    seq: Sequence[int] | None = None
    no_board: Sequence[bool] | None = None
    no_alight: Sequence[bool] | None = None


@dataclass(frozen=True)
class SlowClosure:
    """A measure in [t0, t1); selectors that are None select everything."""

    act: str
    t0: int
    t1: int
    offices: frozenset[int] | None = None
    legs: frozenset[tuple[int, int]] | None = None
    trips: frozenset[int] | None = None


@dataclass(frozen=True)
class SlowHandling:
    """Minutes per office, offices that pass nothing on, sorting windows by day, backlog windows, and by hour of
    arrival the minute before which nothing has had its turn."""

    minutes: Sequence[int]
    no_transit: frozenset[int] = frozenset()
    sorting: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    backlog: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    drain: dict[int, list[int]] = field(default_factory=dict)

    def ready(self, office: int, arrived: int, starting: bool = False) -> int | None:
        """The minute at which mail is ready, None for never."""
        if office in self.no_transit and not starting:
            return None
        minute = arrived + self.minutes[office]
        if self.sorting.get(office):
            while not self._sorting_at(office, minute):
                minute += 1
        waiting = True
        while waiting:
            waiting = False
            for begin, end in self.backlog.get(office, ()):
                if begin <= minute < end:
                    minute, waiting = end, True
        if office in self.drain:
            hours = self.drain[office]
            minute = max(minute, hours[min(arrived // 60, len(hours) - 1)])
        return minute

    def _sorting_at(self, office: int, minute: int) -> bool:
        clock = minute % MINUTES_A_DAY
        return any(
            opening <= clock < closing or opening <= clock + MINUTES_A_DAY < closing
            for opening, closing in self.sorting[office]
        )


@dataclass(frozen=True)
class _Leg:
    trip: int
    day: int
    seq: int
    u: int
    v: int
    dep: int
    arr: int
    no_board: bool
    no_alight: bool
    following: int
    """Position in the list of legs, -1 after the last."""


@dataclass(frozen=True)
class SlowStart:
    """Either an office and the minute the item is ready there, or a leg (trip, service day, seq) and the minute
    it arrives at that leg's end."""

    minute: int
    office: int = -1
    leg: tuple[int, int, int] | None = None


class SlowSearch:
    """A network under a set of measures; `arrival` answers one question at a time."""

    def __init__(
        self,
        trips: Iterable[SlowTrip],
        closures: Iterable[SlowClosure],
        ready: Callable[[int, int, bool], int | None],
        start_day: int,
        n_days: int,
        lead_days: int = 3,
        *,
        limit: int = LIMIT,
        day_length: int = MINUTES_A_DAY,
    ) -> None:
        self.closures = list(closures)
        self.ready = ready
        self.legs: list[_Leg] = []
        self.place: dict[tuple[int, int, int], int] = {}
        for trip in trips:
            for day in trip.days:
                if start_day - lead_days <= day < start_day + n_days:
                    self._run(trip, day, (day - start_day) * day_length, limit)
        self.departures: dict[int, list[tuple[int, int]]] = {}
        for number, leg in enumerate(self.legs):
            self.departures.setdefault(leg.u, []).append((leg.dep, number))
        for some in self.departures.values():
            some.sort()
        self._closed: dict[int, tuple[bool, bool, bool]] = {}

    def _run(self, trip: SlowTrip, day: int, midnight: int, limit: int) -> None:
        before = -1
        for k in range(len(trip.stops) - 1, 0, -1):
            arr = trip.arr[k] + midnight
            if arr < 0 or arr >= limit:
                continue
            leg = _Leg(
                trip=trip.key,
                day=day,
                seq=trip.seq[k - 1] if trip.seq is not None else k - 1,
                u=trip.stops[k - 1],
                v=trip.stops[k],
                dep=trip.dep[k - 1] + midnight,
                arr=arr,
                no_board=bool(trip.no_board is not None and trip.no_board[k - 1]),
                no_alight=bool(trip.no_alight is not None and trip.no_alight[k]),
                following=before,
            )
            before = len(self.legs)
            self.place[leg.trip, leg.day, leg.seq] = before
            self.legs.append(leg)

    def closed(self, number: int) -> tuple[bool, bool, bool]:
        """(cancelled, no boarding, no alighting) of a leg under the measures and the timetable."""
        if number not in self._closed:
            leg = self.legs[number]
            states = [_acts_on(closure, leg) for closure in self.closures]
            self._closed[number] = (
                any(s[0] for s in states),
                leg.no_board or any(s[1] for s in states),
                leg.no_alight or any(s[2] for s in states),
            )
        return self._closed[number]

    def arrival(self, start: SlowStart, dest: int) -> int | None:
        """The earliest arrival minute at `dest`, None if there is no way."""
        if start.office == dest and start.leg is None:
            return start.minute
        queue: list[tuple[int, int, int, int]] = []
        if start.leg is None:
            self._wait(queue, start.office, start.minute)
        else:
            # kind 1: arriving at the end of leg `a`; b = 1 while on the ride the item started with
            # kind 2: the same, after a wait in front of an office that let nobody in
            heapq.heappush(queue, (start.minute, 1, self.place[start.leg], 1))
        ridden: set[tuple[int, int]] = set()
        sorted_at: set[int] = set()
        while queue:
            now, kind, a, b = heapq.heappop(queue)
            if kind == 0:  # at office a, about to try its b-th departure
                self._board(queue, a, b, ridden)
                continue
            leg, first_ride = self.legs[a], bool(b)
            stays = kind == 1 and leg.following >= 0 and not self.closed(leg.following)[0]
            if kind == 2 or not self.closed(a)[2]:
                if leg.v == dest:
                    return now
                ready = self.ready(leg.v, now, first_ride and not stays)
                if ready is not None and leg.v not in sorted_at:
                    sorted_at.add(leg.v)
                    self._wait(queue, leg.v, ready)
            elif first_ride and not stays:
                opening = self._reopening(leg, now)
                if opening is not None:
                    heapq.heappush(queue, (opening, 2, a, 1))
            if stays and (leg.following, b) not in ridden:
                ridden.add((leg.following, b))
                at = self.legs[leg.following].arr
                heapq.heappush(queue, (max(at, start.minute) if first_ride else at, 1, leg.following, b))
        return None

    def _reopening(self, leg: _Leg, now: int) -> int | None:
        """When the end of the ride lets mail in again, None if that is not known."""
        if leg.no_alight:
            return None
        while True:
            barring = [c for c in self.closures if c.act == "no_alight" and c.t0 <= now < c.t1 and _place_of(c, leg)[2]]
            if not barring:
                return now if now < LIMIT else None
            now = max(c.t1 for c in barring)

    def _wait(self, queue: list[tuple[int, int, int, int]], office: int, ready: int) -> None:
        some = self.departures.get(office, [])
        at = bisect_left(some, (ready, -1))
        if at < len(some):
            heapq.heappush(queue, (some[at][0], 0, office, at))

    def _board(
        self, queue: list[tuple[int, int, int, int]], office: int, at: int, ridden: set[tuple[int, int]]
    ) -> None:
        some = self.departures[office]
        number = some[at][1]
        cancelled, no_board, _ = self.closed(number)
        if not cancelled and not no_board and (number, 0) not in ridden:
            ridden.add((number, 0))
            heapq.heappush(queue, (self.legs[number].arr, 1, number, 0))
        if at + 1 < len(some):
            heapq.heappush(queue, (some[at + 1][0], 0, office, at + 1))


def _place_of(closure: SlowClosure, leg: _Leg) -> tuple[bool, bool, bool]:
    """Whether the closure's selectors take the leg, and if so at its departure and at its arrival."""
    taken = (closure.trips is None or leg.trip in closure.trips) and (
        closure.legs is None or (leg.u, leg.v) in closure.legs
    )
    at_u = taken and (closure.offices is None or leg.u in closure.offices)
    at_v = taken and (closure.offices is None or leg.v in closure.offices)
    return taken, at_u, at_v


def _acts_on(closure: SlowClosure, leg: _Leg) -> tuple[bool, bool, bool]:
    _, at_u, at_v = _place_of(closure, leg)
    departs = at_u and closure.t0 <= leg.dep < closure.t1
    arrives = at_v and closure.t0 <= leg.arr < closure.t1
    if closure.act == "cancel":
        some_time = closure.t0 < closure.t1
        return (at_u or at_v) and some_time and leg.dep < closure.t1 and leg.arr > closure.t0, False, False
    if closure.act == "no_pass":
        return departs or arrives, False, False
    if closure.act == "no_board":
        return False, departs, False
    if closure.act == "no_alight":
        return False, False, arrives
    raise ValueError(closure.act)


def slow_arrival(
    trips: Iterable[SlowTrip],
    closures: Iterable[SlowClosure],
    handling: SlowHandling,
    start: SlowStart,
    dest: int,
    *,
    start_day: int,
    n_days: int,
    lead_days: int = 3,
) -> int | None:
    """One question on a network built for it alone, see `SlowSearch`."""
    return SlowSearch(trips, closures, handling.ready, start_day, n_days, lead_days).arrival(start, dest)
