"""Border routes: roads that close, ferries, windows, breaks, driving limits, nights."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from tests.engines.routing.villages import plane, week, with_customer

from youlu.engines.routing import (
    Crossing,
    Customer,
    Day,
    Params,
    Problem,
    RoutingInputError,
    Vehicle,
    Weights,
    edges_close,
    plan_verify,
    solve,
)

SHORT = Params(iterations=2000)
LINE = [(0, 0), (60, 0), (120, 0)]


def planned(problem, **more):
    plan = solve(problem, SHORT, **more)
    assert plan.feasible, plan.unserved
    assert plan_verify(problem, plan) == []
    return plan


def test_a_road_closed_on_one_day_moves_the_visit_to_another():
    problem = with_customer(week(LINE, [1, 1], n_days=2), "村2", patterns=((0,), (1,)))
    for shut_day in (0, 1):
        closed = edges_close(problem, [(0, 2), (1, 2)], days=[shut_day], detour=False)
        assert planned(closed).days_by_customer["村2"] == (1 - shut_day,)


def test_a_closed_road_is_driven_round_when_there_is_a_way():
    problem = edges_close(week([(0, 0), (0, 10), (10, 10)], [1, 1], n_days=1), [(0, 2)])
    assert problem.days[0].distance[0, 2] == pytest.approx(20.0)
    assert planned(problem).cost == pytest.approx(40.0)


def test_closing_all_roads_of_a_customer_makes_the_plan_infeasible_and_names_it():
    problem = edges_close(week(LINE, [1, 1], n_days=2), [(0, 2), (1, 2)])
    plan = solve(problem, SHORT)
    assert [u.customer for u in plan.unserved] == ["村2"]


def test_closing_an_unknown_place_or_day_is_an_error():
    problem = week(LINE, [1, 1], n_days=2)
    with pytest.raises(RoutingInputError, match="place"):
        edges_close(problem, [(0, 9)])
    with pytest.raises(RoutingInputError, match="day 5"):
        edges_close(problem, [(0, 1)], days=[5])


def test_snow_on_one_day_moves_the_long_run_to_a_dry_one():
    dry = plane(LINE)
    snow = Day(dry, dry * 3)
    problem = week(LINE, [1, 1], n_days=2, vehicles=(Vehicle("van", 0, max_duty_min=250),))
    plan = planned(replace(problem, days=(snow, Day(dry, dry))))
    assert plan.days_by_customer["村2"] == (1,)


def test_service_waits_for_the_window_and_the_driver_leaves_late_enough_not_to_wait():
    problem = with_customer(week(LINE, [1, 1], n_days=1), "村1", window_min=(600.0, 660.0))
    plan = planned(replace(problem, weights=Weights(duty=1.0)))
    route = plan.routes[0]
    assert next(v for v in route.visits if v.customer == "村1").begin_min >= 600
    assert route.end_min - route.start_min == pytest.approx(240.0)
    assert plan.costs["duty_min"] == pytest.approx(240.0)


def test_two_windows_that_one_vehicle_cannot_meet_need_two_days():
    problem = week([(0, 0), (60, 0), (-60, 0)], [1, 1], n_days=2)
    for name in ("村1", "村2"):
        problem = with_customer(problem, name, window_min=(600.0, 610.0))
    assert {route.day for route in planned(problem).routes} == {0, 1}


def test_a_break_is_due_after_four_hours_at_the_wheel():
    van = Vehicle("van", 0, break_after_min=240, break_min=20)
    problem = week([(0, 0), (250, 0)], [1], n_days=1, vehicles=(van,))
    route = planned(problem).routes[0]
    assert route.end_min - route.start_min == pytest.approx(500 + 2 * 20)
    exact = planned(week([(0, 0), (240, 0)], [1], n_days=1, vehicles=(van,))).routes[0]
    assert exact.visits[0].arrive_min - exact.start_min == pytest.approx(240)


def test_driving_is_limited_even_where_duty_is_not():
    problem = week([(0, 0), (60, 0), (-60, 0)], [1, 1], n_days=2, vehicles=(Vehicle("van", 0, max_driving_min=130),))
    assert len(planned(problem).routes) == 2
    assert not solve(week(LINE, [1, 1], vehicles=(Vehicle("van", 0, max_driving_min=230),)), SHORT).feasible


def ferry_island(departures=(480.0, 600.0, 900.0), **van) -> Problem:
    distance = plane([(0, 0), (40, 0), (50, 0)])
    there = Crossing(0, 2, departures, 30.0, approach_min=40.0), Crossing(1, 2, departures, 30.0)
    back = Crossing(2, 0, departures, 30.0, onward_min=40.0), Crossing(2, 1, departures, 30.0)
    customers = (Customer("码头", 1), Customer("岛", 2, service_min=45.0))
    vehicle = Vehicle("van", 0, shift_min=(420.0, 1200.0), **van)
    return Problem(customers, (vehicle,), (Day(distance, distance, there + back),))


def test_the_island_is_reached_by_the_departures_of_the_ferry():
    plan = planned(replace(ferry_island(), weights=Weights(duty=0.01)))
    island = next(v for v in plan.routes[0].visits if v.customer == "岛")
    assert island.arrive_min == pytest.approx(480 + 30)
    assert plan.routes[0].start_min == pytest.approx(480 - 40)  # not at 420, to wait at the pier
    assert plan.routes[0].end_min == pytest.approx(600 + 30 + 40)


def test_the_drive_to_the_pier_counts_for_breaks_and_the_crossing_is_a_break():
    van = {"break_after_min": 39.0, "break_min": 15.0}
    plan = planned(ferry_island(departures=(470.0, 495.0, 600.0), **van))
    out = next(v for v in plan.routes[0].visits if v.customer == "岛")
    assert out.arrive_min == pytest.approx(495 + 30)  # 420 + 40 + 15 is too late for 470


def test_a_ferry_without_a_way_back_the_same_day_cannot_be_taken():
    plan = solve(ferry_island(departures=(480.0,)), SHORT)
    assert not plan.feasible
    assert "岛" in plan.unserved[0].cause


def test_with_a_night_on_the_island_the_next_morning_ferry_brings_the_vehicle_back():
    problem = ferry_island(departures=(480.0,), max_nights=1)
    plan = planned(replace(problem, days=problem.days * 2, weights=Weights(overnight=5.0)))
    out = next(route for route in plan.routes if any(v.customer == "岛" for v in route.visits))
    assert out.nights == 1
    assert out.end_min == pytest.approx(1440 + 480 + 30 + 40)
    assert plan.costs["nights"] == 1


def test_a_vehicle_that_is_out_overnight_has_no_other_route_the_next_day():
    far = week([(0, 0), (400, 0), (10, 0)], [1, 3], n_days=3, period_days=7)
    van = Vehicle("van", 0, shift_min=(360.0, 1320.0), max_duty_min=600, max_nights=1)
    problem = replace(far, vehicles=(van,))
    assert not solve(with_customer(problem, "村1", patterns=((0,), (1,))), SHORT).feasible
    plan = planned(problem)  # leaves on the last day and is back before the week begins again
    assert plan.days_by_customer["村1"] == (2,)
    plan = planned(with_customer(replace(problem, vehicles=(replace(van, count=2),)), "村1", patterns=((0,), (1,))))
    assert max(route.nights for route in plan.routes) == 1


def test_the_rest_of_a_night_is_as_long_as_the_rule_says():
    van = Vehicle("van", 0, shift_min=(360.0, 1320.0), max_duty_min=600, max_nights=1, rest_min=660.0)
    problem = week([(0, 0), (400, 0)], [1], n_days=2, period_days=7, vehicles=(van,))
    for rest in (660.0, 1300.0):
        route = planned(replace(problem, vehicles=(replace(van, rest_min=rest),))).routes[0]
        stop = route.visits[0]
        assert route.night_before_return
        assert route.end_min - 400 - stop.leave_min >= rest - 1e-9
        assert route.end_min - 400 == pytest.approx(max(stop.leave_min + rest, 1440 + 360))


def test_the_shift_ends_when_it_ends_though_duty_would_allow_more():
    van = Vehicle("van", 0, shift_min=(480.0, 720.0))
    plan = planned(week([(0, 0), (110, 0), (-110, 0)], [1, 1], n_days=2, vehicles=(van,)))
    assert [len(route.visits) for route in plan.routes] == [1, 1]
    assert all(route.start_min >= 480 and route.end_min <= 720 for route in plan.routes)
    assert not solve(week([(0, 0), (121, 0)], [1], n_days=2, vehicles=(van,)), SHORT).feasible


def test_nights_are_avoided_when_their_price_is_high():
    van = Vehicle("van", 0, shift_min=(360.0, 1320.0), max_duty_min=600, max_nights=1, count=2)
    problem = week([(0, 0), (280, 0), (280, 30)], [1, 1], n_days=3, vehicles=(van,))
    problem = replace(problem, customers=tuple(replace(c, service_min=20.0) for c in problem.customers))
    assert planned(replace(problem, weights=Weights(overnight=1.0))).costs["nights"] == 1
    assert planned(replace(problem, weights=Weights(overnight=10_000.0))).costs["nights"] == 0


def test_after_a_closure_few_visit_days_change_when_changes_are_priced():
    rng = np.random.default_rng(5)
    points = [(0, 0), *rng.integers(-50, 50, size=(12, 2)).tolist()]
    problem = week(points, [2] * 12, n_days=6, vehicles=(Vehicle("van", 0, count=1, capacity=6),))
    before = planned(problem)
    closed = edges_close(replace(problem, weights=Weights(changed_day=200.0)), [(1, 2), (3, 4)], days=[0, 1])
    after = planned(closed, warm=before)
    assert after.costs["changed_days"] <= 2


@pytest.mark.parametrize("seed", range(40))
def test_every_plan_of_random_border_weeks_passes_the_verifier(seed):
    problem = random_border(seed)
    plan = solve(problem, Params(iterations=600), seed=seed)
    if plan.feasible:
        assert plan_verify(problem, plan) == []
    else:
        assert plan.unserved


def random_border(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    n, n_days = int(rng.integers(4, 9)), int(rng.integers(2, 5))
    distance = plane(rng.integers(0, 150, size=(n + 1, 2)).tolist())
    days = []
    for _ in range(n_days):
        time = distance * rng.choice([1.0, 1.4]) + rng.random((n + 1, n + 1)) * 5
        length = distance.copy()
        i, j = (int(k) for k in rng.choice(n + 1, 2, replace=False))
        length[i, j] = length[j, i] = inf
        k, m = (int(k) for k in rng.choice(n + 1, 2, replace=False))
        boats = tuple(Crossing(a, b, tuple(rng.integers(300, 1100, 3).tolist()), 35.0) for a, b in ((k, m), (m, k)))
        days.append(Day(length, time, boats))
    customers = tuple(
        Customer(
            f"哨{k}",
            k,
            demand=float(rng.integers(1, 4)),
            visits=int(rng.integers(1, 3)),
            service_min=float(rng.integers(5, 40)),
            window_min=(540.0, 1080.0) if rng.random() < 0.3 else (0.0, inf),
            mail_per_day=2.0,
        )
        for k in range(1, n + 1)
    )
    van = Vehicle(
        "van", 0, count=2, capacity=8, shift_min=(360.0, 1260.0), max_duty_min=660, max_driving_min=480,
        break_after_min=240, break_min=20, max_nights=int(rng.integers(0, 3)),
    )  # fmt: skip
    weights = Weights(duty=0.2, overnight=60.0, mail_age=1.0)
    return Problem(customers, (van,), tuple(days), period_days=7, weights=weights)


def test_after_a_night_the_roads_of_the_next_day_count():
    van = Vehicle("van", 0, shift_min=(360.0, 1320.0), max_duty_min=600, max_nights=1)
    problem = week([(0, 0), (400, 0), (395, 5)], [1, 1], n_days=3, period_days=7, vehicles=(van,))
    closed = edges_close(problem, [(0, 1), (0, 2)], days=[1], detour=False)
    plan = planned(closed)  # from the first day's run there is no way home on the second
    assert {(route.day, route.nights) for route in plan.routes} == {(2, 1)}
