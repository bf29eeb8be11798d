"""One person after another: everybody's best roster while all the others stay as they are.

Where a person's own rules fit a shortest path and the team's rows are cover, the answer is exact and takes a
millisecond: the team's price of one more pair of hands is known for every half hour, and it is convex. Three hundred
people have a first roster in seconds this way, and the rounds after the first come close to the best there is.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np
from scipy import sparse

from youlu.engines.roster.paths import Path, path_of
from youlu.engines.roster.rows import SLACK, Program

BEYOND = 1e12  # price of a pair of hands that no step of the row has room for


@dataclass(frozen=True, eq=False)
class Alone:
    """A program taken apart. `row_costs[r, n]`: what row r of the team costs with n people; `hands[p]`: (own variables,
    rows of the team), which rows a variable of the person counts for."""

    program: Program
    rows: np.ndarray
    row_costs: np.ndarray
    variables: list[np.ndarray]
    hands: list[sparse.csr_matrix]
    paths: list[Path]

    def rosters(self, values: np.ndarray | None, draw: random.Random, over: Callable[[], bool]) -> np.ndarray | None:
        """Values of all variables when nobody alone can do better, or when `over`; None before everybody has a roster.

        Parameters
        ----------
        values : a full roster to begin from; None: from nothing.
        """
        people = list(range(len(self.paths)))
        own = [None if values is None else values[variables] for variables in self.variables]
        have = np.zeros(len(self.rows), dtype=int)
        for p in people:
            have += self._counts(p, own[p])
        better = True
        while better:
            better = False
            draw.shuffle(people)
            for p in people:
                if over():
                    return self._whole(own, have)
                have -= self._counts(p, own[p])
                found = self._best(p, own[p], have)
                if found is None:
                    return None
                better |= found is not own[p]
                own[p] = found
                have += self._counts(p, found)
        return self._whole(own, have)

    def _counts(self, p: int, own: np.ndarray | None) -> np.ndarray | int:
        return 0 if own is None else (own @ self.hands[p]).astype(int)

    def _best(self, p: int, own: np.ndarray | None, have: np.ndarray) -> np.ndarray | None:
        """The person's best roster if it beats `own`, else `own`; `have` counts everybody else."""
        each = np.arange(len(have))
        one_more = self.row_costs[each, have + 1] - self.row_costs[each, have]
        found, _ = self.paths[p].cheapest(self.program.cost[self.variables[p]] + self.hands[p] @ one_more)
        if found is None or (own is not None and self._cost(p, found, have) > self._cost(p, own, have) - 1e-7):
            return own
        return found

    def _cost(self, p: int, own: np.ndarray, have: np.ndarray) -> float:
        """What stands once the person has `own`. Exact also where two shifts of one person meet in a half hour, which
        the path counts as two first hands: without it rounds could go on for ever."""
        return float(self.program.cost[self.variables[p]] @ own
                     + self.row_costs[np.arange(len(have)), have + self._counts(p, own)].sum())

    def _whole(self, own: list[np.ndarray | None], have: np.ndarray) -> np.ndarray | None:
        values = self.program.initial.copy()
        for variables, mine in zip(self.variables, own, strict=True):
            if mine is None:
                return None
            values[variables] = mine
        for row, count in zip(self.rows, have, strict=True):
            for variable, _, sign, room in _steps(self.program, row):
                if sign < 0:  # the steps of a priced row fill in the order of their prices
                    values[variable] = min(count, room)
                    count -= values[variable]
                else:
                    values[variable] = max(0.0, self.program.low[row] - count)
        return values


def alone_of(program: Program) -> Alone | None:
    """The program taken apart; None if a person's rules fit no path, or a row of the team is more than cover."""
    owner = program.row_owner
    rows, people = np.flatnonzero(owner < 0), range(len(program.problem.people))
    if any(program.tags[row].rule != "cover" for row in rows):
        return None
    rules: list[set[str]] = [set() for _ in people]
    for row in np.flatnonzero(owner >= 0):
        rules[owner[row]].add(program.tags[row].rule)
    paths = []
    for p in people:
        path = path_of(program, p, rules[p])
        if path is None:
            return None
        paths.append(path)
    variables = [np.flatnonzero(program.person_of == p) for p in people]
    team = program.matrix[rows].tocsc()
    costs = _row_costs(program, rows, 2 * len(people) + 2)  # on either side of midnight nobody counts twice in a row
    return Alone(program, rows, costs, variables, [team[:, mine].T.tocsr() for mine in variables], paths)


def _steps(program: Program, row: int) -> list[tuple[int, float, float, float]]:
    """(variable, price, sign, room) of the row's slacks, cheapest first."""
    span = slice(program.matrix.indptr[row], program.matrix.indptr[row + 1])
    found = [(int(v), float(program.cost[v]), float(sign), float(program.upper[v]))
             for v, sign in zip(program.matrix.indices[span], program.matrix.data[span], strict=True)
             if program.kind[v] == SLACK]
    return sorted(found, key=lambda step: step[1])


def _row_costs(program: Program, rows: np.ndarray, most: int) -> np.ndarray:
    """Cost of each row of cover (axis 0) with 0 to `most` people (axis 1)."""
    costs = np.full((len(rows), most + 1), BEYOND)
    counts = np.arange(most + 1)
    for place, row in enumerate(rows):
        steps = _steps(program, row)
        if program.high[row] == inf:  # a hard need: only who is missing costs
            costs[place] = sum(price for _, price, _, _ in steps) * np.maximum(0, program.low[row] - counts)
            continue
        slopes = np.repeat([price for _, price, _, _ in steps], [int(room) for *_, room in steps])[:most]
        costs[place, 0] = 0.0
        costs[place, 1 : len(slopes) + 1] = np.cumsum(slopes)
    return costs
