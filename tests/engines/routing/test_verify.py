"""The verifier rejects each kind of broken plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.engines.routing.test_border import ferry_island
from tests.engines.routing.villages import week, with_customer

from youlu.engines.routing import Params, Vehicle, plan_verify, solve

NAN = float("nan")
VAN = Vehicle("van", 0, count=1, capacity=3, shift_min=(0.0, 900.0), max_duty_min=300, max_driving_min=290)


@pytest.fixture(scope="module")
def problem():
    base = week([(0, 0), (30, 0), (60, 10), (0, 40)], [1, 2, 3], n_days=3, vehicles=(VAN,))
    return with_customer(base, "村2", patterns=((0, 2),), service_min=10.0)


@pytest.fixture(scope="module")
def plan(problem):
    plan = solve(problem, Params(iterations=1000))
    assert plan_verify(problem, plan) == []
    return plan


def with_route(plan, k, **changes):
    return replace(plan, routes=(*plan.routes[:k], replace(plan.routes[k], **changes), *plan.routes[k + 1 :]))


def with_visit(plan, k, **changes):
    visits = plan.routes[k].visits
    return with_route(plan, k, visits=(replace(visits[0], **changes), *visits[1:]))


@pytest.mark.parametrize(
    ("breakage", "words"),
    [
        (lambda p: replace(p, routes=p.routes[1:]), "visits are due"),
        (lambda p: with_route(p, 0, visits=p.routes[0].visits[1:]), "distance"),
        (lambda p: with_route(p, 0, visits=p.routes[0].visits * 2), "load"),
        (lambda p: with_route(p, 0, load=0.5), "load"),
        (lambda p: with_route(p, 0, distance=1.0), "distance"),
        (lambda p: with_route(p, 0, vehicle_no=1), "there are 1"),
        (lambda p: with_route(p, 0, vehicle="bus"), "unknown"),
        (lambda p: with_visit(p, 0, customer="谁"), "unknown"),
        (lambda p: with_route(p, 0, day=7), "unknown"),
        (lambda p: with_route(p, 0, day=1), "two routes"),
        (lambda p: with_route(p, 0, start_min=-5.0), "before the shift"),
        (lambda p: with_route(p, 0, start_min=p.routes[0].start_min + 9), "cannot be reached"),
        (lambda p: with_route(p, 0, end_min=p.routes[0].end_min - 9), "cannot be back"),
        (lambda p: with_route(p, 0, end_min=p.routes[0].end_min + 500), "duty"),
        (lambda p: with_visit(p, 0, arrive_min=0.0), "cannot be reached"),
        (lambda p: with_visit(p, 0, begin_min=0.0), "outside"),
        (lambda p: with_visit(p, 0, leave_min=0.0), "service"),
        (lambda p: with_visit(p, 0, night_before=True), "nights"),
        (lambda p: replace(p, cost=p.cost - 1), "costs"),
        (lambda p: replace(p, days_by_customer={**p.days_by_customer, "村1": (0, 1)}), "the plan says"),
        (lambda p: replace(p, feasible=False), "not feasible"),
        (lambda p: with_route(p, 0, visits=()), "without visits"),
        (lambda p: with_route(p, 0, start_min=NAN), "not a number"),
        (lambda p: with_route(p, 0, distance=NAN), "not a number"),
        (lambda p: with_visit(p, 0, begin_min=NAN), "not a number"),
        (lambda p: replace(p, cost=NAN), "costs"),
        (lambda p: replace(p, costs={**p.costs, "distance": 1.0}), "distance is"),
        (lambda p: replace(p, costs={**p.costs, "duty_min": 1.0}), "duty_min is"),
        (lambda p: replace(p, costs={**p.costs, "nights": 3.0}), "nights is"),
        (lambda p: replace(p, costs={**p.costs, "mail_age": 3.0}), "mail_age is"),
        (lambda p: replace(p, costs={**p.costs, "fixed": 3.0}), "fixed is"),
        (lambda p: replace(p, days_by_customer={**p.days_by_customer, "谁": (0,)}), "unknown"),
    ],
)
def test_a_broken_plan_is_rejected(problem, plan, breakage, words):
    faults = plan_verify(problem, breakage(plan))
    assert any(words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: with_customer(p, "村2", patterns=((0, 1), (1, 2))), "not allowed"),
        (lambda p: with_customer(p, "村2", patterns=(), min_gap_days=2), "not allowed"),
        (lambda p: with_customer(p, "村2", vehicles=frozenset({"bus"})), "may not be served"),
        (lambda p: with_customer(p, "村3", window_min=(0.0, 1.0)), "outside"),
        (lambda p: replace(p, vehicles=(replace(VAN, capacity=1.0),)), "load"),
        (lambda p: replace(p, vehicles=(replace(VAN, days=(0, 1)),)), "does not run"),
        (lambda p: replace(p, vehicles=(replace(VAN, max_driving_min=50.0),)), "at the wheel"),
        (lambda p: replace(p, vehicles=(replace(VAN, break_after_min=30.0, break_min=15.0),)), "reached"),
        (lambda p: replace(p, vehicles=(replace(VAN, shift_min=(0.0, 60.0)),)), "shift ends"),
    ],
)
def test_a_plan_is_rejected_when_the_rules_are_stricter(problem, plan, change, words):
    faults = plan_verify(change(problem), plan)
    assert any(words in fault for fault in faults), faults


def test_a_plan_that_misses_its_ferry_or_drives_where_a_road_is_closed_is_rejected():
    island = ferry_island()
    plan = solve(island, Params(iterations=500))
    assert plan_verify(island, plan) == []
    assert any("reached" in f for f in plan_verify(ferry_island(departures=(490.0, 660.0, 1000.0)), plan))
    assert any("no departure" in f for f in plan_verify(ferry_island(departures=(100.0,)), plan))
    distance = island.days[0].distance.copy()
    distance[0, 1] = distance[1, 0] = float("inf")
    closed = replace(island, days=(replace(island.days[0], distance=distance),))
    assert any("closed" in f for f in plan_verify(closed, plan))


def night_run(**van):
    """A village too far for one duty, and one at the door that is served every day."""
    more = {"shift_min": (360.0, 1320.0), "max_duty_min": 600.0, "max_nights": 1, "count": 2, **van}
    problem = week([(0, 0), (400, 0), (10, 0)], [1, 2], n_days=2, vehicles=(Vehicle("van", 0, **more),))
    return with_customer(problem, "村1", patterns=((0,),))


def night_plan():
    plan = solve(night_run(), Params(iterations=500))
    assert plan_verify(night_run(), plan) == []
    k = next(k for k, route in enumerate(plan.routes) if route.nights)
    return plan, k


def test_a_vehicle_that_is_away_overnight_cannot_have_a_route_on_the_next_day():
    plan, k = night_plan()
    other = next(m for m, route in enumerate(plan.routes) if route.day == 1)
    clash = with_route(plan, other, vehicle_no=plan.routes[k].vehicle_no)
    assert any("two routes" in fault for fault in plan_verify(night_run(), clash))


def test_a_night_that_is_too_short_not_allowed_or_left_out_is_rejected():
    plan, k = night_plan()
    late = night_run(rest_min=1380.0)
    assert any("reached" in f or "back" in f for f in plan_verify(late, plan))
    assert any("nights" in fault for fault in plan_verify(night_run(max_nights=0), plan))
    sleepless = with_route(plan, k, night_before_return=False, visits=(
        replace(plan.routes[k].visits[0], night_before=False), *plan.routes[k].visits[1:]
    ))  # fmt: skip
    assert any("duty" in fault for fault in plan_verify(night_run(), sleepless))


def test_the_number_of_changed_days_is_checked_against_the_plan_in_force(problem, plan):
    before = {"村1": (5,), "村9": (0,)}
    assert any("changed_days is 1" in fault for fault in plan_verify(problem, plan, before))
    assert plan_verify(problem, plan, plan.days_by_customer) == []
