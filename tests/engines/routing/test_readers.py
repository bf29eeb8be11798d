"""Files of the field are read as their authors meant them."""

from __future__ import annotations

import pytest

from youlu.engines.routing import Params, RoutingInputError, cordeau_read, cordeau_solution_read, plan_verify, solve
from youlu.engines.routing.vrplib_read import vrplib_read

CORDEAU = """1 2 3 3
0 10
0 10
0 10
0 0 0 0 0 0 0
1 3 4 2 5 1 3 1 2 4
2 6 8 0 4 2 2 5 6
3 -3 4 0 1 3 1 7
"""

VRPLIB = """NAME : tiny
TYPE : VRPTW
DIMENSION : 3
VEHICLES : 2
CAPACITY : 9
SERVICE_TIME : 10
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 3 4
DEMAND_SECTION
1 0
2 4
3 5
TIME_WINDOW_SECTION
1 0 100
2 5 20
3 30 60
DEPOT_SECTION
1
-1
EOF
"""


def test_the_first_day_is_the_most_significant_bit_of_a_code():
    problem = cordeau_read(CORDEAU.splitlines())
    assert problem.customers[0].patterns == ((2,), (1,), (0,))
    assert problem.customers[1].patterns == ((0, 2), (0, 1))
    assert problem.customers[2].patterns == ((0, 1, 2),)


def test_a_periodic_file_gives_vehicles_days_and_distances():
    problem = cordeau_read(CORDEAU.splitlines())
    assert (problem.n_days, problem.vehicles[0].count, problem.vehicles[0].capacity) == (3, 2, 10)
    assert problem.vehicles[0].max_duty_min == float("inf")
    assert problem.days[0].distance[0, 1] == pytest.approx(5.0)
    plan = solve(problem, Params(iterations=500))
    assert plan_verify(problem, plan) == []


def test_days_with_their_own_limits_become_vehicle_types_of_those_days():
    lines = CORDEAU.splitlines()
    lines[2] = "50 8"
    problem = cordeau_read(lines)
    assert {(v.capacity, v.days) for v in problem.vehicles} == {(10, (0, 2)), (8, (1,))}


def test_a_frequency_of_zero_beside_codes_is_read_from_the_codes():
    lines = CORDEAU.splitlines()
    lines[5] = "1 3 4 2 5 0 3 1 2 4"
    assert cordeau_read(lines).customers[0].visits == 1


@pytest.mark.parametrize(
    ("number", "text", "words"),
    [(0, "2 2 3 3", "type 2"), (1, "x 10", "line 2"), (5, "1 3", "line 6"), (0, "1 2 30 3", "30 customers")],
)
def test_a_bad_periodic_file_names_the_line(number, text, words):
    lines = CORDEAU.splitlines()
    lines[number] = text
    with pytest.raises(RoutingInputError, match=words):
        cordeau_read(lines)


def test_an_empty_file_is_an_error():
    for read in (cordeau_read, cordeau_solution_read):
        with pytest.raises(RoutingInputError, match="empty"):
            read([])


def test_a_solution_file_gives_cost_and_tours():
    cost, routes = cordeau_solution_read(["12.5", "1 1 10.0 5 0 2 1 0", "2 1 2.5 1 0 3 0"])
    assert cost == 12.5
    assert routes == [(0, 0, [2, 1]), (1, 0, [3])]


def test_a_vrplib_file_gives_windows_service_and_shift():
    problem = vrplib_read(VRPLIB.splitlines())
    assert [c.window_min for c in problem.customers] == [(5.0, 20.0), (30.0, 60.0)]
    assert {c.service_min for c in problem.customers} == {10.0}
    van = problem.vehicles[0]
    assert (van.count, van.capacity, van.shift_min) == (2, 9.0, (0.0, 100.0))


def test_roundings_follow_the_conventions():
    def far(rounding):
        return vrplib_read(VRPLIB.splitlines(), rounding).days[0].distance[0, 1]

    assert far("none") == pytest.approx(2**0.5)
    assert far("round") == 1.0
    assert far("dimacs") == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("EUC_2D", "EXPLICIT", "EXPLICIT"),
        ("2 1 1", "2 x 1", "line 10"),
        ("DEMAND_SECTION", "OTHER_SECTION", "missing"),
        ("DEPOT_SECTION\n1", "DEPOT_SECTION\nA", "'A' is not the number of a node"),
    ],
)
def test_a_bad_vrplib_file_says_what_is_wrong(old, new, words):
    with pytest.raises(RoutingInputError, match=words):
        vrplib_read(VRPLIB.replace(old, new).splitlines())
