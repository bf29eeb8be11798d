"""Reader of VRPLIB files: capacitated rounds with or without time windows, as a problem of one day.

Works on lines of text; opening files is the caller's work. Only planar coordinates (EUC_2D) are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, isfinite

import numpy as np

from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Customer, Day, Problem, Vehicle

ROUNDINGS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "none": lambda d: d,
    "round": np.round,  # the convention of the X instances
    "dimacs": lambda d: np.floor(10.0 * d + 1e-9) / 10.0,  # one decimal, cut off, as for Solomon's
}


def vrplib_read(lines: Iterable[str], rounding: str = "none", name: str = "") -> Problem:
    """The round in the lines; distance is also the driving time in minutes.

    `rounding`: "none", "round" (whole numbers) or "dimacs" (one decimal, cut off).
    """
    if rounding not in ROUNDINGS:
        raise RoutingInputError(f"rounding {rounding!r} is none of {sorted(ROUNDINGS)}")
    fields, sections = _split(lines)
    if fields.get("EDGE_WEIGHT_TYPE", "EUC_2D") != "EUC_2D":
        raise RoutingInputError(f"EDGE_WEIGHT_TYPE {fields['EDGE_WEIGHT_TYPE']} is not read, only EUC_2D")
    points = _table(sections, "NODE_COORD_SECTION", 2)
    demand = _table(sections, "DEMAND_SECTION", 1)
    windows = _table(sections, "TIME_WINDOW_SECTION", 2) if "TIME_WINDOW_SECTION" in sections else {}
    service = _table(sections, "SERVICE_TIME_SECTION", 1) if "SERVICE_TIME_SECTION" in sections else {}
    depot = _depot(sections)
    nodes = sorted(points)
    if depot not in points or set(demand) != set(points):
        raise RoutingInputError("the depot, coordinates and demands do not name the same nodes")
    xy = np.array([points[k] for k in nodes])
    distance = ROUNDINGS[rounding](np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)))
    usual = _field(fields, "SERVICE_TIME", 0.0)
    customers = tuple(
        Customer(
            name=str(k),
            place=place,
            demand=demand[k][0],
            service_min=service[k][0] if k in service else usual,
            window_min=tuple(windows.get(k, (0.0, inf))),  # type: ignore[arg-type]
        )
        for place, k in enumerate(nodes)
        if k != depot
    )
    van = Vehicle(
        name="van",
        home=nodes.index(depot),
        count=int(_field(fields, "VEHICLES", len(customers))),
        capacity=_field(fields, "CAPACITY", inf),
        shift_min=tuple(windows.get(depot, (0.0, inf))),  # type: ignore[arg-type]
    )
    day = Day(distance, distance)
    return Problem(
        customers, (van,), (day,), points=tuple(map(tuple, xy.tolist())), name=name or fields.get("NAME", "")
    )


def _field(fields: dict[str, str], name: str, usual: float) -> float:
    text = fields.get(name)
    if text is None:
        return usual
    try:
        value = float(text)
    except ValueError:
        raise RoutingInputError(f"{name} is {text!r}: a number is needed") from None
    if not isfinite(value):
        raise RoutingInputError(f"{name} is {text!r}: a finite number is needed")
    return value


def _depot(sections: dict[str, list[tuple[int, list[str]]]]) -> int:
    lines = sections.get("DEPOT_SECTION")
    if not lines:
        return 1  # the first node, where the file does not say
    number, words = lines[0]
    try:
        return int(words[0])
    except ValueError:
        raise RoutingInputError(f"line {number}: {words[0]!r} is not the number of a node") from None


def _split(lines: Iterable[str]) -> tuple[dict[str, str], dict[str, list[tuple[int, list[str]]]]]:
    fields: dict[str, str] = {}
    sections: dict[str, list[tuple[int, list[str]]]] = {}
    section = ""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text == "EOF":
            continue
        if text.endswith("SECTION"):
            section = text
            sections[section] = []
        elif ":" in text:
            key, value = text.split(":", 1)
            fields[key.strip()] = value.strip()
        elif section:
            sections[section].append((number, text.split()))
        else:
            raise RoutingInputError(f"line {number}: {text!r} is neither a field nor part of a section")
    return fields, sections


def _table(sections: dict[str, list[tuple[int, list[str]]]], name: str, width: int) -> dict[int, list[float]]:
    if name not in sections:
        raise RoutingInputError(f"{name} is missing")
    table = {}
    for number, words in sections[name]:
        try:
            values = [float(word) for word in words[1 : 1 + width]]
            if not all(map(isfinite, values)):
                raise ValueError
            table[int(words[0])] = values
        except ValueError:
            raise RoutingInputError(f"line {number}: {' '.join(words)!r} is not all numbers") from None
        if len(words) < 1 + width:
            raise RoutingInputError(f"line {number}: {width} values are needed")
    return table
