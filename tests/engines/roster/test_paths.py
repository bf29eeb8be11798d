"""One person's shortest path against CP-SAT on the same rows, at random prices."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from tests.engines.roster.desks import EARLY, LATE, desk, person

from youlu.engines.roster import Ahead, Assignment, Carry, Problem, Rule, Shift, Span
from youlu.engines.roster.columns import Columns
from youlu.engines.roster.cpsat import Effort
from youlu.engines.roster.program import program_build

NIGHT = Shift("夜", 1320, 600)


def one_person(draw: random.Random) -> Problem:
    carry = draw.choice([Carry(), Carry(worked_in_row=draw.randint(1, 5), last_end_min=-draw.choice([0, 480])),
                         Carry(rested_in_row=draw.randint(1, 3))])
    days = draw.choice([4, 7, 12])
    ahead = draw.choice([Ahead(), Ahead(first_start_min=days * 1440 + draw.choice([0, 480]),
                                        worked_in_row=draw.randint(1, 6))])
    rules = [
        Rule("min_rest", 660), Rule("rest_day_in_seven"), Rule("max_consecutive_days", draw.randint(2, 5)),
        Rule("min_consecutive_days", draw.randint(1, 3)), Rule("min_consecutive_rest_days", draw.randint(1, 3)),
        Rule("max_weekends", draw.randint(0, 1)), Rule("max_minutes", 480 * draw.randint(3, 7)),
        Rule("min_minutes", 480 * draw.randint(0, 2)), Rule("never_followed_by", shifts=frozenset({"晚"})),
        Rule("max_shifts_of_kind", draw.randint(0, 2), shifts=frozenset({"夜"})),
        Rule("max_shifts_of_kind", draw.randint(1, 3), shifts=frozenset({"早"})), Rule("fair_weekends", weight=2),
    ]
    staff = (person(carry=carry, ahead=ahead, leave=(Span.of_days(3, 3),)), person("乙"))
    pinned = (Assignment(days - 3, "甲", draw.choice(["", "早"])),) if draw.random() < 0.3 else ()
    return desk(2, days, shifts=(EARLY, LATE, NIGHT), people=staff, pinned=pinned,
                rules=tuple(rule for rule in rules if draw.random() < 0.6))


@pytest.mark.parametrize("seed", range(60))
def test_the_shortest_path_costs_what_the_solver_finds(seed: int) -> None:
    draw = random.Random(seed)
    columns = Columns(program_build(one_person(draw)), 1, 10.0, 0)
    single = columns.singles[0]
    assert single.path is not None
    reduced = np.array([float(draw.randint(-40, 30)) for _ in single.variables])
    values, least = single.path.cheapest(reduced)
    other, bound = single._solve(reduced, Effort(10.0), None)
    if other is None:
        assert values is None
        return
    assert least <= bound + 0.01
    if values is not None:
        assert least == pytest.approx(bound, abs=0.01)
        assert reduced @ values == pytest.approx(least)


def test_a_run_goes_on_over_both_ends_of_a_short_horizon() -> None:
    """Four days alone are shorter than the limit: with those before and after they are not."""
    for carry, ahead in ((Carry(worked_in_row=3), Ahead()), (Carry(), Ahead(worked_in_row=3)),
                         (Carry(worked_in_row=1), Ahead(worked_in_row=2))):
        problem = desk(1, 4, people=(person(carry=carry, ahead=ahead),), rules=(Rule("rest_day_in_seven"),))
        single = Columns(program_build(problem), 1, 1.0, 0).singles[0]
        assert single.path is not None
        values, _ = single.path.cheapest(np.full(len(single.variables), -1.0))
        assert values is not None
        assert sum(values[single.path.decisions[day]].any() for day in range(4)) == 3


def test_a_weighted_rule_of_a_person_is_left_to_the_solver() -> None:
    problem = desk(1, 5, rules=(Rule("max_consecutive_days", 2, weight=3.0),))
    assert Columns(program_build(problem), 1, 1.0, 0).singles[0].path is None
    hard = replace(problem, rules=(Rule("max_consecutive_days", 2),))
    assert Columns(program_build(hard), 1, 1.0, 0).singles[0].path is not None
