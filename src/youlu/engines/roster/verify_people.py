"""The independent check, second part: who may work what, wishes, what is published."""

from __future__ import annotations

from collections.abc import Iterator

from youlu.engines.roster.model import DAY_MIN, Person, Problem, Rule, Shift
from youlu.engines.roster.verify_base import BARS, CHECKS, Found, Roster, check


@check
def one_shift_a_day(roster: Roster, rule: Rule) -> Found:
    for a in roster.doubles:
        yield a.person, a.day, 1


def _each(roster: Roster, rule: Rule) -> Iterator[tuple[Person, int, Shift, int, int]]:
    for person in roster.people(rule):
        for day, shift in roster.days(person).items():
            yield person, day, shift, day * DAY_MIN + shift.start_min, day * DAY_MIN + shift.end_min


@check
def skill(roster: Roster, rule: Rule) -> Found:
    for person, day, shift, _, _ in _each(roster, rule):
        if shift.skills - person.skills:
            yield person.name, day, 1


@check
def site(roster: Roster, rule: Rule) -> Found:
    for person, day, shift, start, end in _each(roster, rule):
        if not person.stays:
            if person.site not in shift.sites:
                yield person.name, day, 1
            continue
        for minute in range(start, end):
            at = [s.site for s in person.stays if s.span.start_min <= minute < s.span.end_min]
            if (at[0] if at else person.site) not in shift.sites:
                yield person.name, day, 1
                break


@check
def leave(roster: Roster, rule: Rule) -> Found:
    for person, day, _, start, end in _each(roster, rule):
        if any(max(start, span.start_min) < min(end, span.end_min) for span in person.leave):
            yield person.name, day, 1


@check
def availability(roster: Roster, rule: Rule) -> Found:
    for person, day, _, start, end in _each(roster, rule):
        spans = person.available
        if spans and not any(s.start_min <= start and s.end_min >= end for s in spans):
            yield person.name, day, 1


@check
def pinned(roster: Roster, rule: Rule) -> Found:
    for pin in roster.problem.pinned:
        there = roster.by_person[pin.person].get(pin.day)
        if (there.name if there else "") != pin.shift:
            yield pin.person, pin.day, 1


@check
def max_minutes_day(roster: Roster, rule: Rule) -> Found:
    for person, day, shift, _, _ in _each(roster, rule):
        if shift.paid > rule.limit:
            yield person.name, day, shift.paid - rule.limit


@check
def law_hours_day(roster: Roster, rule: Rule) -> Found:
    for person, day, shift, _, _ in _each(roster, rule):
        if person.lawful_basis == "standard" and shift.paid > 11 * 60:
            yield person.name, day, shift.paid - 660


@check
def wishes(roster: Roster, rule: Rule) -> Found:
    for person in roster.people(rule):
        for wish in person.wishes:
            shift = roster.days(person).get(wish.day)
            met = shift is not None and wish.shift in ("", shift.name)
            if met != wish.want:
                yield person.name, wish.day, wish.weight


@check
def keep_published(roster: Roster, rule: Rule) -> Found:
    kept = {(a.person, a.day): a.shift for a in roster.problem.published}
    changed = []
    for person in roster.people(rule):
        for day in range(roster.problem.days):
            shift = roster.days(person).get(day)
            if kept.get((person.name, day), "") != (shift.name if shift else ""):
                changed.append((person.name, day))
    if rule.weight is not None:
        yield from ((name, day, 1) for name, day in changed[int(rule.limit):])
    elif len(changed) > rule.limit:
        yield "", changed[0][1], len(changed) - rule.limit


def is_open(problem: Problem, person: Person, shift: Shift, day: int) -> bool:
    """Whether skill, site, leave, availability and hours of a day let the person work that shift that day."""
    single = Roster(problem, {person.name: {day: shift}})
    rules = [Rule(name) for name in BARS[:4]] + [rule for rule in problem.rules if rule.name in BARS]
    return not any(True for rule in rules for breach in CHECKS[rule.name](single, rule))
