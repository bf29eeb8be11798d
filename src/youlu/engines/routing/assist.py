"""What PyVRP adds to the search: the group model of the period, and a polish of single days."""

from __future__ import annotations

from collections.abc import Callable

from youlu.engines.routing.arrays import Arrays
from youlu.engines.routing.model import Problem
from youlu.engines.routing.plan import Tours
from youlu.engines.routing.pyvrp_bridge import bridge_refusal, day_tours, group_tours, groups_refusal

Budget = Callable[[int], bool]  # PyVRP's stopping criterion: asked once per iteration with the best cost


def groups_apply(problem: Problem, arrays: Arrays) -> bool:
    """Whether the group model is exact for the problem."""
    return not groups_refusal(problem, arrays)


def polish_applies(problem: Problem) -> bool:
    """Whether PyVRP can model single days of the problem."""
    return not bridge_refusal(problem)


def groups_plan(problem: Problem, arrays: Arrays, budget: Budget, seed: int) -> Tours:
    """Tours of the whole period, or none."""
    return group_tours(problem, arrays, budget, seed) or []


def day_polish(problem: Problem, arrays: Arrays, tours: Tours, day: int, budget: Budget, seed: int) -> Tours:
    """The plan with the day's routes re-ordered among its own customers; the days stay as they are."""
    mine = [(slot, tour) for slot, tour in tours if slot // arrays.n_vehicles == day]
    others = [(slot, tour) for slot, tour in tours if slot // arrays.n_vehicles != day]
    members = sorted(c for _, tour in mine for c in tour)
    if len(members) < 2:
        return tours
    return others + (day_tours(problem, arrays, day, members, budget, seed, mine) or mine)
