"""The bound of the plain linear relaxation, by HiGHS: weaker than columns, quick on large teams."""

from __future__ import annotations

from math import inf

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from youlu.engines.roster.rows import Program


def linear_bound(program: Program, seconds: float | None = None) -> float:
    """No roster costs less; -inf if HiGHS does not end in time."""
    low, high = program.low, program.high
    equal = low == high
    at_most, at_least = ~equal & (high < inf), ~equal & (low > -inf)
    upper = program.upper.copy()
    solved = linprog(
        program.cost,
        A_eq=program.matrix[equal], b_eq=low[equal],
        A_ub=_stack(program, at_most, at_least), b_ub=np.concatenate([high[at_most], -low[at_least]]),
        bounds=np.column_stack([program.lower, upper]), method="highs",
        options={} if seconds is None else {"time_limit": seconds},
    )
    return float(solved.fun) + program.constant if solved.status == 0 else -inf


def _stack(program: Program, at_most: np.ndarray, at_least: np.ndarray) -> sparse.csr_matrix:
    return sparse.vstack([program.matrix[at_most], -program.matrix[at_least]])
