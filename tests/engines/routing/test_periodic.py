"""What a planner may rely on when a period is planned."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher
from tests.engines.routing.villages import cheapest_by_enumeration, random_week, week, with_customer

from youlu.engines.routing import Day, Params, Vehicle, Weights, plan_verify, recreate, schedule, sisr, solve, state

SHORT = Params(iterations=3000)
THOROUGH = Params(iterations=6000)
FIRST_LOOK = """
from tests.engines.routing.villages import week
from youlu.engines.routing import Params, solve
from youlu.engines.routing.schedule import schedule, simulate
from youlu.engines.routing.sisr import anneal, plan_first
from youlu.engines.routing.state import state_copy, totals
looks = []
def clock():
    looks.append([len(one.signatures) for one in (plan_first, anneal, state_copy, totals, schedule, simulate)])
    return 0.0
solve(week([(0, 0), (3, 1), (4, 2)], [1, 2], n_days=2), Params(iterations=10), clock=clock)
print(*looks[0])
print(*[len(one.signatures) for one in (plan_first, anneal, state_copy, totals, schedule, simulate)])
"""
SIX = [(0, 0), (3, 1), (4, 2), (-3, 1), (-4, 2), (0, 5), (1, 6)]


def test_every_village_gets_its_visits_and_the_verifier_agrees():
    problem = week(SIX, [1, 2, 3, 1, 2, 1], n_days=3)
    plan = solve(problem, SHORT, seed=1)
    assert plan.feasible
    assert plan_verify(problem, plan) == []
    assert {name: len(days) for name, days in plan.days_by_customer.items()} == {
        "村1": 1, "村2": 2, "村3": 3, "村4": 1, "村5": 2, "村6": 1,
    }  # fmt: skip


@pytest.mark.parametrize("block", range(10))
def test_enumeration_agrees_on_fifty_random_weeks(block):
    for seed in range(block * 50, block * 50 + 50):
        problem = random_week(seed)
        best = cheapest_by_enumeration(problem)
        plan = solve(problem, THOROUGH, seed=seed)
        assert plan.feasible == (best < float("inf")), seed
        if plan.feasible:
            assert plan.cost == pytest.approx(best, rel=1e-9), seed
            assert plan_verify(problem, plan) == [], seed
        else:
            assert plan.unserved


def test_same_seed_gives_the_same_plan():
    problem = week(SIX, [1, 2, 3, 1, 2, 1], vehicles=(Vehicle("van", 0, count=2, capacity=4),))
    assert solve(problem, SHORT, seed=7) == solve(problem, SHORT, seed=7)


def test_minimum_gap_is_counted_round_the_period():
    problem = week([(0, 0), (1, 0)], [2], n_days=6, period_days=7)
    plan = solve(with_customer(problem, "村1", min_gap_days=3), SHORT)
    first, second = plan.days_by_customer["村1"]
    assert second - first >= 3
    assert first + 7 - second >= 3


def test_a_customer_with_its_own_patterns_gets_one_of_them():
    problem = with_customer(week(SIX, [1] * 6), "村3", visits=2, patterns=((0, 2),))
    assert solve(problem, SHORT).days_by_customer["村3"] == (0, 2)


def test_capacity_is_never_exceeded_in_a_plan():
    problem = week(SIX, [1] * 6, vehicles=(Vehicle("van", 0, count=1, capacity=2),))
    plan = solve(problem, SHORT)
    assert plan_verify(problem, plan) == []
    assert [route.load for route in plan.routes] == [2, 2, 2]


def test_overfull_week_is_infeasible_and_says_by_how_much():
    problem = week(SIX, [3] * 6, vehicles=(Vehicle("van", 0, capacity=5),))
    plan = solve(problem, SHORT)
    assert not plan.feasible
    assert plan.routes == ()
    assert "18" in plan.unserved[0].cause
    assert "15" in plan.unserved[0].cause


def test_a_dearer_vehicle_is_left_at_home():
    cheap, dear = Vehicle("van", 0, capacity=6), Vehicle("truck", 0, price=3.0)
    plan = solve(week(SIX, [1] * 6, vehicles=(cheap, dear)), SHORT)
    assert {route.vehicle for route in plan.routes} == {"van"}


def test_a_vehicle_runs_on_its_days_only():
    plan = solve(week(SIX, [1] * 6, vehicles=(Vehicle("van", 0, days=(1,)),)), SHORT)
    assert {route.day for route in plan.routes} == {1}


def test_each_vehicle_starts_at_its_own_home():
    points = [(0, 0), (1, 0), (100, 1), (100, 0)]
    north, south = Vehicle("north", home=0), Vehicle("south", home=3)
    problem = week(points[:4], [1, 1, 1], vehicles=(north, south), n_days=1)
    plan = solve(with_customer(problem, "村3", place=2), SHORT)
    served = {route.vehicle: {v.customer for v in route.visits} for route in plan.routes}
    assert served == {"north": {"村1"}, "south": {"村2", "村3"}}


def test_a_customer_is_served_only_by_vehicles_it_allows():
    vehicles = (Vehicle("van", 0), Vehicle("boat", 0, price=5.0))
    problem = with_customer(week(SIX, [1] * 6, vehicles=vehicles), "村5", vehicles=frozenset({"boat"}))
    plan = solve(problem, SHORT)
    assert plan_verify(problem, plan) == []
    assert any(r.vehicle == "boat" and [v.customer for v in r.visits] == ["村5"] for r in plan.routes)


def test_stopped_by_the_caller_the_best_plan_so_far_is_valid():
    problem = week(SIX, [1, 2, 3, 1, 2, 1])
    plan = solve(problem, Params(iterations=10**9), stop=lambda progress: progress.iterations >= 500)
    assert plan.stopped_by == "caller"
    assert plan_verify(problem, plan) == []


def test_stopped_before_the_first_step_there_is_still_a_plan():
    problem = week(SIX, [1, 2, 3, 1, 2, 1])
    plan = solve(problem, stop=lambda progress: True)
    assert plan.iterations == 0
    assert plan_verify(problem, plan) == []


@pytest.mark.parametrize("looks", [0, 1, 2, 3, 5, 8, 13])
def test_stopped_at_any_look_the_plan_is_valid_and_what_progress_last_said(looks):
    problem = week(SIX, [1, 2, 3, 1, 2, 1], vehicles=(Vehicle("van", 0, count=2, capacity=3),))
    seen, asked = [], []

    def stop(progress):
        asked.append(progress)
        return len(asked) > looks

    plan = solve(problem, Params(iterations=10**9), stop=stop, progress=seen.append)
    assert len(seen) == looks
    assert plan.feasible == (asked[-1].best_cost < float("inf"))
    assert plan.feasible or looks < 5
    if plan.feasible:
        assert plan_verify(problem, plan) == []
        assert plan.cost == pytest.approx(asked[-1].best_cost)
    else:
        assert plan.unserved


def test_stopped_at_once_a_warm_plan_is_returned_as_it_was():
    problem = week(SIX, [1, 2, 3, 1, 2, 1], vehicles=(Vehicle("van", 0, count=2, capacity=3),))
    before = solve(problem, SHORT)
    assert solve(problem, warm=before, stop=lambda progress: True).routes == before.routes


def test_one_way_streets_are_driven_the_right_way_round():
    distance = np.array([[0, 1, 9, 9], [9, 0, 1, 9], [9, 9, 0, 1], [1, 9, 9, 0]], dtype=float)
    base = week(SIX[:4], [1, 1, 1], n_days=1)
    problem = replace(base, days=(Day(distance, distance),), asymmetric=True)
    plan = solve(problem, SHORT)
    assert plan.cost == 4
    assert [visit.customer for visit in plan.routes[0].visits] == ["村1", "村2", "村3"]
    assert plan_verify(problem, plan) == []


def test_a_search_that_stalls_stops_itself():
    plan = solve(week(SIX, [1] * 6), Params(iterations=10**9, stall=2000))
    assert plan.stopped_by == "stall"


def test_seconds_are_counted_on_the_clock_of_the_caller():
    ticks = iter(range(10_000))
    plan = solve(week(SIX, [1] * 6), Params(seconds=30), clock=lambda: float(next(ticks)))
    assert plan.stopped_by == "seconds"
    assert plan.feasible


def test_progress_never_gets_worse():
    seen = []
    solve(week(SIX, [1, 2, 3, 1, 2, 1]), Params(iterations=5000), progress=seen.append)
    costs = [report.best_cost for report in seen]
    assert all(b <= a for a, b in pairwise(costs))
    assert seen[-1].iterations == 5000


def test_fresh_mail_is_worth_a_detour_when_its_age_is_priced():
    problem = week([(0, 0), (10, 0), (10, 1)], [2, 3], n_days=6)
    problem = with_customer(problem, "村1", mail_per_day=1.0)
    problem = with_customer(problem, "村2", patterns=((0, 1, 2),))
    lazy = solve(problem, SHORT)
    assert max(b - a for a, b in pairwise(lazy.days_by_customer["村1"])) <= 2
    prompt = solve(replace(problem, weights=Weights(mail_age=100.0)), SHORT)
    first, second = prompt.days_by_customer["村1"]
    assert second - first == 3
    assert plan_verify(replace(problem, weights=Weights(mail_age=100.0)), prompt) == []


def test_a_high_price_on_changed_days_keeps_the_plan_in_force():
    problem = week(SIX, [1] * 6, vehicles=(Vehicle("van", 0, capacity=3),))
    before = solve(problem, SHORT, seed=3)
    moved = with_customer(replace(problem, weights=Weights(changed_day=1000.0)), "村1", place=3)
    after = solve(moved, SHORT, seed=4, warm=before)
    assert after.days_by_customer == before.days_by_customer
    assert plan_verify(moved, after) == []


def test_duty_is_limited_by_driving_and_service():
    problem = week([(0, 0), (10, 0), (-10, 0)], [1, 1], n_days=2, vehicles=(Vehicle("van", 0, max_duty_min=25),))
    plan = solve(problem, SHORT)
    assert [len(route.visits) for route in plan.routes] == [1, 1]
    slow = with_customer(problem, "村1", service_min=6.0)
    assert not solve(slow, SHORT).feasible


def test_machine_code_is_made_before_the_clock_runs():
    told = subprocess.run([sys.executable, "-c", FIRST_LOOK], capture_output=True, text=True, check=True)
    before, after = told.stdout.splitlines()
    assert before == after == "1 1 1 1 1 1"


def test_kernels_count_no_references():
    """Numba's counting costs more than the search itself; a kernel compiled with it is several times slower."""
    modules = (recreate, schedule, sisr, state)
    kernels = [one for module in modules for one in vars(module).values() if isinstance(one, Dispatcher)]
    assert len(kernels) > 20
    assert [one.py_func.__name__ for one in kernels if one.targetoptions.get("_nrt") is not False] == []
