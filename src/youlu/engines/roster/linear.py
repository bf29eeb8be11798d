"""The bound of the plain linear relaxation: weaker than columns, seconds on a team of hundreds.

By a first-order method (PDLP, Applegate et al. 2021), whose prices are nearly the best after a few seconds where the
simplex takes minutes. What is nearly best is a bound all the same: Lagrange's, for any prices of the rows.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from scipy import sparse

from youlu.engines.roster.cpsat import ASK_S, Stop
from youlu.engines.roster.rows import Program

CLOSE = 1e-4  # relative: on a large team what the bound loses is worth less than the seconds of one digit more
CLOSE_EACH = 1e-9  # by number in the matrix: small programs cost nothing, and are solved closer
LOOSER = 30
ROUNDING = 8 * np.finfo(float).eps
LONGEST_S = 60.0


def linear_bound(program: Program, threads: int = 1, stop: Stop | None = None) -> float:
    """No roster costs less; -inf where no prices were found or `stop` said True before."""
    if stop is not None and stop():
        return -np.inf
    found: list[np.ndarray] = []
    solving = threading.Thread(target=lambda: found.extend(_row_prices(program, threads)), daemon=True)
    solving.start()
    while solving.is_alive():
        solving.join(ASK_S)
        if stop is not None and stop():
            break  # the method cannot be interrupted: it is left to end on its own, within its limit
    return max((_lagrange(program, prices) for prices in found), default=-np.inf)


def _row_prices(program: Program, threads: int) -> list[np.ndarray]:
    from ortools.linear_solver.python import model_builder_helper as helper

    model: Any = helper.ModelBuilderHelper()
    model.fill_model_from_sparse_data(
        program.lower, program.upper, program.cost, program.low, program.high, sparse.csr_matrix(program.matrix))
    close = min(CLOSE, CLOSE_EACH * program.matrix.nnz)
    for within in (close, min(CLOSE, LOOSER * close)):  # a program in which prices differ much ends in noise before
        solver = helper.ModelSolverHelper("PDLP")
        solver.set_time_limit_in_seconds(LONGEST_S)
        solver.set_solver_specific_parameters(
            f"num_threads: {threads} num_shards: 8 termination_criteria {{ simple_optimality_criteria {{"
            f" eps_optimal_relative: {within} eps_optimal_absolute: {within} }} }}")
        solver.solve(model)
        if solver.has_solution():
            return [np.array(solver.dual_values())]
    return []


def _lagrange(program: Program, prices: np.ndarray) -> float:
    """The least cost over all values within their limits, rows priced instead of kept, less what rounding may hide."""
    low, high = program.low, program.high
    prices = np.where((prices > 0) & np.isneginf(low) | (prices < 0) & np.isposinf(high), 0.0, prices)
    side = np.where(prices > 0, low, np.where(prices < 0, high, 0.0))
    reduced = program.cost - program.matrix.T @ prices
    least = float(prices @ side + np.minimum(reduced * program.lower, reduced * program.upper).sum())
    sizes = np.abs(program.cost) + program.pattern.T @ np.abs(prices)
    size = np.abs(prices) @ np.abs(side) + sizes @ np.maximum(np.abs(program.lower), np.abs(program.upper))
    return least - ROUNDING * float(size) + program.constant
