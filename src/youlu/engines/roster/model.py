"""The words of the engine: what goes into a roster problem.

Days are indices from 0, the first day being `Problem.start`. Minutes of a `Span` count from 00:00 of that day, so
1,440 is the first midnight; minutes of a shift or a need count from 00:00 of their day and may pass 1,440.
Everything is local time of the desk; spans are half-open.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY_MIN = 1440
PERIOD_MIN = 30
SITES = ("on_site", "at_home", "unavailable")
BASES = ("standard", "comprehensive", "emergency")
QUEUE = "queue"


@dataclass(frozen=True)
class Span:
    """From `start_min` up to, not including, `end_min`; minutes from 00:00 of the first day, may be negative."""

    start_min: int
    end_min: int

    @classmethod
    def of_days(cls, first: int, last: int) -> Span:
        """Whole days, both included."""
        return cls(first * DAY_MIN, (last + 1) * DAY_MIN)

    def meets(self, start_min: int, end_min: int) -> bool:
        return self.start_min < end_min and start_min < self.end_min


@dataclass(frozen=True)
class Shift:
    """A kind of shift.

    Parameters
    ----------
    start_min, length_min : start after midnight (0 to 1,439), length up to 1,440; it may cross midnight.
    paid_min : default: length less break.
    break_at_min, break_min : the break begins so long after the start; nobody is covered during it.
    activity : a staffed queue ("queue"), or another ("night_duty") that covers only needs of that name.
    sites : where it may be worked. What cannot be done at home does not list "at_home".
    skills : all of them are needed to work it.
    serves : skills it answers; None: every skill of whoever works it.
    """

    name: str
    start_min: int
    length_min: int
    paid_min: int | None = None
    break_at_min: int = 0
    break_min: int = 0
    activity: str = QUEUE
    sites: frozenset[str] = frozenset({"on_site"})
    skills: frozenset[str] = frozenset()
    serves: frozenset[str] | None = None

    @property
    def end_min(self) -> int:
        return self.start_min + self.length_min

    @property
    def paid(self) -> int:
        """Paid minutes."""
        return self.length_min - self.break_min if self.paid_min is None else self.paid_min

    def works_during(self, start_min: int, end_min: int) -> bool:
        """Whether it covers all of that time of its own day, outside its break."""
        if start_min < self.start_min or end_min > self.end_min:
            return False
        pause = self.start_min + self.break_at_min
        return not (self.break_min and start_min < pause + self.break_min and pause < end_min)


@dataclass(frozen=True)
class Stay:
    """Where a person is during a span, in place of `Person.site`."""

    span: Span
    site: str


@dataclass(frozen=True)
class Wish:
    """For (`want`) or against a shift on a day; without `shift`: to work, or not to work, that day."""

    day: int
    weight: float
    shift: str = ""
    want: bool = True


@dataclass(frozen=True)
class Carry:
    """What a person brings along from before the first day.

    Parameters
    ----------
    last_end_min : end of the last shift, minutes from 00:00 of the first day (mostly negative).
    worked_in_row, rested_in_row : days up to the eve of the first day; both 0: unknown, the run counts as long enough.
    week_min, week_over_min : paid minutes of the running calendar week; those of them beyond eight hours a day.
    overtime_min : overtime of weeks that ended in the month of the first day.
    scheme_min : paid minutes of the period of a comprehensive scheme that the first day is in.
    """

    last_end_min: int | None = None
    worked_in_row: int = 0
    rested_in_row: int = 0
    week_min: int = 0
    week_over_min: int = 0
    overtime_min: int = 0
    scheme_min: int = 0


@dataclass(frozen=True)
class Ahead:
    """What a person goes on with after the last day, settled already: the other side of `Carry`.

    Parameters
    ----------
    first_start_min : start of the first shift, minutes from 00:00 of the first day.
    worked_in_row : days worked without a day off, from the day after the last one.
    week_min, week_over_min : paid minutes that the last calendar week still has; those beyond eight hours a day.
    overtime_min : overtime of later weeks that end in the same month as that week.
    scheme_min : paid minutes of what is left of the scheme's period that the last day is in.
    """

    first_start_min: int | None = None
    worked_in_row: int = 0
    week_min: int = 0
    week_over_min: int = 0
    overtime_min: int = 0
    scheme_min: int = 0


@dataclass(frozen=True)
class Person:
    """Somebody who can be rostered.

    Parameters
    ----------
    site : usual place of work; `stays` say otherwise for a time.
    leave : spans without work; two must not overlap.
    available : if given, shifts lie wholly inside one of them.
    contract_min : paid minutes owed over the horizon (rule `contract_hours`).
    basis : "standard", "comprehensive" (hours averaged over a period: `scheme_min` paid minutes in the whole period
        before overtime begins) or "emergency". Emergency counts only for who `consents`; others stay standard.
    scheme_starts : days of the horizon, its first apart, on which a new period of the scheme begins.
    """

    name: str
    skills: frozenset[str]
    site: str = "on_site"
    stays: tuple[Stay, ...] = ()
    leave: tuple[Span, ...] = ()
    available: tuple[Span, ...] = ()
    wishes: tuple[Wish, ...] = ()
    contract_min: int | None = None
    basis: str = "standard"
    consents: bool = False
    scheme_min: int | None = None
    scheme_starts: tuple[int, ...] = ()
    carry: Carry = field(default_factory=Carry)
    ahead: Ahead = field(default_factory=Ahead)

    @property
    def lawful_basis(self) -> str:
        return "standard" if self.basis == "emergency" and not self.consents else self.basis


@dataclass(frozen=True)
class Need:
    """People wanted during a span of a day, usually one half hour.

    A person counts if the shift covers all of it and the person has `skill` ("": anybody). Somebody with two skills
    counts in both: state "at least so many who can", not piles to be split.

    Parameters
    ----------
    day, start_min, end_min : minutes after midnight of the day; 1,440 is 24:00.
    people : may be a fraction.
    shift : count only people on this kind of shift.
    short_cost, over_cost : per person and half hour.
    hard : being short is not allowed at all.
    """

    day: int
    start_min: int
    end_min: int
    people: float
    skill: str = ""
    activity: str = QUEUE
    shift: str = ""
    short_cost: float = 1.0
    over_cost: float = 0.0
    hard: bool = False

    @property
    def half_hours(self) -> float:
        return (self.end_min - self.start_min) / PERIOD_MIN


@dataclass(frozen=True)
class Rule:
    """One use of a registered rule: see `RULES` for names and meanings.

    Parameters
    ----------
    limit : the number in the rule's sentence.
    weight : cost per unit broken; None: the rule is hard.
    people : to whom it applies; None: everybody.
    shifts, then : kinds of shift it speaks of (empty: all); `then` is the second kind of `never_followed_by`.
    """

    name: str
    limit: float = 0.0
    weight: float | None = None
    people: frozenset[str] | None = None
    shifts: frozenset[str] = frozenset()
    then: frozenset[str] = frozenset()


@dataclass(frozen=True, order=True)
class Assignment:
    """A person works a kind of shift on a day (the day it starts)."""

    day: int
    person: str
    shift: str


@dataclass(frozen=True)
class Problem:
    """A horizon to roster.

    Parameters
    ----------
    start, days : first day and number of days.
    rules : optional rules; what is always on (one shift a day, skill, site, leave, availability) needs no entry.
    holidays : days on which the law's holiday pay is due.
    published : the roster in force, for `keep_published`.
    pinned : assignments that must stand; a `Assignment` with shift "" pins a day off.
    """

    start: date
    days: int
    shifts: tuple[Shift, ...]
    people: tuple[Person, ...]
    needs: tuple[Need, ...] = ()
    rules: tuple[Rule, ...] = ()
    holidays: frozenset[int] = frozenset()
    published: tuple[Assignment, ...] = ()
    pinned: tuple[Assignment, ...] = ()
    name: str = ""

    def date_of(self, day: int) -> date:
        return self.start + timedelta(days=day)

    def weeks(self) -> list[list[int]]:
        """Days of each calendar week (Monday first) the horizon touches."""
        found: list[list[int]] = []
        for day in range(self.days):
            if not found or self.date_of(day).weekday() == 0:
                found.append([])
            found[-1].append(day)
        return found

    def scheme_periods(self, person: Person) -> list[list[int]]:
        """Days of each period of the person's scheme that the horizon touches."""
        starts = [0, *person.scheme_starts, self.days]
        return [list(range(first, last)) for first, last in itertools.pairwise(starts)]

    def sunday_of(self, day: int) -> date:
        """The last day of the calendar week of `day`, whose month the week's overtime counts to."""
        found = self.date_of(day)
        return found + timedelta(days=6 - found.weekday())

    def weekends(self) -> list[list[int]]:
        """Saturdays and Sundays of each week, as far as they are in the horizon."""
        pairs = [[day for day in week if self.date_of(day).weekday() >= 5] for week in self.weeks()]
        return [pair for pair in pairs if pair]
