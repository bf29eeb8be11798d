"""The desk's formulas against published values, against each other and against a slow sum."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youlu.engines.queueing import Params, Problem, capacity, drain_h, erlang_a, erlang_c, people_needed


def test_erlang_a_gives_the_published_abandonment_and_wait() -> None:
    # 48 calls a minute, one minute of service, 50 agents, two minutes of patience (Erlang-A tables of the Technion).
    result = erlang_a(Problem(arrivals_per_h=48 * 60, service_s=60, agents=50, patience_s=120))
    assert result.lost_share == pytest.approx(0.03091, abs=5e-6)
    assert result.wait_s == pytest.approx(3.709, abs=5e-4)


def test_erlang_c_gives_the_published_wait() -> None:
    # 100 calls in half an hour, 180 s each, 14 agents.
    result = erlang_c(Problem(arrivals_per_h=200, service_s=180, agents=14))
    assert result.wait_share == pytest.approx(0.1741319, abs=5e-8)
    assert result.wait_s == pytest.approx(7.835937, abs=5e-7)
    assert result.within_share == pytest.approx(1 - 0.1741319 * math.exp(-4 * 20 / 180), abs=1e-6)


def test_erlang_a_equals_a_sum_in_exact_fractions() -> None:
    # 3 calls a minute, 1 a minute and agent, 2 agents, patience 2 minutes: weights by hand, no floating point.
    weights = [Fraction(1)]
    for k in range(1, 120):
        weights.append(weights[-1] * 3 / (min(k, 2) + Fraction(max(k - 2, 0), 2)))
    queue = sum(w * max(k - 2, 0) for k, w in enumerate(weights)) / sum(weights)
    result = erlang_a(Problem(arrivals_per_h=180, service_s=60, agents=2, patience_s=120))
    assert result.queue == pytest.approx(float(queue), rel=1e-12)
    assert result.lost_share == pytest.approx(float(queue / 2 / 3), rel=1e-12)


def test_callers_of_endless_patience_are_erlang_c() -> None:
    problem = Problem(arrivals_per_h=200, service_s=180, agents=14)
    patient = Problem(arrivals_per_h=200, service_s=180, agents=14, patience_s=1e9)
    assert erlang_a(problem) == erlang_c(problem)
    assert erlang_a(patient).wait_s == pytest.approx(erlang_c(problem).wait_s, rel=1e-5)
    assert erlang_a(patient).within_share == pytest.approx(erlang_c(problem).within_share, rel=1e-5)


def test_a_queue_that_only_grows_is_a_result_and_not_an_error() -> None:
    result = erlang_c(Problem(arrivals_per_h=600, service_s=180, agents=7))
    assert not result.is_stable
    assert math.isinf(result.wait_s)


@pytest.mark.parametrize("bad", [
    {"arrivals_per_h": -1.0}, {"arrivals_per_h": math.nan}, {"service_s": 0.0}, {"agents": -1}, {"patience_s": 0.0},
])
def test_malformed_input_raises(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Problem(**{"arrivals_per_h": 10.0, "service_s": 60.0, "agents": 2, "patience_s": 60.0, **bad})  # type: ignore[arg-type]


@settings(max_examples=80, deadline=None)
@given(st.floats(1, 3000), st.floats(20, 900), st.integers(1, 80), st.floats(5, 1800))
def test_what_comes_is_held_or_lost_and_flows_balance(
    arrivals: float, service_s: float, agents: int, patience_s: float
) -> None:
    held = capacity(arrivals_per_h=arrivals, service_s=service_s, agents=agents, patience_s=patience_s)
    assert held.held + held.lost == pytest.approx(arrivals)
    # In the long run people finish exactly what is held: busy / service = held.
    assert held.occupancy * agents * 3600 / service_s == pytest.approx(held.held, rel=1e-9)
    assert 0 <= held.waiting <= held.held
    assert 0 <= held.within_share <= held.held / arrivals + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 2000), st.floats(20, 600), st.integers(1, 40), st.floats(10, 600))
def test_one_more_person_never_loses_more(arrivals: float, service_s: float, agents: int, patience_s: float) -> None:
    fewer = capacity(arrivals_per_h=arrivals, service_s=service_s, agents=agents, patience_s=patience_s)
    more = capacity(arrivals_per_h=arrivals, service_s=service_s, agents=agents + 1, patience_s=patience_s)
    assert more.lost <= fewer.lost + 1e-9
    assert more.within_share >= fewer.within_share - 1e-9


def test_within_a_long_time_everybody_held_was_answered() -> None:
    held = capacity(arrivals_per_h=400, service_s=200, agents=18, patience_s=90, params=Params(within_s=3600))
    assert held.within_share == pytest.approx(held.held / 400, rel=1e-6)


def test_nobody_there_loses_everybody() -> None:
    held = capacity(arrivals_per_h=30, service_s=200, agents=0, patience_s=90)
    assert held.lost == pytest.approx(30)
    assert held.held == pytest.approx(0)
    assert held.within_share == 0


def test_the_fewest_people_for_a_service_level_are_the_fewest() -> None:
    def share(agents: int) -> float:
        return capacity(arrivals_per_h=200, service_s=180, agents=agents, patience_s=120).within_share

    people = people_needed(arrivals_per_h=200, service_s=180, patience_s=120, within_share=0.85)
    assert share(people) >= 0.85 > share(people - 1)


def test_a_pile_drains_with_what_people_have_left_and_never_if_it_grows() -> None:
    assert drain_h(waiting=100, arrivals_per_h=10, service_s=600, agents=5) == pytest.approx(5.0)
    assert math.isinf(drain_h(waiting=1, arrivals_per_h=31, service_s=600, agents=5))
    assert drain_h(waiting=0, arrivals_per_h=99, service_s=600, agents=0) == 0
