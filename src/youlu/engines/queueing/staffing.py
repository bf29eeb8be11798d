"""People by half hour, and what a number of people holds by channel.

The number comes from Erlang A, half hour by half hour, as if each were long (the stationary independent period by
period approach); `staffing_check` simulates the same people, who carry queues from one half hour into the next.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from youlu.engines.queueing.birth_death import Params
from youlu.engines.queueing.capacity import AGENTS_MAX, Held, capacity, people_needed
from youlu.engines.queueing.simulation import Agent, Channel, Problem, Result, Times, simulate
from youlu.engines.queueing.simulation import Params as RunParams


@dataclass(frozen=True)
class Line:
    """A channel as people are counted for it. `surge` multiplies arrivals; endless patience: work that waits."""

    name: str
    arrivals_per_h: float
    service_s: float
    patience_s: float = math.inf
    surge: float = 1.0

    def __post_init__(self) -> None:
        if not (self.surge >= 0 and math.isfinite(self.surge)):
            raise ValueError(f"channel {self.name!r}: surge must be finite and not negative, is {self.surge}")

    @property
    def per_h(self) -> float:
        return self.arrivals_per_h * self.surge


def people_by_period(
    expected: Sequence[float] | np.ndarray, *, period_s: float = 1_800.0, service_s: float, patience_s: float,
    within_share: float, surge: float = 1.0, away_share: float = 0.0, params: Params = Params(),
) -> np.ndarray:
    """People who must be on the roster in each period.

    Parameters
    ----------
    expected : float[P], arrivals of each period; `surge` multiplies them.
    within_share : of all who call, answered within `params.within_s`.
    away_share : of people on the roster, not at the desk (breaks that the roster does not show, meetings).

    Returns
    -------
    int64[P]; 0 where nobody is expected.

    Raises
    ------
    ValueError
        The period is named in which arrivals are no number, or AGENTS_MAX people would not do.
    """
    if not 0 <= away_share < 1:
        raise ValueError(f"away_share must be in [0, 1), is {away_share}")

    @cache
    def needed(per_h: float) -> int:
        return people_needed(arrivals_per_h=per_h, service_s=service_s, patience_s=patience_s,
                             within_share=within_share, params=params)

    out = np.zeros(len(expected), dtype=np.int64)
    for period, count in enumerate(expected):
        try:
            per_h = float(count) * surge * 3_600.0 / period_s
            out[period] = math.ceil(needed(per_h) / (1 - away_share)) if per_h else 0
        except ValueError as error:
            raise ValueError(f"period {period}: {error}") from error
    return out


def staffing_check(
    people: Sequence[int] | np.ndarray, expected: Sequence[float] | np.ndarray, *, period_s: float = 1_800.0,
    handling: Times, patience: Times, within_s: float = 20.0, day_cv: float = 0.0, seed: int, replications: int = 50,
) -> Result:
    """Simulate one channel `calls` with so many people in each period; `expected` with the surge in it.

    The last to come are the first to go: person k is there whenever more than k are.
    """
    if len(people) != len(expected):
        raise ValueError(f"people of {len(people)} periods for arrivals of {len(expected)}")
    periods = len(people)
    staff = tuple(
        Agent(name=f"{k + 1}", site="desk", skills=frozenset({"calls"}),
              duty=tuple((p * period_s, (p + 1) * period_s) for p in range(periods) if people[p] > k))
        for k in range(int(max(people, default=0))))
    calls = Channel(name="calls", kind="call", handling=handling, patience=patience, target_s=within_s, day_cv=day_cv,
                    expected=tuple(float(x) for x in expected))
    problem = Problem(channels=(calls,), agents=staff, periods=periods, period_s=period_s)
    return simulate(problem, seed=seed, replications=replications, params=RunParams())


def held_of(line: Line, agents: int, params: Params = Params()) -> Held:
    """What `agents` people hold of an hour of a line.

    Work that waits and is more than they can do is held as far as they get; the rest is `lost` to the next hour.
    """
    if math.isinf(line.patience_s) and line.per_h * line.service_s / 3_600.0 >= agents:
        done = agents * 3_600.0 / line.service_s
        return Held(line.per_h, min(done, line.per_h), min(done, line.per_h), max(line.per_h - done, 0.0), math.inf,
                    0.0, 1.0 if agents else 0.0)
    return capacity(arrivals_per_h=line.per_h, service_s=line.service_s, agents=agents, patience_s=line.patience_s,
                    params=params)


def held_by_channel(
    lines: Sequence[Line], agents: Mapping[str, int], params: Params = Params()
) -> dict[str, Held]:
    """What people hold who each keep to one channel; a channel that nobody is named for has nobody."""
    unknown = sorted(set(agents) - {line.name for line in lines})
    if unknown:
        raise ValueError(f"channel {unknown[0]!r}: people, but no such channel")
    return {line.name: held_of(line, agents.get(line.name, 0), params) for line in lines}


def people_split(lines: Sequence[Line], people: int) -> dict[str, int]:
    """Split people over channels so that the most is held in all; ties go to the channel named first.

    One more person on a channel holds less than the one before, so that the best next person is always right.
    """
    if not 0 <= people <= AGENTS_MAX:
        raise ValueError(f"people must be 0 to {AGENTS_MAX}, are {people}")
    split = {line.name: 0 for line in lines}
    gains = [(-_gain(line, 0), place) for place, line in enumerate(lines)]
    heapq.heapify(gains)
    for _ in range(people if lines else 0):
        _, place = heapq.heappop(gains)
        line = lines[place]
        split[line.name] += 1
        heapq.heappush(gains, (-_gain(line, split[line.name]), place))
    return split


def _gain(line: Line, agents: int) -> float:
    return held_of(line, agents + 1).held - held_of(line, agents).held
