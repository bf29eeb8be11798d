"""Backlogs: where more mail is, or will be, than can be worked at once, and how that wait enters promises.

Every item in flight is promised as if nothing queued; its stops are arrivals at offices. Where a stopped office opens
again, and where more arrives than can be worked, the arrivals are worked off hour by hour (engine `drain`), and the
turns go into the handling of a second sweep. Offices that a stop dams up come first: what they let through slowly
arrives slowly further on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.capacity import USUAL_RANK
from youlu.domain.network.selectors import offices_all
from youlu.domain.promise.compute import Promises, promises_compute
from youlu.domain.promise.effects import Effect
from youlu.domain.promise.held import AT_OFFICE, Held
from youlu.domain.promise.lanes import Draining, lanes_of
from youlu.domain.promise.world import World, world_draining
from youlu.engines.calendar import OPEN_END
from youlu.engines.promise import BIN_MIN, UNREACHABLE, Drain, drain, legs_find

BINS = -(-UNREACHABLE // BIN_MIN)
Stop = Callable[[], bool] | None


@dataclass(frozen=True, eq=False)
class OfficeQueue:
    """One office's backlog in hours from the world's start day."""

    office_id: int
    per_hour: int
    is_stopped: bool
    stopped_until_min: int | None
    waiting: NDArray[np.int64]  # items at the end of each hour from now on, until none wait
    first_hour: int
    ready_min: NDArray[np.int32]  # lane × hour of arrival
    drained_min: int | None


@dataclass(frozen=True, eq=False)
class Foreseen:
    """The world with its backlogs, the promises it gives, whose they make later, and the queues behind them."""

    world: World
    promises: Promises
    delayed: NDArray[np.bool_]
    queues: tuple[OfficeQueue, ...]


@dataclass(frozen=True, eq=False)
class _Arrivals:
    """Work that comes to offices: one entry an item and stop."""

    office: NDArray[np.int64]
    bin: NDArray[np.int64]
    kind: NDArray[np.int64]
    kinds: tuple[tuple[str, str], ...]


def backlog_foresee(world: World, held: Held, *, lifted: Iterable[Effect] = (), stop: Stop = None) -> Foreseen:
    """Promise all mail in flight with the waits of backlogs.

    Parameters
    ----------
    held : everything in flight.
    lifted : stops of offices that ended just now: what lies there still has to be worked.
    """
    lifted = tuple(lifted)
    smooth = world_draining(world, None)
    promises = promises_compute(smooth, held, stop=stop)
    smoothly = promises.arrive_by_s
    lying, dammed = _lying(world, held, lifted), _dammed(world, lifted)
    queues: dict[int, OfficeQueue] = {}
    arrivals = _arrivals(smooth, held, promises, lying)
    for behind_dams in (True, False):
        if queues:  # what a dam lets through comes later than it came before
            arrivals = _arrivals(smooth, held, promises, lying)
        found = [q for q in _queues(world, arrivals, dammed if behind_dams else None) if q.office_id not in queues
                 and (behind_dams or q.office_id not in dammed)]
        if found:
            queues |= {q.office_id: q for q in found}
            smooth = _with(world, queues.values())
            promises = promises_compute(smooth, held, stop=stop)
    delayed = promises.arrive_by_s != smoothly
    return Foreseen(smooth, promises, delayed, tuple(queues[office] for office in sorted(queues)))


def _with(world: World, queues: Iterable[OfficeQueue]) -> World:
    tables = {q.office_id: q.ready_min for q in queues}
    return world_draining(world, Draining(lanes_of(world.capacities), tables) if tables else None)


def _dammed(world: World, lifted: Iterable[Effect]) -> set[int]:
    """Offices whose mail is held up by a stop, or still by an earlier one."""
    found = set() if world.draining is None else set(world.draining.ready_min)
    for effect in (*world.office_stops, *lifted):
        found.update(effect.offices.tolist())
    return found


def _lying(world: World, held: Held, lifted: tuple[Effect, ...]) -> NDArray[np.bool_]:
    """Mail at offices on its way that has not been worked: just arrived, dammed up by a stop, or still queueing.

    What lay at an office when it was stopped is worked again: its bags are opened for the ways that are left.
    """
    now = world.now_min
    here = (held.place == AT_OFFICE) & (held.place_office != held.dest_office)
    since = _since(world, held)
    group = np.array([world.group_of(*kind) for kind in held.kinds], np.int64)[held.kind]
    unworked = np.zeros(len(held), bool)
    for number in np.unique(group[here]).tolist():
        mine = here & (group == number)
        ready = world.handling.ready(held.place_office[mine], since[mine], number, starting=True)
        unworked[mine] = ready > now
    for effect in (*world.office_stops, *lifted):
        start, end = world.window(effect)
        if start <= now:
            unworked |= here & np.isin(held.place_office, effect.offices) & (since < end)
    return unworked


def _since(world: World, held: Held) -> NDArray[np.int64]:
    return np.maximum(-((world.start_s - held.since_s) // 60), 0)


def _arrivals(world: World, held: Held, promises: Promises, lying: NDArray[np.bool_]) -> _Arrivals:
    """Where and when mail comes into hands: lying there already, or by the end of each ride."""
    counts = np.diff(promises.legs_offset)
    owner = np.repeat(np.arange(len(held)), counts)
    legs = legs_find(world.long, promises.legs)
    trip, last = world.long.trip[legs], np.ones(len(legs), bool)
    last[:-1] = (trip[1:] != trip[:-1]) | (owner[1:] != owner[:-1])
    rides = np.flatnonzero(last & (legs >= 0))
    free = np.array([world.is_free(*kind) for kind in held.kinds], bool)
    office = np.concatenate([held.place_office[lying], world.long.v[legs[rides]]]).astype(np.int64)
    minute = np.concatenate([_since(world, held)[lying], world.long.arr[legs[rides]]])
    kind = np.concatenate([held.kind[lying], held.kind[owner[rides]]]).astype(np.int64)
    queued = ~free[kind] if len(free) else np.zeros(0, bool)
    return _Arrivals(office[queued], np.minimum(minute // BIN_MIN, BINS - 1).astype(np.int64)[queued], kind[queued],
                     held.kinds)


def _queues(world: World, arrivals: _Arrivals, only: set[int] | None) -> list[OfficeQueue]:
    """The offices (of `only`, else all) where mail has to wait for its turn."""
    office_kinds = {office.id: office.kind for office in offices_all()}
    order = np.argsort(arrivals.office, kind="stable")
    offices, begins = np.unique(arrivals.office[order], return_index=True)
    ends = np.append(begins, len(order))[1:]
    found = []
    for office, begin, end in zip(offices.tolist(), begins.tolist(), ends.tolist(), strict=True):
        if only is None or office in only:
            mine = order[begin:end]
            part = _Arrivals(arrivals.office[mine], arrivals.bin[mine], arrivals.kind[mine], arrivals.kinds)
            queue = _queue(world, office, office_kinds[office], part)
            if queue is not None:
                found.append(queue)
    return found


def _queue(world: World, office: int, office_kind: str, arrivals: _Arrivals) -> OfficeQueue | None:
    """One office's lines worked off; None where nobody waits."""
    rate, now_bin = world.capacities.per_hour(office, office_kind), world.now_min // BIN_MIN
    if rate is None:
        return None
    stops = [world.window(effect) for effect in world.office_stops if office in effect.offices]
    apart = [world.capacities.per_hour(office, office_kind, line) for line in world.capacities.classes_apart]
    plain = not stops and office not in world.capacities.sorting and not any(own is not None for own in apart)
    if plain and _eased(np.bincount(arrivals.bin, minlength=BINS), rate, now_bin):
        return None
    lines = _lines(world, office, office_kind, arrivals, open_minutes(world, office, stops))
    if not any(line.waits for _, line in lines.values()):
        return None
    ready = np.vstack([_lane_row(lines, line, first) for line, first in lanes_of(world.capacities)])
    waiting = np.sum([line.waiting.sum(axis=0) for _, line in lines.values()], axis=0)[now_bin:]
    left = np.flatnonzero(waiting)
    last = int(left[-1]) + 1 if len(left) else 0  # hours until none waits
    until = max((end for _, end in stops), default=None)
    return OfficeQueue(
        office, rate, bool(stops), None if until is None or until >= OPEN_END else until, waiting[:last + 1], now_bin,
        ready, (now_bin + last + 1) * BIN_MIN if last < len(waiting) else None)


def _eased(counts: NDArray[np.int64], rate: int, now_bin: int) -> bool:
    """Whether each hour's arrivals fit into an hour, so that nobody can have to wait: most offices, told cheaply."""
    return counts[:now_bin + 2].sum() <= rate and counts[now_bin + 2:].max(initial=0) <= rate


def open_minutes(world: World, office: int, stops: list[tuple[int, int]]) -> NDArray[np.int64]:
    """Minutes of each hour in which the office works: not before now, not while stopped, in its sorting windows."""
    works = np.ones(BINS * BIN_MIN, bool)
    works[:world.now_min] = False
    for start, end in stops:
        works[max(start, 0):min(max(end, 0), len(works))] = False
    windows = world.capacities.sorting.get(office)
    if windows:
        day = np.zeros(2 * 1440, bool)
        for start, end in windows:
            day[start:end] = True
        works &= np.resize(day[:1440] | day[1440:], len(works))
    return works.reshape(BINS, BIN_MIN).sum(axis=1)


def _lines(
    world: World, office: int, office_kind: str, arrivals: _Arrivals, open_min: NDArray[np.int64]
) -> dict[str, tuple[list[int], Drain]]:
    """Each line of work of an office (a class with a capacity of its own, "" the rest): its ranks and its drain."""
    known = world.capacities
    rates = {line: rate for line in ("", *known.classes_apart)
             if (rate := known.per_hour(office, office_kind, line)) is not None}
    ranks = sorted({*known.ranks.values(), USUAL_RANK})
    work = {line: np.zeros((len(ranks), BINS), np.int64) for line in rates}
    for number in np.unique(arrivals.kind).tolist():
        mail_class, programme = arrivals.kinds[number]
        row = work[mail_class if mail_class in rates else ""][ranks.index(known.rank(mail_class, programme))]
        row += np.bincount(arrivals.bin[arrivals.kind == number], minlength=BINS)
    return {line: (ranks, drain(work[line], rate, open_min)) for line, rate in rates.items()}


def _lane_row(lines: dict[str, tuple[list[int], Drain]], line: str, first: bool) -> NDArray[np.int32]:
    """What a lane waits for: the slowest of its ranks (a lane holds all that are worked first, or all others)."""
    ranks, found = lines.get(line, lines[""])
    rows = [row for rank, row in zip(ranks, found.ready_min, strict=True) if (rank < USUAL_RANK) == first]
    return np.max(rows, axis=0) if rows else np.zeros(BINS, np.int32)

