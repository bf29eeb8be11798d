"""The simulated desk against what is known exactly: birth-death sums, priorities in closed form, laws of durations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kstest, norm

from youlu.engines.queueing import Params as ErlangParams
from youlu.engines.queueing import Problem as Erlang
from youlu.engines.queueing import erlang_a, erlang_c
from youlu.engines.queueing.simulation import Agent, Channel, Params, Problem, Times, interval_of, simulate
from youlu.engines.queueing.simulation.arrays import LAW
from youlu.engines.queueing.simulation.randoms import LOGNORMAL, duration, keys_make, normal, uniform

HALF_HOURS = 400
WARM = Params(warmup_s=4 * 3600.0, share=0.99)


def people(count: int, *skills: str) -> tuple[Agent, ...]:
    whole = ((0.0, HALF_HOURS * 1800.0),)
    return tuple(Agent(name=f"a{i}", site="here", skills=frozenset(skills), duty=whole) for i in range(count))


def calls(per_h: float, service_s: float, patience_s: float, name: str = "calls", priority: int = 0) -> Channel:
    patience = Times.never() if math.isinf(patience_s) else Times.exponential(patience_s)
    return Channel(name=name, kind="call", handling=Times.exponential(service_s), patience=patience, priority=priority,
                   expected=[per_h / 2] * HALF_HOURS)


@pytest.mark.parametrize(("per_h", "service_s", "agents", "patience_s"), [
    (20, 150, 1, 90), (90, 180, 4, 60), (460, 180, 23, 120), (2880, 60, 50, 120), (1200, 240, 60, 300),
    (200, 180, 14, math.inf), (50, 60, 1, math.inf),
])
def test_long_runs_enclose_the_exact_sums(per_h: float, service_s: float, agents: int, patience_s: float) -> None:
    phone = calls(per_h, service_s, patience_s)
    problem = Problem(channels=(phone,), agents=people(agents, "calls"), periods=HALF_HOURS)
    result = simulate(problem, seed=4, replications=20, params=WARM)
    exact = erlang_a(Erlang(per_h, service_s, agents, patience_s), ErlangParams(within_s=20))
    waited = result.values("wait_s", "calls") + result.values("lost_wait_s", "calls")
    found = {
        "lost": (result.interval("abandoned_share", "calls"), exact.lost_share),
        "within": (result.interval("within_share", "calls"), exact.within_share),
        "wait": (interval_of(waited / result.values("offered", "calls"), 0.99), exact.wait_s),
        "busy": (result.site_occupancy("here"), exact.busy / agents),
    }
    for name, (interval, value) in found.items():
        # The people start idle: of 200 hours that costs the share of time busy about half a service.
        slack = 2 * service_s / (HALF_HOURS * 1800) if name == "busy" else 0.0
        assert interval.low - slack <= value <= interval.high + slack, (name, interval, value)


def test_priorities_without_interruption_wait_as_the_closed_form_says() -> None:
    # Cobham (1954); several servers of one exponential law: Kella and Yechiali (1985).
    rates, service_s, agents = [40.0, 60.0, 50.0], 240.0, 12
    names = ["first", "second", "third"]
    channels = tuple(calls(rates[i], service_s, math.inf, names[i], i) for i in range(3))
    problem = Problem(channels=channels, agents=people(agents, *names), periods=HALF_HOURS)
    result = simulate(problem, seed=5, replications=40, params=WARM)
    all_wait = erlang_c(Erlang(sum(rates), service_s, agents)).wait_share
    loads = np.cumsum([0.0, *rates]) * service_s / 3600 / agents
    for i, name in enumerate(names):
        exact = all_wait * service_s / agents / ((1 - loads[i]) * (1 - loads[i + 1]))
        interval = result.interval("wait_mean_s", name)
        assert interval.low <= exact <= interval.high, (name, interval, exact)


def test_work_that_never_waits_for_a_skill_it_lacks_is_two_separate_desks() -> None:
    # Two skills, nobody with both: each half is its own M/M/n+M.
    channels = (calls(100, 180, 90, "a"), calls(200, 120, 60, "b"))
    staff = (*people(5, "a"), *(Agent(name=f"b{i}", site="here", skills=frozenset({"b"}),
                                      duty=((0.0, HALF_HOURS * 1800.0),)) for i in range(6)))
    problem = Problem(channels=channels, agents=staff, periods=HALF_HOURS)
    result = simulate(problem, seed=6, replications=40, params=WARM)
    for name, exact in (("a", erlang_a(Erlang(100, 180, 5, 90))), ("b", erlang_a(Erlang(200, 120, 6, 60)))):
        interval = result.interval("abandoned_share", name)
        assert interval.low <= exact.lost_share <= interval.high


def test_arrivals_follow_the_expected_half_hours_and_busy_days_spread_them() -> None:
    shape = np.array([0.0, 5.0, 80.0, 20.0] * 12 * 5)
    even = Channel(name="even", kind="order", handling=Times.constant(1), expected=shape)
    uneven = Channel(name="uneven", kind="order", handling=Times.constant(1), expected=shape, day_cv=0.3)
    problem = Problem(channels=(even, uneven), agents=(), periods=len(shape))
    result = simulate(problem, seed=8, replications=300)
    expected = shape.reshape(5, 48).sum(axis=1)
    for name, spread in (("even", expected[0]), ("uneven", expected[0] + (0.3 * expected[0]) ** 2)):
        days = np.stack([result.values("offered", name, day) for day in range(5)])
        assert days.mean() == pytest.approx(expected[0], abs=4 * math.sqrt(spread / days.size))
        assert days.var(ddof=1) == pytest.approx(spread, rel=0.15)
    mean, half = result.period_interval("offered", "even")
    assert (np.abs(mean - shape) <= 3 * half + 1e-9).all()
    assert (mean[shape == 0] == 0).all()


def test_the_normal_quantile_is_that_of_scipy() -> None:
    u = np.concatenate([np.logspace(-300, -1, 200), np.linspace(0.001, 0.999, 500), 1 - np.logspace(-15, -2, 50)])
    np.testing.assert_allclose([normal(x) for x in u], norm.ppf(u), rtol=1e-12, atol=1e-13)


def test_draws_are_uniform_and_those_of_neighbours_have_nothing_in_common() -> None:
    keys = keys_make(1, 0, 2)
    columns = [np.array([uniform(key, i, attempt, what) for i in range(4000)])
               for key in keys for attempt in (0, 1) for what in (0, 1, 7)]
    assert min(kstest(column, "uniform").pvalue for column in columns) > 1e-3
    correlation = np.corrcoef(columns)
    assert np.abs(correlation - np.eye(len(columns))).max() < 4.5 / math.sqrt(4000)
    assert len({int(key) for seed, number in ((1, 0), (1, 1), (2, 0)) for key in keys_make(seed, number, 8)}) == 24


def test_a_lognormal_law_has_the_mean_and_deviation_asked_for() -> None:
    variance = math.log1p(0.64)
    row = np.array([(LOGNORMAL, math.log(200) - variance / 2, math.sqrt(variance))], dtype=LAW)[0]
    u = (np.arange(200_000) + 0.5) / 200_000
    drawn = np.array([duration(row, np.zeros(1), x) for x in u])
    assert drawn.mean() == pytest.approx(200, rel=1e-3)
    assert drawn.std() == pytest.approx(160, rel=1e-2)
