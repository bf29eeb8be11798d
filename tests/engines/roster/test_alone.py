"""One person after another, against trying every roster of one; the bound by first-order steps, against the simplex."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, milp
from tests.engines.roster.desks import BOTH, EARLY, LATE, NIGHT, best_by_trying_all, desk, person, random_desk

from youlu.engines.roster import Need, Params, Problem, Rule, roster_verify, solve
from youlu.engines.roster.alone import Alone, alone_of
from youlu.engines.roster.linear import linear_bound
from youlu.engines.roster.program import program_build
from youlu.engines.roster.rows import Program
from youlu.engines.roster.solve import _assignments


def covered(seed: int) -> Problem:
    """Three people, five days, needs of random prices (one of them hard), rules that fit a path."""
    draw = random.Random(seed)
    needs = tuple(
        Need(draw.randrange(5), first, first + 60, draw.choice([0.5, 1, 1.4, 2, 3]), draw.choice(["", "云南方言"]),
             short_cost=draw.choice([1.0, 4.0, 10.0]), over_cost=draw.choice([0.0, 0.5, 2.0]), hard=k == 0)
        for k, first in enumerate(draw.choices([480, 600, 900, 1020, 1320], k=12))
    )
    rules = (Rule("min_rest", 660), Rule("max_consecutive_days", 3), Rule("min_consecutive_rest_days", 2),
             Rule("max_shifts_of_kind", 2, shifts=frozenset({"晚"})), Rule("wishes", weight=1))
    people = (person("甲", skills=BOTH), person("乙"), person("丙"))
    return desk(3, 5, people=people, needs=needs, rules=rules, shifts=(EARLY, LATE))


def taken_apart(problem: Problem) -> tuple[Program, Alone]:
    program = program_build(problem)
    alone = alone_of(program)
    assert alone is not None
    return program, alone


@pytest.mark.parametrize("seed", range(12))
def test_what_everybody_does_alone_keeps_every_row_and_costs_what_the_checker_says(seed: int) -> None:
    problem = covered(seed)
    program, alone = taken_apart(problem)
    values = alone.rosters(None, random.Random(seed), lambda: False)
    assert values is not None
    rows = program.matrix @ values
    assert (rows >= program.low - 1e-9).all()
    assert (rows <= program.high + 1e-9).all()
    verdict = roster_verify(problem, _assignments(program, values))
    if program.hard_broken(values) == 0:
        assert verdict.valid
        assert verdict.cost == pytest.approx(program.total(values))
    else:
        assert {b.rule for b in verdict.breaches if b.hard} == {"cover"}


@pytest.mark.parametrize("seed", range(12))
def test_nobody_alone_can_do_better_afterwards(seed: int) -> None:
    program, alone = taken_apart(covered(seed))
    values = alone.rosters(None, random.Random(seed), lambda: False)
    assert values is not None
    for p in range(3):  # only this person's variables and the slacks of the team may move
        lower, upper = program.lower.copy(), program.upper.copy()
        others = (program.person_of >= 0) & (program.person_of != p)
        lower[others] = upper[others] = values[others]
        best = milp(program.cost, constraints=LinearConstraint(program.matrix, program.low, program.high),
                    integrality=np.ones(len(lower)), bounds=(lower, upper), options={"mip_rel_gap": 0})
        assert program.total(values) == pytest.approx(best.fun + program.constant, abs=1e-6)


def test_told_to_stop_there_is_a_roster_once_everybody_has_one() -> None:
    _, alone = taken_apart(covered(1))
    for asked, found in ((2, False), (3, True)):
        calls = iter(range(100))
        values = alone.rosters(None, random.Random(1), lambda calls=calls, asked=asked: next(calls) >= asked)
        assert (values is not None) == found


def test_rules_beyond_a_path_and_rows_beyond_cover_are_left_to_the_solver() -> None:
    base = covered(1)
    for rule in (Rule("fair_shares", weight=2), Rule("max_consecutive_days", 2, weight=3), Rule("keep_published", 4)):
        assert alone_of(program_build(replace(base, rules=(*base.rules, rule)))) is None


def test_a_roster_begun_alone_is_the_best_in_the_end() -> None:
    problem = replace(covered(5), days=3, needs=tuple(n for n in covered(5).needs if n.day < 3))
    result = solve(problem, params=Params(steps=30, step_s=None, whole_work=0, bound="linear"))
    assert result.cost == pytest.approx(best_by_trying_all(problem))


@pytest.mark.parametrize("seed", range(30))
def test_the_bound_is_the_linear_programs_and_never_above_it(seed: int) -> None:
    program = program_build(random_desk(seed))
    if program.hopeless():
        return
    exact = milp(program.cost, constraints=LinearConstraint(program.matrix, program.low, program.high),
                 bounds=(program.lower, program.upper))
    if exact.status != 0:
        return
    least, bound = exact.fun + program.constant, linear_bound(program)
    assert bound <= least + 1e-6
    assert bound >= least - 1e-3 * (1 + abs(exact.fun))


def test_a_bound_that_is_not_waited_for_is_none() -> None:
    assert linear_bound(program_build(desk(8, 28, shifts=(EARLY, LATE, NIGHT))), stop=lambda: True) == -np.inf
