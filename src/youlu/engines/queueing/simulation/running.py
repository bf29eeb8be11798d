"""Replications over threads: each has its own keys, each thread its own book."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from youlu.engines.queueing.simulation.arrays import Desk, desk_build, windows_join
from youlu.engines.queueing.simulation.errors import DeskError
from youlu.engines.queueing.simulation.kernel import FULL, State, desk_run, state_make
from youlu.engines.queueing.simulation.model import Params, Problem
from youlu.engines.queueing.simulation.randoms import keys_make, uniform
from youlu.engines.queueing.simulation.result import Records, Result
from youlu.engines.queueing.simulation.tally import BACKLOG, BINS, FIGURES, book_tally

Stop = Callable[[], bool]
LINES_MAX = 200_000_000


@dataclass(frozen=True, eq=False)
class _Run:
    """What one replication leaves; `records` of the first ones only."""

    number: int
    figures: np.ndarray
    finished_s: np.ndarray
    busy_s: np.ndarray
    over_s: np.ndarray
    records: Records | None


class _Room:
    """A thread's own desk, book and counts of waits, used again for every replication."""

    def __init__(self, desk: Desk, lines: int) -> None:
        self.waits = np.zeros((desk.expected.shape[1], len(desk.channels), BINS), dtype=np.int32)
        self.desk = desk._replace(agents=desk.agents.copy(), queues=desk.queues.copy())
        self.state: State = state_make(desk, lines)

    def grow(self) -> None:
        lines = 2 * len(self.state.book)
        if lines > LINES_MAX:
            raise DeskError(f"more than {LINES_MAX} attempts in one replication: look at expected and again_share")
        self.state = state_make(self.desk, lines)


def simulate(
    problem: Problem, *, seed: int, replications: int = 30, stop: Stop | None = None, params: Params = Params()
) -> Result:
    """Run the desk so many times.

    Parameters
    ----------
    seed : any integer; replication r of a seed has the same customers in every plan.
    stop : asked before each replication; True ends with those that are done.

    Returns
    -------
    Result
        The same for the same arguments, whatever `params.threads`. With nobody on duty everybody hangs up or waits.

    Raises
    ------
    DeskError
        Fewer than one replication, or more attempts than memory could hold.
    """
    if replications < 1:
        raise DeskError(f"replications is at least 1, not {replications}")
    work = _Work(problem, seed, stop or (lambda: False), params)
    sums = _Sums(problem, work.desk)
    if params.threads <= 1:
        sums.take(map(work.run, range(replications)))
    else:
        with ThreadPoolExecutor(params.threads) as pool:
            sums.take(pool.map(work.run, range(replications)))
    return sums.result(work, replications)


class _Work:
    """The desk in arrays and the rooms of the threads."""

    def __init__(self, problem: Problem, seed: int, stop: Stop, params: Params) -> None:
        self.problem, self.seed, self.stop, self.params = problem, seed, stop, params
        self.desk, self.person = desk_build(problem)
        self.kind = self.desk.channels["kind"].copy()
        self.target_s = np.array([c.target_s for c in problem.channels], dtype=np.float64)
        self.lines = _lines_guess(problem)
        self.rooms: list[_Room] = []
        self._local = threading.local()
        self._lock = threading.Lock()

    def run(self, number: int) -> _Run | None:
        if self.stop():
            return None
        room = self._room()
        desk = room.desk
        keys = keys_make(self.seed, number, 2 * len(desk.channels) + 1)
        factor = day_factors(self.problem, keys[-1], int(desk.day_of_period[-1]) + 1)
        while (lines := desk_run(desk, room.state, keys[:-1], factor)) == FULL:
            room.grow()
        figures = np.empty((len(desk.day_of_period), len(desk.channels), len(FIGURES)))
        finished_s = np.empty(len(desk.channels))
        book_tally(room.state.book, lines, self.kind, self.target_s, desk.horizon, self.params.warmup_s, figures,
                   room.waits, finished_s)  # fmt: skip
        records = self._records(room.state.book[:lines]) if number < self.params.records else None
        return _Run(number, figures, finished_s, self._by_person(desk.agents["busy_s"]),
                    self._by_person(desk.agents["over_s"]), records)

    def _room(self) -> _Room:
        if not hasattr(self._local, "room"):
            self._local.room = _Room(self.desk, self.lines)
            with self._lock:
                self.rooms.append(self._local.room)
        return self._local.room

    def _by_person(self, seconds: np.ndarray) -> np.ndarray:
        """A person who holds several chats at once is busy by their mean."""
        people = len(self.problem.agents)
        places = np.bincount(self.person, minlength=people)
        return np.bincount(self.person, seconds[:-1], minlength=people) / np.maximum(places, 1)

    def _records(self, book: np.ndarray) -> Records:
        agent = book["agent"]
        who = np.append(self.person, -1)[agent].astype(np.int32)  # agent -1 finds the last
        columns = {name: book[name].copy() for name in ("attempt", "status")}
        times = {f"{name}_s": book[name].copy() for name in ("arrive", "begin", "end", "due")}
        return Records(
            channel=book["channel"].astype(np.int16), customer=book["index"].copy(),
            given=book["stream"] >= len(self.kind), called_back=book["called_back"] > 0, agent=who, **columns, **times)


class _Sums:
    """Replications added up in their order, so that threads cannot change a digit."""

    def __init__(self, problem: Problem, desk: Desk) -> None:
        self.problem, self.desk = problem, desk
        shape = (problem.periods, len(problem.channels), len(FIGURES))
        self.total, self.square = np.zeros(shape), np.zeros(shape)
        self.first: np.ndarray | None = None  # squares are of differences to it: small numbers lose no digits
        self.runs: list[_Run] = []
        self.per_day: list[np.ndarray] = []
        self.day_starts = np.flatnonzero(np.diff(desk.day_of_period, prepend=-1))

    def take(self, runs: object) -> None:
        for run in runs:  # type: ignore[attr-defined]
            if run is None:
                continue
            first = self.first = run.figures if self.first is None else self.first
            moved = run.figures - first
            self.total += moved
            self.square += moved * moved
            self.per_day.append(self._days(run.figures))
            self.runs.append(_Run(run.number, np.empty(0), run.finished_s, run.busy_s, run.over_s, run.records))

    def _days(self, figures: np.ndarray) -> np.ndarray:
        """float64[D, C, M]; of the backlog the last, of all else the sum."""
        days = np.add.reduceat(figures, self.day_starts, axis=0)
        ends = np.append(self.day_starts[1:], len(figures)) - 1
        days[:, :, BACKLOG] = figures[ends, :, BACKLOG]
        return days

    def result(self, work: _Work, asked: int) -> Result:
        count, problem = len(self.runs), self.problem
        channels, people = len(problem.channels), len(problem.agents)
        days = np.array(self.per_day).reshape(count, len(self.day_starts), channels, len(FIGURES))
        totals = days.sum(axis=1)
        totals[:, :, BACKLOG] = days[:, -1, :, BACKLOG]
        mean, deviation = self._mean_deviation(count)
        waits = np.zeros((problem.periods, channels, BINS), dtype=np.int64)
        for room in work.rooms:
            waits += room.waits
        return Result(
            problem, work.seed, np.array([run.number for run in self.runs], dtype=np.int64), totals, days, mean,
            deviation, waits,
            busy_s=np.array([run.busy_s for run in self.runs]).reshape(count, people),
            over_s=np.array([run.over_s for run in self.runs]).reshape(count, people),
            duty_s=np.array([sum(e - s for s, e in windows_join(a.duty, problem.end_s)) for a in problem.agents]),
            finished_s=np.array([run.finished_s for run in self.runs]).reshape(count, channels),
            records=tuple(run.records for run in self.runs if run.records is not None),
            is_stopped=count < asked, share=work.params.share)  # fmt: skip

    def _mean_deviation(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        if self.first is None:
            return np.full_like(self.total, np.nan), np.full_like(self.total, np.nan)
        moved = self.total / count
        spread = np.maximum(self.square - count * moved * moved, 0.0)
        return self.first + moved, np.sqrt(spread / (count - 1)) if count > 1 else np.full_like(spread, np.nan)


def day_factors(problem: Problem, key: np.uint64, days: int) -> np.ndarray:
    """float64[C, D], mean 1: how busy each day is.

    Gamma, so that a day's arrivals are negative binomial (Jongbloed and Koole, "Managing uncertainty in call centres
    using Poisson mixtures", 2001); channels and days independent.
    """
    factor = np.ones((len(problem.channels), days))
    for c, channel in enumerate(problem.channels):
        if channel.day_cv > 0:
            shape = 1.0 / channel.day_cv**2
            luck = np.array([uniform(key, c * days + d, 0, 0) for d in range(days)])
            factor[c] = gammaincinv(shape, luck) / shape
    return factor


def _lines_guess(problem: Problem) -> int:
    """Lines that nearly always suffice; the book grows when they do not."""
    lines = 1_000.0
    for c in problem.channels:
        first = float(sum(c.expected)) + len(c.given_s)
        tries = 1 - c.reached_share if c.kind == "contact" else c.again_share if c.kind == "call" else 0.0
        spread = 1 + 3 * c.day_cv / math.sqrt(max(1.0, problem.end_s / 86_400))
        lines += (first * spread + 8 * math.sqrt(first)) * sum(tries**k for k in range(c.attempts_max))
    return int(lines)
