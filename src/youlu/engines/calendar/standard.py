"""The standard time of mail: so many working or calendar days after the day it was handed in.

Handed in after the cut-off, it counts from the next day. In working days it counts from the next working day where
the day is none. A working day of a year whose holidays nobody has announced is not known, and neither is the answer.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from youlu.engines.calendar.days import MINUTES_PER_DAY, date_of_day, day_of_date, weekday_of_day
from youlu.engines.calendar.workdays import SATURDAY, Workdays


@dataclass(frozen=True)
class StandardRule:
    """D + `days`. Minutes are of the day; `due_min` of the last day, 1440 is its end."""

    days: int
    in_workdays: bool
    cutoff_min: int = MINUTES_PER_DAY
    due_min: int = MINUTES_PER_DAY


@dataclass(frozen=True)
class StandardDue:
    """Minute `minute` of day `day` (days since 1970-01-01)."""

    day: int
    minute: int


@dataclass(frozen=True)
class CalendarUnknown:
    """The answer needs the working days of a year that nobody has announced."""

    year: int


def standard_due(rule: StandardRule, *, day: int, minute: int, workdays: Workdays) -> StandardDue | CalendarUnknown:
    """When mail handed in at minute `minute` (0…1439) of local day `day` is due by the standard.

    Parameters
    ----------
    workdays : the years it covers are known; its `weekends_only_outside` is not heeded.
    """
    first = day + (minute > rule.cutoff_min)
    if not rule.in_workdays:
        return StandardDue(first + rule.days, rule.due_min)
    last = _nth_workday(workdays, first, rule.days)
    return last if isinstance(last, CalendarUnknown) else StandardDue(last, rule.due_min)


def _nth_workday(workdays: Workdays, first: int, days: int) -> int | CalendarUnknown:
    """The working day `days` after the first one from `first` on: whole years are skipped, none is walked."""
    year, left = date_of_day(first).year, days
    while year in workdays.years:
        known = _workdays_of(workdays, year)
        at = bisect_left(known, first)
        if at + left < len(known):
            return known[at + left]
        left -= len(known) - at
        year += 1
    return CalendarUnknown(year)


@lru_cache(maxsize=128)
def _workdays_of(workdays: Workdays, year: int) -> tuple[int, ...]:
    """The working days of a year, in order."""
    start, end = day_of_date(date(year, 1, 1)), day_of_date(date(year + 1, 1, 1))
    return tuple(day for day in range(start, end) if day in workdays.makeup_days
                 or (day not in workdays.holidays and weekday_of_day(day) < SATURDAY))
