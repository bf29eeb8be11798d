"""One test a rule: kept, and broken. The checker says so of a roster by hand; the solver keeps it when it matters."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from tests.engines.roster.desks import CALL, EARLY, EXACT, LATE, NIGHT, best_by_trying_all, desk, person, works

from youlu.engines.roster import (
    RULES,
    Ahead,
    Assignment,
    Carry,
    Need,
    Problem,
    Rule,
    Shift,
    Span,
    Stay,
    Wish,
    roster_verify,
    solve,
)
from youlu.engines.roster.verify_base import CHECKS

PAGE = Path(__file__).resolve().parents[3] / "docs/background/rosters.md"


def broken(problem: Problem, assignments: list[Assignment]) -> set[str]:
    return {b.rule for b in roster_verify(problem, assignments).breaches if b.hard}


def row(name: str, kinds: str) -> list[Assignment]:
    """`row("甲", "早早.晚")`: a shift a day, "." a day off."""
    return [Assignment(day, name, kind) for day, kind in enumerate(kinds) if kind != "."]


def pins(kinds: str) -> tuple[Assignment, ...]:
    """A whole week pinned: the shifts, and days off everywhere else."""
    return tuple(Assignment(day, "甲", kind.replace(".", "")) for day, kind in enumerate(kinds.ljust(7, ".")))


def with_rule(rule: Rule, days: int = 7, **changes) -> Problem:
    return desk(1, days, rules=(rule,), **{"people": (person(**changes),), "shifts": (EARLY, LATE, NIGHT_Z)})


NIGHT_Z = replace(NIGHT, name="夜")
LONG = Shift("长", 480, 720)

# rule, kept by, broken by (one person, 早 08–16, 晚 16–24, 夜 22–08)
SEQUENCES = [
    (Rule("min_rest", 660), "早早.晚晚", "晚早"),
    (Rule("min_rest", 660), "夜.早", "夜早"),
    (Rule("never_followed_by", shifts=frozenset({"晚"}), then=frozenset({"早"})), "晚.早", "晚早"),
    (Rule("rest_day_in_seven"), "早早早早早早.", "早早早早早早早"),
    (Rule("max_consecutive_days", 3), "早早早.早", "早早早早"),
    (Rule("min_consecutive_days", 2), ".早早..", ".早..."),
    (Rule("min_consecutive_rest_days", 2), "早..早", "早.早"),
    (Rule("max_weekends", 0), "早早早早早..", "早早早早早早."),
    (Rule("max_shifts_of_kind", 1, shifts=frozenset({"夜"})), "夜.早", "夜.夜"),
    (Rule("max_minutes_week", 2400), "早早早早早..", "早早早早早早."),
    (Rule("max_minutes", 960), "早早", "早早早"),
    (Rule("min_minutes", 960), "早早", "早"),
    (Rule("max_minutes_day", 540), "早", "夜"),
]


@pytest.mark.parametrize(("rule", "kept", "wrong"), SEQUENCES, ids=lambda v: v.name if isinstance(v, Rule) else v)
def test_a_rule_of_one_person_is_kept_and_broken(rule: Rule, kept: str, wrong: str) -> None:
    problem = with_rule(rule)
    assert rule.name not in broken(problem, row("甲", kept))
    assert rule.name in broken(problem, row("甲", wrong))
    assert solve(replace(problem, pinned=pins(kept)), params=EXACT).status == "optimal"
    refused = solve(replace(problem, pinned=pins(wrong)), params=EXACT)
    assert refused.status == "infeasible"
    assert {clash.rule for clash in refused.clashes} <= {rule.name, "pinned"}


def test_a_person_works_at_most_one_shift_a_day() -> None:
    assert broken(desk(1), [Assignment(0, "甲", "早"), Assignment(0, "甲", "晚")]) == {"one_shift_a_day"}
    needs = (Need(0, 480, 510, 1, short_cost=9), Need(0, 960, 990, 1, short_cost=9))
    assert solve(desk(1, 1, needs=needs), params=EXACT).cost == 9


def test_who_works_a_shift_has_its_skills() -> None:
    special = replace(EARLY, skills=frozenset({"云南方言"}))
    problem = desk(2, 1, shifts=(special,), needs=(Need(0, 480, 510, 2, short_cost=9),))
    assert broken(problem, works("乙", d0="早")) == {"skill"}
    assert solve(problem, params=EXACT).assignments == tuple(works("甲", d0="早"))


def test_an_agent_at_home_cannot_take_a_shift_of_the_hotline() -> None:
    home = person(stays=(Stay(Span.of_days(0, 1), "at_home"), Stay(Span.of_days(2, 2), "unavailable")))
    problem = desk(1, 4, people=(home,))
    assert broken(problem, works("甲", d0="早")) == {"site"}
    assert broken(problem, works("甲", d2="晚")) == {"site"}
    assert not broken(problem, works("甲", d1="晚", d3="早"))


def test_a_shift_that_runs_into_a_stay_elsewhere_is_barred() -> None:
    home = person(stays=(Stay(Span(900, 2000), "at_home"),))
    assert broken(desk(1, 1, people=(home,)), works("甲", d0="早")) == {"site"}


def test_nobody_works_during_leave() -> None:
    shifts = (EARLY, replace(NIGHT, activity="queue"))
    problem = desk(1, 2, people=(person(leave=(Span.of_days(1, 1),)),), shifts=shifts)
    assert broken(problem, works("甲", d1="早")) == {"leave"}
    assert broken(problem, works("甲", d0="值守")) == {"leave"}
    assert not broken(problem, works("甲", d0="早"))


def test_a_shift_lies_inside_availability() -> None:
    problem = desk(1, 1, people=(person(available=(Span(480, 960),)),))
    assert not broken(problem, works("甲", d0="早"))
    assert broken(problem, works("甲", d0="晚")) == {"availability"}


def test_what_is_pinned_stands() -> None:
    problem = desk(1, 2, pinned=(Assignment(0, "甲", "晚"), Assignment(1, "甲", "")))
    assert broken(problem, works("甲", d0="早")) == {"pinned"}
    assert solve(problem, params=EXACT).assignments == tuple(works("甲", d0="晚"))


def test_wishes_cost_their_weight_when_not_met() -> None:
    wishing = person(wishes=(Wish(0, 3, "早"), Wish(1, 2, want=False)))
    problem = desk(1, 2, people=(wishing,), rules=(Rule("wishes", weight=2),))
    assert roster_verify(problem, works("甲", d0="晚", d1="早")).costs == {"wishes": 10.0}
    assert solve(problem, params=EXACT).cost == 0


def test_cover_counts_skill_break_and_midnight() -> None:
    pause = replace(EARLY, break_at_min=240, break_min=60)
    night = replace(NIGHT, activity="queue")
    needs = (Need(0, 720, 750, 1), Need(0, 480, 510, 1.5, "云南方言", short_cost=4), Need(1, 420, 450, 1))
    problem = desk(2, 2, shifts=(pause, night), needs=needs)
    rows = roster_verify(problem, [*works("甲", d0="早"), *works("乙", d0="值守")]).coverage
    assert [c.have for c in rows] == [0, 1, 1]
    assert roster_verify(problem, works("甲", d0="早")).costs["cover"] == 1 + 0.5 * 4 + 1


def test_night_duty_covers_no_queue() -> None:
    needs = (Need(0, 1380, 1410, 1), Need(0, 1380, 1410, 1, activity="night_duty"))
    problem = desk(1, 1, shifts=(LATE, NIGHT), needs=needs)
    assert [c.have for c in roster_verify(problem, works("甲", d0="值守")).coverage] == [0, 1]


def test_fair_shares_and_weekends_cost_the_spread() -> None:
    shares = Rule("fair_shares", weight=3, shifts=frozenset({"晚"}))
    problem = desk(2, 7, rules=(shares, Rule("fair_weekends", weight=5)))
    roster = [*row("甲", "晚晚...晚."), *row("乙", "早早.....")]
    assert roster_verify(problem, roster).costs == {"fair_shares": 9.0, "fair_weekends": 5.0}
    hard = desk(2, 7, rules=(Rule("fair_shares", limit=2, shifts=frozenset({"晚"})),))
    assert broken(hard, roster) == {"fair_shares"}


def test_contract_hours_cost_the_difference() -> None:
    problem = desk(1, 7, people=(person(contract_min=960),), rules=(Rule("contract_hours", weight=2),))
    assert roster_verify(problem, row("甲", "早")).costs == {"contract_hours": 16.0}
    assert solve(problem, params=EXACT).cost == 0


def test_a_standard_day_ends_after_eleven_hours() -> None:
    rules = (Rule("law_hours_day"),)
    assert broken(desk(1, 1, shifts=(LONG,), rules=rules), works("甲", d0="长")) == {"law_hours_day"}
    yielding = person(basis="emergency", consents=True)
    assert not broken(desk(1, 1, shifts=(LONG,), rules=rules, people=(yielding,)), works("甲", d0="长"))


def test_overtime_ends_at_36_hours_a_month_unless_the_basis_is_an_emergency_with_consent() -> None:
    ten = Shift("十", 480, 600)
    tired = person(carry=Carry(overtime_min=36 * 60 - 239))
    for basis, consents, wrong in (("standard", False, True), ("emergency", False, True), ("emergency", True, False)):
        staff = (replace(tired, basis=basis, consents=consents),)
        problem = desk(1, 7, shifts=(ten,), people=staff, rules=(Rule("law_overtime"),))
        assert not broken(problem, row("甲", "十"))
        assert ("law_overtime" in broken(problem, row("甲", "十十"))) is wrong


def test_a_comprehensive_scheme_averages_over_its_period() -> None:
    averaged = person(basis="comprehensive", scheme_min=48 * 60, carry=Carry(scheme_min=0, overtime_min=36 * 60))
    problem = desk(1, 14, people=(averaged,), rules=(Rule("law_overtime"),))
    assert not broken(problem, row("甲", "早早早早早早."))
    assert broken(problem, row("甲", "早早早早早早.早")) == {"law_overtime"}


def test_pay_is_half_more_for_overtime_double_on_a_seventh_day_triple_on_holidays() -> None:
    problem = desk(1, 7, rules=(Rule("pay", weight=1),), holidays=frozenset({0}))
    assert roster_verify(problem, row("甲", "早")).cost == 24
    assert roster_verify(replace(problem, holidays=frozenset()), row("甲", "早早早早早早")).cost == 48 + 0.5 * 4
    assert roster_verify(replace(problem, holidays=frozenset()), row("甲", "早" * 7)).cost == 56 + 8 + 0.5 * 4


def test_what_is_published_stays_or_counts() -> None:
    published = tuple(row("甲", "早早早"))
    problem = desk(1, 3, published=published, rules=(Rule("keep_published", weight=4),))
    assert roster_verify(problem, row("甲", "早晚.")).costs == {"keep_published": 8.0}
    hard = replace(problem, rules=(Rule("keep_published", limit=1),))
    assert broken(hard, row("甲", "早晚.")) == {"keep_published"}
    assert not broken(hard, row("甲", "早晚早"))


def test_runs_go_on_from_before_the_horizon() -> None:
    tired = person(carry=Carry(worked_in_row=5, last_end_min=0))
    problem = desk(1, 3, people=(tired,), rules=(Rule("rest_day_in_seven"), Rule("min_rest", 660)))
    assert broken(problem, row("甲", "早早.")) == {"rest_day_in_seven", "min_rest"}
    assert not broken(problem, row("甲", "晚.早"))


def test_runs_and_rest_reach_into_what_is_settled_after_the_horizon() -> None:
    goes_on = person(ahead=Ahead(worked_in_row=4, first_start_min=3 * 1440 + 480))
    problem = desk(1, 3, people=(goes_on,), rules=(Rule("rest_day_in_seven"), Rule("min_rest", 660)))
    assert broken(problem, row("甲", "早早早")) == {"rest_day_in_seven"}
    assert broken(problem, row("甲", ".早晚")) == {"min_rest"}
    assert not broken(problem, row("甲", ".早早"))
    both = replace(goes_on, carry=Carry(worked_in_row=3, last_end_min=-600), ahead=Ahead(worked_in_row=3))
    assert broken(replace(problem, days=1, people=(both,)), row("甲", "早")) == {"rest_day_in_seven"}
    tired = replace(goes_on, ahead=Ahead(worked_in_row=9))  # too long by itself: ours only if it begins with our day
    assert broken(replace(problem, people=(tired,)), row("甲", "..早")) == {"rest_day_in_seven"}
    assert not broken(replace(problem, people=(tired,)), row("甲", "早早."))


def test_a_week_is_one_though_its_end_is_settled_already() -> None:
    week = Rule("max_minutes_week", 44 * 60)
    goes_on = person(ahead=Ahead(week_min=32 * 60))  # Thursday to Sunday
    problem = desk(1, 3, people=(goes_on,), rules=(week,))
    assert not broken(problem, row("甲", "早.."))
    assert broken(problem, row("甲", "早早.")) == {"max_minutes_week"}
    over = roster_verify(replace(problem, people=(person(ahead=Ahead(week_min=60 * 60)),)), row("甲", "早.."))
    assert [b.amount for b in over.breaches] == [8], "what is over without us is not counted as ours"
    before = person(carry=Carry(week_min=50 * 60))
    assert not broken(replace(problem, people=(before,)), [])


def test_the_months_overtime_counts_weeks_on_both_sides() -> None:
    ten = Shift("十", 480, 600)
    rules, tired = (Rule("law_overtime"),), person(carry=Carry(overtime_min=20 * 60), ahead=Ahead(overtime_min=12 * 60))
    problem = desk(1, 7, shifts=(ten,), people=(tired,), rules=rules)  # in July, as the week after
    assert not broken(problem, row("甲", "十十"))
    assert broken(problem, row("甲", "十十十")) == {"law_overtime"}
    # Thursday to Sunday have 40 hours, two a day beyond eight: four days make eight hours of overtime, the fifth ten.
    cut = person(carry=Carry(overtime_min=27 * 60), ahead=Ahead(week_min=40 * 60, week_over_min=8 * 60))
    assert broken(replace(problem, days=3, people=(cut,)), row("甲", "十..")) == {"law_overtime"}
    assert not broken(replace(problem, days=3, people=(replace(cut, carry=Carry(overtime_min=22 * 60)),)),
                      row("甲", "十.."))


def test_a_weeks_overtime_counts_to_the_month_of_its_sunday() -> None:
    ten = Shift("十", 480, 600)
    tired = person(carry=Carry(overtime_min=36 * 60))  # of July
    problem = desk(1, 7, shifts=(ten,), people=(tired,), rules=(Rule("law_overtime"),))
    last = replace(problem, start=dt.date(2022, 7, 25))  # to Sunday 31 July
    assert broken(last, row("甲", "十")) == {"law_overtime"}
    assert not broken(replace(last, start=dt.date(2022, 8, 1), people=(person(),)), row("甲", "十十十十十"))
    across = replace(problem, start=dt.date(2022, 7, 28), days=14)  # a week's end in July, a week in August
    assert not broken(across, row("甲", "....十十十......."))
    assert broken(across, row("甲", "十十十十..........")) == {"law_overtime"}


def test_every_period_of_a_scheme_has_its_own_hours() -> None:
    averaged = person(basis="comprehensive", scheme_min=16 * 60, carry=Carry(scheme_min=40 * 60),
                      ahead=Ahead(scheme_min=40 * 60))  # 24 and 24 hours of overtime without us, of 36 each
    problem = desk(1, 6, people=(averaged,), rules=(Rule("law_overtime"),), start=dt.date(2022, 8, 29))
    assert broken(problem, row("甲", "早早早...")) == {"law_overtime"}
    halves = replace(problem, people=(replace(averaged, scheme_starts=(3,)),))  # 1 September is a Thursday
    assert not broken(halves, row("甲", "早..早.."))
    assert broken(halves, row("甲", "早早....")) == {"law_overtime"}
    assert broken(halves, row("甲", "...早早.")) == {"law_overtime"}


def test_pay_is_of_the_horizons_own_hours() -> None:
    others = person(carry=Carry(week_min=50 * 60))
    problem = desk(1, 3, people=(others,), rules=(Rule("pay", weight=1),))
    assert roster_verify(problem, []).cost == 0
    assert roster_verify(problem, row("甲", "早..")).cost == 8 + 0.5 * 8


TEN = Shift("十", 480, 600)
BESIDES = {
    "a run over both seams": (4, (EARLY,), Rule("rest_day_in_seven"), Carry(worked_in_row=2), Ahead(worked_in_row=3)),
    "a run that is too long already": (2, (EARLY,), Rule("max_consecutive_days", 5), Carry(), Ahead(worked_in_row=9)),
    "rest before the next": (2, (LATE,), Rule("min_rest", 660), Carry(), Ahead(first_start_min=2 * 1440 + 480)),
    "a week": (3, (EARLY,), Rule("max_minutes_week", 44 * 60), Carry(), Ahead(week_min=30 * 60)),
    "a month": (3, (TEN,), Rule("law_overtime"), Carry(overtime_min=20 * 60), Ahead(overtime_min=13 * 60)),
    "a month that is over": (3, (TEN,), Rule("law_overtime"), Carry(overtime_min=60 * 60), Ahead(week_min=36 * 60)),
    "a scheme": (3, (EARLY,), Rule("law_overtime"), Carry(scheme_min=50 * 60), Ahead(scheme_min=38 * 60)),
    "pay": (3, (EARLY,), Rule("pay", weight=2), Carry(week_min=40 * 60), Ahead(week_min=12 * 60)),
}


@pytest.mark.parametrize("case", BESIDES)
def test_the_search_counts_what_is_settled_on_both_sides(case: str) -> None:
    days, shifts, rule, carry, ahead = BESIDES[case]
    basis = "comprehensive" if case == "a scheme" else "standard"
    someone = person(carry=carry, ahead=ahead, basis=basis, scheme_min=60 * 60)
    wanted = tuple(Need(day, shifts[0].start_min, shifts[0].start_min + 60, 1, short_cost=10 + day)
                   for day in range(days))
    problem = desk(1, days, shifts=shifts, people=(someone,), needs=wanted, rules=(rule,))
    result = solve(problem, params=EXACT)
    assert result.status == "optimal"
    assert result.cost == pytest.approx(best_by_trying_all(problem))
    free = solve(replace(problem, people=(person(basis=basis, scheme_min=60 * 60),)), params=EXACT)
    assert result.cost != pytest.approx(free.cost), "the case binds"


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_has_a_check_a_sentence_and_a_line_in_the_page(name: str) -> None:
    spec = RULES[name]
    assert name in CHECKS
    assert spec.sentence.endswith(".")
    assert f"| `{name}` | {spec.sentence} |" in PAGE.read_text()


def test_the_checker_knows_no_rule_that_is_not_registered() -> None:
    assert set(CHECKS) == set(RULES)


def test_every_rule_has_a_test_of_its_own() -> None:
    text = Path(__file__).read_text()
    for name in set(RULES) - {"one_shift_a_day", "skill", "site", "leave", "availability", "pinned", "cover"}:
        assert f'Rule("{name}"' in text, name


def test_skills_are_what_people_have() -> None:
    assert desk(2).people[1].skills >= CALL
