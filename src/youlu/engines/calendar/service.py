"""The clock of a service: minutes that count, by opening hours, holidays and make-up days, less pauses.

Instants are whole minutes since 1970-01-01 00:00 local (an instant of UTC+8 has no summer time to fall into). A
closing time of 24:00 is minute 1440 of its day. A year whose holidays nobody has announced is counted by the plain
week, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from youlu.engines.calendar.days import MINUTES_PER_DAY, date_of_day, weekday_of_day
from youlu.engines.calendar.windows import OPEN_END, windows_merge
from youlu.engines.calendar.workdays import Workdays

Windows = tuple[tuple[int, int], ...]
WEEK = 7


@dataclass(frozen=True)
class ServiceCalendar:
    """When a service counts.

    Attributes
    ----------
    week : opening windows [start, end) of Monday to Sunday, minutes of the day, 0…1440
    day_off : windows of an announced holiday that falls on any weekday; None: as the weekday
    makeup : windows of a weekend day that is worked; None: as the weekday
    workdays : the announced days; only its `years` are heeded
    """

    week: tuple[Windows, ...]
    day_off: Windows | None = None
    makeup: Windows | None = None
    workdays: Workdays | None = None

    def __post_init__(self) -> None:
        if len(self.week) != WEEK:
            raise ValueError(f"a week has seven days, not {len(self.week)}")
        for windows in (*self.week, self.day_off or (), self.makeup or ()):
            if any(not 0 <= start < end <= MINUTES_PER_DAY for start, end in windows):
                raise ValueError(f"windows lie within 0…1440 and end after they start: {windows}")
            if list(windows) != windows_merge(windows):
                raise ValueError(f"windows are in order and apart: {windows}")
        if not any(self.week):
            raise ValueError("a service that never opens has no clock")

    def windows_of(self, day: int) -> tuple[Windows, bool]:
        """The windows of a day (days since 1970-01-01); True where its year is not announced and could matter."""
        plain = self.week[weekday_of_day(day)]
        if self.workdays is None or (self.day_off is None and self.makeup is None):
            return plain, False
        if date_of_day(day).year not in self.workdays.years:
            return plain, True
        if self.makeup is not None and day in self.workdays.makeup_days:
            return self.makeup, False
        if self.day_off is not None and day in self.workdays.holidays:
            return self.day_off, False
        return plain, False


@dataclass(frozen=True)
class ServiceDue:
    """`at` is a minute, OPEN_END while a pause without an end holds it. `is_assumed`: a year was not announced."""

    at: int
    is_assumed: bool


def due_at(
    start: int, minutes: int, calendar: ServiceCalendar, pauses: Iterable[tuple[int, int]] = ()
) -> ServiceDue:
    """The first minute by which `minutes` of service have passed since `start`.

    Parameters
    ----------
    pauses : half-open windows of minutes that do not count, in any order; OPEN_END where one has not ended

    Raises
    ------
    ValueError : `minutes` is negative, or a pause ends before it starts.
    """
    if minutes < 0:
        raise ValueError(f"minutes of service are not negative: {minutes}")
    left, assumed = minutes, False
    if left == 0:
        return ServiceDue(start, False)
    for begin, end, guessed in _stretches(start, calendar, windows_merge(pauses)):
        assumed |= guessed
        if begin == OPEN_END:
            break
        if end - begin >= left:
            return ServiceDue(begin + left, assumed)
        left -= end - begin
    return ServiceDue(OPEN_END, assumed)


def elapsed(start: int, end: int, calendar: ServiceCalendar, pauses: Iterable[tuple[int, int]] = ()) -> int:
    """Minutes of service in [start, end); 0 where `end` is not after `start`."""
    count = 0
    if end <= start:
        return 0
    for begin, until, _ in _stretches(start, calendar, windows_merge(pauses)):
        if begin >= end:
            break
        count += min(until, end) - begin
    return count


def _stretches(
    start: int, calendar: ServiceCalendar, pauses: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, bool]]:
    """Counting stretches [begin, end) from `start` on, without end; (OPEN_END, …) once a pause never ends.

    A day without any still comes, empty, so that whoever counts hears that its year was assumed.
    """
    day, place = start // MINUTES_PER_DAY, 0
    while True:
        base = day * MINUTES_PER_DAY
        windows, assumed = calendar.windows_of(day)
        if assumed:
            yield base, base, True
        while place < len(pauses) and pauses[place][1] <= base:
            place += 1
        if place < len(pauses) and pauses[place][0] <= base and pauses[place][1] == OPEN_END:
            yield OPEN_END, OPEN_END, assumed
            return
        for opens, closes in windows:
            for begin, end in _less(max(base + opens, start), base + closes, pauses[place:]):
                yield begin, end, assumed
        day += 1


def _less(begin: int, end: int, pauses: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """[begin, end) without the pauses, which are in order and apart."""
    for stops, goes_on in pauses:
        if stops >= end:
            break
        if stops > begin:
            yield begin, stops
        begin = max(begin, goes_on)
    if begin < end:
        yield begin, end
