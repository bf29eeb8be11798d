"""Column generation: the strongest bound we know, and a picture of the roster near the best one.

Each person's whole roster is a column. Rows of one person are kept inside a column, by a shortest path where the rules
allow it, else by CP-SAT; rows of the team (cover, fairness) by a linear program over columns (Dantzig and Wolfe 1960).
The bound is Lagrange's with a proved bound for every person, so it holds even when a person's problem is not solved to
the end. Prices are smoothed (Wentges 1997), without which the tail takes several times as many rounds.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from youlu.engines.roster.cpsat import Effort, Stop, add_objective, add_row, add_variables, run
from youlu.engines.roster.paths import Path, path_of
from youlu.engines.roster.rows import Program

SMOOTH = 0.7
PRICE_SCALE = 10_000
MAX_ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Relaxation:
    """`bound`: no roster costs less. `values`: the variables as fractions. `closed`: both meet."""

    bound: float
    values: np.ndarray | None
    closed: bool = False


@dataclass(eq=False)
class _Single:
    """One person's rows as a model, and the columns found for the person so far."""

    variables: np.ndarray
    cost: np.ndarray
    team: sparse.csr_matrix
    model: object
    path: Path | None = None
    columns: list[np.ndarray] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)

    def add(self, values: np.ndarray) -> bool:
        key = values.round().astype(np.int32).tobytes()
        if key in self.seen:
            return False
        self.seen.add(key)
        self.columns.append(values)
        return True

    def price(self, duals: np.ndarray, effort: Effort, stop: Stop | None) -> tuple[np.ndarray | None, float]:
        """The cheapest roster at these prices of the team's rows, and a proved bound of its reduced cost."""
        reduced, floor = self.cost - self.team.T @ duals, -inf
        if self.path is not None:
            values, floor = self.path.cheapest(reduced)
            if values is not None:
                return values, floor
        values, least = self._solve(reduced, effort, stop)
        return values, max(floor, least)

    def _solve(self, reduced: np.ndarray, effort: Effort, stop: Stop | None) -> tuple[np.ndarray | None, float]:
        model = self.model.clone()  # type: ignore[attr-defined]
        add_objective(model.proto, reduced, PRICE_SCALE)
        if self.columns:
            model.proto.solution_hint.vars.extend(range(len(self.variables)))
            model.proto.solution_hint.values.extend(self.columns[-1].round().astype(int).tolist())
        solver, status = run(model, effort, stop)
        if status not in ("optimal", "feasible"):
            return None, -inf
        values = np.array(list(solver.response_proto.solution), dtype=float)
        return values, solver.best_objective_bound / PRICE_SCALE


class Columns:
    """Column generation over a program. Raises nothing; a person without any roster has no columns (`impossible`)."""

    def __init__(self, program: Program, threads: int, work: float, seed: int) -> None:
        self.program, self.seed, self.work = program, seed, work
        self.pool = ThreadPoolExecutor(max(1, threads))
        owner = program.row_owner
        self.rows = np.flatnonzero(owner < 0)
        self.team = np.flatnonzero(program.person_of < 0)
        matrix = program.matrix[self.rows].tocsc()
        self.right, self.equal, matrix = _one_sided(matrix, program.low[self.rows], program.high[self.rows])
        self.team_matrix = matrix[:, self.team].tocsr()
        people = range(len(program.problem.people))
        self.singles = [self._single(p, owner, matrix) for p in people]
        self.bound, self.center = -inf, np.zeros(len(self.right))
        self.fractions: np.ndarray | None = None

    def _single(self, p: int, owner: np.ndarray, matrix: sparse.csc_matrix) -> _Single:
        from ortools.sat.python import cp_model

        program = self.program
        variables = np.flatnonzero(program.person_of == p)
        position = np.full(len(program.kind), -1)
        position[variables] = np.arange(len(variables))
        model = cp_model.CpModel()
        add_variables(model.proto, program.lower[variables], program.upper[variables])
        rows = program.matrix
        own = np.flatnonzero(owner == p)
        for row in own:
            span = slice(rows.indptr[row], rows.indptr[row + 1])
            add_row(model.proto, position[rows.indices[span]].tolist(), rows.data[span].astype(int).tolist(),
                    program.low[row], program.high[row])
        path = path_of(program, p, {program.tags[row].rule for row in own})
        return _Single(variables, program.cost[variables], matrix[:, variables].tocsr(), model, path)

    def take(self, values: np.ndarray) -> None:
        """Every person's roster in a full solution becomes a column."""
        for single in self.singles:
            single.add(values[single.variables])

    def run(self, stop: Stop | None, rounds: int = MAX_ROUNDS) -> Relaxation:
        """Rounds of pricing until bound and linear program meet, the rounds are used up, or `stop`."""
        closed = False
        for _ in range(rounds):
            total, duals, prices = self._master()
            smooth = SMOOTH if self.bound > -inf else 0.0
            at = smooth * self.center + (1 - smooth) * duals
            new = self._price(at, duals, prices, stop)
            closed = total - self.bound < 0.3 or (abs(total - self.bound) < 1e-4 * abs(total))
            if closed or (stop is not None and stop()):
                break
            if not new:
                if np.array_equal(self.center, duals):
                    break
                self.center = duals
        return Relaxation(self.bound, self.fractions, closed)

    def _master(self) -> tuple[float, np.ndarray, np.ndarray]:
        """(objective, duals of the team's rows, duals of the people) of the linear program over columns so far."""
        owners = [p for p, single in enumerate(self.singles) for _ in single.columns]
        columns = [single.team @ column for single in self.singles for column in single.columns]
        cost = [single.cost @ column for single in self.singles for column in single.columns]
        count, people = len(owners), len(self.singles)
        matrix = sparse.hstack([sparse.csr_matrix(np.array(columns).T), self.team_matrix]).tocsr()
        one = sparse.csr_matrix((np.ones(count), (owners, range(count))), shape=(people, matrix.shape[1]))
        upper = np.concatenate([np.ones(count), self.program.upper[self.team]])
        equal, least = self.equal, ~self.equal
        solved = linprog(
            np.concatenate([cost, self.program.cost[self.team]]),
            A_eq=sparse.vstack([matrix[equal], one]), b_eq=np.concatenate([self.right[equal], np.ones(people)]),
            A_ub=matrix[least] if least.any() else None, b_ub=self.right[least] if least.any() else None,
            bounds=np.column_stack([np.zeros(len(upper)), upper]), method="highs-ds",
        )
        duals = np.zeros(len(self.right))
        duals[equal] = solved.eqlin.marginals[: int(equal.sum())]
        if least.any():
            duals[least] = solved.ineqlin.marginals
        self._keep_fractions(solved.x, owners)
        return float(solved.fun) + self.program.constant, duals, solved.eqlin.marginals[int(equal.sum()) :]

    def _keep_fractions(self, x: np.ndarray, owners: list[int]) -> None:
        fractions = np.zeros(len(self.program.kind))
        place = 0
        for single in self.singles:
            for column in single.columns:
                if x[place] > 1e-9:
                    fractions[single.variables] += x[place] * column
                place += 1
        fractions[self.team] = x[len(owners) :]
        self.fractions = fractions

    def _price(self, at: np.ndarray, duals: np.ndarray, prices: np.ndarray, stop: Stop | None) -> int:
        effort = Effort(self.work, None, 1, self.seed)
        answers = list(self.pool.map(lambda single: single.price(at, effort, stop), self.singles))
        new = 0
        for single, price, (values, _) in zip(self.singles, prices, answers, strict=True):
            if values is not None and single.cost @ values - duals @ (single.team @ values) < price - 1e-6:
                new += single.add(values)
        reduced = self.program.cost[self.team] - self.team_matrix.T @ at
        bound = float(at @ self.right + np.minimum(0, reduced * self.program.upper[self.team]).sum())
        bound += sum(least for _, least in answers) + self.program.constant
        if bound > self.bound:
            self.bound, self.center = bound, at
        return new


def _one_sided(
    matrix: sparse.csc_matrix, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray, sparse.csc_matrix]:
    """(right, which are equations, matrix): rows as `= right` or `<= right`; no row has two unlike sides."""
    equal = low == high
    sign = np.where(equal | (high < inf), 1.0, -1.0)
    right = np.where(sign > 0, high, -low)
    return right, equal, (sparse.diags(sign) @ matrix).tocsc()
