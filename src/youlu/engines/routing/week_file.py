"""A week as a planner writes it down: a mapping (from JSON or TOML) to a problem.

Roads are straight lines times `road_factor` at `speed_kmh`, changed by snow, closed edges and ferries of
single days. Whoever has real matrices builds a `Problem` instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Crossing, Customer, Day, Problem, Vehicle, Weights
from youlu.engines.routing.roads import edges_close


def week_read(document: Mapping[str, Any]) -> Problem:
    """The problem in the document; see docs/how-to/plan-a-week.md for its words.

    Raises
    ------
    RoutingInputError : names the entry and the word that is missing, unknown or wrong.
    """
    places = _list(document, "places")
    names = [str(_need(place, "name", "places")) for place in places]
    if len(set(names)) != len(names):
        raise RoutingInputError("places: two places have the same name")
    points = np.array([[float(_need(p, "x", p["name"])), float(_need(p, "y", p["name"]))] for p in places])
    n_days = int(document.get("service_days", 6))
    distance = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1)) * float(
        document.get("road_factor", 1.3)
    )
    time = distance / float(document.get("speed_kmh", 40.0)) * 60.0
    number = {name: k for k, name in enumerate(names)}
    problem = Problem(
        customers=tuple(_customer(entry, number) for entry in _list(document, "customers")),
        vehicles=tuple(_vehicle(entry, number) for entry in _list(document, "vehicles")),
        days=_days(document, distance, time, number, n_days),
        period_days=int(document.get("period_days", 7)),
        weights=_make(Weights, dict(document.get("weights", {})), "weights"),
        points=tuple((float(x), float(y)) for x, y in points),
        name=str(document.get("name", "")),
    )
    for closed in document.get("closed", ()):
        edge = tuple(_place(name, number, "closed") for name in _need(closed, "edge", "closed"))
        problem = edges_close(problem, [edge], closed.get("days", ()))  # type: ignore[list-item]
    return problem


def _days(
    document: Mapping[str, Any], distance: np.ndarray, time: np.ndarray, number: Mapping[str, int], n_days: int
) -> tuple[Day, ...]:
    usual = Day(distance, time)
    days = [usual] * n_days
    for snow in document.get("snow", ()):
        factor = float(_need(snow, "factor", "snow"))
        slow = Day(distance, time * factor)
        for day in _need(snow, "days", "snow"):
            if not 0 <= day < n_days:
                raise RoutingInputError(f"snow: day {day} is outside 0 to {n_days - 1}")
            days[day] = slow
    ferries = []
    for entry in document.get("crossings", ()):
        edge = [_place(name, number, "crossings") for name in _need(entry, "edge", "crossings")]
        rest = {word: value for word, value in entry.items() if word != "edge"}
        rest["departures_min"] = tuple(_need(entry, "departures_min", "crossings"))
        for a, b in (edge, edge[::-1]):
            ferries.append(_make(Crossing, {"origin": a, "destination": b, **rest}, "crossings"))
    made = {id(day): replace(day, crossings=tuple(ferries)) for day in days}
    return tuple(made[id(day)] for day in days)


def _customer(entry: Mapping[str, Any], number: Mapping[str, int]) -> Customer:
    words = dict(entry)
    name = str(words.setdefault("name", words.get("place", "?")))
    words["place"] = _place(words.get("place", name), number, f"customer {name!r}")
    if "patterns" in words:
        words["patterns"] = tuple(tuple(pattern) for pattern in words["patterns"])
    if "window_min" in words:
        words["window_min"] = tuple(words["window_min"])
    if "vehicles" in words:
        words["vehicles"] = frozenset(words["vehicles"])
    return _make(Customer, words, f"customer {name!r}")


def _vehicle(entry: Mapping[str, Any], number: Mapping[str, int]) -> Vehicle:
    words = dict(entry)
    name = str(_need(words, "name", "vehicles"))
    words["home"] = _place(_need(words, "home", f"vehicle {name!r}"), number, f"vehicle {name!r}")
    for word in ("shift_min", "days"):
        if word in words:
            words[word] = tuple(words[word])
    return _make(Vehicle, words, f"vehicle {name!r}")


def _make(kind: type, words: Mapping[str, Any], where: str) -> Any:
    known = {f.name for f in fields(kind)}
    unknown = sorted(set(words) - known)
    if unknown:
        raise RoutingInputError(f"{where}: {unknown[0]!r} is not a word here; known are {sorted(known)}")
    return kind(**words)


def _need(entry: Mapping[str, Any], word: str, where: str) -> Any:
    if word not in entry:
        raise RoutingInputError(f"{where}: {word!r} is missing")
    return entry[word]


def _list(document: Mapping[str, Any], word: str) -> Sequence[Mapping[str, Any]]:
    found = document.get(word)
    if not isinstance(found, list) or not found:
        raise RoutingInputError(f"{word!r} must be a list with at least one entry")
    return found


def _place(name: Any, number: Mapping[str, int], where: str) -> int:
    if name not in number:
        raise RoutingInputError(f"{where}: there is no place {name!r}")
    return number[name]
