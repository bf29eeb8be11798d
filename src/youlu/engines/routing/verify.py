"""Check a plan against the problem in plain Python; shares no code with the search.

Only the problem's own numbers are used: distances, days and times are looked up and added again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from math import inf, isclose, isfinite

from youlu.engines.routing.model import DAY_MIN, Crossing, Customer, Problem, Result, Route, Vehicle, Visit

TOLERANCE = 1e-6


def plan_verify(
    problem: Problem, result: Result, before: Mapping[str, tuple[int, ...]] | None = None
) -> list[str]:
    """Every broken rule as a sentence; an empty list means the plan is right.

    `before`: visit days of the plan in force. Without it the number of changed days is taken as reported.
    """
    if not result.feasible:
        return ["the result says that it is not feasible"]
    customers = {c.name: c for c in problem.customers}
    vehicles = {v.name: v for v in problem.vehicles}
    faults: list[str] = []
    for route in result.routes:
        where = f"day {route.day}, {route.vehicle} {route.vehicle_no}"
        unknown = [v.customer for v in route.visits if v.customer not in customers]
        if route.vehicle not in vehicles or unknown or not 0 <= route.day < problem.n_days:
            faults.append(f"{where}: unknown vehicle, day or customer {unknown}")
            continue
        if not _all_numbers(route):  # before any comparison: nothing is greater than "not a number"
            faults.append(f"{where}: a time, distance or load is not a number")
            continue
        faults += [f"{where}: {fault}" for fault in _route_faults(problem, route, customers, vehicles[route.vehicle])]
    if faults:
        return faults
    faults += _vehicle_faults(problem, result, vehicles)
    faults += _frequency_faults(problem, result)
    if faults:
        return faults
    return _cost_faults(problem, result, customers, vehicles, before)


def _all_numbers(route: Route) -> bool:
    times = [minute for v in route.visits for minute in (v.arrive_min, v.begin_min, v.leave_min)]
    return all(map(isfinite, (route.start_min, route.end_min, route.distance, route.load, *times)))


def _route_faults(problem: Problem, route: Route, customers: dict[str, Customer], vehicle: Vehicle) -> list[str]:
    faults = []
    if not route.visits:
        return ["a route without visits"]
    if not 0 <= route.vehicle_no < vehicle.count:
        faults.append(f"there are {vehicle.count} such vehicles")
    if vehicle.days and route.day not in vehicle.days:
        faults.append("the vehicle does not run on that day")
    load = sum(customers[v.customer].demand for v in route.visits)
    if load > vehicle.capacity + TOLERANCE or abs(load - route.load) > TOLERANCE:
        faults.append(f"load {load:g} against a capacity of {vehicle.capacity:g} and {route.load:g} reported")
    for visit in route.visits:
        allowed = customers[visit.customer].vehicles
        if allowed and vehicle.name not in allowed:
            faults.append(f"{visit.customer} may not be served by it")
    return faults + _TimeCheck(problem, route, customers, vehicle).faults()


class _TimeCheck:
    """Walks one route by its own reported times."""

    def __init__(self, problem: Problem, route: Route, customers: dict[str, Customer], vehicle: Vehicle) -> None:
        self.problem, self.route, self.vehicle = problem, route, vehicle
        self.customers = customers
        self.found: list[str] = []
        self.now = self.duty_from = route.start_min
        self.place = vehicle.home
        self.nights = 0
        self.driven = self.since_break = self.distance = 0.0

    def faults(self) -> list[str]:
        if self.now < self.vehicle.shift_min[0] - TOLERANCE:
            self.found.append("it leaves before the shift begins")
        for visit in self.route.visits:
            self._visit(visit)
        back = self._leg(self.vehicle.home, self.route.night_before_return)
        if self.route.end_min < back - TOLERANCE:
            self.found.append(f"it cannot be back at {self.route.end_min:g}, only at {back:g}")
        self.now = self.route.end_min
        self._duty_end()
        if abs(self.distance - self.route.distance) > 1e-6 * max(1.0, self.distance):
            self.found.append(f"distance {self.distance:g}, reported {self.route.distance:g}")
        return self.found

    def _visit(self, visit: Visit) -> None:
        customer = self.customers[visit.customer]
        earliest = self._leg(customer.place, visit.night_before)
        opens, closes = (edge + self.nights * DAY_MIN for edge in customer.window_min)
        if visit.arrive_min < earliest - TOLERANCE:
            self.found.append(f"{visit.customer} cannot be reached at {visit.arrive_min:g}, only at {earliest:g}")
        if visit.begin_min < max(opens, visit.arrive_min) - TOLERANCE or visit.begin_min > closes + TOLERANCE:
            self.found.append(f"{visit.customer} begins at {visit.begin_min:g}, outside {opens:g} to {closes:g}")
        if visit.leave_min < visit.begin_min + customer.service_min - TOLERANCE:
            self.found.append(f"{visit.customer} is left before the service is done")
        self.now = visit.leave_min

    def _leg(self, to: int, night: bool) -> float:
        """Earliest arrival at the next place."""
        if night:
            self._night()
        day = self.problem.days[self._day_index()]
        length = float(day.distance[self.place, to])
        if not isfinite(length):
            self.found.append(f"the way from place {self.place} to {to} is closed")
        self.distance += length
        ferry = [c for c in day.crossings if (c.origin, c.destination) == (self.place, to)]
        self.place = to
        if ferry:
            return self._sail(ferry[-1])
        return self.now + self._drive(float(day.time_min[self.route_from, to]))

    def _day_index(self) -> int:
        self.route_from = self.place
        if not self.nights:
            return self.route.day
        return min((self.route.day + self.nights) % self.problem.period, self.problem.n_days - 1)

    def _sail(self, ferry: Crossing) -> float:
        midnight = self.nights * DAY_MIN
        at_pier = self.now + self._drive(ferry.approach_min)
        later = [d + midnight for d in ferry.departures_min if d + midnight >= at_pier - TOLERANCE]
        if not later:
            self.found.append(f"no departure from place {ferry.origin} after {at_pier:g}")
            return inf
        if ferry.crossing_min >= self.vehicle.break_min:
            self.since_break = 0.0
        return min(later) + ferry.crossing_min + self._drive(ferry.onward_min)

    def _drive(self, minutes: float) -> float:
        """Minutes on the road, breaks included."""
        self.driven += minutes
        self.since_break += minutes
        road = minutes
        while self.since_break > self.vehicle.break_after_min + TOLERANCE:
            self.since_break -= self.vehicle.break_after_min
            road += self.vehicle.break_min
        return road

    def _duty_end(self) -> None:
        duty = self.now - self.duty_from
        if duty > self.vehicle.max_duty_min + TOLERANCE:
            self.found.append(f"a duty of {duty:g} minutes, {self.vehicle.max_duty_min:g} are allowed")
        if self.driven > self.vehicle.max_driving_min + TOLERANCE:
            self.found.append(f"{self.driven:g} minutes at the wheel, {self.vehicle.max_driving_min:g} are allowed")
        if self.now > self.vehicle.shift_min[1] + self.nights * DAY_MIN + TOLERANCE:
            self.found.append(f"the shift ends before {self.now:g}")

    def _night(self) -> None:
        self._duty_end()
        self.nights += 1
        if self.nights > self.vehicle.max_nights:
            self.found.append(f"{self.nights} nights, {self.vehicle.max_nights} are allowed")
        shift = self.nights * DAY_MIN + self.vehicle.shift_min[0]
        self.now = self.duty_from = max(self.now + self.vehicle.rest_min, shift)
        self.driven = self.since_break = 0.0


def _vehicle_faults(problem: Problem, result: Result, vehicles: dict[str, Vehicle]) -> list[str]:
    """One route per vehicle and day, and none while it is away overnight."""
    faults = []
    busy: dict[tuple[str, int, int], str] = {}
    for route in result.routes:
        for k in range(route.nights + 1):
            day = (route.day + k) % problem.period if k else route.day
            if day >= problem.n_days:
                continue
            key = (route.vehicle, route.vehicle_no, day)
            if key in busy:
                faults.append(f"{route.vehicle} {route.vehicle_no} has two routes on day {day}")
            busy[key] = route.vehicle
    return faults


def _frequency_faults(problem: Problem, result: Result) -> list[str]:
    seen: dict[str, list[int]] = defaultdict(list)
    for route in result.routes:
        for visit in route.visits:
            seen[visit.customer].append(route.day)
    stray = sorted(set(result.days_by_customer) - {c.name for c in problem.customers})
    faults = [f"the plan has days for {name!r}, who is unknown" for name in stray]
    for customer in problem.customers:
        days = tuple(sorted(seen[customer.name]))
        if len(days) != customer.visits or len(set(days)) != len(days):
            faults.append(f"{customer.name} is visited on days {days}, {customer.visits} visits are due")
        elif not _pattern_allowed(problem, customer, days):
            faults.append(f"{customer.name}: the days {days} are not allowed")
        if tuple(result.days_by_customer.get(customer.name, ())) != days:
            faults.append(f"{customer.name}: the plan says {result.days_by_customer.get(customer.name)}, not {days}")
    return faults


def _pattern_allowed(problem: Problem, customer: Customer, days: tuple[int, ...]) -> bool:
    if customer.patterns:
        return any(set(p) == set(days) for p in customer.patterns)
    apart = [min(b - a, problem.period - (b - a)) for a, b in combinations(days, 2)]
    return all(gap >= customer.min_gap_days for gap in apart)


def _cost_faults(
    problem: Problem,
    result: Result,
    customers: dict[str, Customer],
    vehicles: dict[str, Vehicle],
    before: Mapping[str, tuple[int, ...]] | None,
) -> list[str]:
    """The parts of the cost, and their weighed sum."""
    weights = problem.weights
    routes = [(route, vehicles[route.vehicle]) for route in result.routes]
    parts = {
        "distance": sum(route.distance for route, _ in routes),
        "priced_distance": sum(vehicle.price * route.distance for route, vehicle in routes),
        "fixed": sum(vehicle.fixed_cost for _, vehicle in routes),
        "duty_min": sum(_duty(route, vehicle) for route, vehicle in routes),
        "nights": float(sum(route.nights for route, _ in routes)),
        "mail_age": sum(
            _mail_age(customers[name], days, problem.period) for name, days in result.days_by_customer.items()
        ),
        "changed_days": result.costs.get("changed_days", 0.0) if before is None else _changed(result, before),
    }
    total = (
        weights.distance * parts["priced_distance"]
        + parts["fixed"]
        + weights.duty * parts["duty_min"]
        + weights.overnight * parts["nights"]
        + weights.mail_age * parts["mail_age"]
        + weights.changed_day * parts["changed_days"]
    )
    faults = [
        f"{word} is {value:.6f}, reported {result.costs.get(word)}"
        for word, value in parts.items()
        if not isclose(value, result.costs.get(word, 0.0), rel_tol=1e-6, abs_tol=1e-6)
    ]
    if not isclose(total, result.cost, rel_tol=1e-6, abs_tol=1e-6):
        faults.append(f"the plan costs {total:.6f}, reported {result.cost:.6f}")
    return faults


def _changed(result: Result, before: Mapping[str, tuple[int, ...]]) -> float:
    """Visit days that the plan in force does not have; a new customer changes nothing."""
    return float(sum(len(set(days) - set(before.get(name, days))) for name, days in result.days_by_customer.items()))


def _duty(route: Route, vehicle: Vehicle) -> float:
    """Minutes from start to end without the nights' rest."""
    duty, since, night = 0.0, route.start_min, 0
    left = route.start_min
    stops = [(v.night_before, v.leave_min) for v in route.visits] + [(route.night_before_return, route.end_min)]
    for night_before, leave in stops:
        if night_before:
            night += 1
            duty += left - since
            since = max(left + vehicle.rest_min, night * DAY_MIN + vehicle.shift_min[0])
        left = leave
    return duty + left - since


def _mail_age(customer: Customer, days: tuple[int, ...], period: int) -> float:
    waits = [((b - a) % period) or period for a, b in zip(days, (*days[1:], days[0]), strict=True)]
    return customer.mail_per_day * sum(w * w / 2.0 for w in waits)
