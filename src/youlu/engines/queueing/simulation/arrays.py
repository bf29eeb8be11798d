"""The desk as arrays, the one shape that the compiled loop knows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from youlu.engines.queueing.simulation.model import DAY_S, Channel, Problem, Times, Windows
from youlu.engines.queueing.simulation.randoms import CONSTANT, EXPONENTIAL, LOGNORMAL, NEVER, SAMPLES

CALL, ORDER, CONTACT = 0, 1, 2
KINDS = {"call": CALL, "order": ORDER, "contact": CONTACT}
OFF, SHUT, ON, OPEN = range(4)
FULL_DAY = 1e-9


LAW = np.dtype([("kind", np.int64), ("a", np.float64), ("b", np.float64)])
"""A law of durations: constant a, exponential of mean a, lognormal of logs (a, b), b samples from place a, never."""

CHANNEL = np.dtype([
    ("kind", np.int64), ("attempts_max", np.int64), ("callback_from", np.int64), ("line", np.int64), ("back", np.int64),
    ("again_share", np.float64), ("reached_share", np.float64), ("callback_share", np.float64),
    ("callback_s", np.float64), ("due_s", np.float64), ("clock_first", np.int64), ("clock_last", np.int64),
    ("given_first", np.int64), ("given_last", np.int64)])  # fmt: skip
"""`line`, `back`: queues of arrivals and of call-backs; the channel's rows in the clock and among the given."""

AGENT = np.dtype([
    ("skills", np.int64), ("pace", np.float64), ("off_s", np.float64), ("busy_s", np.float64), ("over_s", np.float64),
    ("site", np.int32), ("serving", np.int32), ("idle_after", np.int32), ("idle_before", np.int32), ("on", np.int64),
])  # fmt: skip
"""Bit q of `skills`: may take from queue q. `serving`: a line of the book. The idle form a ring, the longest idle
first; the row after the last person is its anchor."""

QUEUE = np.dtype([("level", np.int32), ("channel", np.int32), ("head", np.int32), ("tail", np.int32),
                  ("length", np.int64)])  # fmt: skip
CALENDAR = np.dtype([("at", np.float64), ("what", np.int32), ("who", np.int32)])
WRAP_UP_LAW, PATIENCE_LAW, AGAIN_LAW, SITE_LAW = range(4)


class Desk(NamedTuple):
    """C channels, N agents (a person with `at_once` > 1 is several), S sites, P periods, Q = 2C queues.

    Queues are numbered in the order in which work is taken: by priority, then channel, callers before call-backs.

    Attributes
    ----------
    horizon : float64[2], seconds of a period and of all
    expected : float64[C, P]; day_of_period : int32[P]
    channels : CHANNEL[C]; agents : AGENT[N + 1]; queues : QUEUE[Q]
    laws : LAW[C, 3 + S], wrap-up, patience, again, handling by site; samples : float64[.]
    given : float64[G, 2], instant and due, NaN: as the channel says
    clock : float64[W, 3], start, end, seconds counted before
    calendar : CALENDAR[.], duty begins or ends (who: agent), a queue opens or shuts (who: queue)
    """

    horizon: np.ndarray
    expected: np.ndarray
    day_of_period: np.ndarray
    channels: np.ndarray
    agents: np.ndarray
    queues: np.ndarray
    laws: np.ndarray
    samples: np.ndarray
    given: np.ndarray
    clock: np.ndarray
    calendar: np.ndarray


class _Laws:
    """Rows of laws, and the samples that some of them point to."""

    def __init__(self) -> None:
        self.samples: list[float] = []

    def row(self, law: Times) -> tuple[int, float, float]:
        if law.law == "lognormal":
            variance = math.log1p(law.cv * law.cv)
            return LOGNORMAL, math.log(law.mean_s) - variance / 2, math.sqrt(variance)
        if law.law == "samples":
            self.samples.extend(law.samples)
            return SAMPLES, len(self.samples) - len(law.samples), len(law.samples)
        return {"constant": CONSTANT, "exponential": EXPONENTIAL, "never": NEVER}[law.law], law.mean_s, 0.0


def windows_join(windows: Windows, end_s: float) -> list[tuple[float, float]]:
    """Sorted, cut to the horizon, neighbours that touch made one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(windows):
        start, end = max(0.0, float(start)), min(float(end), end_s)
        if start >= end:
            continue
        if joined and joined[-1][1] >= start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def desk_build(problem: Problem) -> tuple[Desk, np.ndarray]:
    """Return the arrays, and int32[N]: the person that each agent of the arrays is."""
    channels, laws = problem.channels, _Laws()
    line, back, queues = _queues(channels)
    rows = [[laws.row(law) for law in (c.wrap_up, c.patience, c.again, *(_at_site(c, site) for site in problem.sites))]
            for c in channels]
    person = np.array([i for i, a in enumerate(problem.agents) for _ in range(a.at_once)], dtype=np.int32)
    given, given_at = _given(problem)
    clock, clock_at = _clocks(channels)
    desk = Desk(
        horizon=np.array([problem.period_s, problem.end_s], dtype=np.float64),
        expected=np.array([c.expected if len(c.expected) else np.zeros(problem.periods) for c in channels], np.float64),
        day_of_period=days_of_periods(problem),
        channels=_channels(channels, line, back, given_at, clock_at),
        agents=_agents(problem, person, line, back), queues=queues,
        laws=np.array(rows, dtype=LAW), samples=np.array(laws.samples or [0.0], dtype=np.float64),
        given=given, clock=clock, calendar=_calendar(problem, person, line, back))  # fmt: skip
    return desk, person


def _channels(channels: tuple[Channel, ...], line: np.ndarray, back: np.ndarray, given_at: list[int],
              clock_at: list[int]) -> np.ndarray:  # fmt: skip
    table = np.zeros(len(channels), dtype=CHANNEL)
    table["kind"] = [KINDS[c.kind] for c in channels]
    table["callback_from"] = [-1 if c.callback_from is None else c.callback_from for c in channels]
    for name in ("attempts_max", "again_share", "reached_share", "callback_share", "callback_s", "due_s"):
        table[name] = [getattr(c, name) for c in channels]
    table["line"], table["back"] = line, back
    table["given_first"], table["given_last"] = given_at[:-1], given_at[1:]
    table["clock_first"], table["clock_last"] = clock_at[:-1], clock_at[1:]
    return table


def _agents(problem: Problem, person: np.ndarray, line: np.ndarray, back: np.ndarray) -> np.ndarray:
    bits = {c.name: (1 << int(line[i])) | (1 << int(back[i])) for i, c in enumerate(problem.channels)}
    sites = {site: i for i, site in enumerate(problem.sites)}
    table = np.zeros(len(person) + 1, dtype=AGENT)
    for row, who in enumerate(person.tolist()):
        agent = problem.agents[who]
        table[row]["skills"] = sum(bits[skill] for skill in agent.skills)
        table[row]["pace"], table[row]["site"] = agent.pace, sites[agent.site]
    return table


def days_of_periods(problem: Problem) -> np.ndarray:
    """int32[P], day of the horizon on which each period begins."""
    starts = problem.first_s + np.arange(problem.periods) * problem.period_s
    return np.floor((starts + FULL_DAY) / DAY_S).astype(np.int32)


def _at_site(channel: Channel, site: str) -> Times:
    return channel.handling[site] if isinstance(channel.handling, Mapping) else channel.handling


def _queues(channels: tuple[Channel, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ranked = sorted([(c.priority, i, 0) for i, c in enumerate(channels)]
                    + [(c.callback_priority, i, 1) for i, c in enumerate(channels)])
    at = np.empty((2, len(channels)), dtype=np.int64)
    table = np.zeros(len(ranked), dtype=QUEUE)
    for queue, (level, channel, is_back) in enumerate(ranked):
        at[is_back, channel] = queue
        table[queue]["level"], table[queue]["channel"] = level, channel
    return at[0], at[1], table


def _given(problem: Problem) -> tuple[np.ndarray, list[int]]:
    """Given arrivals inside the horizon, channel by channel."""
    parts, bounds = [], [0]
    for channel in problem.channels:
        times = np.asarray(channel.given_s, dtype=np.float64)
        due = np.full(len(times), np.nan)
        if len(channel.given_due_s):
            due[:] = channel.given_due_s
        inside = times < problem.end_s
        parts.append(np.column_stack((times[inside], due[inside])))
        bounds.append(bounds[-1] + int(inside.sum()))
    return np.concatenate(parts), bounds


def _clocks(channels: tuple[Channel, ...]) -> tuple[np.ndarray, list[int]]:
    rows: list[tuple[float, float, float]] = []
    bounds = [0]
    for channel in channels:
        gone = 0.0
        for start, end in windows_join(channel.clock, math.inf):
            rows.append((start, end, gone))
            gone += end - start
        bounds.append(len(rows))
    return np.array(rows, dtype=np.float64).reshape(len(rows), 3), bounds


def _calendar(problem: Problem, person: np.ndarray, line: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Everything that is known to happen, in order; at one instant people go and queues shut before others come."""
    rows: list[tuple[float, int, int]] = []
    for agent, who in enumerate(person.tolist()):
        for start, end in windows_join(problem.agents[who].duty, problem.end_s):
            rows += [(start, ON, agent), (end, OFF, agent)]
    always = [(0.0, problem.end_s)]
    for i, channel in enumerate(problem.channels):
        for queue, windows in ((line[i], channel.hours), (back[i], channel.callback_hours)):
            joined = windows_join(windows, problem.end_s) if len(windows) else always
            for start, end in joined:
                rows += [(start, OPEN, int(queue)), (end, SHUT, int(queue))]
    return np.array(sorted(rows), dtype=CALENDAR)
