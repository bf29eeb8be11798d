"""A week as a planner writes it down: a mapping (from JSON or TOML) to a problem.

Roads are straight lines times `road_factor` at `speed_kmh`, changed by snow, closed edges and ferries of
single days. Whoever has real matrices builds a `Problem` instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, replace
from math import isfinite
from typing import Any

import numpy as np

from youlu.engines.routing.check_words import kind_fault
from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Crossing, Customer, Day, Problem, Vehicle, Weights
from youlu.engines.routing.roads import edges_close

MOST_DAYS = 366


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
    points = np.array([[_number(_need(p, word, p["name"]), f"{p['name']}: {word}") for word in "xy"] for p in places])
    n_days = _whole(document.get("service_days", 6), "service_days")
    if not 1 <= n_days <= MOST_DAYS:
        raise RoutingInputError(f"service_days is {n_days}: 1 to {MOST_DAYS} are possible")
    road_factor = _positive(document.get("road_factor", 1.3), "road_factor")
    distance = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1)) * road_factor
    time = distance / _positive(document.get("speed_kmh", 40.0), "speed_kmh") * 60.0
    number = {name: k for k, name in enumerate(names)}
    problem = Problem(
        customers=tuple(_customer(entry, number) for entry in _list(document, "customers")),
        vehicles=tuple(_vehicle(entry, number) for entry in _list(document, "vehicles")),
        days=_days(document, distance, time, number, n_days),
        period_days=_whole(document.get("period_days", 7), "period_days"),
        weights=_make(Weights, document.get("weights", {}), "weights"),
        points=tuple((float(x), float(y)) for x, y in points),
        name=str(document.get("name", "")),
    )
    for closed in _list(document, "closed", least=0):
        problem = edges_close(problem, [_edge(closed, number, "closed")], _day_list(closed.get("days", []), "closed"))
    return problem


def _days(
    document: Mapping[str, Any], distance: np.ndarray, time: np.ndarray, number: Mapping[str, int], n_days: int
) -> tuple[Day, ...]:
    usual = Day(distance, time)
    days = [usual] * n_days
    for snow in _list(document, "snow", least=0):
        factor = _positive(_need(snow, "factor", "snow"), "snow: factor")
        slow = Day(distance, time * factor)
        for day in _day_list(_need(snow, "days", "snow"), "snow"):
            if not 0 <= day < n_days:
                raise RoutingInputError(f"snow: day {day} is outside 0 to {n_days - 1}")
            days[day] = slow
    ferries = []
    for entry in _list(document, "crossings", least=0):
        edge = _edge(entry, number, "crossings")
        rest = {word: value for word, value in entry.items() if word != "edge"}
        rest["departures_min"] = _tuple(_need(entry, "departures_min", "crossings"), "crossings: departures_min")
        for a, b in (edge, edge[::-1]):
            ferries.append(_make(Crossing, {"origin": a, "destination": b, **rest}, "crossings"))
    made = {id(day): replace(day, crossings=tuple(ferries)) for day in days}
    return tuple(made[id(day)] for day in days)


def _customer(entry: Mapping[str, Any], number: Mapping[str, int]) -> Customer:
    words = dict(entry)
    name = str(words.setdefault("name", words.get("place", "?")))
    words["place"] = _place(words.get("place", name), number, f"customer {name!r}")
    where = f"customer {name!r}"
    if "patterns" in words:
        words["patterns"] = tuple(_tuple(p, f"{where}: a pattern") for p in _tuple(words["patterns"], where))
    if "window_min" in words:
        words["window_min"] = _tuple(words["window_min"], f"{where}: window_min")
    if "vehicles" in words:
        words["vehicles"] = frozenset(map(str, _tuple(words["vehicles"], f"{where}: vehicles")))
    return _make(Customer, words, where)


def _vehicle(entry: Mapping[str, Any], number: Mapping[str, int]) -> Vehicle:
    words = dict(entry)
    name = str(_need(words, "name", "vehicles"))
    words["home"] = _place(_need(words, "home", f"vehicle {name!r}"), number, f"vehicle {name!r}")
    for word in ("shift_min", "days"):
        if word in words:
            words[word] = _tuple(words[word], f"vehicle {name!r}: {word}")
    return _make(Vehicle, words, f"vehicle {name!r}")


def _make(kind: type, words: Any, where: str) -> Any:
    if not isinstance(words, Mapping):
        raise RoutingInputError(f"{where}: {words!r} is not a mapping of words to values")
    known = {f.name for f in fields(kind)}
    unknown = sorted(set(words) - known)
    if unknown:
        raise RoutingInputError(f"{where}: {unknown[0]!r} is not a word here; known are {sorted(known)}")
    missing = [f.name for f in fields(kind) if f.default is f.default_factory is MISSING and f.name not in words]
    if missing:
        raise RoutingInputError(f"{where}: {missing[0]!r} is missing")
    made = kind(**words)
    fault = kind_fault(made)
    if fault:
        raise RoutingInputError(f"{where}: {fault}")
    return made


def _need(entry: Mapping[str, Any], word: str, where: str) -> Any:
    if word not in entry:
        raise RoutingInputError(f"{where}: {word!r} is missing")
    return entry[word]


def _list(document: Mapping[str, Any], word: str, least: int = 1) -> Sequence[Mapping[str, Any]]:
    found = document.get(word, [])
    if not isinstance(found, list) or len(found) < least:
        raise RoutingInputError(f"{word!r} must be a list with at least {least} entries")
    for entry in found:
        if not isinstance(entry, Mapping):
            raise RoutingInputError(f"{word}: {entry!r} is not an entry with words and values")
    return found


def _tuple(value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise RoutingInputError(f"{where}: {value!r} is not a list")
    return tuple(value)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise RoutingInputError(f"{where}: {value!r} is not a number")
    return float(value)


def _positive(value: Any, where: str) -> float:
    if _number(value, where) <= 0:
        raise RoutingInputError(f"{where}: {value!r} must be more than 0")
    return float(value)


def _whole(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise RoutingInputError(f"{where}: {value!r} is not a whole number")
    return value


def _day_list(value: Any, where: str) -> tuple[int, ...]:
    return tuple(_whole(day, f"{where}: a day") for day in _tuple(value, f"{where}: days"))


def _edge(entry: Mapping[str, Any], number: Mapping[str, int], where: str) -> tuple[int, int]:
    names = _tuple(_need(entry, "edge", where), f"{where}: edge")
    if len(names) != 2:
        raise RoutingInputError(f"{where}: an edge has two places, not {len(names)}")
    return _place(names[0], number, where), _place(names[1], number, where)


def _place(name: Any, number: Mapping[str, int], where: str) -> int:
    if not isinstance(name, str) or name not in number:
        raise RoutingInputError(f"{where}: there is no place {name!r}")
    return number[name]
