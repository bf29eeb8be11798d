"""The problem as numpy arrays for the kernels.

Nodes are customers 0..n-1 in the problem's order, then one node per vehicle type for its home. A slot is
one vehicle on one day: slot = day * vehicles + vehicle, vehicles of a type side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from youlu.engines.routing.model import Problem
from youlu.engines.routing.patterns import days_changed, mail_age, patterns_allowed


class Clock(NamedTuple):
    """What a schedule needs, apart: kernels that are called millions of times get no more than that."""

    n_days: int
    period: int
    service: np.ndarray
    opens: np.ndarray
    closes: np.ndarray
    limits: np.ndarray
    max_nights: np.ndarray
    cost_at: np.ndarray
    cost: np.ndarray
    time_at: np.ndarray
    time_min: np.ndarray
    crossing_at: np.ndarray
    crossing_start: np.ndarray
    departures: np.ndarray
    crossing_min: np.ndarray


class Arrays(NamedTuple):
    """What does not change during a search. Shapes in brackets: n customers, h types, d days, v vehicles."""

    clock: Clock
    n: int
    visits: int  # of the period
    n_days: int
    n_vehicles: int
    period: int
    demand: np.ndarray  # float64 [n]
    service: np.ndarray  # float64 [n + h] minutes
    opens: np.ndarray  # float64 [n + h]
    closes: np.ndarray  # float64 [n + h]
    pattern_start: np.ndarray  # int32 [n + 1] into the next three
    pattern_bits: np.ndarray  # int64 [patterns] bit d = day d
    pattern_cost: np.ndarray  # float64 [patterns]
    kind_of: np.ndarray  # int32 [v] type of a vehicle
    runs: np.ndarray  # uint8 [h, d]
    may_serve: np.ndarray  # uint8 [n, h]
    capacity: np.ndarray  # float64 [h]
    limits: np.ndarray  # float64 [h, 9]: see LIMITS
    max_nights: np.ndarray  # int32 [h]
    fixed_cost: np.ndarray  # float64 [h]
    cost_at: np.ndarray  # int32 [h, d] into cost
    cost: np.ndarray  # float64 [*, nodes, nodes]
    cost_to: np.ndarray  # float64 [*, nodes, nodes]: cost transposed, so that the way to a node is a row
    time_at: np.ndarray  # int32 [d] into time_min
    time_min: np.ndarray  # float64 [*, nodes, nodes]
    crossing_at: np.ndarray  # int32 [*, nodes, nodes]: a crossing of the same time_at, or -1
    crossing_start: np.ndarray  # int32 [crossings + 1] into departures
    departures: np.ndarray  # float64, minutes after midnight, ascending
    crossing_min: np.ndarray  # float64 [crossings, 3] to the pier, across, from the pier
    near: np.ndarray  # int32 [n, n] customers by distance from each
    home_cost: np.ndarray  # float64 [n] cost from the nearest home
    duty_weight: float
    shut: float  # price of a closed edge: more than any open plan costs, finite so that sums compare
    night_weight: float
    rich: bool  # schedules must be simulated
    timed: bool  # duty limits exist though nothing else needs a simulation
    overnight: bool


LIMITS = ("shift_start", "shift_end", "max_duty", "max_driving", "break_after", "break_min", "rest")


def arrays_build(problem: Problem, before: Mapping[str, tuple[int, ...]] | None = None) -> Arrays:
    """Compile a checked problem. `before`: visit days of the plan in force, priced by `changed_day`."""
    customers, kinds = problem.customers, problem.vehicles
    places = np.array([c.place for c in customers] + [v.home for v in kinds])
    matrices = _matrices(problem, places)
    patterns = _patterns(problem, before or {})
    service = np.array([c.service_min for c in customers] + [0.0] * len(kinds))
    windows = np.array([c.window_min for c in customers] + [(0.0, np.inf)] * len(kinds))
    rich = _needs_schedule(problem)
    n = len(customers)
    mean_cost = matrices["cost"].mean(axis=0)
    between = mean_cost[:n, :n] + mean_cost[:n, :n].T
    fields: dict[str, Any] = dict(
        n=n,
        visits=sum(c.visits for c in customers),
        n_days=problem.n_days,
        n_vehicles=sum(v.count for v in kinds),
        period=problem.period,
        demand=np.array([float(c.demand) for c in customers]),
        service=service,
        opens=np.ascontiguousarray(windows[:, 0], dtype=np.float64),
        closes=np.ascontiguousarray(windows[:, 1], dtype=np.float64),
        kind_of=np.repeat(np.arange(len(kinds), dtype=np.int32), [v.count for v in kinds]),
        runs=np.array([[not v.days or d in v.days for d in range(problem.n_days)] for v in kinds], dtype=np.uint8),
        may_serve=np.array(
            [[not c.vehicles or v.name in c.vehicles for v in kinds] for c in customers], dtype=np.uint8
        ),
        capacity=np.array([float(v.capacity) for v in kinds]),
        limits=_limits(problem),
        max_nights=np.array([v.max_nights for v in kinds], dtype=np.int32),
        fixed_cost=np.array([float(v.fixed_cost) for v in kinds]),
        near=np.argsort(between, axis=1, kind="stable").astype(np.int32),
        home_cost=mean_cost[n:, :n].min(axis=0),
        duty_weight=float(problem.weights.duty),
        night_weight=float(problem.weights.overnight),
        rich=rich,
        timed=any(np.isfinite(v.max_duty_min) for v in kinds) or problem.weights.duty > 0,
        overnight=any(v.max_nights > 0 for v in kinds),
        **matrices,
        **patterns,
    )
    return Arrays(clock=Clock(**{name: fields[name] for name in Clock._fields}), **fields)


def _needs_schedule(problem: Problem) -> bool:
    return (
        any(day.crossings for day in problem.days)
        or any(c.window_min[0] > 0 or np.isfinite(c.window_min[1]) for c in problem.customers)
        or any(
            np.isfinite(v.max_driving_min)
            or np.isfinite(v.break_after_min)
            or v.max_nights
            or np.isfinite(v.shift_min[1])
            for v in problem.vehicles
        )
    )


def _limits(problem: Problem) -> np.ndarray:
    rows = [
        (*v.shift_min, v.max_duty_min, v.max_driving_min, v.break_after_min, v.break_min, v.rest_min)
        for v in problem.vehicles
    ]
    return np.array(rows, dtype=np.float64)


def _patterns(problem: Problem, before: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    starts, bits, costs = [0], [], []
    weights = problem.weights
    for customer in problem.customers:
        for pattern in patterns_allowed(customer, problem):
            bits.append(sum(1 << day for day in pattern))
            waits = mail_age(pattern, problem.period, customer.mail_per_day)
            changed = days_changed(pattern, before.get(customer.name))
            costs.append(weights.mail_age * waits + weights.changed_day * changed)
        starts.append(len(bits))
    return {
        "pattern_start": np.array(starts, dtype=np.int32),
        "pattern_bits": np.array(bits, dtype=np.int64),
        "pattern_cost": np.array(costs, dtype=np.float64),
    }


def _matrices(problem: Problem, places: np.ndarray) -> dict[str, Any]:
    """Cost per (type price, day), time and crossings per day, each distinct matrix once."""
    distinct = list({id(day): day for day in problem.days}.values())
    time_at = [next(k for k, d in enumerate(distinct) if d is day) for day in problem.days]
    prices = sorted({v.price for v in problem.vehicles})
    crossings = [(k, c) for k, d in enumerate(distinct) for c in d.crossings]
    crossing_at = np.full((len(distinct), len(places), len(places)), -1, dtype=np.int32)
    for number, (k, c) in enumerate(crossings):
        rows, columns = np.flatnonzero(places == c.origin), np.flatnonzero(places == c.destination)
        crossing_at[k][np.ix_(rows, columns)] = number
    pick = np.ix_(places, places)
    time = np.stack([np.asarray(d.time_min, dtype=np.float64)[pick] for d in distinct])
    distance = np.stack([np.asarray(d.distance, dtype=np.float64)[pick] for d in distinct])
    open_ = np.isfinite(distance) & (np.isfinite(time) | (crossing_at >= 0))
    distance = np.where(open_, distance, 0.0) * problem.weights.distance
    shut = 1.0 + 2.0 * _edges_most(problem) * max(prices) * float(distance.max())
    cost = np.concatenate([np.where(open_, distance * price, shut) for price in prices])
    departures = [sorted(c.departures_min) for _, c in crossings]
    return {
        "shut": shut,
        "cost_at": np.array(
            [[prices.index(v.price) * len(distinct) + t for t in time_at] for v in problem.vehicles], dtype=np.int32
        ),
        "cost": np.ascontiguousarray(cost),
        "cost_to": np.ascontiguousarray(cost.transpose(0, 2, 1)),
        "time_at": np.array(time_at, dtype=np.int32),
        "time_min": np.ascontiguousarray(np.where(np.isfinite(time), time, 0.0)),
        "crossing_at": crossing_at,
        "crossing_start": np.cumsum([0, *(len(d) for d in departures)]).astype(np.int32),
        "departures": np.array([m for d in departures for m in d] or [0.0], dtype=np.float64),
        "crossing_min": np.array(
            [(c.approach_min, c.crossing_min, c.onward_min) for _, c in crossings] or [(0.0, 0.0, 0.0)],
            dtype=np.float64,
        ),
    }


def _edges_most(problem: Problem) -> int:
    visits = sum(c.visits for c in problem.customers)
    return 2 * visits + sum(v.count for v in problem.vehicles) * problem.n_days
