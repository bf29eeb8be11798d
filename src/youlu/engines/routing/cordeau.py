"""Reader of the periodic instances and solutions of Cordeau, Gendreau and Laporte (1997).

Works on lines of text; opening files is the caller's work. Format: `type m n t`, then `D Q` per day
(0: no limit on duration), then the depot and the customers as `i x y service demand visits a codes…`.
A code is a day set in binary whose most significant bit is the first day. Times are in the distance's unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isfinite

import numpy as np

from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Customer, Day, Problem, Vehicle

PERIODIC = 1


def cordeau_read(lines: Iterable[str], name: str = "") -> Problem:
    """The periodic problem (type 1) in the lines; `RoutingInputError` names the line that is wrong."""
    rows = [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise RoutingInputError("the file is empty")
    kind, count, n, t = (int(x) for x in _numbers(*rows[0], least=4)[:4])
    if kind != PERIODIC:
        raise RoutingInputError(f"line 1: type {kind} is not a periodic problem (1)")
    if n < 0 or t < 0 or len(rows) < 2 + t + n:
        raise RoutingInputError(f"{n} customers and {t} days need {2 + t + n} lines, there are {len(rows)}")
    limits = {tuple(_numbers(*row, least=2)[:2]) for row in rows[1 : 1 + t]}
    lines_of = rows[1 + t : 2 + t + n]
    nodes = [_numbers(*row, least=7 if k else 3) for k, row in enumerate(lines_of)]
    points = np.array([node[1:3] for node in nodes])
    distance = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    day = Day(distance, distance)
    return Problem(
        customers=tuple(_customer(lines_of[place][0], node, place, t) for place, node in enumerate(nodes) if place),
        vehicles=_vehicles(limits, count, rows[1 : 1 + t]),
        days=(day,) * t,
        points=tuple((float(x), float(y)) for x, y in points),
        name=name,
    )


def _vehicles(limits: set[tuple[float, ...]], count: int, rows: list[tuple[int, list[str]]]) -> tuple[Vehicle, ...]:
    """One type when all days are alike, else one per distinct (duration, capacity) and its days."""
    by_day = [tuple(_numbers(*row, least=2)[:2]) for row in rows]
    found = []
    for k, (duration, capacity) in enumerate(sorted(limits)):
        days = tuple(d for d, pair in enumerate(by_day) if pair == (duration, capacity))
        found.append(
            Vehicle(
                name="van" if len(limits) == 1 else f"van-{k + 1}",
                home=0,
                count=count,
                capacity=capacity or inf,
                max_duty_min=duration or inf,
                days=days if len(limits) > 1 else (),
            )
        )
    return tuple(found)


def _customer(line: int, node: list[float], place: int, t: int) -> Customer:
    number, service, demand, visits = int(node[0]), node[3], node[4], int(node[5])
    codes = [int(code) for code in node[7 : 7 + int(node[6])]]
    if len(codes) != int(node[6]):
        raise RoutingInputError(f"line {line}: {int(node[6])} codes are announced, there are {len(codes)}")
    patterns = tuple(tuple(day for day in range(t) if code >> (t - 1 - day) & 1) for code in codes)
    if not visits and patterns:  # p11 has one such line; the solution beside it visits the customer once
        visits = len(patterns[0])
    return Customer(
        name=str(number), place=place, demand=demand, visits=visits, patterns=patterns, service_min=service
    )


def _numbers(number: int, words: list[str], least: int) -> list[float]:
    try:
        values = [float(word) for word in words]
    except ValueError:
        raise RoutingInputError(f"line {number}: {' '.join(words)!r} is not all numbers") from None
    if not all(map(isfinite, values)):
        raise RoutingInputError(f"line {number}: {' '.join(words)!r} holds something without end or value")
    if len(values) < least:
        raise RoutingInputError(f"line {number}: {least} numbers are needed, there are {len(values)}")
    return values


def cordeau_solution_read(lines: Iterable[str]) -> tuple[float, list[tuple[int, int, list[int]]]]:
    """(cost, [(day, vehicle, customer numbers)]) of a solution file; days and vehicles from 0."""
    rows = [line.split() for line in lines if line.strip()]
    if not rows:
        raise RoutingInputError("the solution file is empty")
    routes = []
    for row in rows[1:]:
        stops = [int(word) for word in row[4:]]
        routes.append((int(row[0]) - 1, int(row[1]) - 1, [stop for stop in stops if stop]))
    return float(rows[0][0]), routes
