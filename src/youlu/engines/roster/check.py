"""Input checks: malformed input raises and names the person, shift, need or rule and the cause."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from math import isfinite

from youlu.engines.roster.errors import RosterInputError
from youlu.engines.roster.model import BASES, DAY_MIN, SITES, Need, Person, Problem, Rule, Shift, Span
from youlu.engines.roster.rules import RULES

Names = frozenset[str]


def problem_check(problem: Problem) -> None:
    """Raise `RosterInputError` for the first thing that is malformed."""
    if problem.days < 1:
        raise RosterInputError(f"the horizon has {problem.days} days")
    if not problem.people:
        raise RosterInputError("there is nobody to roster")
    if not problem.shifts:
        raise RosterInputError("there is no kind of shift")
    shifts = _names_check("shift", (s.name for s in problem.shifts))
    people = _names_check("person", (p.name for p in problem.people))
    for shift in problem.shifts:
        _shift_check(shift)
    for person in problem.people:
        _person_check(problem, person, shifts)
    for number, need in enumerate(problem.needs):
        _need_check(problem, number, need, shifts)
    for rule in problem.rules:
        _rule_check(rule, people, shifts)
    for day in problem.holidays:
        _day_check(problem, day, "a holiday")
    _assignments_check(problem, people, shifts)


def _names_check(kind: str, names: Iterable[str]) -> Names:
    seen: set[str] = set()
    for name in names:
        if not name:
            raise RosterInputError(f"a {kind} has no name")
        if name in seen:
            raise RosterInputError(f"{kind} {name!r} appears twice")
        seen.add(name)
    return frozenset(seen)


def _day_check(problem: Problem, day: int, what: str) -> None:
    if not 0 <= day < problem.days:
        raise RosterInputError(f"{what} is on day {day}, outside 0 to {problem.days - 1}")


def _shift_check(shift: Shift) -> None:
    def bad(cause: str) -> RosterInputError:
        return RosterInputError(f"shift {shift.name!r}: {cause}")

    if not 0 <= shift.start_min < DAY_MIN:
        raise bad(f"starts at minute {shift.start_min}, outside its day (0 to {DAY_MIN - 1})")
    if not 0 < shift.length_min <= DAY_MIN:
        raise bad(f"is {shift.length_min} minutes long, over its day (1 to {DAY_MIN})")
    if shift.break_min < 0 or shift.break_at_min < 0 or shift.break_at_min + shift.break_min > shift.length_min:
        raise bad(f"the break of {shift.break_min} minutes at {shift.break_at_min} is not inside it")
    if not 0 <= shift.paid <= DAY_MIN:
        raise bad(f"has {shift.paid} paid minutes")
    unknown = shift.sites - set(SITES[:2])
    if unknown or not shift.sites:
        raise bad(f"may be worked at {sorted(shift.sites)}; known are {list(SITES[:2])}")


def _person_check(problem: Problem, person: Person, shifts: Names) -> None:
    def bad(cause: str) -> RosterInputError:
        return RosterInputError(f"person {person.name!r}: {cause}")

    if not person.skills:
        raise bad("has no skills, so no need could count them")
    if person.basis not in BASES:
        raise bad(f"legal basis {person.basis!r} is not one of {list(BASES)}")
    if person.basis == "comprehensive" and person.scheme_min is None:
        raise bad("is on a comprehensive scheme without scheme_min, the minutes of its period")
    for site in (person.site, *(stay.site for stay in person.stays)):
        if site not in SITES:
            raise bad(f"site {site!r} is not one of {list(SITES)}")
    _spans_check(person.name, "leave", person.leave, apart=True)
    _spans_check(person.name, "stays", tuple(stay.span for stay in person.stays), apart=True)
    _spans_check(person.name, "availability", person.available, apart=False)
    for wish in person.wishes:
        _day_check(problem, wish.day, f"person {person.name!r}: a wish")
        if wish.shift and wish.shift not in shifts:
            raise bad(f"wishes for shift {wish.shift!r}, which does not exist")
        if not isfinite(wish.weight) or wish.weight < 0:
            raise bad(f"a wish weighs {wish.weight}: it must be a number of at least 0")
    for cause in _sides_wrong(problem, person):
        raise bad(cause)


def _sides_wrong(problem: Problem, person: Person) -> Iterator[str]:
    """What is malformed in what a person brings along and goes on with."""
    carry, ahead = person.carry, person.ahead
    counts = (carry.worked_in_row, carry.rested_in_row, carry.week_min, carry.week_over_min, carry.overtime_min,
              carry.scheme_min, ahead.worked_in_row, ahead.week_min, ahead.week_over_min, ahead.overtime_min,
              ahead.scheme_min)
    if min(counts) < 0 or (person.contract_min or 0) < 0 or (person.scheme_min or 0) < 0:
        yield "has negative hours or days"
    if carry.worked_in_row and carry.rested_in_row:
        yield "both worked and rested on the eve of the first day"
    if list(person.scheme_starts) != sorted(set(person.scheme_starts) & set(range(1, problem.days))):
        yield f"has periods of a scheme that begin on days {list(person.scheme_starts)}"
    if ahead.first_start_min is not None and ahead.first_start_min < problem.days * DAY_MIN:
        yield f"goes on at minute {ahead.first_start_min}, which is no time after the last day"


def _spans_check(name: str, what: str, spans: tuple[Span, ...], apart: bool) -> None:
    ordered = sorted(spans, key=lambda span: span.start_min)
    for span in ordered:
        if span.end_min <= span.start_min:
            raise RosterInputError(f"person {name!r}: {what} from minute {span.start_min} ends before it starts")
    for first, second in itertools.pairwise(ordered):
        if apart and second.start_min < first.end_min:
            raise RosterInputError(
                f"person {name!r}: {what} from minute {second.start_min} overlaps the one from {first.start_min}")


def _need_check(problem: Problem, number: int, need: Need, shifts: Names) -> None:
    def bad(cause: str) -> RosterInputError:
        return RosterInputError(f"need {number} (day {need.day}, minute {need.start_min}, {need.skill!r}): {cause}")

    _day_check(problem, need.day, f"need {number}")
    if not 0 <= need.start_min < need.end_min <= DAY_MIN:
        raise bad(f"runs from minute {need.start_min} to {need.end_min}, over its day (0 to {DAY_MIN})")
    for word in ("people", "short_cost", "over_cost"):
        value = getattr(need, word)
        if not isfinite(value) or value < 0:
            raise bad(f"{word} is {value}: it must be a number of at least 0")
    if need.shift and need.shift not in shifts:
        raise bad(f"shift {need.shift!r} does not exist")
    if need.skill and not any(need.skill in person.skills for person in problem.people):
        raise bad(f"nobody has the skill {need.skill!r}")
    if not any(shift.activity == need.activity for shift in problem.shifts):
        raise bad(f"no kind of shift has the activity {need.activity!r}")


def _rule_check(rule: Rule, people: Names, shifts: Names) -> None:
    def bad(cause: str) -> RosterInputError:
        return RosterInputError(f"rule {rule.name!r}: {cause}")

    spec = RULES.get(rule.name)
    if spec is None:
        raise bad(f"is not one of {sorted(RULES)}")
    if spec.always:
        raise bad("is always on and needs no entry")
    if rule.weight is not None and (not isfinite(rule.weight) or rule.weight < 0):
        raise bad(f"weighs {rule.weight}: it must be a number of at least 0, or None for a hard rule")
    if rule.weight is not None and not spec.weighable:
        raise bad("is hard by nature and takes no weight")
    if rule.weight is None and rule.name == "pay":
        raise bad("needs a weight: the price of an hour")
    if not isfinite(rule.limit) or rule.limit < 0:
        raise bad(f"limit is {rule.limit}: it must be a number of at least 0")
    for kind, named, known in (("person", rule.people or frozenset(), people), ("shift", rule.shifts, shifts),
                               ("shift", rule.then, shifts)):
        if named - known:
            raise bad(f"{kind} {sorted(named - known)[0]!r} does not exist")


def _assignments_check(problem: Problem, people: Names, shifts: Names) -> None:
    for what, assignments in (("published", problem.published), ("pinned", problem.pinned)):
        seen: set[tuple[str, int]] = set()
        for a in assignments:
            if a.person not in people:
                raise RosterInputError(f"{what}: person {a.person!r} does not exist")
            if a.shift not in shifts and not (what == "pinned" and not a.shift):
                raise RosterInputError(f"{what}: shift {a.shift!r} of person {a.person!r} does not exist")
            _day_check(problem, a.day, f"{what}: person {a.person!r}")
            if (a.person, a.day) in seen:
                raise RosterInputError(f"{what}: person {a.person!r} has two shifts on day {a.day}")
            seen.add((a.person, a.day))
