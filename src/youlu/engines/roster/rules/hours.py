"""Rules about hours: the law's limits, contracts, pay. Hours are paid minutes of a shift, on the day it starts.

Labour Law of the PRC: art. 36 (8 h a day, 44 h a week), 41 (overtime of at most 3 h a day and 36 h a month),
42 (disasters: no limit), 44 (150 % overtime, 200 % rest days, 300 % statutory holidays).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import inf

from youlu.engines.roster.model import Ahead, Carry, Person, Problem, Rule
from youlu.engines.roster.rows import MARK, SLACK, Draft, Tag
from youlu.engines.roster.rules.persons import bar
from youlu.engines.roster.rules.registry import rule
from youlu.engines.roster.rules.sequences import members

LAW_DAY_MIN, LAW_OVERTIME_DAY_MIN = 480, 180
LAW_WEEK_MIN, LAW_OVERTIME_MONTH_MIN = 2640, 2160
Minutes = list[tuple[int, float]]  # terms of a row: variable, minutes


def minutes(draft: Draft, p: int, days: list[int]) -> Minutes:
    """Terms that add up to the person's paid minutes on those days."""
    shifts = draft.problem.shifts
    return [(v, float(shifts[s].paid)) for day in days for s, v in draft.shifts_on(p, day)]


def most(terms: Minutes) -> float:
    return sum(value for _, value in terms)


@rule("A shift has at most `limit` paid minutes.", uses=("limit", "people"), bars=True)
def max_minutes_day(draft: Draft, rule: Rule, rule_no: int) -> None:
    bar(draft, rule, lambda person, shift, day: shift.paid > rule.limit)


@rule("On the standard basis a day has at most 8 hours and 3 hours of overtime.", uses=("people",), bars=True,
      source="Labour Law of the PRC, arts. 36, 41")
def law_hours_day(draft: Draft, rule: Rule, rule_no: int) -> None:
    longest = LAW_DAY_MIN + LAW_OVERTIME_DAY_MIN
    bar(draft, rule, lambda person, shift, day: person.lawful_basis == "standard" and shift.paid > longest)


def beside(draft: Draft, p: int, week: list[int]) -> tuple[int, int]:
    """Paid minutes of a calendar week that lie before or after the horizon, and those beyond eight hours a day."""
    person, last = draft.problem.people[p], draft.problem.days - 1
    sides: list[Carry | Ahead] = [person.carry] if week[0] == 0 else []
    sides += [person.ahead] if week[-1] == last else []
    return sum(side.week_min for side in sides), sum(side.week_over_min for side in sides)


@rule("Nobody works more than `limit` paid minutes in a calendar week, counting its days before and after the horizon.",
      "hour too many", uses=("limit", "weight", "people"))
def max_minutes_week(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        for week in draft.problem.weeks():
            terms = minutes(draft, p, week)
            left = max(0.0, rule.limit - beside(draft, p, week)[0])  # what others broke already is not ours to mend
            tag = Tag("max_minutes_week", rule_no, p, week[0])
            draft.at_most(terms, left, rule, tag, most(terms), 60.0)


@rule("Nobody works more than `limit` paid minutes in the horizon.", "hour too many",
      uses=("limit", "weight", "people"))
def max_minutes(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        terms = minutes(draft, p, list(range(draft.problem.days)))
        draft.at_most(terms, rule.limit, rule, Tag("max_minutes", rule_no, p), most(terms), 60.0)


@rule("Nobody works less than `limit` paid minutes in the horizon.", "hour too few", uses=("limit", "weight", "people"))
def min_minutes(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        terms = minutes(draft, p, list(range(draft.problem.days)))
        draft.at_least(terms, rule.limit, rule, Tag("min_minutes", rule_no, p), rule.limit, 60.0)


@rule("Hours come close to the contract, neither more nor less.", "hour off the contract", uses=("weight", "people"))
def contract_hours(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        owed = draft.problem.people[p].contract_min
        if owed is not None:
            terms = minutes(draft, p, list(range(draft.problem.days)))
            tag = Tag("contract_hours", rule_no, p)
            draft.at_least(terms, owed, rule, tag, owed, 60.0)
            draft.at_most(terms, owed, rule, tag, most(terms), 60.0)


@dataclass(frozen=True)
class Overtime:
    """Overtime minutes of a person: of one week, or of a period of the scheme. `given`: what there is without the
    horizon's own shifts. `month`: (year, month) it counts to."""

    variable: int
    given: float
    month: tuple[int, int]


def overtime(draft: Draft, p: int) -> list[Overtime]:
    """By week on the standard or emergency basis, else by period of the scheme.

    A week's overtime is what exceeds 8 h a day or 44 h a week, whichever is more; a seventh working day is rest-day
    work and counts 8 h less. On a comprehensive scheme it is what exceeds the scheme's minutes.
    """
    person, problem = draft.problem.people[p], draft.problem
    if ("overtime", p) not in draft.memo:
        if person.lawful_basis == "comprehensive":
            draft.memo["overtime", p] = [_period_overtime(draft, p, days) for days in problem.scheme_periods(person)]
        else:
            draft.memo["overtime", p] = [_week_overtime(draft, p, week) for week in problem.weeks()]
    return draft.memo["overtime", p]


def _period_overtime(draft: Draft, p: int, days: list[int]) -> Overtime:
    person, problem = draft.problem.people[p], draft.problem
    others = person.carry.scheme_min * (days[0] == 0) + person.ahead.scheme_min * (days[-1] == problem.days - 1)
    left = (person.scheme_min or 0) - others
    return _excess(draft, p, problem.date_of(days[-1]), days[0], [(minutes(draft, p, days), left)])


def _week_overtime(draft: Draft, p: int, week: list[int]) -> Overtime:
    shifts = draft.problem.shifts
    others, others_over = beside(draft, p, week)
    rest = [(rest_day_mark(draft, p, tuple(week)), -float(LAW_DAY_MIN))] if len(week) == 7 else []
    daily = [(v, float(max(0, shifts[s].paid - LAW_DAY_MIN))) for day in week for s, v in draft.shifts_on(p, day)]
    by_day = [term for term in daily if term[1]]
    return _excess(draft, p, draft.problem.sunday_of(week[0]), week[0], [
        ([*minutes(draft, p, week), *rest], LAW_WEEK_MIN - others), (by_day, -others_over)])


def _excess(draft: Draft, p: int, month_of: date, day: int, sums: list[tuple[Minutes, float]]) -> Overtime:
    """A slack of at least every `sum - limit`."""
    top = max(sum(max(0.0, v) for _, v in terms) - limit for terms, limit in sums)
    given = max(0.0, *(-limit for _, limit in sums))
    over = draft.variable(SLACK, 0, max(0.0, top), p, initial=given)
    for terms, limit in sums:
        if terms or limit < 0:
            draft.row([*terms, (over, -1.0)], -inf, limit, Tag("", -1, p, day))
    return Overtime(over, given, (month_of.year, month_of.month))


def rest_day_mark(draft: Draft, p: int, week: tuple[int, ...]) -> int:
    """1 when the person works on all seven days of the week."""
    key = ("seven", p, week)
    if key not in draft.memo:
        mark = draft.variable(MARK, 0, 1, p, week)
        works = [(draft.works[p, day], 1.0) for day in week]
        draft.row([*works, (mark, -1.0)], -inf, 6, Tag("", -1, p, week[0]))
        draft.row([*works, (mark, -7.0)], 0, inf, Tag("", -1, p, week[0]))
        draft.memo[key] = mark
    return draft.memo[key]


@rule("Overtime stays within 36 hours a month; hours of a comprehensive scheme are averaged over its period.",
      "hour of overtime too many", uses=("weight", "people"),
      source="Labour Law of the PRC, arts. 36, 39, 41; not for people on the emergency basis (art. 42)")
def law_overtime(draft: Draft, rule: Rule, rule_no: int) -> None:
    problem = draft.problem
    for p in members(draft, rule):
        person = problem.people[p]
        if person.lawful_basis == "emergency":
            continue
        months: dict[tuple[int, int], list[Overtime]] = {}
        for one in overtime(draft, p):
            months.setdefault(one.month, []).append(one)
        for month, weeks in months.items():
            others = month_others(problem, person, month)
            given = others + sum(one.given for one in weeks)
            terms = [(one.variable, 1.0) for one in weeks]
            worst = sum(draft.upper[one.variable] for one in weeks)
            tag = Tag("law_overtime", rule_no, p)
            draft.at_most(terms, max(LAW_OVERTIME_MONTH_MIN, given) - others, rule, tag, worst, 60.0)


def month_others(problem: Problem, person: Person, month: tuple[int, int]) -> int:
    """Overtime minutes of a month in weeks that lie wholly before or after the horizon."""
    first, last = problem.start, problem.sunday_of(problem.days - 1)
    if person.lawful_basis == "comprehensive":
        return person.carry.overtime_min * (month == _month_of_first_period(problem, person))
    return (person.carry.overtime_min * (month == (first.year, first.month))
            + person.ahead.overtime_min * (month == (last.year, last.month)))


def _month_of_first_period(problem: Problem, person: Person) -> tuple[int, int]:
    last = problem.date_of(problem.scheme_periods(person)[0][-1])
    return last.year, last.month


@rule("Hours cost their pay: 1 an hour, 1.5 overtime, 2 on a seventh day of a week, 3 on statutory holidays.",
      "paid hour", uses=("weight", "people"), source="Labour Law of the PRC, art. 44")
def pay(draft: Draft, rule: Rule, rule_no: int) -> None:
    """On a comprehensive scheme a seventh day is no rest-day work. Overtime on a holiday is paid as both."""
    problem, price = draft.problem, (rule.weight or 0.0) / 60.0
    for p in members(draft, rule):
        for day in range(problem.days):
            factor = 3.0 if day in problem.holidays else 1.0
            for s, v in draft.shifts_on(p, day):
                draft.cost[v] += price * factor * problem.shifts[s].paid
        for one in overtime(draft, p):
            draft.cost[one.variable] += 0.5 * price
            draft.constant -= 0.5 * price * one.given
        if problem.people[p].lawful_basis != "comprehensive":
            for week in problem.weeks():
                if len(week) == 7:
                    draft.cost[rest_day_mark(draft, p, tuple(week))] += price * LAW_DAY_MIN
