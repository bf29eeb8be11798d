"""An hour at the desk: what the people present hold of what comes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from youlu.engines.queueing.birth_death import Params, Problem, erlang_a

AGENTS_MAX = 10_000


@dataclass(frozen=True)
class Held:
    """Figures of one hour. `held` + `lost` = arrivals; `waiting` of the held had to wait first."""

    arrivals: float
    held: float
    waiting: float
    lost: float
    wait_s: float  # mean, over all who call
    within_share: float  # answered within Params.within_s
    occupancy: float  # share of their time that people talk


def capacity(
    *, arrivals_per_h: float, service_s: float, agents: int, patience_s: float, params: Params = Params()
) -> Held:
    """What `agents` people hold of `arrivals_per_h` calls; nobody there holds nothing and loses all."""
    result = erlang_a(Problem(arrivals_per_h, service_s, agents, patience_s), params)
    lost = arrivals_per_h * result.lost_share
    held = arrivals_per_h - lost
    waiting = max(arrivals_per_h * result.wait_share - lost, 0.0)  # who is lost waited too
    occupancy = result.busy / agents if agents else 0.0
    return Held(arrivals_per_h, held, min(waiting, held), lost, result.wait_s, result.within_share, occupancy)


def drain_h(*, waiting: float, arrivals_per_h: float, service_s: float, agents: int) -> float:
    """Hours until a pile of deferrable work is done, new work arriving meanwhile; infinite if it only grows."""
    if waiting <= 0:
        return 0.0
    spare_per_h = agents * 3600.0 / service_s - arrivals_per_h
    return waiting / spare_per_h if spare_per_h > 0 else math.inf


def people_needed(
    *, arrivals_per_h: float, service_s: float, patience_s: float, within_share: float, params: Params = Params()
) -> int:
    """The fewest people who answer `within_share` of the calls within `params.within_s` (more people, more answers)."""
    if not 0 <= within_share < 1:
        raise ValueError("within_share must be in [0, 1)")
    low, high = 0, max(1, math.ceil(arrivals_per_h * service_s / 3600.0))
    while capacity(arrivals_per_h=arrivals_per_h, service_s=service_s, agents=high, patience_s=patience_s,
                   params=params).within_share < within_share:
        low, high = high, high * 2
        if high > AGENTS_MAX:
            raise ValueError(f"more than {AGENTS_MAX} people would be needed")
    while low + 1 < high:
        middle = (low + high) // 2
        held = capacity(arrivals_per_h=arrivals_per_h, service_s=service_s, agents=middle, patience_s=patience_s,
                        params=params)
        low, high = (low, middle) if held.within_share >= within_share else (middle, high)
    return high


def wait_expected_s(*, ahead: int, agents: int, service_s: float, patience_s: float) -> float:
    """Mean wait of a caller who stays, all `agents` busy and `ahead` callers before: as many must leave, each by being
    served or by hanging up, and one more call must end (Erlang A, given the place in the queue)."""
    serve, leave = agents / service_s, 1.0 / patience_s
    return sum(1.0 / (serve + waiting * leave) for waiting in range(ahead + 1))
