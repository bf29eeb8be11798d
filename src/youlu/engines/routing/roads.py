"""Close roads: the same problem with edges shut on some days."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np
from scipy.sparse.csgraph import floyd_warshall

from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Day, Problem


def edges_close(
    problem: Problem, edges: Iterable[tuple[int, int]], days: Collection[int] = (), *, detour: bool = True
) -> Problem:
    """The problem without the direct way between the two places of each edge, in both directions.

    Parameters
    ----------
    edges : pairs of places.
    days : service days on which they are closed; empty: all.
    detour : where an edge is closed, go by way of other places if that is possible; without it the two
        places are simply not driven between.

    Raises
    ------
    RoutingInputError : a place or day that does not exist.
    """
    shut = list(edges)
    for edge in shut:
        if not all(0 <= place < problem.n_places for place in edge):
            raise RoutingInputError(f"edge {edge} names a place outside 0 to {problem.n_places - 1}")
    for chosen in days:
        if not 0 <= chosen < problem.n_days:
            raise RoutingInputError(f"day {chosen} is outside 0 to {problem.n_days - 1}")
    made: dict[int, Day] = {}
    new: list[Day] = []
    for number, day in enumerate(problem.days):
        if days and number not in days:
            new.append(day)
            continue
        if id(day) not in made:
            made[id(day)] = _day_without(day, shut, detour)
        new.append(made[id(day)])
    return replace(problem, days=tuple(new))


def _day_without(day: Day, shut: list[tuple[int, int]], detour: bool) -> Day:
    distance, time = day.distance.astype(float), day.time_min.astype(float)
    for i, j in shut:
        distance[i, j] = distance[j, i] = time[i, j] = time[j, i] = np.inf
    if detour:
        _go_round(distance, time, shut)
    crossings = tuple(
        c for c in day.crossings if not {(c.origin, c.destination), (c.destination, c.origin)} & set(shut)
    )
    return replace(day, distance=distance, time_min=time, crossings=crossings)


def _go_round(distance: np.ndarray, time: np.ndarray, shut: list[tuple[int, int]]) -> None:
    """Fill closed edges with the shortest way over the open ones, and the time of that same way.

    Only the closed pairs change: other entries already are the shortest ways of their day.
    """
    _, before = floyd_warshall(np.where(np.isfinite(distance), distance, 0.0), return_predecessors=True)
    for pair in shut:
        for i, j in (pair, pair[::-1]):
            way = [j]
            while way[-1] != i and before[i, way[-1]] >= 0:
                way.append(int(before[i, way[-1]]))
            if way[-1] != i:
                continue
            legs = list(zip(way[1:], way[:-1], strict=True))
            distance[i, j] = sum(distance[a, b] for a, b in legs)
            time[i, j] = sum(time[a, b] for a, b in legs)
