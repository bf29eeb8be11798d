"""M/M/n and M/M/n+M as exact birth-death sums.

State k is the number of callers in the system. It rises at the arrival rate and falls at
min(k, n) services plus, beyond n, (k - n) callers hanging up. Everything below is a sum over its stationary law.

Sources: A. K. Erlang (1917) for the queue without loss; C. Palm (1946) for impatience; the law of the offered
wait of M/M/n+G in S. Zeltyn and A. Mandelbaum, "Call centers with impatient customers" (2005), section 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SUM_TAIL = 1e-14  # the sum ends where a term is below this share of the largest
STATES_MAX = 2_000_000
WAIT_STEPS = 4_000


@dataclass(frozen=True)
class Problem:
    """A stream of calls. Rates per hour, times in seconds, both means of exponential laws."""

    arrivals_per_h: float
    service_s: float
    agents: int
    patience_s: float = math.inf

    def __post_init__(self) -> None:
        if not (self.arrivals_per_h >= 0 and math.isfinite(self.arrivals_per_h)):
            raise ValueError("arrivals_per_h must be finite and not negative")
        if not (self.service_s > 0 and math.isfinite(self.service_s)):
            raise ValueError("service_s must be finite and positive")
        if not self.patience_s > 0:
            raise ValueError("patience_s must be positive (math.inf: nobody hangs up)")
        if self.agents < 0:
            raise ValueError("agents must not be negative")

    @property
    def load(self) -> float:
        """Offered load in erlangs: the people that would be busy if nobody were lost."""
        return self.arrivals_per_h * self.service_s / 3600.0


@dataclass(frozen=True)
class Params:
    """`within_s`: the wait within which the service level counts an answer."""

    within_s: float = 20.0


@dataclass(frozen=True)
class Result:
    """Stationary figures; shares are of all who call, `wait_s` is the mean over all who call.

    `is_stable` is False where callers never hang up and the people present cannot keep up: the queue grows
    without end, the wait is infinite, and nobody is answered within any time.
    """

    is_stable: bool
    wait_share: float  # wait at all
    lost_share: float  # hang up
    wait_s: float
    queue: float  # people waiting at a random moment
    busy: float  # people talking at a random moment
    within_share: float  # answered within Params.within_s


def erlang_c(problem: Problem, params: Params = Params()) -> Result:
    """The queue whose callers wait for ever; `problem.patience_s` is not looked at.

    Returns
    -------
    Result; with load >= agents an unstable one, not an error.
    """
    load, agents = problem.load, problem.agents
    if load == 0:
        return _idle(agents > 0)
    if load >= agents:
        return Result(False, 1.0, 0.0, math.inf, math.inf, float(agents), 0.0)
    blocked = 1.0  # Erlang B by its recursion, stable at any size
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    wait_share = blocked / (1.0 - load / agents * (1.0 - blocked))
    wait_s = wait_share * problem.service_s / (agents - load)
    late = wait_share * math.exp(-(agents - load) * params.within_s / problem.service_s)
    return Result(True, wait_share, 0.0, wait_s, wait_s * problem.arrivals_per_h / 3600.0, load, 1.0 - late)


def erlang_a(problem: Problem, params: Params = Params()) -> Result:
    """The queue whose callers hang up after an exponential patience. Always stable.

    Returns
    -------
    Result; nobody hangs up (`patience_s` infinite) is Erlang C.
    """
    if math.isinf(problem.patience_s):
        return erlang_c(problem, params)
    if problem.arrivals_per_h == 0:
        return _idle(problem.agents > 0)
    law = _stationary(problem)
    states = np.arange(law.size)
    queue = float(law @ np.maximum(states - problem.agents, 0))
    arrivals_per_s = problem.arrivals_per_h / 3600.0
    lost_share = min(queue / problem.patience_s / arrivals_per_s, 1.0)
    return Result(
        is_stable=True,
        wait_share=float(law[problem.agents:].sum()),
        lost_share=lost_share,
        wait_s=queue / arrivals_per_s,
        queue=queue,
        busy=float(law @ np.minimum(states, problem.agents)),
        within_share=_answered_within(problem, law, params.within_s),
    )


def _idle(staffed: bool) -> Result:
    return Result(True, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0 if staffed else 0.0)


def _stationary(problem: Problem) -> np.ndarray:
    """Probabilities of 0, 1, 2 … callers: shape (states,), float64, sum 1; log terms, so that no load overflows."""
    up = problem.arrivals_per_h / 3600.0
    served, leaving = 1.0 / problem.service_s, 1.0 / problem.patience_s
    size = problem.agents + 64
    while True:
        k = np.arange(1, size)
        down = np.minimum(k, problem.agents) * served + np.maximum(k - problem.agents, 0) * leaving
        logs = np.concatenate(([0.0], np.cumsum(math.log(up) - np.log(down))))
        terms = np.exp(logs - logs.max())
        if terms[-1] < SUM_TAIL and down[-1] > up:
            return terms / terms.sum()
        size *= 2
        if size > STATES_MAX:
            raise ValueError("the queue is too long to sum: look at patience_s and arrivals_per_h")


def _answered_within(problem: Problem, law: np.ndarray, within_s: float) -> float:
    """Share of all callers who are answered within `within_s`.

    Who finds nobody free is offered a wait of density up · P(n-1) · exp(up/leaving · (1 - e^(-leaving x)) - n·served·x)
    and is still there with e^(-leaving x); Simpson's rule over [0, within_s].
    """
    if problem.agents == 0:
        return 0.0
    up, leaving = problem.arrivals_per_h / 3600.0, 1.0 / problem.patience_s
    at_once = float(law[: problem.agents].sum())
    if within_s <= 0:
        return at_once
    x = np.linspace(0.0, within_s, WAIT_STEPS + 1)
    density = up * law[problem.agents - 1] * np.exp(
        up / leaving * -np.expm1(-leaving * x) - problem.agents / problem.service_s * x - leaving * x)
    weights = np.ones_like(x)
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    return min(at_once + float(weights @ density) * (within_s / WAIT_STEPS) / 3.0, 1.0)
