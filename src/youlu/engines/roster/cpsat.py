"""CP-SAT on (a part of) the linear form. The only file that knows OR-Tools.

OR-Tools takes seconds to import, so it is imported when something is solved: a web process that only shows rosters
never pays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from youlu.engines.roster.rows import Program

SCALE = 1000
ASK_S = 0.03
Stop = Callable[[], bool]


@dataclass(frozen=True, eq=False)
class Answer:
    """`status`: "optimal", "feasible", "infeasible" or "unknown". `values`: all variables of the program."""

    status: str
    values: np.ndarray | None
    bound: float = -inf


@dataclass(frozen=True)
class Effort:
    """What one call may spend: deterministic work, wall seconds (None: no limit), workers."""

    work: float
    wall_s: float | None = None
    workers: int = 1
    seed: int = 0


def cost_scale(cost: np.ndarray) -> int:
    """1 if all costs are whole, else costs are rounded down to a thousandth (bounds hold: no variable is negative)."""
    return 1 if np.array_equal(cost, np.round(cost)) else SCALE


def solve_part(program: Program, values: np.ndarray, free: np.ndarray, effort: Effort, stop: Stop | None = None,
               hint: bool = True) -> Answer:
    """Best values of the `free` variables with the others as in `values`; rows without free ones are left out."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    columns = np.flatnonzero(free)
    add_variables(model.proto, program.lower[columns], program.upper[columns])
    if hint:
        model.proto.solution_hint.vars.extend(range(len(columns)))
        model.proto.solution_hint.values.extend(values[columns].round().astype(int).tolist())
    _rows(model.proto, program, values, free, columns)
    scale = cost_scale(program.cost)
    add_objective(model.proto, program.cost[columns], scale)
    solver, status = run(model, effort, stop)
    if status not in ("optimal", "feasible"):
        return Answer("infeasible" if status == "infeasible" else "unknown", None)
    found = values.copy()
    found[columns] = np.array(list(solver.response_proto.solution), dtype=float)
    fixed = float(program.cost[~free] @ values[~free]) + program.constant
    return Answer(status, found, solver.best_objective_bound / scale + fixed)


def run(model: Any, effort: Effort, stop: Stop | None = None) -> tuple[Any, str]:
    """The solver after its run, and its status in small letters; `stop` is asked every few hundredths of a second."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    _limits(solver.parameters, effort)
    if stop is None:
        return solver, solver.status_name(solver.solve(model)).lower()
    done = threading.Event()

    def ask() -> None:
        while not done.wait(ASK_S):
            if stop():
                solver.stop_search()

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        return solver, solver.status_name(solver.solve(model)).lower()
    finally:
        done.set()
        asking.join()


def add_variables(proto: Any, lower: Sequence[float] | np.ndarray, upper: Sequence[float] | np.ndarray) -> None:
    for low, high in zip(lower, upper, strict=True):
        proto.variables.add().domain.extend([int(low), int(np.ceil(high))])


def _rows(proto: Any, program: Program, values: np.ndarray, free: np.ndarray, columns: np.ndarray) -> None:
    position = np.full(len(free), -1)
    position[columns] = np.arange(len(columns))
    active = np.flatnonzero((program.pattern @ free.astype(float)) > 0)
    part = program.matrix[active]
    constant = part @ np.where(free, 0.0, values)
    low, high = program.low[active] - constant, program.high[active] - constant
    for k in range(len(active)):
        span = slice(part.indptr[k], part.indptr[k + 1])
        inside = position[part.indices[span]]
        keep = inside >= 0
        add_row(proto, inside[keep].tolist(), part.data[span][keep].astype(int).tolist(), low[k], high[k])


def add_row(proto: Any, variables: list[int], factors: list[int], low: float, high: float,
            only_if: Iterable[int] = ()) -> None:
    row = proto.constraints.add()
    row.enforcement_literal.extend(only_if)
    row.linear.vars.extend(variables)
    row.linear.coeffs.extend(factors)
    row.linear.domain.extend([_whole(low, -1), _whole(high, 1)])


def _whole(value: float, side: int) -> int:
    far = 2**50
    if abs(value) == inf:
        return far * side
    return int(np.ceil(value - 1e-6)) if side < 0 else int(np.floor(value + 1e-6))


def add_objective(proto: Any, cost: np.ndarray, scale: int) -> None:
    priced = np.flatnonzero(cost)
    proto.objective.vars.extend(priced.tolist())
    proto.objective.coeffs.extend(np.floor(cost[priced] * scale + 1e-7).astype(int).tolist())


def _limits(parameters: Any, effort: Effort) -> None:
    parameters.num_workers = effort.workers
    parameters.random_seed = effort.seed
    parameters.max_deterministic_time = effort.work
    if effort.wall_s is not None:
        parameters.max_time_in_seconds = effort.wall_s
    if effort.workers == 1:  # small parts with many priced half hours: the linear relaxation is worth six times probing
        parameters.cp_model_probing_level = 0
        parameters.symmetry_level = 0
        parameters.linearization_level = 2
    if effort.workers > 1 and effort.wall_s is None:
        parameters.interleave_search = True  # the only way several workers give the same answer twice
