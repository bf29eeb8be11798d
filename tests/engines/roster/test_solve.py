"""What a supervisor may count on: same seed same roster, few changes, reasons in words, never an invalid roster."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.roster.desks import EXACT, LATE, NIGHT, desk, random_desk, works

from youlu.engines.roster import (
    Assignment,
    Need,
    Params,
    Problem,
    RosterInputError,
    Rule,
    Span,
    curtois_read,
    repair,
    roster_verify,
    solve,
)

TINY = """
SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
N,600,E
SECTION_STAFF
A,E=7|N=1,2880,960,5,2,1,1
B,E=7|N=7,2880,960,5,1,2,1
SECTION_DAYS_OFF
A,0
SECTION_SHIFT_ON_REQUESTS
B,2,E,3
SECTION_SHIFT_OFF_REQUESTS
B,3,N,2
SECTION_COVER
0,E,1,100,1
1,E,1,100,1
2,N,1,100,1
3,N,1,100,1
6,E,2,100,1
"""


def week() -> Problem:
    """Four people, a week, two on each shift of every day, the law and the house's rules."""
    cells = [(day, start) for day in range(7) for start in range(480, 1440, 30)]
    needs = tuple(Need(day, start, start + 30, 1, short_cost=4, over_cost=0.5) for day, start in cells)
    rules = (Rule("min_rest", 660), Rule("rest_day_in_seven"), Rule("law_overtime"), Rule("fair_weekends", weight=3))
    return desk(4, 7, needs=needs, rules=rules)


def test_the_same_seed_gives_the_same_roster() -> None:
    params = Params(steps=6, step_s=None, step_work=0.2, whole_work=0.05, workers=1, bound="columns", round_work=0.1)
    first, second = (solve(week(), seed=3, params=params) for _ in range(2))
    assert first.assignments == second.assignments
    assert (first.cost, first.lower_bound, first.steps) == (second.cost, second.lower_bound, second.steps)


def test_a_stop_at_once_still_answers() -> None:
    assert solve(week(), stop=lambda: True).status == "unknown"


def test_the_best_roster_so_far_comes_back_when_the_caller_stops() -> None:
    calls = iter(range(10_000))
    result = solve(week(), stop=lambda: next(calls) > 8, params=Params(whole_work=0, step_s=0.2))
    assert result.status in ("feasible", "optimal")
    assert roster_verify(week(), result.assignments).valid
    assert result.lower_bound <= result.cost


def test_the_bounds_agree_with_the_best_roster() -> None:
    best = solve(week(), params=EXACT)
    for bound in ("linear", "columns"):
        params = replace(EXACT, whole_work=0, bound=bound, steps=4, round_work=0.5)
        assert solve(week(), params=params).lower_bound <= best.cost + 0.01


def test_a_roster_that_cannot_exist_names_the_half_hour_the_skill_and_who_is_barred() -> None:
    need = Need(1, 480, 510, 2, "云南方言", hard=True)
    problem = desk(3, 2, needs=(need,))
    problem = replace(problem, people=(replace(problem.people[0], leave=(Span.of_days(1, 1),)), *problem.people[1:]))
    result = solve(problem, params=EXACT)
    assert (result.status, result.assignments, result.cost) == ("infeasible", (), float("inf"))
    (clash,) = result.clashes
    assert (clash.rule, clash.day, clash.start_min, clash.skill, clash.amount) == ("cover", 1, 480, "云南方言", 2)
    assert clash.barred == (("甲", "leave"),)
    assert result.clashing == (("cover", ""),)


def test_rules_that_clash_for_one_person_are_named_with_the_person() -> None:
    pins = tuple(works("乙", d0="晚", d1="早"))
    result = solve(desk(2, 2, pinned=pins, rules=(Rule("min_rest", 660),)), params=EXACT)
    assert result.status == "infeasible"
    assert {(c.rule, c.person) for c in result.clashes} == {("min_rest", "乙")}
    assert set(result.clashing) == {("min_rest", "乙"), ("pinned", "乙")}
    assert set(result.least_relaxed) >= set(pins)


def test_an_absence_is_repaired_with_few_changes() -> None:
    published = solve(week(), params=EXACT)
    away = replace(week().people[1], leave=(Span.of_days(2, 3),))
    now = replace(week(), people=(week().people[0], away, *week().people[2:]))
    mended = repair(now, published.assignments, change_cost=6, params=EXACT)
    assert mended.status in ("optimal", "feasible")
    assert not any(a.person == "乙" and a.day in (2, 3) for a in mended.assignments)
    lost = sum(a.person == "乙" and a.day in (2, 3) for a in published.assignments)
    assert lost <= mended.changes <= lost + 3
    assert mended.changes * 6 == mended.costs["keep_published"]


def test_a_repair_within_a_limit_of_changes_keeps_to_it_or_says_why_not() -> None:
    published = works("甲", d0="早", d1="早", d2="早")
    needs = tuple(Need(day, 960, 990, 1, short_cost=50) for day in range(3))
    assert repair(desk(1, 3, needs=needs), published, change_cost=1, max_changes=2, params=EXACT).changes == 2
    gone = desk(1, 3)
    gone = replace(gone, people=(replace(gone.people[0], leave=(Span.of_days(0, 2),)),))
    refused = repair(gone, published, max_changes=1, params=EXACT)
    assert refused.status == "infeasible"
    assert [(c.rule, c.amount) for c in refused.clashes] == [("keep_published", 2)]


def test_a_repair_changes_few_where_a_roster_with_few_changes_is_there() -> None:
    published = works("甲", d0="早", d1="早", d2="早")
    needs = tuple(Need(day, 960, 990, 1, short_cost=50) for day in range(3))

    def changes(problem: Problem, share: float | None) -> int:
        return repair(problem, published, change_cost=1, few_share=share, params=EXACT).changes

    assert changes(desk(1, 3, needs=needs), None) == 3
    assert changes(desk(1, 3, needs=needs), 0.7) == 2
    away = replace(desk(2, 3).people[0], leave=(Span.of_days(1, 1),))
    covered = desk(2, 3, needs=tuple(Need(day, 480, 510, 1, hard=True) for day in range(3)))
    covered = replace(covered, people=(away, covered.people[1]))
    assert changes(covered, 0.4) == 2  # one is lost and one must come: no roster changes one alone
    gone = replace(desk(1, 3), people=(replace(desk(1, 3).people[0], leave=(Span.of_days(0, 2),)),))
    assert changes(gone, 0.7) == 3


def test_published_shifts_of_strangers_are_refused() -> None:
    with pytest.raises(RosterInputError, match="赵"):
        repair(desk(1), works("赵", d0="早"))


def test_the_benchmark_reads_onto_our_rules() -> None:
    problem = curtois_read(TINY.splitlines(), "tiny")
    assert (problem.days, len(problem.people), len(problem.needs)) == (7, 2, 5)
    result = solve(problem, params=EXACT)
    assert result.status == "optimal"
    verdict = roster_verify(problem, result.assignments)
    assert verdict.valid
    assert verdict.cost == result.cost


def test_a_whole_day_desk_until_midnight_with_a_night_duty() -> None:
    needs = (Need(0, 1410, 1440, 1, short_cost=9), Need(1, 0, 30, 1, activity="night_duty", short_cost=9))
    problem = desk(2, 2, shifts=(LATE, NIGHT), needs=needs)
    result = solve(problem, params=EXACT)
    assert result.cost == 0
    assert Assignment(0, "甲", "值守") in result.assignments or Assignment(0, "乙", "值守") in result.assignments


def test_starting_a_page_does_not_import_the_solver() -> None:
    code = "import sys, youlu.engines.roster; sys.exit(any(m.startswith('ortools') for m in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(min_value=1000, max_value=10**6))
def test_no_answer_breaks_a_hard_rule_and_every_cost_is_the_checkers(seed: int) -> None:
    problem = random_desk(seed)
    result = solve(problem, seed=seed, params=replace(EXACT, whole_work=0.02, steps=4))
    if result.assignments or result.status in ("feasible", "optimal"):
        verdict = roster_verify(problem, result.assignments)
        assert verdict.valid
        assert result.cost == pytest.approx(sum(result.costs.values()))
        assert result.cost == pytest.approx(sum(b.cost for b in result.breaches))
        assert result.lower_bound <= result.cost + 1e-9
