"""The independent check: every rule read once more in plain Python, from the roster alone.

Shares nothing with the solver but the words of the problem: no rows, no variables, no numpy. Each rule has a function
of its name in `CHECKS`; it yields a `Breach` per unit broken, and `roster_verify` prices them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from youlu.engines.roster import verify_people, verify_time
from youlu.engines.roster.errors import RosterInputError
from youlu.engines.roster.model import DAY_MIN, Assignment, Need, Person, Problem, Rule, Shift
from youlu.engines.roster.outcome import Breach, Cover
from youlu.engines.roster.verify_base import BARS, CHECKS, HOURS, Found, Roster, check


@dataclass(frozen=True)
class Verdict:
    """`breaches` with their costs; `costs` by rule; `valid`: no hard rule is broken."""

    breaches: tuple[Breach, ...]
    costs: dict[str, float]
    coverage: tuple[Cover, ...]

    @property
    def valid(self) -> bool:
        return not any(b.hard for b in self.breaches)

    @property
    def cost(self) -> float:
        return sum(self.costs.values())


__all__ = ["Verdict", "assignments_changed", "roster_verify", "verify_people", "verify_time"]
ALWAYS = ("one_shift_a_day", "skill", "site", "leave", "availability", "pinned")


def roster_verify(problem: Problem, assignments: Iterable[Assignment]) -> Verdict:
    """Check every rule and add up every cost.

    Raises
    ------
    RosterInputError : an assignment names an unknown person, shift or day.
    """
    roster = _roster(problem, assignments)
    breaches = [b for name in ALWAYS for b in _apply(roster, Rule(name), -1)]
    for number, rule in enumerate(problem.rules):
        breaches += _apply(roster, rule, number)
    coverage = tuple(_covered(roster, need) for need in problem.needs)
    breaches += _cover_breaches(problem, coverage)
    costs: dict[str, float] = {}
    for breach in breaches:
        costs[breach.rule] = costs.get(breach.rule, 0.0) + breach.cost
    return Verdict(tuple(breaches), costs, coverage)


def _roster(problem: Problem, assignments: Iterable[Assignment]) -> Roster:
    shifts = {s.name: s for s in problem.shifts}
    by_person: dict[str, dict[int, Shift]] = {p.name: {} for p in problem.people}
    doubles = []
    for a in assignments:
        if a.person not in by_person or a.shift not in shifts or not 0 <= a.day < problem.days:
            raise RosterInputError(f"{a} names a person, shift or day the problem does not have")
        if a.day in by_person[a.person]:
            doubles.append(a)
        by_person[a.person][a.day] = shifts[a.shift]
    return Roster(problem, by_person, tuple(doubles))


def _apply(roster: Roster, rule: Rule, number: int) -> Iterator[Breach]:
    hard = rule.weight is None or rule.name in BARS
    unit = 60.0 if rule.name in HOURS else 1.0
    for person, day, amount in CHECKS[rule.name](roster, rule):
        cost = 0.0 if hard else (rule.weight or 0.0) * amount / unit
        yield Breach(rule.name, person, day, amount / unit, hard, cost, number)


def _counts(need: Need, shift: Shift, person: Person) -> bool:
    if shift.activity != need.activity or need.shift not in ("", shift.name):
        return False
    spoken = person.skills if shift.serves is None else person.skills & shift.serves
    return not need.skill or need.skill in spoken


def _covered(roster: Roster, need: Need) -> Cover:
    have = 0
    for person in roster.problem.people:
        for day in (need.day - 1, need.day):
            shift = roster.days(person).get(day)
            if shift is None or not _counts(need, shift, person):
                continue
            start = (need.day - day) * DAY_MIN + need.start_min
            end = start + need.end_min - need.start_min
            pause = shift.start_min + shift.break_at_min
            if shift.start_min <= start and end <= shift.end_min:
                have += not (max(start, pause) < min(end, pause + shift.break_min))
    return Cover(need.day, need.start_min, need.end_min, need.skill, need.activity, need.shift, need.people, have)


def _cover_breaches(problem: Problem, coverage: tuple[Cover, ...]) -> Iterator[Breach]:
    for need, row in zip(problem.needs, coverage, strict=True):
        if row.short > 1e-9:
            cost = 0.0 if need.hard else row.short * need.short_cost * need.half_hours
            yield Breach("cover", "", need.day, row.short, need.hard, cost, detail=need.skill)
        elif row.over > 1e-9 and need.over_cost:
            yield Breach("cover", "", need.day, row.over, False, row.over * need.over_cost * need.half_hours,
                         detail=need.skill)


@check
def cover(roster: Roster, rule: Rule) -> Found:
    """Checked need by need in `_cover_breaches`; as an entry of `Problem.rules` it adds nothing."""
    yield from ()


def assignments_changed(problem: Problem, before: Iterable[Assignment], after: Iterable[Assignment]) -> int:
    """Person-days whose shift differs."""
    first, second = ({(a.person, a.day): a.shift for a in roster} for roster in (before, after))
    return sum(first.get(cell) != second.get(cell) for cell in first.keys() | second.keys())
