"""From the compiled state to the result a planner reads, and back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from youlu.engines.routing.arrays import Arrays
from youlu.engines.routing.model import Problem, Result, Route, Unserved, Visit
from youlu.engines.routing.patterns import days_changed, mail_age
from youlu.engines.routing.schedule import ARRIVE, BEGIN, LEAVE, NIGHT, schedule, simulate
from youlu.engines.routing.state import Scratch, State, slot_insert, state_empty

Tours = list[tuple[int, list[int]]]  # (slot, customers in order)


def result_none(unserved: tuple[Unserved, ...], **about: object) -> Result:
    """No plan, and why."""
    return Result(False, float("inf"), {}, (), {}, unserved, **about)  # type: ignore[arg-type]


def result_make(
    problem: Problem, arrays: Arrays, state: State, before: Mapping[str, tuple[int, ...]] | None, **about: object
) -> Result:
    """The plan with its minutes, kilometres and costs."""
    routes = [_route(problem, arrays, state, int(slot)) for slot in np.flatnonzero(state.length)]
    days_of = {
        c.name: tuple(int(d) for d in np.flatnonzero(state.slot_at[k] >= 0)) for k, c in enumerate(problem.customers)
    }
    costs = _costs(problem, arrays, state, routes, days_of, before or {})
    weights = problem.weights
    cost = (
        weights.distance * costs["priced_distance"]
        + costs["fixed"]
        + weights.duty * costs["duty_min"]
        + weights.overnight * costs["nights"]
        + weights.mail_age * costs["mail_age"]
        + weights.changed_day * costs["changed_days"]
    )
    return Result(True, cost, costs, tuple(routes), days_of, **about)  # type: ignore[arg-type]


def _route(problem: Problem, arrays: Arrays, state: State, slot: int) -> Route:
    day, vehicle = divmod(slot, arrays.n_vehicles)
    kind = int(arrays.kind_of[vehicle])
    length = int(state.length[slot])
    row = state.seq[slot]
    rec = np.zeros((length + 2, 4))
    _, nights, _, start, _ = schedule(arrays.clock, kind, day, row, length, rec)
    simulate(arrays.clock, kind, day, row, length, nights, start, rec)
    visits = tuple(
        Visit(
            problem.customers[row[k]].name,
            float(rec[k, ARRIVE]),
            float(rec[k, BEGIN]),
            float(rec[k, LEAVE]),
            bool(rec[k, NIGHT]),
        )
        for k in range(1, length + 1)
    )
    return Route(
        day=day,
        vehicle=problem.vehicles[kind].name,
        vehicle_no=vehicle - int(np.argmax(arrays.kind_of == kind)),
        start_min=float(start),
        end_min=float(rec[length + 1, ARRIVE]),
        visits=visits,
        distance=_distance(problem, kind, day, row[: length + 2], rec[:, NIGHT]),
        load=float(sum(problem.customers[row[k]].demand for k in range(1, length + 1))),
        night_before_return=bool(rec[length + 1, NIGHT]),
    )


def _distance(problem: Problem, kind: int, day: int, row: np.ndarray, night: np.ndarray) -> float:
    places = [problem.vehicles[kind].home if k >= len(problem.customers) else problem.customers[k].place for k in row]
    total, nights = 0.0, 0
    for k in range(1, len(places)):
        nights += bool(night[k])
        on = min((day + nights) % problem.period, problem.n_days - 1) if nights else day
        total += float(problem.days[on].distance[places[k - 1], places[k]])
    return total


def _costs(
    problem: Problem,
    arrays: Arrays,
    state: State,
    routes: list[Route],
    days_of: Mapping[str, tuple[int, ...]],
    before: Mapping[str, tuple[int, ...]],
) -> dict[str, float]:
    kinds = {v.name: v for v in problem.vehicles}
    duty = 0.0
    for slot in np.flatnonzero(state.length):
        day, vehicle = divmod(int(slot), arrays.n_vehicles)
        rec = np.zeros((int(state.length[slot]) + 2, 4))
        kind = int(arrays.kind_of[vehicle])
        duty += schedule(arrays.clock, kind, day, state.seq[slot], int(state.length[slot]), rec)[0]
    return {
        "distance": sum(r.distance for r in routes),
        "priced_distance": sum(r.distance * kinds[r.vehicle].price for r in routes),
        "fixed": sum(kinds[r.vehicle].fixed_cost for r in routes),
        "duty_min": float(duty),
        "nights": float(sum(r.nights for r in routes)),
        "mail_age": sum(mail_age(days_of[c.name], problem.period, c.mail_per_day) for c in problem.customers),
        "changed_days": float(sum(days_changed(days_of[c.name], before.get(c.name)) for c in problem.customers)),
        "routes": float(len(routes)),
    }


def tours_of(state: State) -> Tours:
    """The customers of each used slot, in order."""
    return [
        (int(slot), [int(c) for c in state.seq[slot, 1 : state.length[slot] + 1]])
        for slot in np.flatnonzero(state.length)
    ]


def state_from_tours(arrays: Arrays, scratch: Scratch, tours: Tours) -> State | None:
    """A state with these tours, or None if some customer's days are no allowed pattern."""
    state = state_empty(arrays)
    bits = np.zeros(arrays.n, dtype=np.int64)
    for slot, customers in tours:
        for place, c in enumerate(customers):
            slot_insert(arrays, state, scratch, slot, place, c)
            bits[c] |= 1 << (slot // arrays.n_vehicles)
    for c in range(arrays.n):
        first, last = arrays.pattern_start[c], arrays.pattern_start[c + 1]
        match = np.flatnonzero(arrays.pattern_bits[first:last] == bits[c])
        if not len(match):
            return None
        state.pattern[c] = first + match[0]
    return state


def tours_from_result(problem: Problem, arrays: Arrays, plan: Result) -> Tours:
    """The plan in force as tours; visits of customers or vehicles that are gone are left out."""
    number = {c.name: k for k, c in enumerate(problem.customers)}
    first = {v.name: sum(w.count for w in problem.vehicles[:k]) for k, v in enumerate(problem.vehicles)}
    counts = {v.name: v.count for v in problem.vehicles}
    tours = []
    for route in plan.routes:
        if route.day < problem.n_days and route.vehicle_no < counts.get(route.vehicle, 0):
            slot = route.day * arrays.n_vehicles + first[route.vehicle] + route.vehicle_no
            tours.append((slot, [number[v.customer] for v in route.visits if v.customer in number]))
    return tours
