"""Our problem in PyVRP's words: single days, and the group model of a whole period.

In the group model a day is a load dimension: a copy of a customer on day d weighs 1 in dimension d, and only
vehicles of day d have room there. Copies of one customer form a group of which exactly one is visited. That
is exact where every customer has one visit, or no choice of days. (A day as a routing profile is not: PyVRP
builds its neighbourhoods over all profiles, and copies of other days then fill them.)

PyVRP counts in integers. Times are rounded against us, so that what it finds also holds in real numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import Any, cast

import numpy as np
import pyvrp
from pyvrp.stop import StoppingCriterion

from youlu.engines.routing.arrays import Arrays
from youlu.engines.routing.model import Customer, Problem, Vehicle
from youlu.engines.routing.patterns import patterns_allowed
from youlu.engines.routing.plan import Tours

UNLIMITED = 2**40
PyStop = Callable[[int], bool]


def bridge_refusal(problem: Problem) -> str:
    """Why PyVRP cannot model the days of the problem; "" if it can."""
    if any(day.crossings for day in problem.days):
        return "crossings with fixed departures"
    for vehicle in problem.vehicles:
        if vehicle.max_nights or vehicle.break_after_min < inf or vehicle.max_driving_min < inf:
            return f"the breaks, driving limit or nights of vehicle {vehicle.name!r}"
    if any(c.vehicles for c in problem.customers):
        return "customers that allow some vehicles only"
    return ""


def groups_refusal(problem: Problem, arrays: Arrays) -> str:
    """Why the group model is not exact for the problem; "" if it is."""
    if any(day is not problem.days[0] for day in problem.days):
        return "days that differ"
    for k, customer in enumerate(problem.customers):
        costs = arrays.pattern_cost[arrays.pattern_start[k] : arrays.pattern_start[k + 1]]
        if customer.visits > 1 and len(patterns_allowed(customer, problem)) > 1:
            return f"customer {customer.name!r} has several visits and a choice of days"
        if len(set(costs.tolist())) > 1:
            return f"the days of customer {customer.name!r} differ in price"
    return bridge_refusal(problem)


class _Scale:
    """Integers for lengths, minutes, loads and money."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        values = [m for d in problem.days for m in (d.distance, d.time_min)]
        whole = np.concatenate([v[np.isfinite(v)].ravel() for v in {id(v): v for v in values}.values()])
        self.unit = next((u for u in (1, 10) if np.allclose(whole * u, np.round(whole * u), atol=1e-9)), 1000)
        weights = problem.weights
        prices = [weights.distance * v.price for v in problem.vehicles] + [weights.duty]
        self.money = 1 if all(float(p).is_integer() for p in prices) else 100

    def distance(self, matrix: np.ndarray) -> Any:
        return np.where(
            np.isfinite(matrix), np.round(np.where(np.isfinite(matrix), matrix, 0) * self.unit), UNLIMITED // 64
        ).astype(np.int64)

    def minutes(self, matrix: np.ndarray) -> Any:
        finite = np.isfinite(matrix)
        return np.where(finite, np.ceil(np.where(finite, matrix, 0) * self.unit - 1e-6), UNLIMITED // 64).astype(
            np.int64
        )

    def up(self, minutes: float) -> int:
        return int(np.ceil(minutes * self.unit - 1e-6))

    def down(self, minutes: float) -> int:
        return UNLIMITED if minutes == inf else int(np.floor(minutes * self.unit + 1e-6))

    def load(self, amount: float, *, room: bool) -> int:
        if amount == inf:
            return UNLIMITED
        return int(np.floor(amount * 1000 + 1e-6)) if room else int(np.ceil(amount * 1000 - 1e-6))


def _client(scale: _Scale, customer: Customer, location: int, days: Sequence[int], group: int | None) -> pyvrp.Client:
    return pyvrp.Client(
        location=location,
        delivery=[scale.load(customer.demand, room=False), *days],
        service_duration=scale.up(customer.service_min),
        tw_early=scale.up(customer.window_min[0]),
        tw_late=scale.down(customer.window_min[1]),
        required=group is None,
        group=group,
    )


def _vehicle_type(scale: _Scale, vehicle: Vehicle, depot: int, days: Sequence[int]) -> pyvrp.VehicleType:
    weights = scale.problem.weights
    return pyvrp.VehicleType(
        num_available=vehicle.count,
        capacity=[scale.load(vehicle.capacity, room=True), *days],
        start_depot=depot,
        end_depot=depot,
        fixed_cost=round(vehicle.fixed_cost * scale.unit * scale.money),
        tw_early=scale.up(vehicle.shift_min[0]),
        tw_late=scale.down(vehicle.shift_min[1]),
        shift_duration=scale.down(vehicle.max_duty_min),
        unit_distance_cost=round(weights.distance * vehicle.price * scale.money),
        unit_duration_cost=round(weights.duty * scale.money),
    )


def _solve(data: pyvrp.ProblemData, stop: PyStop, seed: int, initial: pyvrp.Solution | None) -> pyvrp.Solution | None:
    criterion = cast(StoppingCriterion, stop)  # names the parameter; PyVRP calls it by position
    found = pyvrp.solve(data, criterion, seed=seed, collect_stats=False, display=False, initial_solution=initial).best
    return found if found.is_feasible() else None


def day_tours(
    problem: Problem,
    arrays: Arrays,
    day: int,
    members: Sequence[int],
    stop: PyStop,
    seed: int,
    initial: Tours | None = None,
) -> Tours | None:
    """Routes for the given customers (indices) on one day, or None if PyVRP finds none."""
    scale = _Scale(problem)
    kinds = [k for k, v in enumerate(problem.vehicles) if not v.days or day in v.days]
    homes = sorted({problem.vehicles[k].home for k in kinds})
    places = homes + [problem.customers[c].place for c in members]
    pick = np.ix_(places, places)
    xy = problem.points or ((0.0, 0.0),) * problem.n_places
    data = pyvrp.ProblemData(
        [pyvrp.Location(*map(float, xy[p])) for p in places],
        [_client(scale, problem.customers[c], len(homes) + k, (), None) for k, c in enumerate(members)],
        [pyvrp.Depot(k) for k in range(len(homes))],
        [_vehicle_type(scale, problem.vehicles[k], homes.index(problem.vehicles[k].home), ()) for k in kinds],
        [scale.distance(problem.days[day].distance[pick])],
        [scale.minutes(problem.days[day].time_min[pick])],
    )
    start = None
    if initial:
        number = {c: k for k, c in enumerate(members)}
        start = pyvrp.Solution(
            data,
            [
                pyvrp.Route(
                    data, [number[c] for c in tour], kinds.index(int(arrays.kind_of[slot % arrays.n_vehicles]))
                )
                for slot, tour in initial
            ],
        )
    found = _solve(data, stop, seed, start)
    return None if found is None else _tours(arrays, found, [(day, k) for k in kinds], list(members))


def group_tours(problem: Problem, arrays: Arrays, stop: PyStop, seed: int) -> Tours | None:
    """Routes for the whole period by the group model; the caller has asked `groups_refusal`."""
    scale = _Scale(problem)
    homes = sorted({v.home for v in problem.vehicles})
    places = homes + [c.place for c in problem.customers]
    pick = np.ix_(places, places)
    xy = problem.points or ((0.0, 0.0),) * problem.n_places
    clients: list[pyvrp.Client] = []
    members: list[int] = []
    groups: list[pyvrp.ClientGroup] = []
    for c, customer in enumerate(problem.customers):
        patterns = patterns_allowed(customer, problem)
        choice = len(patterns) > 1
        mine = []
        for day in sorted({d for pattern in patterns for d in pattern}):
            mine.append(len(clients))
            group = len(groups) if choice else None
            clients.append(_client(scale, customer, len(homes) + c, _unit(day, problem.n_days, 1), group))
            members.append(c)
        if choice:
            groups.append(pyvrp.ClientGroup(mine))
    kinds = [
        (d, k) for d in range(problem.n_days) for k, v in enumerate(problem.vehicles) if not v.days or d in v.days
    ]
    types = [
        _vehicle_type(
            scale, problem.vehicles[k], homes.index(problem.vehicles[k].home), _unit(d, problem.n_days, len(clients))
        )
        for d, k in kinds
    ]
    data = pyvrp.ProblemData(
        [pyvrp.Location(*map(float, xy[p])) for p in places],
        clients,
        [pyvrp.Depot(k) for k in range(len(homes))],
        types,
        [scale.distance(problem.days[0].distance[pick])],
        [scale.minutes(problem.days[0].time_min[pick])],
        groups,
    )
    found = _solve(data, stop, seed, None)
    return None if found is None else _tours(arrays, found, kinds, members)


def _unit(day: int, n_days: int, amount: int) -> list[int]:
    return [amount if d == day else 0 for d in range(n_days)]


def _tours(arrays: Arrays, found: pyvrp.Solution, kinds: Sequence[tuple[int, int]], members: list[int]) -> Tours:
    """Slots are given out in turn within each (day, type)."""
    used: dict[tuple[int, int], int] = {}
    tours = []
    for route in found.routes():
        day, kind = kinds[route.vehicle_type()]
        turn = used.get((day, kind), 0)
        used[day, kind] = turn + 1
        slot = day * arrays.n_vehicles + int(np.argmax(arrays.kind_of == kind)) + turn
        visits = [activity.idx for activity in route if activity.is_client()]
        tours.append((slot, [members[k] for k in visits]))
    return tours
