"""A tiny week for tests: an office and a few villages on a plane."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations, product

import numpy as np

from youlu.engines.routing import Customer, Day, Problem, Vehicle, patterns_allowed


def plane(points) -> np.ndarray:
    xy = np.asarray(points, dtype=float)
    return np.hypot(*(xy[:, None] - xy[None, :]).transpose(2, 0, 1))


def week(points, visits, *, n_days=3, vehicles=None, demand=1.0, **more) -> Problem:
    """Place 0 is the office; customer k lives at place k; driving takes as long as it is far."""
    distance = plane(points)
    day = Day(distance, distance)
    customers = tuple(
        Customer(name=f"村{k}", place=k, demand=demand, visits=visits[k - 1]) for k in range(1, len(points))
    )
    vehicles = vehicles or (Vehicle("van", home=0, count=1),)
    return Problem(customers, vehicles, (day,) * n_days, points=tuple(map(tuple, points)), **more)


def random_week(seed: int, *, n_most: int = 5) -> Problem:
    """A random tiny case with tight capacity, duty limits on some, several vehicles on some."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, n_most + 1))
    n_days = int(rng.integers(2, 4))
    points = rng.integers(0, 20, size=(n + 1, 2)).tolist()
    distance = plane(points)
    customers = tuple(
        Customer(
            name=f"c{k}",
            place=k,
            demand=float(rng.integers(1, 4)),
            visits=int(rng.integers(1, min(3, n_days) + 1)),
            service_min=float(rng.integers(0, 3)),
        )
        for k in range(1, n + 1)
    )
    limit = float(rng.choice([40.0, 70.0, np.inf]))
    vehicles = (
        Vehicle("van", home=0, count=int(rng.integers(1, 3)), capacity=float(rng.integers(4, 9)), max_duty_min=limit),
    )
    if rng.random() < 0.3:
        vehicles += (Vehicle("truck", home=0, capacity=9.0, price=1.5, fixed_cost=3.0),)
    return Problem(customers, vehicles, (Day(distance, distance),) * n_days)


def cheapest_by_enumeration(problem: Problem) -> float:
    """The optimum of a tiny problem with plain duty and capacity limits: every pattern, split and order."""
    names = range(len(problem.customers))
    by_day = [_subset_costs(problem, day) for day in range(problem.n_days)]
    best = float("inf")
    choices = [patterns_allowed(c, problem) for c in problem.customers]
    for chosen in product(*choices):
        total = 0.0
        for day in range(problem.n_days):
            total += by_day[day].get(frozenset(c for c in names if day in chosen[c]), float("inf"))
            if total >= best:
                break
        best = min(best, total)
    return best


def _subset_costs(problem: Problem, day: int) -> dict[frozenset, float]:
    """Cheapest way to serve each set of customers on a day with the vehicles of the day."""
    names = range(len(problem.customers))
    subsets = [frozenset(c for c in names if bits >> c & 1) for bits in range(1 << len(problem.customers))]
    table = {subset: float("inf") for subset in subsets}
    table[frozenset()] = 0.0
    for vehicle in problem.vehicles:
        if vehicle.days and day not in vehicle.days:
            continue
        tour = {s: _tour_cost(problem, vehicle, day, s) for s in subsets if s}
        for _ in range(vehicle.count):
            table = {s: min([table[s], *(table[s - t] + tour[t] for t in subsets if t and t <= s)]) for s in subsets}
    return table


def _tour_cost(problem: Problem, vehicle: Vehicle, day: int, subset: frozenset) -> float:
    if sum(problem.customers[c].demand for c in subset) > vehicle.capacity:
        return float("inf")
    best = float("inf")
    service = sum(problem.customers[c].service_min for c in subset)
    for order in permutations(subset):
        stops = [vehicle.home, *(problem.customers[c].place for c in order), vehicle.home]
        legs = list(pairwise(stops))
        minutes = sum(problem.days[day].time_min[i, j] for i, j in legs) + service
        if minutes <= vehicle.max_duty_min + 1e-9:
            best = min(
                best, vehicle.price * sum(problem.days[day].distance[i, j] for i, j in legs) + vehicle.fixed_cost
            )
    return best


def with_customer(problem: Problem, name: str, **changes) -> Problem:
    customers = tuple(replace(c, **changes) if c.name == name else c for c in problem.customers)
    return replace(problem, customers=customers)
