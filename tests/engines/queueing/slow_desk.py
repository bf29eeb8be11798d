"""The desk's rules in plain Python: no queue but a list, no heap but a search, every draw made before anything happens.

It shares with the compiled loop the uniforms and the laws of durations, and nothing of how events are kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from youlu.engines.queueing.simulation import Channel, Problem, Times
from youlu.engines.queueing.simulation import randoms as r
from youlu.engines.queueing.simulation.arrays import LAW

KIND = {"constant": r.CONSTANT, "exponential": r.EXPONENTIAL, "lognormal": r.LOGNORMAL, "samples": r.SAMPLES,
        "never": r.NEVER}


def seconds(law: Times, u: float) -> float:
    """One duration; the logarithms of a lognormal law as its mean and variance ask."""
    a, b = law.mean_s, 0.0
    if law.law == "lognormal":
        variance = math.log1p(law.cv * law.cv)
        a, b = math.log(law.mean_s) - variance / 2, math.sqrt(variance)
    if law.law == "samples":
        a, b = 0.0, float(len(law.samples))
    row = np.array([(KIND[law.law], a, b)], dtype=LAW)
    return float(r.duration(row[0], np.array(law.samples or (0.0,)), u))


@dataclass
class Customer:
    channel: int
    stream: int
    index: int
    attempt: int
    arrive: float
    due: float
    begin: float = math.nan
    end: float = math.nan
    agent: int = -1
    status: int = 0
    called_back: bool = False
    hang_up: float = math.inf


class SlowDesk:
    """One replication of a problem whose people hold one thing at a time."""

    def __init__(self, problem: Problem, seed: int, number: int) -> None:
        self.problem, self.channels = problem, problem.channels
        self.keys = r.keys_make(seed, number, 2 * len(problem.channels) + 1)
        self.customers: list[Customer] = []
        self.waiting: list[int] = []
        self.idle: list[int] = []  # the longest idle first
        self.serving: dict[int, tuple[float, int]] = {}  # agent -> free at, customer
        self.on: set[int] = set()
        self.returns: list[tuple[float, int]] = []
        self.open: set[tuple[int, bool]] = set()

    def u(self, who: Customer, what: int) -> float:
        return float(r.uniform(self.keys[who.stream], who.index, who.attempt, what))

    def run(self) -> list[Customer]:
        calendar, arrivals = self._calendar(), self._arrivals()
        while True:
            foreseen = self._foreseen()
            known = calendar[0] if calendar else (math.inf,)
            coming = arrivals[0] if arrivals else (math.inf,)
            if min(foreseen[0], known[0], coming[0]) >= self.problem.end_s:
                return self.customers
            if known[0] <= foreseen[0] and known[0] <= coming[0]:
                self._turn(*calendar.pop(0))
            elif foreseen[0] <= coming[0]:
                self._happen(*foreseen)
            else:
                at, stream, index, due = arrivals.pop(0)
                self._enter(Customer(stream % len(self.channels), stream, index, 0, at, due))

    def _foreseen(self) -> tuple[Any, ...]:
        events = [(free, 0, agent) for agent, (free, _) in self.serving.items()]
        events += [(self.customers[e].hang_up, 1, e) for e in self.waiting if not self.customers[e].called_back]
        events += [(at, 2, e) for at, e in self.returns]
        return min(events, default=(math.inf, 0, 0))

    def _happen(self, now: float, what: int, who: int) -> None:
        if what == 0:
            self._free(who, now)
        elif what == 1:
            self._hang_up(who, now)
        else:
            self.returns.remove((now, who))
            old = self.customers[who]
            due = old.due if self.channels[old.channel].kind == "contact" else self._due(old.channel, now)
            self._enter(Customer(old.channel, old.stream, old.index, old.attempt + 1, now, due))

    def _free(self, agent: int, now: float) -> None:
        _, e = self.serving.pop(agent)
        if self.customers[e].status == 3:
            self._again(e, now)
        if agent in self.on:
            self._take(agent, now)

    def _hang_up(self, e: int, now: float) -> None:
        self.waiting.remove(e)
        who = self.customers[e]
        channel = self.channels[who.channel]
        who.status, who.end = 2, now
        if who.attempt + 1 < channel.attempts_max and self.u(who, r.AGAIN) < channel.again_share:
            self._again(e, now)

    def _again(self, e: int, now: float) -> None:
        who = self.customers[e]
        self.returns.append((now + seconds(self.channels[who.channel].again, self.u(who, r.AGAIN_AFTER)), e))

    def _enter(self, who: Customer) -> None:
        e, channel = len(self.customers), self.channels[who.channel]
        self.customers.append(who)
        if (who.channel, False) in self.open:
            for agent in self.idle:
                if channel.name in self.problem.agents[agent].skills:
                    self.idle.remove(agent)
                    self._serve(agent, e, who.arrive)
                    return
        in_line = sum(self.customers[w].channel == who.channel and not self.customers[w].called_back
                      for w in self.waiting)  # fmt: skip
        offered = channel.callback_from is not None and in_line >= channel.callback_from
        if offered and self.u(who, r.CALLBACK) < channel.callback_share:
            who.called_back, who.due = True, who.arrive + channel.callback_s
        elif channel.kind == "call":
            who.hang_up = who.arrive + seconds(channel.patience, self.u(who, r.PATIENCE))
        self.waiting.append(e)

    def _rank(self, e: int) -> tuple[int, float, int, bool, int]:
        who = self.customers[e]
        channel = self.channels[who.channel]
        level = channel.callback_priority if who.called_back else channel.priority
        return level, who.arrive, who.channel, who.called_back, e

    def _take(self, agent: int, now: float) -> None:
        skills = self.problem.agents[agent].skills
        able = [e for e in self.waiting if self.channels[self.customers[e].channel].name in skills
                and (self.customers[e].channel, self.customers[e].called_back) in self.open]  # fmt: skip
        if not able:
            self.idle.append(agent)
            return
        first = min(able, key=self._rank)
        self.waiting.remove(first)
        self._serve(agent, first, now)

    def _serve(self, agent: int, e: int, now: float) -> None:
        who, person = self.customers[e], self.problem.agents[agent]
        channel = self.channels[who.channel]
        law = channel.handling if isinstance(channel.handling, Times) else channel.handling[person.site]
        talk = seconds(law, self.u(who, r.HANDLING)) * person.pace
        wrap = seconds(channel.wrap_up, self.u(who, r.WRAP_UP)) * person.pace
        who.agent, who.begin, who.end, who.status = agent, now, now + talk, 1
        if channel.kind == "contact" and self.u(who, r.AGAIN) >= channel.reached_share:
            who.status = 3 if who.attempt + 1 < channel.attempts_max else 4
        self.serving[agent] = (now + talk + wrap, e)

    def _turn(self, now: float, what: int, who: Any) -> None:
        if what == 0:
            self.on.discard(who)
            if who in self.idle:
                self.idle.remove(who)
        elif what == 1:
            self.open.discard(who)
        elif what == 2:
            self.on.add(who)
            if who not in self.serving:
                self._take(who, now)
        else:
            self.open.add(who)
            self._give(who, now)

    def _give(self, queue: tuple[int, bool], now: float) -> None:
        """A queue has opened: its longest waiting to the longest idle, as long as there are both."""
        name = self.channels[queue[0]].name
        while True:
            mine = [e for e in self.waiting if (self.customers[e].channel, self.customers[e].called_back) == queue]
            able = [a for a in self.idle if name in self.problem.agents[a].skills]
            if not mine or not able:
                return
            self.waiting.remove(mine[0])
            self.idle.remove(able[0])
            self._serve(able[0], mine[0], now)

    def _calendar(self) -> list[tuple[float, int, Any]]:
        """Leave, shut, come, open; queues in the order in which work is taken."""
        ranked = sorted([(c.priority, i, False) for i, c in enumerate(self.channels)]
                        + [(c.callback_priority, i, True) for i, c in enumerate(self.channels)])
        rows: list[tuple[float, int, int, Any]] = []
        for a, agent in enumerate(self.problem.agents):
            for start, end in merged(agent.duty):
                rows += [(start, 2, a, a), (end, 0, a, a)]
        for place, (_, i, back) in enumerate(ranked):
            windows = self.channels[i].callback_hours if back else self.channels[i].hours
            for start, end in merged(windows) if windows else [(0.0, math.inf)]:
                rows += [(start, 3, place, (i, back)), (end, 1, place, (i, back))]
        return [(at, what, who) for at, what, _, who in sorted(rows, key=lambda row: row[:3])]

    def _arrivals(self) -> list[tuple[float, int, int, float]]:
        rows: list[tuple[float, int, int, float]] = []
        for c, channel in enumerate(self.channels):
            rows += [(at, c, k, self._due(c, at)) for k, at in enumerate(self._drawn(c, channel))]
            for k, at in enumerate(channel.given_s):
                due = channel.given_due_s[k] if len(channel.given_due_s) else self._due(c, at)
                rows.append((float(at), c + len(self.channels), k, float(due)))
        return sorted(rows, key=lambda row: row[:3])

    def _drawn(self, c: int, channel: Channel) -> list[float]:
        """Instants at which a unit Poisson stream, run at the expected speed, has its points."""
        found: list[float] = []
        at, period, width = 0.0, 0, self.problem.period_s
        need = self._gap(c, 0)
        while period < len(channel.expected):
            rate, end = channel.expected[period] * 1.0 / width, (period + 1) * width
            left = rate * (end - at)
            if left > need:
                at += need / rate
                found.append(at)
                need = self._gap(c, len(found))
            else:
                need -= left
                at, period = end, period + 1
        return found

    def _gap(self, c: int, k: int) -> float:
        return seconds(Times.exponential(1.0), float(r.uniform(self.keys[c], k, 0, r.GAP)))

    def _due(self, c: int, at: float) -> float:
        """Minute by minute would not be exact: the windows are laid end to end."""
        channel = self.channels[c]
        if not channel.clock or math.isinf(channel.due_s):
            return at + channel.due_s
        gone, goal = 0.0, None
        for start, end in merged(channel.clock):
            if goal is None and end > at:
                goal = gone + max(0.0, at - start) + channel.due_s
            if goal is not None and gone + (end - start) >= goal:
                return start + (goal - gone)
            gone += end - start
        return math.inf


def merged(windows: Any) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for start, end in sorted(windows):
        if out and out[-1][1] >= start:
            out[-1] = (out[-1][0], float(end))
        else:
            out.append((float(start), float(end)))
    return out

