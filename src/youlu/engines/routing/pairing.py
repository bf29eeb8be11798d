"""Pair helpers with households: each household one helper, nobody over capacity, cheapest in total.

Optimal by `scipy.optimize.linear_sum_assignment` (Crouse 2016, shortest augmenting paths) over one column per
unit of a helper's capacity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from youlu.engines.routing.errors import RoutingInputError


@dataclass(frozen=True, eq=False)
class PairingProblem:
    """Who may help whom.

    Parameters
    ----------
    distance : float array (households, helpers), km; `inf`: cannot be paired.
    capacity : households a helper can take, int array (helpers,).
    needs, skills : what each household needs and each helper can; a helper must have all of it.
    pairs : helper of each household so far, -1 for none, int array (households,).
    break_price : what it costs to give a household another helper, in km.
    """

    distance: np.ndarray
    capacity: np.ndarray
    needs: Sequence[frozenset[str]] = ()
    skills: Sequence[frozenset[str]] = ()
    pairs: np.ndarray | None = None
    break_price: float = 0.0


@dataclass(frozen=True, eq=False)
class Pairing:
    """`helper` of each household (-1: none), the total cost, pairs broken, and why some have none."""

    helper: np.ndarray
    cost: float
    broken: int
    unpaired: Mapping[int, str]


def pair(problem: PairingProblem) -> Pairing:
    """Cheapest pairing that pairs as many households as possible.

    Raises
    ------
    RoutingInputError : shapes that do not match, NaN, negative distances or capacities.
    """
    _check(problem)
    cost, allowed = _costs(problem)
    helper = _assign(cost, allowed, problem.capacity)
    rows = np.flatnonzero(helper >= 0)
    total = float(cost[rows, helper[rows]].sum())
    broken = 0
    if problem.pairs is not None:
        broken = int(((problem.pairs >= 0) & (helper >= 0) & (helper != problem.pairs)).sum())
    causes = {int(row): _cause(problem, allowed, int(row)) for row in np.flatnonzero(helper < 0)}
    return Pairing(helper, total, broken, causes)


def _check(problem: PairingProblem) -> None:
    households, helpers = problem.distance.shape
    if not households or not helpers:
        raise RoutingInputError("there is nobody to pair")
    if problem.capacity.shape != (helpers,) or (problem.capacity < 0).any():
        raise RoutingInputError(f"capacity must be {helpers} numbers of at least 0")
    bad = np.argwhere(np.isnan(problem.distance) | (problem.distance < 0))
    if len(bad):
        row, column = (int(k) for k in bad[0])
        raise RoutingInputError(f"the distance of household {row} to helper {column} is NaN or negative")
    if problem.needs and (len(problem.needs) != households or len(problem.skills) != helpers):
        raise RoutingInputError("needs and skills must name every household and every helper")
    if problem.pairs is not None:
        if problem.pairs.shape != (households,):
            raise RoutingInputError(f"pairs must name {households} households")
        if (problem.pairs >= helpers).any():
            raise RoutingInputError(f"household {int(np.argmax(problem.pairs >= helpers))} names an unknown helper")
    if not 0 <= problem.break_price < np.inf:
        raise RoutingInputError(f"the break price is {problem.break_price}")


def _costs(problem: PairingProblem) -> tuple[np.ndarray, np.ndarray]:
    allowed = np.isfinite(problem.distance)
    if problem.needs:
        for need in set(problem.needs):
            rows = np.array([n == need for n in problem.needs])
            able = np.array([need <= skill for skill in problem.skills])
            allowed[np.ix_(rows, ~able)] = False
    cost = np.where(allowed, problem.distance, 0.0)
    if problem.pairs is not None and problem.break_price:
        rows = np.flatnonzero(problem.pairs >= 0)
        cost[rows] += problem.break_price
        cost[rows, problem.pairs[rows]] -= problem.break_price
    return cost, allowed


def _assign(cost: np.ndarray, allowed: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Helper per household; more households paired always beats a shorter total."""
    households = len(cost)
    spread = np.repeat(np.arange(cost.shape[1]), np.minimum(capacity, households))
    none = 1.0 + 2.0 * float(cost.max()) * households
    table = np.where(allowed, cost, none)[:, spread]
    short = households - table.shape[1]
    if short > 0:
        table = np.hstack([table, np.full((households, short), none)])
    rows, columns = linear_sum_assignment(table)
    helper = np.full(households, -1)
    real = columns < len(spread)
    helper[rows[real]] = spread[columns[real]]
    lost = helper >= 0
    helper[lost] = np.where(allowed[np.flatnonzero(lost), helper[lost]], helper[lost], -1)
    return helper


def _cause(problem: PairingProblem, allowed: np.ndarray, row: int) -> str:
    if not np.isfinite(problem.distance[row]).any():
        return "no helper is in reach"
    if not allowed[row].any():
        return f"no helper in reach can do {sorted(problem.needs[row])}"
    return "every helper who could come is full"
