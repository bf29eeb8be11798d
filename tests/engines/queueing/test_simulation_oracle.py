"""The compiled desk against the same rules in plain Python: same draws, same records, to the last bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.engines.queueing.slow_desk import SlowDesk

from youlu.engines.queueing.simulation import Agent, Channel, Params, Problem, Times, simulate

END_S = 6 * 600.0


def law(rng: np.random.Generator, mean_s: float) -> Times:
    """Constants of whole minutes make ties, which the rules must break the same way."""
    kind = rng.integers(4)
    if kind == 0:
        return Times.constant(60.0 * rng.integers(1, 6))
    if kind == 1:
        return Times.exponential(mean_s)
    if kind == 2:
        return Times.lognormal(mean_s, float(rng.choice([0.0, 0.5, 1.5])))
    return Times.given([60.0, 120.0, mean_s])


def windows(rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    edges = np.sort(rng.choice(np.arange(0, 61), size=2 * int(rng.integers(1, 4)), replace=False)) * 60.0
    return tuple((float(a), float(b)) for a, b in edges.reshape(-1, 2))


def channel(rng: np.random.Generator, name: str) -> Channel:
    kind = str(rng.choice(["call", "order", "contact"]))
    given = np.sort(rng.integers(0, 60, size=int(rng.integers(0, 6)))) * 60.0
    return Channel(
        name=name, kind=kind, priority=int(rng.integers(0, 3)),  # type: ignore[arg-type]
        handling={"site": law(rng, 200), "home": law(rng, 300)} if rng.random() < 0.5 else law(rng, 250),
        wrap_up=law(rng, 30) if rng.random() < 0.5 else Times.constant(0),
        expected=tuple(rng.choice([0.0, 1.0, 3.0], size=6)) if rng.random() < 0.7 else (),
        given_s=tuple(given), given_due_s=tuple(given + 600.0) if rng.random() < 0.3 else (),
        hours=windows(rng) if rng.random() < 0.4 else (),
        patience=law(rng, 120) if rng.random() < 0.8 else Times.never(), again_share=float(rng.choice([0, 0.5, 1])),
        again=law(rng, 200), attempts_max=int(rng.integers(1, 4)),
        callback_from=int(rng.integers(0, 3)) if kind == "call" and rng.random() < 0.6 else None,
        callback_share=0.6, callback_s=900.0, callback_priority=int(rng.integers(0, 3)),
        callback_hours=windows(rng) if rng.random() < 0.4 else (), reached_share=float(rng.choice([1, 0.4])),
        due_s=float(rng.choice([600, 1800, math.inf])), clock=windows(rng) if rng.random() < 0.4 else ())


def desk(rng: np.random.Generator) -> Problem:
    channels = tuple(channel(rng, f"c{i}") for i in range(int(rng.integers(1, 5))))
    names = [c.name for c in channels]
    agents = tuple(
        Agent(name=f"a{i}", site=str(rng.choice(["site", "home"])), pace=float(rng.choice([1.0, 1.25])),
              skills=frozenset(rng.choice(names, size=int(rng.integers(0, len(names) + 1)), replace=False).tolist()),
              duty=windows(rng) if rng.random() < 0.7 else ((0.0, END_S),))
        for i in range(int(rng.integers(0, 5))))
    return Problem(channels=channels, agents=agents, periods=6, period_s=600.0)


@pytest.mark.parametrize("batch", range(20))
def test_compiled_and_plain_desk_keep_identical_records(batch: int) -> None:
    for case in range(25):
        seed = 1000 * batch + case
        problem = desk(np.random.default_rng(seed))
        fast = simulate(problem, seed=seed, replications=2, params=Params(threads=1, records=2)).records[1]
        slow = SlowDesk(problem, seed, 1).run()
        assert len(fast.arrive_s) == len(slow), seed
        for name, column in {
            "arrive": fast.arrive_s, "begin": fast.begin_s, "end": fast.end_s, "due": fast.due_s,
            "agent": fast.agent, "status": fast.status, "channel": fast.channel, "attempt": fast.attempt,
            "called_back": fast.called_back, "index": fast.customer,
        }.items():
            np.testing.assert_array_equal(column, [getattr(c, name) for c in slow], err_msg=f"{name}, seed {seed}")
