"""Rules about the order of days: rest, runs, weekends, rotation."""

from __future__ import annotations

from math import ceil, inf

from youlu.engines.roster.model import DAY_MIN, Rule
from youlu.engines.roster.rows import MARK, SLACK, Draft, Tag
from youlu.engines.roster.rules.persons import times
from youlu.engines.roster.rules.registry import rule


def members(draft: Draft, rule: Rule) -> list[int]:
    """Indices of the people the rule is about."""
    everybody = enumerate(draft.problem.people)
    return [p for p, person in everybody if rule.people is None or person.name in rule.people]


@rule("Between two shifts there are at least `limit` minutes of rest.", "pair of shifts",
      uses=("limit", "weight", "people"), source="11 h: directive 2003/88/EC art. 3; a house rule in China")
def min_rest(draft: Draft, rule: Rule, rule_no: int) -> None:
    shifts, days = draft.problem.shifts, draft.problem.days
    for p in members(draft, rule):
        carry, ahead = draft.problem.people[p].carry.last_end_min, draft.problem.people[p].ahead.first_start_min
        for day in range(days):
            for s, v in draft.shifts_on(p, day):
                start, end = times(shifts[s], day)
                tag = Tag("min_rest", rule_no, p, day)
                if carry is not None and start < carry + rule.limit:
                    draft.at_most([(v, 1.0)], 0, rule, tag, 1)
                if ahead is not None and ahead < end + rule.limit:
                    draft.at_most([(v, 1.0)], 0, rule, tag, 1)
                for later in range(day + 1, min(days, ceil((end + rule.limit) / DAY_MIN) + 1)):
                    close = [u for t, u in draft.shifts_on(p, later)
                             if times(shifts[t], later)[0] < end + rule.limit]
                    if close:
                        draft.at_most([(u, 1.0) for u in (v, *close)], 1, rule, tag, 1)


@rule("None of `shifts` is followed the next day by one of `then`.", "pair of days",
      uses=("shifts", "then", "weight", "people"))
def never_followed_by(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        for day in range(draft.problem.days - 1):
            first = draft.shifts_on(p, day, rule.shifts)
            then = draft.shifts_on(p, day + 1, rule.then)
            if first and then:
                terms = [(v, 1.0) for _, v in (*first, *then)]
                draft.at_most(terms, 1, rule, Tag("never_followed_by", rule_no, p, day), 1)


def windows_limit(draft: Draft, rule: Rule, rule_no: int, name: str, p: int, limit: int) -> None:
    """At most `limit` working days in any `limit` + 1 days in a row, counting days before and after the horizon."""
    person, last = draft.problem.people[p], draft.problem.days
    before, after = min(person.carry.worked_in_row, limit), min(person.ahead.worked_in_row, limit)
    for first in range(-before, last + after - limit):
        days = range(max(first, 0), min(first + limit + 1, last))
        terms = [(draft.works[p, day], 1.0) for day in days]
        draft.at_most(terms, len(days) - 1, rule, Tag(name, rule_no, p, days[0]), 1)


@rule("In any seven days there is at least one whole day off.", "seven days without one", uses=("weight", "people"),
      source="Labour Law of the PRC, art. 38; not for people on the emergency basis (art. 42)")
def rest_day_in_seven(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        if draft.problem.people[p].lawful_basis != "emergency":
            windows_limit(draft, rule, rule_no, "rest_day_in_seven", p, 6)


@rule("Nobody works more than `limit` days in a row.", "day too many in a row", uses=("limit", "weight", "people"))
def max_consecutive_days(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        windows_limit(draft, rule, rule_no, "max_consecutive_days", p, int(rule.limit))


def _shortest_run(draft: Draft, rule: Rule, rule_no: int, p: int, working: bool) -> None:
    """No run shorter than the limit between two days of the other sort; runs cut by the horizon's end are fine."""
    days, sign = draft.problem.days, 1.0 if working else -1.0
    carry = draft.problem.people[p].carry
    before, other = carry.worked_in_row, carry.rested_in_row
    if not working:
        before, other = other, before
    for length in range(1, int(rule.limit)):
        for first in range(days - length):
            # the other sort of day stands before the run: inside the horizon, or on its eve if that is known
            if first == 0 and not other:
                continue
            terms = [(draft.works[p, first + k], sign) for k in range(length)]
            terms.append((draft.works[p, first + length], -sign))
            if first:
                terms.append((draft.works[p, first - 1], -sign))
            _run_row(draft, rule, rule_no, p, first, length, int(rule.limit) - length, terms, working)
    if before:  # the run began before the horizon
        for length in range(0, max(0, int(rule.limit) - before)):
            if length < days:
                terms = [(draft.works[p, k], sign) for k in range(length)]
                terms.append((draft.works[p, length], -sign))
                _run_row(draft, rule, rule_no, p, 0, length, int(rule.limit) - before - length, terms, working)


def _run_row(draft: Draft, rule: Rule, rule_no: int, p: int, first: int, length: int, missing: int,
             terms: list[tuple[int, float]], working: bool) -> None:
    others = len(terms) - length
    limit = length - 1 if working else others - 1
    # working run: on·length − before − after <= length − 1; resting run: before + after − off-days worked <= others − 1
    name = "min_consecutive_days" if working else "min_consecutive_rest_days"
    tag = Tag(name, rule_no, p, first)
    if rule.weight is not None:
        slack = draft.slack(rule.weight * missing, 1, tag)
        terms = [*terms, (slack, -1.0)]
    draft.row(terms, -inf, limit, tag)


@rule("Who works, works at least `limit` days in a row.", "day missing from a run", uses=("limit", "weight", "people"))
def min_consecutive_days(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        _shortest_run(draft, rule, rule_no, p, working=True)


@rule("Days off come at least `limit` in a row.", "day off missing from a run", uses=("limit", "weight", "people"))
def min_consecutive_rest_days(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        _shortest_run(draft, rule, rule_no, p, working=False)


@rule("Nobody works on more than `limit` weekends (a Saturday, a Sunday or both count once).", "weekend too many",
      uses=("limit", "weight", "people"))
def max_weekends(draft: Draft, rule: Rule, rule_no: int) -> None:
    weekends = draft.problem.weekends()
    for p in members(draft, rule):
        marks = [weekend_mark(draft, p, tuple(pair)) for pair in weekends]
        tag = Tag("max_weekends", rule_no, p, weekends[0][0] if weekends else 0)
        draft.at_most([(v, 1.0) for v in marks], rule.limit, rule, tag, len(marks))


def weekend_mark(draft: Draft, p: int, pair: tuple[int, ...]) -> int:
    """1 when the person works on any of those days."""
    key = ("weekend", p, pair)
    if key not in draft.memo:
        mark = draft.variable(MARK, 0, 1, p, pair)
        for day in pair:
            draft.row([(draft.works[p, day], 1.0), (mark, -1.0)], -inf, 0, Tag("", -1, p, day))
        draft.row([(mark, 1.0), *((draft.works[p, day], -1.0) for day in pair)], -inf, 0, Tag("", -1, p, pair[0]))
        draft.memo[key] = mark
    return draft.memo[key]


@rule("Nobody works more than `limit` shifts of the kinds in `shifts`.", "shift too many",
      uses=("limit", "shifts", "weight", "people"))
def max_shifts_of_kind(draft: Draft, rule: Rule, rule_no: int) -> None:
    for p in members(draft, rule):
        terms = [(v, 1.0) for day in range(draft.problem.days) for _, v in draft.shifts_on(p, day, rule.shifts)]
        if terms:
            draft.at_most(terms, rule.limit, rule, Tag("max_shifts_of_kind", rule_no, p), len(terms))


@rule("Shifts of the kinds in `shifts` (empty: all) are shared evenly: nobody has more than the others.",
      "shift between the most and the least", uses=("limit", "shifts", "weight", "people"))
def fair_shares(draft: Draft, rule: Rule, rule_no: int) -> None:
    counts = {p: [(v, 1.0) for day in range(draft.problem.days) for _, v in draft.shifts_on(p, day, rule.shifts)]
              for p in members(draft, rule)}
    _spread(draft, rule, rule_no, "fair_shares", {p: terms for p, terms in counts.items() if terms})


@rule("Weekends worked are shared evenly.", "weekend between the most and the least",
      uses=("limit", "weight", "people"))
def fair_weekends(draft: Draft, rule: Rule, rule_no: int) -> None:
    weekends = draft.problem.weekends()
    able = {p: any(draft.shifts_on(p, day) for pair in weekends for day in pair) for p in members(draft, rule)}
    counts = {p: [(weekend_mark(draft, p, tuple(pair)), 1.0) for pair in weekends] for p, can in able.items() if can}
    _spread(draft, rule, rule_no, "fair_weekends", counts)


def _spread(draft: Draft, rule: Rule, rule_no: int, name: str, counts: dict[int, list[tuple[int, float]]]) -> None:
    """Weighted: cost per unit of most − least. Hard: most − least is at most the limit (as a rule of the team)."""
    if len(counts) < 2:
        return
    most = max(len(terms) for terms in counts.values())
    weight = rule.weight if rule.weight is not None else 0.0
    tag = Tag(name, rule_no)
    high = draft.variable(SLACK, 0, most, cost=weight)
    low = draft.variable(SLACK, 0, most, cost=-weight)
    for terms in counts.values():
        draft.row([*terms, (high, -1.0)], -inf, 0, Tag("", rule_no))
        draft.row([*terms, (low, -1.0)], 0, inf, Tag("", rule_no))
    if rule.weight is None:
        draft.team_row([(high, 1.0), (low, -1.0)], rule.limit, tag, most)
