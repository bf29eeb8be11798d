"""The engine against trying every roster: same cost, same answer to "is there one?", on random small desks."""

from __future__ import annotations

import pytest
from tests.engines.roster.desks import EXACT, best_by_trying_all, random_desk

from youlu.engines.roster import roster_verify, solve

CASES = 120


@pytest.mark.parametrize("block", range(4))
def test_the_best_roster_is_the_best_of_all(block: int) -> None:
    for seed in range(block * CASES // 4, (block + 1) * CASES // 4):
        problem = random_desk(seed)
        best = best_by_trying_all(problem)
        result = solve(problem, seed=seed, params=EXACT)
        if best == float("inf"):
            assert result.status == "infeasible", seed
            assert result.clashes, seed
        else:
            assert result.status == "optimal", (seed, result.status, result.stopped_by)
            assert result.cost == pytest.approx(best, abs=0.02), seed
            assert roster_verify(problem, result.assignments).valid
