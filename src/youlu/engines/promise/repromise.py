"""New promises for a million items at once: sweep a block of destinations, answer from its live rows, go on."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from youlu.engines.promise.closures import LegClosure
from youlu.engines.promise.errors import PromiseError, StartError
from youlu.engines.promise.handling import Handling
from youlu.engines.promise.program import Program, program_build
from youlu.engines.promise.rides import RideStops, ride_stops
from youlu.engines.promise.rows import LANES
from youlu.engines.promise.sweep import Live
from youlu.engines.promise.timetable import UNREACHABLE, Timetable, legs_find
from youlu.engines.promise.walk import LEGS_PER_JOURNEY_MAX, block_answer, block_walk, legs_place

LEGS_BUFFER = 1 << 18
Stop = Callable[[], bool] | None
Progress = Callable[[int, int], None] | None
_Own = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class RepromiseStopped(PromiseError):
    """`stop` said so; there is no result."""


@dataclass(frozen=True, eq=False)
class Starts:
    """Where M items are, as a structure of arrays.

    Attributes
    ----------
    office : int32[M]
        Dense office index, -1 for items on a vehicle.
    ready_min : int32[M]
        Minute from which the item may board; unused for items on a vehicle.
    leg : int32[M]
        Leg of the first timetable that the item is on, -1 for items at an office.
    arr_min : int32[M]
        Minute of arrival at that leg's end, later than scheduled if the vehicle is late; unused at an office.
    dest : int32[M]
    group : uint8[M]
        Class group.
    """

    office: np.ndarray
    ready_min: np.ndarray
    leg: np.ndarray
    arr_min: np.ndarray
    dest: np.ndarray
    group: np.ndarray

    def __len__(self) -> int:
        return len(self.dest)

    def take(self, items: np.ndarray) -> "Starts":
        """The starts of some items, in their order."""
        return Starts(*(part[items] for part in self._parts()))

    def _parts(self) -> tuple[np.ndarray, ...]:
        return self.office, self.ready_min, self.leg, self.arr_min, self.dest, self.group

    @classmethod
    def at_offices(cls, office: np.ndarray, ready_min: np.ndarray, dest: np.ndarray, group: int = 0) -> "Starts":
        """Items that all wait at offices."""
        nowhere = np.full(len(dest), -1, dtype=np.int32)
        i32 = [np.ascontiguousarray(part, dtype=np.int32) for part in (office, ready_min, dest)]
        return cls(i32[0], i32[1], nowhere, nowhere, i32[2], np.full(len(dest), group, dtype=np.uint8))


@dataclass(frozen=True, eq=False)
class Result:
    """New promises, in the order of the starts.

    Attributes
    ----------
    arrival_min : int32[M]
        Arrival at the destination office; 65535 where there is no way.
    legs_offset : int64[M + 1]
    legs : int64[]
        Leg keys (see `keys`) of item i at legs_offset[i] .. legs_offset[i + 1]; an item on a vehicle begins with
        the leg it is on. Empty without `want_legs`, and for items without a way or at their destination.
    """

    arrival_min: np.ndarray
    legs_offset: np.ndarray
    legs: np.ndarray


@dataclass(frozen=True, eq=False)
class _Walked:
    """Planned legs of some items, one after another."""

    items: np.ndarray
    n_legs: np.ndarray
    legs: np.ndarray
    leg_keys: np.ndarray


def repromise(
    timetables: Sequence[Timetable],
    flags: Sequence[Sequence[np.ndarray] | Callable[[int], np.ndarray]],
    handling: Handling,
    starts: Starts,
    *,
    want_legs: bool,
    closures: Sequence[LegClosure] = (),
    threads: int = 2,
    stop: Stop = None,
    progress: Progress = None,
) -> Result:
    """Earliest arrival of every item at its destination, exactly, and the legs it is planned on.

    Parameters
    ----------
    timetables : sequence of Timetable
        From the same start day on, shorter horizon first (14, 45 days): the longer ones are swept only for what
        is still unreachable.
    flags : per timetable
        Arrays by class group, or a function of the group that derives them when they are needed.
    closures : sequence of LegClosure
        The open measures; only asked until when an item that cannot stay on its vehicle nor leave it must wait.
    threads : int
        Blocks of destinations are independent; the answer does not depend on it.
    stop : callable, optional
        Asked before each block.
    progress : callable, optional
        Told (blocks done, blocks in all) of the horizon and class group under way.

    Raises
    ------
    StartError
        A start names an office, destination, leg or class group that does not exist.
    RepromiseStopped
    """
    _starts_check(starts, timetables, handling)
    arrival = np.full(len(starts), UNREACHABLE, dtype=np.int32)
    walked: list[_Walked] = []
    groups = np.flatnonzero(np.bincount(starts.group, minlength=1)).tolist()
    for timetable, by_group in zip(timetables, flags, strict=True):
        for group in groups:
            items = np.flatnonzero((starts.group == group) & (arrival == UNREACHABLE))
            if not len(items):
                continue
            group_flags = by_group(group) if callable(by_group) else by_group[group]
            program = program_build(timetable, group_flags, handling, group)
            located = _in_timetable(starts, items, timetables[0], timetable)
            work = _Work(timetable, group_flags, program, handling, group, closures, located, want_legs, arrival)
            walked += work.run(items, threads, stop, progress)
    offset, legs = _legs_join(walked, len(starts), threads)
    return Result(arrival, offset, legs)


def _starts_check(starts: Starts, timetables: Sequence[Timetable], handling: Handling) -> None:
    if not timetables or any(t.start_day != timetables[0].start_day for t in timetables):
        raise StartError("timetables must begin on the same day")
    n_offices, n_legs = timetables[0].n_offices, timetables[0].n_legs
    limits = (
        ("destination", starts.dest, 0, n_offices),
        ("office", starts.office, -1, n_offices),
        ("leg", starts.leg, -1, n_legs),
        ("class group", starts.group, 0, handling.n_groups),
    )
    for name, values, low, high in limits:
        if len(values) and (values.min() < low or values.max() >= high):
            bad = int(np.flatnonzero((values < low) | (values >= high))[0])
            raise StartError(f"start {bad}: {name} {int(values[bad])} does not exist")
    both = np.flatnonzero((starts.office < 0) == (starts.leg < 0))
    if len(both):
        raise StartError(f"start {int(both[0])}: must be either at an office or on a leg")


def _in_timetable(starts: Starts, items: np.ndarray, first: Timetable, timetable: Timetable) -> Starts:
    """The same starts; for `items`, legs are positions of another timetable of the same start day."""
    if timetable is first:
        return starts
    leg = starts.leg.copy()
    riding = items[leg[items] >= 0]
    leg[riding] = legs_find(timetable, first.leg_keys[leg[riding]])
    if (leg[riding] < 0).any():
        raise StartError("a longer timetable lacks a leg of the shorter one")
    return replace(starts, leg=leg)


def blocks_of(dest: np.ndarray, n_offices: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Only the destinations that occur, 32 to a block.

    Returns
    -------
    destinations : int64[], order : int64[M], bounds : int64[n_blocks + 1]
        Item order[k] for bounds[b] <= k < bounds[b + 1] goes to a destination of block b.
    """
    occurs = np.bincount(dest, minlength=n_offices) > 0
    destinations = np.flatnonzero(occurs)
    block_of = ((np.cumsum(occurs) - 1) // LANES).astype(np.uint16)
    n_blocks = -(-len(destinations) // LANES)
    key = block_of[dest]
    bounds = np.zeros(n_blocks + 1, dtype=np.int64)
    np.cumsum(np.bincount(key, minlength=n_blocks), out=bounds[1:])
    # On 16-bit keys numpy's stable sort is a radix sort.
    return destinations, np.argsort(key, kind="stable"), bounds


class _Turns(Iterator[int]):
    """Block numbers for several threads, each number once."""

    def __init__(self, n_blocks: int, stop: Stop, progress: Progress) -> None:
        self.n_blocks, self.stop, self.progress = n_blocks, stop, progress
        self.next_block, self.lock = 0, threading.Lock()

    def __next__(self) -> int:
        with self.lock:
            if self.progress is not None:
                self.progress(self.next_block, self.n_blocks)
            if self.next_block == self.n_blocks:
                raise StopIteration
            if self.stop is not None and self.stop():
                raise RepromiseStopped("stopped")
            self.next_block += 1
            return self.next_block - 1


def _together(worker: Callable[[], list[_Walked]], threads: int) -> list[_Walked]:
    if threads <= 1:
        return worker()
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(worker) for _ in range(threads)]
        return [walked for future in futures for walked in future.result()]


@dataclass(frozen=True, eq=False)
class _Work:
    """One timetable and class group, laid out to be swept, and where the answers go."""

    timetable: Timetable
    flags: np.ndarray
    program: Program
    handling: Handling
    group: int
    closures: Sequence[LegClosure]
    starts: Starts
    want_legs: bool
    arrival: np.ndarray

    def run(self, items: np.ndarray, threads: int, stop: Stop, progress: Progress) -> list[_Walked]:
        """Answer `items` (positions in `starts`), return their planned legs."""
        dest = self.starts.dest if len(items) == len(self.starts) else self.starts.dest[items]
        destinations, order, bounds = blocks_of(dest, self.timetable.n_offices)
        items = order if len(items) == len(self.starts) else items[order]
        # Tables that every thread asks for are made before the threads are.
        for starting in (False, True):
            self.handling.ready_by_leg(self.timetable, self.group, starting=starting)
        turn = _Turns(len(bounds) - 1, stop, progress)

        def worker() -> list[_Walked]:
            live = Live(self.timetable.n_legs, self.timetable.n_offices, self.program.n_slots)
            done: list[_Walked] = []
            for block in turn:
                live.block_sweep(self.program, destinations[block * LANES : (block + 1) * LANES])
                done += self.block(live, items[bounds[block] : bounds[block + 1]])
            return done

        return _together(worker, min(threads, len(bounds) - 1))

    def block(self, live: Live, items: np.ndarray) -> list[_Walked]:
        """Answer the items of the block that `live` holds."""
        p, s = self.program, self.starts.take(items)
        stops = ride_stops(self.timetable, self.flags, self.handling, self.group, s.leg, s.arr_min, self.closures)
        own = (s.office, s.ready_min, s.leg, s.dest)
        choice = np.full(len(items), -1, dtype=np.int64)
        answers = np.empty(len(items), dtype=np.int32)
        block_answer(live.rows, live.lane, p.bounds, p.board, p.board_dep, 0, len(items), *own, stops.first,
                     stops.office, stops.arrives, stops.ready, answers, choice)  # fmt: skip
        self.arrival[items] = answers
        return list(self._walk(live, own, stops, answers, choice, items)) if self.want_legs else []

    def _walk(
        self, live: Live, own: _Own, stops: RideStops, answers: np.ndarray, choice: np.ndarray, items: np.ndarray
    ) -> Iterator[_Walked]:
        p, tt = self.program, self.timetable
        buffer = np.empty(LEGS_BUFFER, dtype=np.int32)
        n_legs = np.zeros(len(items), dtype=np.int32)
        begin = 0
        while begin < len(items):
            then, written = block_walk(
                live.rows, live.lane, p.target, p.arr, p.ride_on, p.transfer, p.bounds, p.board, p.board_dep,
                p.place, tt.u, begin, len(items), *own, answers, choice, stops.leg, stops.office, stops.ready,
                buffer, n_legs)  # fmt: skip
            if then < 0:
                raise PromiseError(f"a journey of {written} legs; {LEGS_PER_JOURNEY_MAX} are provided for")
            yield _Walked(items[begin:then], n_legs[begin:then], buffer[:written].copy(), tt.leg_keys)
            begin = then


def _legs_join(walked: Sequence[_Walked], n_items: int, threads: int) -> tuple[np.ndarray, np.ndarray]:
    offset = np.zeros(n_items + 1, dtype=np.int64)
    for some in walked:
        offset[some.items + 1] = some.n_legs
    np.cumsum(offset, out=offset)
    legs = np.empty(int(offset[-1]), dtype=np.int64)
    # No two chunks share an item, so threads write to different places.
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        list(pool.map(lambda w: legs_place(w.items, w.n_legs, w.legs, w.leg_keys, offset, legs), walked))
    return offset, legs
