"""Working days of China: weekends, statutory holidays and the make-up days that pay for them.

The table is given by the caller as lines, because the State Council publishes it year by year and an
office must be able to import the next one without a new release.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from youlu.engines.calendar.days import date_of_day, day_of_date, weekday_of_day

SATURDAY = 5


class WorkdayError(ValueError):
    """A day outside the years that the table covers, or a table that cannot be read."""


@dataclass(frozen=True)
class Workdays:
    """Days off and make-up days, as days since 1970-01-01.

    `years` are the years for which the table is complete. Outside them a day raises, unless
    `weekends_only_outside` says that plain weekends are good enough (the caller must declare it).
    """

    holidays: frozenset[int]
    makeup_days: frozenset[int]
    years: frozenset[int]
    weekends_only_outside: bool = False
    names: dict[int, str] = field(default_factory=dict, compare=False)

    def is_workday(self, day: int) -> bool:
        """Raise WorkdayError outside the table's years, see `weekends_only_outside`."""
        year = date_of_day(day).year
        if year not in self.years and not self.weekends_only_outside:
            raise WorkdayError(f"no table of working days for {year}; import it or declare weekends only")
        if day in self.makeup_days:
            return True
        return day not in self.holidays and weekday_of_day(day) < SATURDAY

    def workdays_add(self, day: int, count: int) -> int:
        """Return the `count`-th working day after `day`; 0 gives `day` or the next working day."""
        if count < 0:
            raise ValueError(f"count of working days is negative: {count}")
        while count == 0 and not self.is_workday(day):
            day += 1
        while count > 0:
            day += 1
            count -= self.is_workday(day)
        return day


def workdays_read(lines: Iterable[str], *, weekends_only_outside: bool = False) -> Workdays:
    """Read CSV with columns `date` (YYYY-MM-DD), `kind` (holiday | makeup_workday), `name_zh`.

    A year counts as covered when the table has a line in it.

    Raises
    ------
    WorkdayError
        A line has no such date or kind; the message names the line.
    """
    sets: dict[str, set[int]] = {"holiday": set(), "makeup_workday": set()}
    names: dict[int, str] = {}
    for number, row in enumerate(csv.DictReader(lines), start=2):
        try:
            day = day_of_date(date.fromisoformat(row["date"]))
            sets[row["kind"]].add(day)
        except (KeyError, ValueError, TypeError) as error:
            raise WorkdayError(f"line {number}: needs a date and holiday or makeup_workday") from error
        names[day] = row.get("name_zh") or ""
    holidays, makeup = frozenset(sets["holiday"]), frozenset(sets["makeup_workday"])
    years = frozenset(date_of_day(day).year for day in holidays | makeup)
    return Workdays(holidays, makeup, years, weekends_only_outside, names)
