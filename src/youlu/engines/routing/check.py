"""Input checks: malformed input raises; what cannot be served is named before any search."""

from __future__ import annotations

from collections.abc import Iterable
from math import isinf, isnan

import numpy as np

from youlu.engines.routing.check_words import kind_fault
from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Crossing, Customer, Day, Problem, Unserved, Vehicle
from youlu.engines.routing.patterns import patterns_allowed

# Stops that all routes of the period could hold, 12 bytes each and three plans at a time: 5 GB. The largest published
# instance needs a thousandth of it.
MOST_STOPS = 150_000_000


def problem_check(problem: Problem) -> None:
    """Raise `RoutingInputError` naming what is malformed."""
    if not problem.customers:
        raise RoutingInputError("the problem has no customers: nothing to plan")
    if not problem.vehicles:
        raise RoutingInputError("the problem has no vehicles")
    if not problem.days:
        raise RoutingInputError("the problem has no service days")
    _kinds_check(problem)
    if problem.period < problem.n_days:
        raise RoutingInputError(f"the period of {problem.period} days is shorter than {problem.n_days} service days")
    _names_check("customer", (c.name for c in problem.customers))
    _names_check("vehicle", (v.name for v in problem.vehicles))
    _weights_check(problem)
    for number, day in enumerate(problem.days):
        if all(day is not seen for seen in problem.days[:number]):
            _day_check(problem, number, day)
    for customer in problem.customers:
        _customer_check(problem, customer)
    for vehicle in problem.vehicles:
        _vehicle_check(problem, vehicle)
    _size_check(problem)


def _size_check(problem: Problem) -> None:
    """A slip of the finger in a count is not an hour of swapping."""
    routes = problem.n_days * sum(vehicle.count for vehicle in problem.vehicles)
    if routes * (len(problem.customers) + 2) > MOST_STOPS:
        largest = max(problem.vehicles, key=lambda vehicle: vehicle.count)
        raise RoutingInputError(
            f"{routes} routes of up to {len(problem.customers)} customers are more than fit into memory: plan in "
            f"parts, or correct the count of vehicle {largest.name!r}, {largest.count}"
        )


def _kinds_check(problem: Problem) -> None:
    """Every value is of the kind its word asks for."""
    entries: list[tuple[str, object]] = [(f"customer {c.name!r}", c) for c in problem.customers]
    entries += [(f"vehicle {v.name!r}", v) for v in problem.vehicles]
    entries += [("weights", problem.weights)]
    entries += [(f"day {k}: a crossing", c) for k, day in enumerate(problem.days) for c in day.crossings]
    for who, entry in entries:
        fault = kind_fault(entry)
        if fault:
            raise RoutingInputError(f"{who}: {fault}")


def _weights_check(problem: Problem) -> None:
    for word, value in vars(problem.weights).items():
        if isnan(value) or value < 0 or isinf(value):
            raise RoutingInputError(f"the weight {word} is {value}: it must be a number of at least 0")


def _names_check(kind: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RoutingInputError(f"{kind} {name!r} appears twice")
        seen.add(name)


def _who(problem: Problem, place: int) -> str:
    """The place in words: its customers, else its vehicles, else its row."""
    customers = [c.name for c in problem.customers if c.place == place]
    if customers:
        return f"customer {customers[0]!r}"
    homes = [v.name for v in problem.vehicles if v.home == place]
    return f"the home of vehicle {homes[0]!r}" if homes else f"place {place}"


def _day_check(problem: Problem, number: int, day: Day) -> None:
    n = problem.n_places
    for word, matrix in (("distance", day.distance), ("time", day.time_min)):
        if matrix.shape != (n, n):
            raise RoutingInputError(f"day {number}: the {word} matrix is {matrix.shape}, not {(n, n)}")
        _matrix_check(problem, number, word, matrix)
    if not problem.asymmetric:
        _symmetry_check(problem, number, day)
    for crossing in day.crossings:
        edge = (crossing.origin, crossing.destination)
        if not all(0 <= p < n for p in edge):
            raise RoutingInputError(f"day {number}: a crossing names place {edge}, there are {n} places")
        if not all(0 <= d < np.inf for d in _crossing_minutes(crossing)):
            raise RoutingInputError(f"day {number}: the crossing to {_who(problem, edge[1])} has a bad time")


def _crossing_minutes(crossing: Crossing) -> tuple[float, ...]:
    return (*crossing.departures_min, crossing.crossing_min, crossing.approach_min, crossing.onward_min)


def _matrix_check(problem: Problem, number: int, word: str, matrix: np.ndarray) -> None:
    for test, cause in ((np.isnan(matrix), "a hole (NaN)"), (matrix < 0, "negative")):
        if test.any():
            i, j = (int(k) for k in np.argwhere(test)[0])
            raise RoutingInputError(
                f"day {number}: the {word} from {_who(problem, i)} to {_who(problem, j)} is {cause}"
            )


def _symmetry_check(problem: Problem, number: int, day: Day) -> None:
    distance = day.distance
    off = ~np.isclose(distance, distance.T, rtol=1e-9, atol=1e-9)
    if off.any():
        i, j = (int(k) for k in np.argwhere(off)[0])
        raise RoutingInputError(
            f"day {number}: the distance from {_who(problem, i)} to {_who(problem, j)} differs by direction; "
            "say asymmetric=True if that is meant"
        )


def _customer_check(problem: Problem, customer: Customer) -> None:
    def bad(cause: str) -> RoutingInputError:
        return RoutingInputError(f"customer {customer.name!r}: {cause}")

    if not 0 <= customer.place < problem.n_places:
        raise bad(f"place {customer.place} is not in the matrix of {problem.n_places} places")
    for word in ("demand", "service_min", "mail_per_day"):
        value = getattr(customer, word)
        if isnan(value) or isinf(value) or value < 0:
            raise bad(f"{word} is {value}: it must be a number of at least 0")
    if customer.visits < 1:
        raise bad(f"visits is {customer.visits}: at least 1 is needed")
    opens, closes = customer.window_min
    if isnan(opens) or isnan(closes) or opens < 0 or closes < opens:
        raise bad(f"the window {customer.window_min} closes before it opens")
    for pattern in customer.patterns:
        if len(set(pattern)) != customer.visits:
            raise bad(f"the pattern {pattern} does not have {customer.visits} days")
        if not all(0 <= day < problem.n_days for day in pattern):
            raise bad(f"the pattern {pattern} names a day outside 0 to {problem.n_days - 1}")
    unknown = customer.vehicles - {v.name for v in problem.vehicles}
    if unknown:
        raise bad(f"vehicle {sorted(unknown)[0]!r} does not exist")


def _vehicle_check(problem: Problem, vehicle: Vehicle) -> None:
    def bad(cause: str) -> RoutingInputError:
        return RoutingInputError(f"vehicle {vehicle.name!r}: {cause}")

    if not 0 <= vehicle.home < problem.n_places:
        raise bad(f"home {vehicle.home} is not in the matrix of {problem.n_places} places")
    if vehicle.count < 1:
        raise bad(f"count is {vehicle.count}: at least 1 is needed")
    numbers = ("capacity", "max_duty_min", "max_driving_min", "break_after_min", "break_min", "rest_min")
    for word in (*numbers, "max_nights", "price", "fixed_cost"):
        value = getattr(vehicle, word)
        if isnan(value) or value < 0:
            raise bad(f"{word} is {value}: it must be a number of at least 0")
    if vehicle.break_after_min == 0:
        raise bad("break_after_min is 0: there would be no driving")
    starts, ends = vehicle.shift_min
    if isnan(starts) or isnan(ends) or starts < 0 or isinf(starts) or ends < starts:
        raise bad(f"the shift {vehicle.shift_min} ends before it starts")
    if not all(0 <= day < problem.n_days for day in vehicle.days):
        raise bad(f"days {vehicle.days} name a day outside 0 to {problem.n_days - 1}")


def unservable(problem: Problem) -> tuple[Unserved, ...]:
    """Customers that no plan can serve, each with the cause; cheap tests, before the search."""
    found = [u for c in problem.customers if (u := _customer_unservable(problem, c))]
    if not found:
        found = _totals_unservable(problem)
    return tuple(found)


def _may_come(problem: Problem, customer: Customer) -> list[Vehicle]:
    return [v for v in problem.vehicles if not customer.vehicles or v.name in customer.vehicles]


def _customer_unservable(problem: Problem, customer: Customer) -> Unserved | None:
    patterns = patterns_allowed(customer, problem)
    if not patterns:
        cause = f"no set of {customer.visits} of {problem.n_days} days has gaps of {customer.min_gap_days} days"
        return Unserved(customer.name, cause)
    vehicles = _may_come(problem, customer)
    largest = max(v.capacity for v in vehicles)
    if customer.demand > largest:
        return Unserved(customer.name, f"one load of {customer.demand:g} exceeds the largest vehicle ({largest:g})")
    open_days = {
        d for d in range(problem.n_days) if any(_runs(v, d) and _reaches(problem, v, customer, d) for v in vehicles)
    }
    if any(open_days.issuperset(p) for p in patterns):
        return None
    shut = sorted(set().union(*map(set, patterns)) - open_days)
    return Unserved(
        customer.name, f"no vehicle can get there and back on days {shut}, and every pattern needs one of them"
    )


def _runs(vehicle: Vehicle, day: int) -> bool:
    return not vehicle.days or day in vehicle.days


def _reaches(problem: Problem, vehicle: Vehicle, customer: Customer, day: int) -> bool:
    """Whether there is a way out and back at all: a relaxation without duty rules and windows."""
    graph = _ways(problem.days[day], vehicle)
    if vehicle.max_nights:  # after a night another day's roads count
        for other in problem.days:
            graph = graph | _ways(other, vehicle)
    out, back = _closure_of(graph, vehicle.home), _closure_of(graph.T, vehicle.home)
    return bool(out[customer.place] and back[customer.place])


def _ways(day: Day, vehicle: Vehicle) -> np.ndarray:
    open_ = np.isfinite(day.distance) & np.isfinite(day.time_min)
    for crossing in day.crossings:
        sails = any(d >= vehicle.shift_min[0] + crossing.approach_min for d in crossing.departures_min)
        open_[crossing.origin, crossing.destination] = sails and np.isfinite(
            day.distance[crossing.origin, crossing.destination]
        )
    return open_


def _closure_of(graph: np.ndarray, start: int) -> np.ndarray:
    seen = np.zeros(len(graph), dtype=bool)
    seen[start] = True
    while True:
        more = seen | graph[seen].any(axis=0)
        if (more == seen).all():
            return seen
        seen = more


def _totals_unservable(problem: Problem) -> list[Unserved]:
    need = sum(c.demand * c.visits for c in problem.customers)
    have = sum(v.capacity * v.count * (len(set(v.days)) or problem.n_days) for v in problem.vehicles)
    if need <= have:
        return []
    return [Unserved("", f"the period's load of {need:g} exceeds what all vehicles carry ({have:g})")]
