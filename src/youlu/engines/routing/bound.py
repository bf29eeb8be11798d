"""A lower bound for any plan: the K-tree relaxation with degree prices (Fisher 1994, Held & Karp 1970).

Every visit is a node, all homes together are one node, and a plan with R routes is a connected graph with
visits + R edges in which every visit has degree 2. Leaving the degrees free but priced, the cheapest such
graph is a minimum spanning tree and the R cheapest further edges. Capacity enters only through the least
number of routes, duty limits not at all: the bound is valid and rarely tight.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil, inf

import numpy as np

from youlu.engines.routing.arrays import Arrays, arrays_build
from youlu.engines.routing.model import Problem


def lower_bound(problem: Problem, *, rounds: int = 300, upper: float = inf) -> float:
    """No plan of the problem costs less, apart from prices for changed days.

    Parameters
    ----------
    rounds : steps of price adaptation; each costs O(visits²).
    upper : cost of a known plan, for the step length.
    """
    arrays = arrays_build(problem)
    cost, home, customers = _graph(problem, arrays)
    extra = _fixed_part(problem, arrays)
    fewest = _routes_least(problem)
    visits = len(customers)
    prices = np.zeros(visits)
    best, step = 0.0, 1.0
    goal = upper - extra if upper < inf else 1.2 * float(home.sum())
    for turn in range(rounds):
        value, degree = _tree(cost, home, prices, fewest)
        best = max(best, value)
        slope = degree - 2.0
        length = float((slope * slope).sum())
        if length == 0:
            break
        prices = prices + step * max(goal - value, 0.01 * goal) / length * slope
        if turn % 20 == 19:
            step *= 0.75
    return best + extra


def _graph(problem: Problem, arrays: Arrays) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cheapest cost between any two visits and to a home, over days, types and directions."""
    n = arrays.n
    time = arrays.time_min.min(axis=0) if not problem.weights.duty else _time_least(arrays)
    edge = arrays.cost.min(axis=0) + problem.weights.duty * time
    edge = np.minimum(edge, edge.T)
    customers = np.repeat(np.arange(n), [c.visits for c in problem.customers])
    cost = edge[np.ix_(customers, customers)]
    cost[customers[:, None] == customers[None, :]] = inf  # two visits of one customer are on two days
    return cost, edge[n:, :n].min(axis=0)[customers], customers


def _time_least(arrays: Arrays) -> np.ndarray:
    time = arrays.time_min.copy()
    for k, i, j in np.argwhere(arrays.crossing_at >= 0):
        time[k, i, j] = arrays.crossing_min[arrays.crossing_at[k, i, j]].sum()
    return time.min(axis=0)


def _fixed_part(problem: Problem, arrays: Arrays) -> float:
    """What every plan pays: service on duty, cheapest patterns without prices for changes, fixed cost."""
    service = problem.weights.duty * sum(c.service_min * c.visits for c in problem.customers)
    starts = arrays.pattern_start
    patterns = sum(float(arrays.pattern_cost[a:b].min()) for a, b in pairwise(starts.tolist()))
    return service + patterns + _routes_least(problem) * float(arrays.fixed_cost.min())


def _routes_least(problem: Problem) -> int:
    load = sum(c.demand * c.visits for c in problem.customers)
    largest = max(v.capacity for v in problem.vehicles)
    by_load = ceil(load / largest - 1e-9) if largest < inf and load else 1
    return max(by_load, max(c.visits for c in problem.customers))


def _tree(cost: np.ndarray, home: np.ndarray, prices: np.ndarray, fewest: int) -> tuple[float, np.ndarray]:
    """Cheapest connected graph with the degree prices: its bound and the degrees of the visits."""
    n = len(home)
    priced = cost + prices[:, None] + prices[None, :]
    from_home = home + prices
    near, parent = from_home.copy(), np.full(n, -1)
    inside = np.zeros(n, dtype=bool)
    degree = np.zeros(n)
    total = 0.0
    for _ in range(n):
        k = int(np.argmin(np.where(inside, inf, near)))
        total += near[k]
        inside[k] = True
        degree[k] += 1
        if parent[k] >= 0:
            degree[parent[k]] += 1
        closer = priced[k] < near
        near = np.where(closer, priced[k], near)
        parent = np.where(closer, k, parent)
    total += _further(priced, from_home, parent, degree, fewest)
    return total - 2.0 * float(prices.sum()), degree


def _further(priced: np.ndarray, from_home: np.ndarray, parent: np.ndarray, degree: np.ndarray, fewest: int) -> float:
    """The cheapest edges beside the tree: `fewest` of them, and any more that pay; adds to `degree`.

    A route to one visit uses the way home twice, so each way home may be taken a second time.
    """
    n = len(from_home)
    rows, columns = np.triu_indices(n, 1)
    free = (parent[rows] != columns) & (parent[columns] != rows)
    rows, columns = rows[free], columns[free]
    first = np.flatnonzero(parent >= 0)  # visits whose way home is not in the tree yet
    values = np.concatenate([priced[rows, columns], from_home, from_home[first]])
    one = np.concatenate([rows, np.arange(n), first])
    two = np.concatenate([columns, np.full(n, -1), np.full(len(first), -1)])
    order = np.argsort(values, kind="stable")
    count = max(fewest, int((values < 0).sum()))
    chosen = order[:count]
    np.add.at(degree, one[chosen], 1)
    np.add.at(degree, two[chosen][two[chosen] >= 0], 1)
    return float(values[chosen].sum())
