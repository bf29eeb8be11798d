"""The independent check, second part: rest, runs, weekends, hours and pay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from youlu.engines.roster.model import DAY_MIN, Person, Problem, Rule, Shift
from youlu.engines.roster.verify_base import Found, Roster, among, check
from youlu.engines.roster.verify_people import is_open


@check
def min_rest(roster: Roster, rule: Rule) -> Found:
    """A breach per pair of shifts too close, and per shift too close to the last before or the first after."""
    for person in roster.people(rule):
        days = roster.days(person)
        carried, ahead = person.carry.last_end_min, person.ahead.first_start_min
        for day, shift in days.items():
            start, end = day * DAY_MIN + shift.start_min, day * DAY_MIN + shift.end_min
            if carried is not None and start < carried + rule.limit:
                yield person.name, day, 1
            if ahead is not None and ahead < end + rule.limit:
                yield person.name, day, 1
            for later, after in days.items():
                if later > day and later * DAY_MIN + after.start_min < end + rule.limit:
                    yield person.name, day, 1


@check
def never_followed_by(roster: Roster, rule: Rule) -> Found:
    for person in roster.people(rule):
        days = roster.days(person)
        for day, shift in days.items():
            after = days.get(day + 1)
            if after and among(shift, rule.shifts) and among(after, rule.then):
                yield person.name, day, 1


def _row(roster: Roster, person: Person) -> list[bool]:
    """Whether the person works on each day, with the run before the horizon in front."""
    return [day in roster.days(person) for day in range(roster.problem.days)]


def _too_long(roster: Roster, rule: Rule, limit: int) -> Found:
    """One breach per day that is more than the limit in a row. Of the days after the horizon so many are looked at as
    can belong to a run that is too long by one of ours."""
    for person in roster.people(rule):
        if rule.name == "rest_day_in_seven" and person.lawful_basis == "emergency":
            continue
        run = min(person.carry.worked_in_row, limit)
        after = [True] * min(person.ahead.worked_in_row, limit)
        for day, works in enumerate([*_row(roster, person), *after]):
            run = run + 1 if works else 0
            if run > limit:
                yield person.name, max(0, day - limit), 1


@check
def rest_day_in_seven(roster: Roster, rule: Rule) -> Found:
    yield from _too_long(roster, rule, 6)


@check
def max_consecutive_days(roster: Roster, rule: Rule) -> Found:
    yield from _too_long(roster, rule, int(rule.limit))


def _runs(roster: Roster, person: Person) -> Iterator[tuple[bool, int, int, bool]]:
    """(working, first day, length with what came before, whether both its ends are known to be other days)."""
    carry, row = person.carry, _row(roster, person)
    known = bool(carry.worked_in_row or carry.rested_in_row)
    row_before = [True] * carry.worked_in_row or [False] * carry.rested_in_row
    cells = row_before + row
    first = 0
    for k in range(1, len(cells) + 1):
        if k == len(cells) or cells[k] != cells[first]:
            inside = first > 0 or known
            if k > len(row_before) or (k == len(row_before) and known):
                yield cells[first], max(0, first - len(row_before)), k - first, inside and k < len(cells)
            first = k


def _too_short(roster: Roster, rule: Rule, working: bool) -> Found:
    for person in roster.people(rule):
        for works, first, length, ends_known in _runs(roster, person):
            if works == working and ends_known and length < rule.limit:
                yield person.name, first, int(rule.limit) - length


@check
def min_consecutive_days(roster: Roster, rule: Rule) -> Found:
    yield from _too_short(roster, rule, True)


@check
def min_consecutive_rest_days(roster: Roster, rule: Rule) -> Found:
    yield from _too_short(roster, rule, False)


def _weekends_worked(problem: Problem, days: dict[int, Shift]) -> int:
    saturdays = {day - (problem.date_of(day).weekday() - 5) for day in days if problem.date_of(day).weekday() >= 5}
    return len(saturdays)


@check
def max_weekends(roster: Roster, rule: Rule) -> Found:
    for person in roster.people(rule):
        over = _weekends_worked(roster.problem, roster.days(person)) - rule.limit
        if over > 0:
            yield person.name, 0, over


@check
def max_shifts_of_kind(roster: Roster, rule: Rule) -> Found:
    for person in roster.people(rule):
        over = sum(among(shift, rule.shifts) for shift in roster.days(person).values()) - rule.limit
        if over > 0:
            yield person.name, 0, over


def _may_work(roster: Roster, person: Person, names: frozenset[str], weekends_only: bool = False) -> bool:
    """Whether any shift of the kinds is open to the person at all: who can take none is no part of sharing."""
    for day in range(roster.problem.days):
        if weekends_only and roster.problem.date_of(day).weekday() < 5:
            continue
        for shift in roster.problem.shifts:
            if among(shift, names) and is_open(roster.problem, person, shift, day):
                return True
    return False


def _spread(counts: list[int], rule: Rule) -> Found:
    spread = max(counts) - min(counts) if len(counts) > 1 else 0
    over = spread if rule.weight is not None else spread - rule.limit
    if over > 0:
        yield "", 0, over


@check
def fair_shares(roster: Roster, rule: Rule) -> Found:
    people = [p for p in roster.people(rule) if _may_work(roster, p, rule.shifts)]
    yield from _spread([sum(among(s, rule.shifts) for s in roster.days(p).values()) for p in people], rule)


@check
def fair_weekends(roster: Roster, rule: Rule) -> Found:
    people = [p for p in roster.people(rule) if _may_work(roster, p, frozenset(), weekends_only=True)]
    yield from _spread([_weekends_worked(roster.problem, roster.days(p)) for p in people], rule)


# ---- hours, minutes as amounts


def _paid(days: dict[int, Shift]) -> int:
    return sum(shift.paid for shift in days.values())


@check
def max_minutes(roster: Roster, rule: Rule) -> Found:
    for person in roster.people(rule):
        over = _paid(roster.days(person)) - rule.limit
        if over > 0:
            yield person.name, 0, over


@check
def min_minutes(roster: Roster, rule: Rule) -> Found:
    for person in roster.people(rule):
        short = rule.limit - _paid(roster.days(person))
        if short > 0:
            yield person.name, 0, short


@check
def contract_hours(roster: Roster, rule: Rule) -> Found:
    for person in roster.people(rule):
        if person.contract_min is not None:
            off = abs(_paid(roster.days(person)) - person.contract_min)
            if off:
                yield person.name, 0, off


def _weeks(problem: Problem, days: dict[int, Shift]) -> Iterator[tuple[int, int, dict[int, Shift]]]:
    """(first day in the horizon, last day, shifts) of each calendar week."""
    first = 0
    while first < problem.days:
        last = min(problem.days - 1, first + 6 - problem.date_of(first).weekday())
        yield first, last, {day: shift for day, shift in days.items() if first <= day <= last}
        first = last + 1


@check
def max_minutes_week(roster: Roster, rule: Rule) -> Found:
    """Of a week that is over the limit without the horizon, what the horizon adds."""
    for person in roster.people(rule):
        for first, last, worked in _weeks(roster.problem, roster.days(person)):
            others, _ = _outside(roster.problem, person, first, last)
            over = min(_paid(worked), _paid(worked) + others - rule.limit)
            if over > 0:
                yield person.name, first, over


def _outside(problem: Problem, person: Person, first: int, last: int) -> tuple[int, int]:
    """Paid minutes, and those beyond eight hours a day, that the week has on days before and after the horizon."""
    paid = over = 0
    if first == 0:
        paid, over = person.carry.week_min, person.carry.week_over_min
    if last == problem.days - 1:
        paid, over = paid + person.ahead.week_min, over + person.ahead.week_over_min
    return paid, over


def overtime_by_month(problem: Problem, person: Person, days: dict[int, Shift]) -> dict[tuple[int, int], float]:
    """Overtime minutes by (year, month) of each week's Sunday; on a comprehensive scheme of the last day of each of its
    periods that is in the horizon."""
    found: dict[tuple[int, int], float] = {}
    if person.lawful_basis == "comprehensive":
        borders = [0, *person.scheme_starts, problem.days]
        for n in range(len(borders) - 1):
            total = sum(shift.paid for day, shift in days.items() if borders[n] <= day < borders[n + 1])
            total += person.carry.scheme_min if n == 0 else 0
            total += person.ahead.scheme_min if n == len(borders) - 2 else 0
            end = problem.date_of(borders[n + 1] - 1)
            found[end.year, end.month] = max(0, total - (person.scheme_min or 0))
        return found
    for first, last, worked in _weeks(problem, days):
        paid, over = _outside(problem, person, first, last)
        daily = over + sum(max(0, shift.paid - 480) for shift in worked.values())
        weekly = _paid(worked) + paid - 44 * 60 - (480 if len(worked) == 7 else 0)
        end = problem.date_of(last)
        sunday = end + timedelta(days=6 - end.weekday())
        month = (sunday.year, sunday.month)
        found[month] = found.get(month, 0) + max(0, daily, weekly)
    return found


@check
def law_overtime(roster: Roster, rule: Rule) -> Found:
    """Of a month that is over its 36 hours without the horizon, what the horizon adds."""
    problem = roster.problem
    for person in roster.people(rule):
        if person.lawful_basis == "emergency":
            continue
        given = overtime_by_month(problem, person, {})
        for month, minutes in overtime_by_month(problem, person, roster.days(person)).items():
            others = _overtime_outside(problem, person, month)
            over = minutes + others - max(36 * 60, given[month] + others)
            if over > 0:
                yield person.name, 0, over


def _overtime_outside(problem: Problem, person: Person, month: tuple[int, int]) -> int:
    """Overtime minutes of the month in weeks that end before the horizon's first or begin after its last."""
    if person.lawful_basis == "comprehensive":
        end = problem.date_of((*person.scheme_starts, problem.days)[0] - 1)
        return person.carry.overtime_min if (end.year, end.month) == month else 0
    total = 0
    if (problem.start.year, problem.start.month) == month:
        total += person.carry.overtime_min
    end = problem.date_of(problem.days - 1)
    sunday = end + timedelta(days=6 - end.weekday())
    if (sunday.year, sunday.month) == month:
        total += person.ahead.overtime_min
    return total


@check
def pay(roster: Roster, rule: Rule) -> Found:
    """Paid hours, weighed by the law's factors."""
    for person in roster.people(rule):
        days = roster.days(person)
        minutes = sum(shift.paid * (3 if day in roster.problem.holidays else 1) for day, shift in days.items())
        given = sum(overtime_by_month(roster.problem, person, {}).values())
        extra = 0.5 * (sum(overtime_by_month(roster.problem, person, days).values()) - given)
        if person.lawful_basis != "comprehensive":
            extra += 480 * sum(len(worked) == 7 for _, _, worked in _weeks(roster.problem, days))
        if minutes or extra:
            yield person.name, 0, (minutes + extra) / 60
