"""PyVRP's part, daily rounds, pairing and the lower bound."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from tests.engines.routing.villages import cheapest_by_enumeration, plane, random_week, week, with_customer

from youlu.engines.routing import (
    Params,
    RoutingInputError,
    Vehicle,
    Weights,
    lower_bound,
    plan_verify,
    rounds_solve,
    solve,
)
from youlu.engines.routing.arrays import arrays_build
from youlu.engines.routing.pairing import PairingProblem, pair
from youlu.engines.routing.periodic import solve as solve_periodic
from youlu.engines.routing.pyvrp_bridge import groups_refusal

SIX = [(0, 0), (3, 1), (4, 2), (-3, 1), (-4, 2), (0, 5), (1, 6)]


def test_the_group_model_alone_reaches_the_optimum_of_one_visit_weeks():
    problem = week(SIX[:5], [1] * 4, vehicles=(Vehicle("van", 0, capacity=2),))
    plan = solve_periodic(problem, Params(iterations=40_000, groups_share=0.99))
    assert plan_verify(problem, plan) == []
    assert plan.cost == pytest.approx(cheapest_by_enumeration(problem))


def test_the_group_model_refuses_where_it_is_not_exact():
    def refusal(problem):
        return groups_refusal(problem, arrays_build(problem))

    assert refusal(week(SIX, [1] * 6)) == ""
    assert refusal(week(SIX, [3] * 6)) == ""  # every day: no choice
    assert "choice" in refusal(week(SIX, [2] * 6))
    other = week(SIX, [1] * 6)
    assert "differ" in refusal(replace(other, days=(*other.days[:2], week(SIX, [1] * 6).days[0])))


def test_polishing_keeps_the_days_and_never_makes_a_plan_worse():
    problem = week(SIX, [1, 2, 3, 1, 2, 1], vehicles=(Vehicle("van", 0, count=2, capacity=3),))
    rough = solve(problem, Params(iterations=480))
    polished = solve(problem, Params(iterations=800, polish_share=0.4))
    assert plan_verify(problem, polished) == []
    assert polished.cost <= rough.cost + 1e-9


def test_a_daily_round_keeps_windows_and_passes_the_verifier():
    problem = week(SIX, [1] * 6, n_days=1, vehicles=(Vehicle("van", 0, count=3, capacity=3),))
    problem = with_customer(problem, "村6", window_min=(100.0, 110.0), service_min=5.0)
    plan = rounds_solve(problem, iterations=200)
    assert plan_verify(problem, plan) == []
    assert plan == rounds_solve(problem, iterations=200)


def test_a_daily_round_agrees_with_the_periodic_search():
    for seed in range(8):
        problem = random_week(seed)
        customers = tuple(replace(c, visits=1) for c in problem.customers)
        one_day = replace(problem, customers=customers, days=problem.days[:1])
        ours, theirs = solve(one_day, Params(iterations=4000)), rounds_solve(one_day, iterations=300)
        assert ours.feasible == theirs.feasible, seed
        if ours.feasible:
            assert ours.cost == pytest.approx(theirs.cost, rel=1e-3), seed


def test_a_daily_round_says_which_rule_it_does_not_know():
    problem = week(SIX, [1] * 6, n_days=1, vehicles=(Vehicle("van", 0, break_after_min=240, break_min=20),))
    with pytest.raises(RoutingInputError, match="the breaks, driving limit or nights of vehicle"):
        rounds_solve(problem)
    with pytest.raises(RoutingInputError, match="one day"):
        rounds_solve(week(SIX, [1] * 6))


def test_a_daily_round_that_cannot_be_is_a_result_with_the_cause():
    problem = week(SIX, [1] * 6, n_days=1, vehicles=(Vehicle("van", 0, count=2, capacity=3),))
    tight = replace(problem, vehicles=(Vehicle("van", 0, count=1, capacity=6, max_duty_min=5),))
    assert "no plan" in rounds_solve(tight, iterations=50).unserved[0].cause
    heavy = rounds_solve(with_customer(problem, "村1", demand=4.0))
    assert heavy.unserved[0].customer == "村1"


def test_no_plan_is_cheaper_than_the_lower_bound():
    checked = 0
    for seed in range(60):
        problem = random_week(seed)
        best = cheapest_by_enumeration(problem)
        if best < float("inf"):
            checked += 1
            assert lower_bound(problem, rounds=60, upper=best) <= best + 1e-6, seed
    assert checked > 30


def test_the_lower_bound_is_exact_for_one_village_and_counts_duty():
    problem = replace(week([(0, 0), (30, 0)], [2]), weights=Weights(duty=0.5))
    problem = with_customer(problem, "村1", service_min=10.0)
    assert lower_bound(problem) == pytest.approx(2 * 60 + 0.5 * 2 * 70)
    assert solve(problem, Params(iterations=500)).cost == pytest.approx(190.0)


def pairing_by_enumeration(problem: PairingProblem) -> tuple[int, float]:
    households, helpers = problem.distance.shape
    best = (0, 0.0)
    for chosen in product(range(-1, helpers), repeat=households):
        used = [h for h in chosen if h >= 0]
        if any(used.count(h) > problem.capacity[h] for h in used):
            continue
        if any(h >= 0 and not problem.needs[k] <= problem.skills[h] for k, h in enumerate(chosen)):
            continue
        cost = sum(problem.distance[k, h] for k, h in enumerate(chosen) if h >= 0)
        cost += problem.break_price * sum(
            h >= 0 and problem.pairs[k] >= 0 and problem.pairs[k] != h for k, h in enumerate(chosen)
        )
        if np.isfinite(cost):
            best = min(best, (-len(used), float(cost)))
    return -best[0], best[1]


@pytest.mark.parametrize("seed", range(30))
def test_pairing_agrees_with_enumeration(seed):
    rng = np.random.default_rng(seed)
    households, helpers = 4, 3
    distance = rng.integers(1, 20, size=(households, helpers)).astype(float)
    distance[rng.random((households, helpers)) < 0.2] = np.inf
    problem = PairingProblem(
        distance,
        rng.integers(0, 3, helpers),
        needs=[frozenset({"医"}) if rng.random() < 0.3 else frozenset() for _ in range(households)],
        skills=[frozenset({"医"}) if rng.random() < 0.5 else frozenset() for _ in range(helpers)],
        pairs=rng.integers(-1, helpers, households),
        break_price=float(rng.integers(0, 15)),
    )
    result = pair(problem)
    assert (int((result.helper >= 0).sum()), pytest.approx(result.cost)) == pairing_by_enumeration(problem)
    assert set(result.unpaired) == set(np.flatnonzero(result.helper < 0).tolist())


def test_a_pair_stays_together_when_breaking_it_is_dear():
    distance = plane([(0, 0), (1, 0), (0, 3), (1, 3)])[:2, 2:]
    crossed = np.array([1, 0])
    assert pair(PairingProblem(distance, np.array([1, 1]), pairs=crossed)).broken == 2
    kept = pair(PairingProblem(distance, np.array([1, 1]), pairs=crossed, break_price=5.0))
    assert kept.helper.tolist() == [1, 0]
    assert kept.broken == 0


def test_households_without_a_helper_are_named_with_the_cause():
    distance = np.array([[1.0, 2.0], [np.inf, np.inf], [1.0, 1.0], [4.0, 4.0]])
    needs = [frozenset(), frozenset(), frozenset({"藏语"}), frozenset()]
    result = pair(PairingProblem(distance, np.array([1, 0]), needs, [frozenset(), frozenset()]))
    assert result.helper.tolist() == [0, -1, -1, -1]
    assert "in reach" in result.unpaired[1]
    assert "藏语" in result.unpaired[2]
    assert "full" in result.unpaired[3]


@pytest.mark.parametrize(
    "broken",
    [
        PairingProblem(np.zeros((0, 2)), np.ones(2, int)),
        PairingProblem(np.array([[np.nan]]), np.ones(1, int)),
        PairingProblem(np.array([[-1.0]]), np.ones(1, int)),
        PairingProblem(np.ones((1, 2)), np.ones(1, int)),
        PairingProblem(np.ones((1, 1)), -np.ones(1, int)),
        PairingProblem(np.ones((1, 1)), np.ones(1, int), needs=[frozenset()]),
        PairingProblem(np.ones((1, 1)), np.ones(1, int), pairs=np.array([3])),
        PairingProblem(np.ones((1, 1)), np.ones(1, int), break_price=float("nan")),
    ],
)
def test_malformed_pairings_raise(broken):
    with pytest.raises(RoutingInputError):
        pair(broken)
