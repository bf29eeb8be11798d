"""What came so far: counts by day and period, with what is not known left open."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from youlu.engines.calendar import date_of_day, day_of_date, weekday_of_day
from youlu.engines.queueing.forecast.errors import HistoryError

WEEK = 7
AT_NAMES = ("at", "datetime", "date", "time", "timestamp", "时间", "日期时间", "开始时间")
COUNT_NAMES = ("count", "calls", "total", "arrivals", "来量", "数量", "件数")
# As a spreadsheet saves an instant again: 2022/7/29 17:00.
SHEET = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
LINE_BYTES_MOST = 10_000  # of one line: a file without line ends is no table


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
    seen: dict[datetime, float] = {}
    has_times = False
    for row in history_rows(lines, at=at, count=count):
        if isinstance(row, HistoryError):
            raise row
        if row.at in seen:
            said = f"{row.at}" if row.has_time else f"{row.at:%Y-%m-%d}"
            raise HistoryError(f"line {row.line}: {said} came before", line=row.line, what="twice", value=said)
        seen[row.at] = row.count
        has_times |= row.has_time
    if not seen:
        raise HistoryError("the history has no line")
    return _table(seen, period_min if has_times else 1440)


@dataclass(frozen=True)
class HistoryRow:
    """A line as it is written: local instant, arrivals from then on; without `has_time` they are a whole day's."""

    line: int
    at: datetime
    count: float
    has_time: bool


def history_rows(
    lines: Iterable[str], *, at: str | None = None, count: str | None = None
) -> Iterator[HistoryRow | HistoryError]:
    """The lines of such a CSV one after the other, whatever their number; in the place of one that cannot be read what
    is wrong with it.

    Raises
    ------
    HistoryError : a column is missing.
    """
    reader = csv.reader(_lines(lines))
    names = next(reader, [])
    at_place, count_place = (_column(names, *asked) for asked in ((at, AT_NAMES), (count, COUNT_NAMES)))
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield HistoryError(f"line {reader.line_num}: {error}", line=reader.line_num, what="line")
            continue
        if any(cell.strip() for cell in cells):
            cells += [""] * (1 + max(at_place, count_place) - len(cells))
            yield _line(reader.line_num, cells[at_place].strip(), cells[count_place].strip())


def _lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line[:LINE_BYTES_MOST].replace("\0", "\ufffd")


def _column(names: Iterable[str], asked: str | None, usual: tuple[str, ...]) -> int:
    wanted = (asked.lower(),) if asked else usual
    places = {name.strip().lower(): place for place, name in enumerate(names)}
    for name in wanted:
        if name in places:
            return places[name]
    said = f"line 1: no column {' or '.join(wanted)} among {', '.join(places) or 'none'}"
    raise HistoryError(said, line=1, what="column", value=", ".join(places))


def _line(number: int, at: str, count: str) -> HistoryRow | HistoryError:
    try:
        instant = _instant(at)
    except ValueError:
        return HistoryError(f"line {number}: {at!r} is no instant", line=number, what="instant", value=at)
    try:
        value, said = float(count), ""
    except ValueError:
        value, said = -1.0, f"{count!r} is no count"
    if not 0 <= value < float("inf"):
        return HistoryError(f"line {number}: {said or f'{value:g} arrivals'}", line=number, what="count", value=count,
                            at=instant)
    return HistoryRow(number, instant, value, ":" in at or len(at) > len("2026-07-29"))


def _instant(text: str) -> datetime:
    found = SHEET.fullmatch(text)
    if found:
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001  # local
    return datetime.fromisoformat(text).replace(tzinfo=None)


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
