"""Malformed input raises and names the customer; what cannot be served is a result that says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.engines.routing.villages import week, with_customer

from youlu.engines.routing import Crossing, Day, Params, RoutingInputError, Vehicle, Weights, solve

POINTS = [(0, 0), (3, 0), (0, 4)]
FEW = Params(iterations=500)


def two_villages():
    return week(POINTS, [1, 1], n_days=2)


def with_matrix(problem, i, j, value, *, time=False):
    distance, minutes = problem.days[0].distance.copy(), problem.days[0].time_min.copy()
    (minutes if time else distance)[i, j] = value
    return replace(problem, days=(Day(distance, minutes), *problem.days[1:]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: replace(p, customers=()), ["no customers"]),
        (lambda p: replace(p, vehicles=()), ["no vehicles"]),
        (lambda p: replace(p, days=()), ["no service days"]),
        (lambda p: replace(p, period_days=1), ["period"]),
        (lambda p: replace(p, customers=p.customers * 2), ["村1", "twice"]),
        (lambda p: replace(p, weights=Weights(duty=float("nan"))), ["duty", "nan"]),
        (lambda p: with_matrix(p, 0, 2, np.nan), ["村2", "hole"]),
        (lambda p: with_matrix(p, 0, 2, np.nan, time=True), ["村2", "time", "hole"]),
        (lambda p: with_matrix(p, 1, 0, -1.0), ["村1", "negative"]),
        (lambda p: with_matrix(p, 1, 0, -1.0, time=True), ["村1", "time", "negative"]),
        (lambda p: with_matrix(p, 0, 1, 7.0), ["村1", "direction"]),
        (lambda p: with_customer(p, "村1", place=9), ["村1", "place 9"]),
        (lambda p: with_customer(p, "村1", demand=float("nan")), ["村1", "demand"]),
        (lambda p: with_customer(p, "村1", demand=-1.0), ["村1", "demand"]),
        (lambda p: with_customer(p, "村1", service_min=float("inf")), ["村1", "service_min"]),
        (lambda p: with_customer(p, "村1", visits=0), ["村1", "visits"]),
        (lambda p: with_customer(p, "村1", window_min=(9.0, 8.0)), ["村1", "window"]),
        (lambda p: with_customer(p, "村1", patterns=((5,),)), ["村1", "pattern", "5"]),
        (lambda p: with_customer(p, "村1", patterns=((0, 1),)), ["村1", "pattern", "1 days"]),
        (lambda p: with_customer(p, "村1", vehicles=frozenset({"船"})), ["村1", "船"]),
        (lambda p: replace(p, vehicles=(Vehicle("van", 7),)), ["van", "home 7"]),
        (lambda p: replace(p, vehicles=(Vehicle("van", 0, count=0),)), ["van", "count"]),
        (lambda p: replace(p, vehicles=(Vehicle("van", 0, count=10**9),)), ["van", "memory", "1000000000"]),
        (lambda p: replace(p, vehicles=(Vehicle("van", 0, capacity=float("nan")),)), ["van", "capacity"]),
        (lambda p: replace(p, vehicles=(Vehicle("van", 0, shift_min=(9.0, 8.0)),)), ["van", "shift"]),
        (lambda p: replace(p, vehicles=(Vehicle("van", 0, break_after_min=0.0),)), ["van", "break_after_min"]),
        (lambda p: replace(p, vehicles=(Vehicle("van", 0, days=(4,)),)), ["van", "days"]),
    ],
)
def test_malformed_input_raises_and_names_who_and_what(change, words):
    with pytest.raises(RoutingInputError) as caught:
        solve(change(two_villages()), FEW)
    for word in words:
        assert word in str(caught.value)


def test_a_crossing_to_nowhere_and_a_bad_departure_are_malformed():
    day = two_villages().days[0]
    for crossing in (
        Crossing(0, 9, (60.0,), 5.0),
        Crossing(0, 1, (float("nan"),), 5.0),
        Crossing(0, 1, (60.0,), -5.0),
    ):
        with pytest.raises(RoutingInputError, match="crossing"):
            solve(replace(two_villages(), days=(replace(day, crossings=(crossing,)),) * 2), FEW)


def test_matrices_of_another_size_are_malformed():
    day = two_villages().days[0]
    with pytest.raises(RoutingInputError, match="matrix"):
        solve(replace(two_villages(), days=(day, Day(day.distance[:2, :2], day.time_min))), FEW)


def test_asymmetric_distances_are_fine_when_declared():
    problem = replace(with_matrix(two_villages(), 0, 1, 7.0), asymmetric=True)
    assert solve(problem, FEW).feasible


def test_seconds_without_a_clock_are_refused():
    with pytest.raises(RoutingInputError, match="clock"):
        solve(two_villages(), Params(seconds=1.0))


def cause_of(problem) -> str:
    plan = solve(problem, FEW)
    assert not plan.feasible
    assert plan.stopped_by == "infeasible"
    assert plan.unserved[0].customer == "村1"
    return plan.unserved[0].cause


def test_a_customer_that_no_pattern_can_serve_is_named():
    assert "gaps" in cause_of(with_customer(two_villages(), "村1", visits=2, min_gap_days=2))


def test_more_visits_than_days_cannot_be_served():
    assert "of 2 days" in cause_of(with_customer(two_villages(), "村1", visits=3))


def test_a_load_larger_than_every_vehicle_cannot_be_served():
    problem = replace(two_villages(), vehicles=(Vehicle("van", 0, capacity=5),))
    assert "one load of 6" in cause_of(with_customer(problem, "村1", demand=6.0))


def test_a_customer_behind_closed_roads_cannot_be_served():
    problem = two_villages()
    distance = problem.days[0].distance.copy()
    distance[1, :] = distance[:, 1] = np.inf
    distance[1, 1] = 0
    closed = replace(problem, days=(Day(distance, distance),) * 2)
    assert "get there and back" in cause_of(closed)


def test_a_ferry_that_never_sails_in_the_shift_cannot_be_taken():
    problem = two_villages()
    distance = problem.days[0].distance.copy()
    distance[1, 2] = distance[2, 1] = np.inf
    ferries = (Crossing(0, 1, (300.0,), 10.0), Crossing(1, 0, (420.0,), 10.0))
    day = Day(distance, distance, crossings=ferries)
    late = replace(problem, days=(day,) * 2, vehicles=(Vehicle("van", 0, shift_min=(360.0, np.inf)),))
    assert "get there and back" in cause_of(late)


def test_a_ferry_without_departures_never_connects():
    problem = two_villages()
    distance = problem.days[0].distance.copy()
    distance[1, 2] = distance[2, 1] = np.inf
    day = Day(distance, distance, crossings=(Crossing(0, 1, (), 10.0), Crossing(1, 0, (), 10.0)))
    assert "get there and back" in cause_of(replace(problem, days=(day,) * 2))


def test_a_visit_that_breaks_the_duty_limit_is_reported_with_the_customer():
    problem = replace(two_villages(), vehicles=(Vehicle("van", 0, max_duty_min=5.0),))
    plan = solve(problem, FEW)
    assert not plan.feasible
    assert {u.customer for u in plan.unserved} == {"村1", "村2"}
