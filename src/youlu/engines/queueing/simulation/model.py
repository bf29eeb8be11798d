"""The desk as it is described to the simulation: channels, people, a horizon in periods of half an hour.

All times are seconds; instants count from the start of the horizon, which a caller puts at a midnight or at now.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from youlu.engines.queueing.simulation.checking import problem_check
from youlu.engines.queueing.simulation.errors import DeskError

Windows = Sequence[tuple[float, float]]
"""Half-open intervals [start_s, end_s) in any order; as `hours` or `clock`, none at all means always."""

Kind = Literal["call", "order", "contact"]
DAY_S = 86_400.0


@dataclass(frozen=True)
class Times:
    """A law of durations. Make one by its class methods.

    Attributes
    ----------
    law : what the other fields mean.
    mean_s : mean in seconds.
    cv : standard deviation over mean, of the lognormal law only.
    samples : seconds, each as likely as the others.
    """

    law: Literal["constant", "exponential", "lognormal", "samples", "never"]
    mean_s: float = 0.0
    cv: float = 0.0
    samples: tuple[float, ...] = ()

    @classmethod
    def constant(cls, seconds: float) -> Times:
        return cls("constant", float(seconds))

    @classmethod
    def exponential(cls, mean_s: float) -> Times:
        return cls("exponential", float(mean_s))

    @classmethod
    def lognormal(cls, mean_s: float, cv: float) -> Times:
        """Handling times are close to it (Brown et al., "Statistical analysis of a telephone call center", 2005)."""
        return cls("lognormal", float(mean_s), float(cv))

    @classmethod
    def given(cls, samples: Sequence[float]) -> Times:
        """Durations seen, drawn with replacement."""
        values = tuple(float(x) for x in samples)
        return cls("samples", sum(values) / len(values) if values else math.nan, samples=values)

    @classmethod
    def never(cls) -> Times:
        """It does not end; as patience: nobody hangs up."""
        return cls("never", math.inf)

    def check(self, whose: str) -> None:
        """Raise DeskError, which begins with `whose`, unless every draw is a duration."""
        if self.law == "never":
            return
        if not (math.isfinite(self.mean_s) and self.mean_s >= 0):
            raise DeskError(f"{whose}: the mean must be finite and not negative, is {self.mean_s}")
        if self.law == "lognormal" and not (self.mean_s > 0 and math.isfinite(self.cv) and self.cv >= 0):
            raise DeskError(f"{whose}: lognormal needs a positive mean and a finite cv, has {self.mean_s}, {self.cv}")
        if self.law == "samples" and not (self.samples and all(x >= 0 and math.isfinite(x) for x in self.samples)):
            raise DeskError(f"{whose}: samples must be finite, not negative and at least one")


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A stream of work and how it is treated.

    A **call** is spoken with at once or hangs up after `patience`; `again_share` of those call again after `again`.
    An **order** (also a message) waits until somebody has time and should be finished by `due_s` of `clock`.
    A **contact** is owed by us: who is not reached (1 - `reached_share`) is tried again after `again`.

    Attributes
    ----------
    priority : what is worked first, the lower the sooner; within one, who waits longest.
    expected : arrivals expected in each period, any real numbers >= 0; empty: none.
    day_cv : coefficient of variation of a day's factor on `expected` (gamma with mean 1); 0: plain Poisson.
    given_s : instants of arrivals that are known, ascending: a list of contacts, the orders open now (0.0).
    given_due_s : instants by which those are due; empty: by `due_s`, as all others.
    handling : one law, or one by site.
    hours : when the work may be begun (quiet hours are their gaps).
    target_s : an answer within it counts as in time.
    callback_from : so many waiting, and callers are offered a call back; None: never.
    callback_share : of those offered, who accept. They are promised a call within `callback_s`, lose no place to their
        patience, and are called at `callback_priority` within `callback_hours`.
    attempts_max : tries of one customer in all.
    clock : windows in which the time to `due_s` runs.
    """

    name: str
    kind: Kind
    handling: Times | Mapping[str, Times]
    wrap_up: Times = Times("constant")
    priority: int = 0
    expected: Sequence[float] = ()
    day_cv: float = 0.0
    given_s: Sequence[float] = ()
    given_due_s: Sequence[float] = ()
    hours: Windows = ()
    target_s: float = 20.0
    patience: Times = Times("never", math.inf)
    again_share: float = 0.0
    again: Times = Times("constant", 14_400.0)
    attempts_max: int = 3
    callback_from: int | None = None
    callback_share: float = 0.0
    callback_s: float = 7_200.0
    callback_priority: int = 1
    callback_hours: Windows = ()
    reached_share: float = 1.0
    due_s: float = math.inf
    clock: Windows = ()


@dataclass(frozen=True, kw_only=True)
class Agent:
    """A person. `duty`: intervals at work, breaks left out; a task begun is finished after their end.

    `pace` multiplies handling and wrap-up. `at_once` chats are held together by whoever has no calls.
    """

    name: str
    site: str
    skills: frozenset[str]
    duty: Windows
    pace: float = 1.0
    at_once: int = 1


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A desk over `periods` of `period_s`. `first_s`: seconds after midnight at which the horizon begins.

    Raises DeskError when made of parts that make no sense.
    """

    channels: tuple[Channel, ...]
    agents: tuple[Agent, ...]
    periods: int
    period_s: float = 1_800.0
    first_s: float = 0.0

    def __post_init__(self) -> None:
        problem_check(self)

    @property
    def end_s(self) -> float:
        return self.periods * self.period_s

    @property
    def sites(self) -> tuple[str, ...]:
        return tuple(sorted({agent.site for agent in self.agents}))

    def channel_index(self, name: str) -> int:
        for i, channel in enumerate(self.channels):
            if channel.name == name:
                return i
        raise DeskError(f"channel {name!r}: not at this desk")


@dataclass(frozen=True)
class Params:
    """How to run. `records`: so many replications keep every record. `warmup_s`: arrivals before it are not counted."""

    threads: int = 2
    records: int = 0
    warmup_s: float = 0.0
    share: float = field(default=0.95)  # of the confidence intervals that a Result gives unasked
