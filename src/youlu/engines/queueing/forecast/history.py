"""What came so far: counts by day and period, with what is not known left open."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from youlu.engines.calendar import date_of_day, day_of_date, weekday_of_day
from youlu.engines.queueing.forecast.errors import HistoryError

WEEK = 7
AT_NAMES = ("at", "datetime", "date", "time", "timestamp")
COUNT_NAMES = ("count", "calls", "total", "arrivals")


@dataclass(frozen=True, eq=False)
class History:
    """Arrivals of one channel on consecutive days.

    Attributes
    ----------
    first_day : days since 1970-01-01, local.
    counts : float64[D, P], arrivals in each of P equal periods of each day; NaN: not known (a fault, a day not kept).
        P = 1 is a history by days.

    Raises
    ------
    HistoryError
        Not a table with a day in it, a count that is negative or infinite, or no count at all.
    """

    first_day: int
    counts: np.ndarray

    def __post_init__(self) -> None:
        if self.counts.ndim != 2 or 0 in self.counts.shape:
            raise HistoryError(f"a history is days by periods, not of shape {self.counts.shape}")
        bad = np.argwhere((self.counts < 0) | np.isinf(self.counts))
        if len(bad):
            day, period = bad[0].tolist()
            raise HistoryError(f"{date_of_day(self.first_day + day)}, period {period}: "
                               f"{self.counts[day, period]:g} arrivals")
        if np.isnan(self.counts).all():
            raise HistoryError("nothing is known of any day")

    @property
    def days(self) -> int:
        return len(self.counts)

    @property
    def weekdays(self) -> np.ndarray:
        """int64[D], 0 is Monday."""
        return np.array([weekday_of_day(self.first_day + d) for d in range(self.days)])

    def until(self, days: int) -> History:
        """The first days of it."""
        return History(self.first_day, self.counts[:days])


def history_read(
    lines: Iterable[str], *, at: str | None = None, count: str | None = None, period_min: int = 30
) -> History:
    """Read CSV with an instant and a count a line, in any order, and add the counts up by period.

    Parameters
    ----------
    at, count : names of the columns; unsaid, the first that is called as such columns usually are.
    period_min : minutes of a period, a divisor of 1440; where instants carry no time of day, the day is the period.

    A day without a line is not known. A period without a line is closed (0) if it never has one on any day, else it is
    not known. Local times; an offset is dropped, not converted.

    Raises
    ------
    HistoryError
        A column is missing, a line has no instant or no count, an instant comes twice; the message names the line.
    """
    if period_min < 1 or 1440 % period_min:
        raise HistoryError(f"a period divides the day, {period_min} minutes do not")
    reader = csv.DictReader(lines)
    at = _column(reader.fieldnames, at, AT_NAMES)
    count = _column(reader.fieldnames, count, COUNT_NAMES)
    seen: dict[datetime, float] = {}
    has_times = False
    for number, row in enumerate(reader, start=2):
        instant, value, timed = _line(number, row[at], row[count])
        if instant in seen:
            raise HistoryError(f"line {number}: {row[at]} came before")
        seen[instant] = value
        has_times |= timed
    if not seen:
        raise HistoryError("the history has no line")
    return _table(seen, period_min if has_times else 1440)


def _column(names: Iterable[str] | None, asked: str | None, usual: tuple[str, ...]) -> str:
    wanted = (asked.lower(),) if asked else usual
    by_name = {name.strip().lower(): name for name in names or ()}
    for name in wanted:
        if name in by_name:
            return by_name[name]
    raise HistoryError(f"line 1: no column {' or '.join(wanted)} among {', '.join(by_name) or 'none'}")


def _line(number: int, at: str | None, count: str | None) -> tuple[datetime, float, bool]:
    text = (at or "").strip()
    try:
        instant = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise HistoryError(f"line {number}: {text!r} is no instant") from None
    try:
        value = float(count or "")
    except ValueError:
        raise HistoryError(f"line {number}: {count!r} is no count") from None
    if not 0 <= value < float("inf"):
        raise HistoryError(f"line {number}: {value:g} arrivals")
    return instant, value, len(text) > len("2026-07-29")


def _table(seen: dict[datetime, float], period_min: int) -> History:
    first, last = min(seen), max(seen)
    first_day, last_day = day_of_date(first.date()), day_of_date(last.date())
    counts = np.full((last_day - first_day + 1, 1440 // period_min), np.nan)
    midnight = datetime.combine(first.date(), datetime.min.time())
    for instant, value in seen.items():
        day, rest = divmod(instant - midnight, timedelta(days=1))
        period = int(rest / timedelta(minutes=period_min))
        counts[day, period] = value + (0.0 if np.isnan(counts[day, period]) else counts[day, period])
    known = ~np.isnan(counts)
    closed = ~known.any(axis=0)
    counts[np.ix_(known.any(axis=1), closed)] = 0.0
    return History(first_day, counts)
