"""The clock of a service against a slow one that looks at every minute."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pytest

from youlu.engines.calendar import OPEN_END, ServiceCalendar, Workdays, day_of_date, due_at, elapsed

DAY = 1440
MONDAY = day_of_date(date(2022, 7, 25))
EIGHT_TO_MIDNIGHT = ServiceCalendar(week=(((480, 1440),),) * 7)
CASES, CALENDARS, SPAN_DAYS = 100_000, 100, 12


def minute(day: int, hour: int, minutes: int = 0) -> int:
    return (MONDAY + day) * DAY + hour * 60 + minutes


def slow_open(calendar: ServiceCalendar, first: int, days: int) -> np.ndarray:
    """Whether each minute of `days` days from `first` counts, decided minute by minute."""
    counted = np.zeros(days * DAY, dtype=bool)
    for offset in range(days):
        day = first + offset
        weekday = date.fromordinal(date(1970, 1, 1).toordinal() + day).weekday()
        windows = calendar.week[weekday]
        known = calendar.workdays
        if known is not None and date.fromordinal(date(1970, 1, 1).toordinal() + day).year in known.years:
            if day in known.makeup_days and calendar.makeup is not None:
                windows = calendar.makeup
            elif day in known.holidays and calendar.day_off is not None:
                windows = calendar.day_off
        for of_day in range(DAY):
            counted[offset * DAY + of_day] = any(start <= of_day < end for start, end in windows)
    return counted


def random_windows(rng: random.Random) -> tuple[tuple[int, int], ...]:
    cuts = sorted(rng.sample(range(DAY + 1), 2 * rng.choice((0, 1, 1, 2))))
    return tuple(zip(cuts[::2], cuts[1::2], strict=True))


def random_calendar(rng: random.Random) -> ServiceCalendar:
    days = range(MONDAY - 2, MONDAY + SPAN_DAYS)
    makeup = frozenset(rng.sample(days, 2))
    workdays = Workdays(frozenset(rng.sample(days, 3)) - makeup, makeup,
                        frozenset(rng.choice(({2022}, {2021}, {2022, 2023}))))
    while True:
        week = tuple(random_windows(rng) for _ in range(7))
        if any(week):
            return ServiceCalendar(week, rng.choice((None, (), random_windows(rng))),
                                   rng.choice((None, random_windows(rng))), rng.choice((None, workdays)))


def test_a_hundred_thousand_random_cases_agree_with_the_minute_by_minute_clock() -> None:
    rng = random.Random(20220729)
    first = MONDAY * DAY
    for _ in range(CALENDARS):
        calendar = random_calendar(rng)
        counts = slow_open(calendar, MONDAY, SPAN_DAYS)
        for _ in range(CASES // CALENDARS):
            start, end = (rng.randrange(4 * DAY) for _ in range(2))
            pauses = [(a, a + rng.choice((0, 1, 30, 600, 2000))) for a in (
                rng.randrange(-600, 6 * DAY) for _ in range(rng.randrange(4)))]
            paused = counts.copy()
            for a, b in pauses:
                paused[max(a, 0):max(b, 0)] = False
            shifted = [(first + a, first + b) for a, b in pauses]
            assert elapsed(first + start, first + end, calendar, shifted) == int(paused[start:end].sum())
            minutes = rng.choice((0, 1, 30, 120, 600, 1440))
            passed = np.cumsum(paused[start:])
            at = int(np.searchsorted(passed, minutes)) + 1 if minutes else 0
            if start + at <= len(paused):
                assert due_at(first + start, minutes, calendar, shifted).at == first + start + at


def test_twenty_four_o_clock_is_the_end_of_its_day_and_not_the_next_morning() -> None:
    assert due_at(minute(0, 22), 120, EIGHT_TO_MIDNIGHT).at == minute(1, 0)
    assert due_at(minute(0, 22), 121, EIGHT_TO_MIDNIGHT).at == minute(1, 8, 1)
    assert due_at(minute(1, 3), 30, EIGHT_TO_MIDNIGHT).at == minute(1, 8, 30)


def test_a_pause_that_has_not_ended_has_no_due_time() -> None:
    assert due_at(minute(0, 9), 60, EIGHT_TO_MIDNIGHT, [(minute(0, 9, 30), OPEN_END)]).at == OPEN_END
    assert due_at(minute(0, 9), 60, EIGHT_TO_MIDNIGHT, [(minute(3, 9), OPEN_END)]).at == minute(0, 10)
    assert elapsed(minute(0, 9), minute(2, 9), EIGHT_TO_MIDNIGHT, [(minute(0, 9, 30), OPEN_END)]) == 30


def test_a_holiday_is_off_a_make_up_day_is_worked_and_a_year_not_announced_is_the_plain_week() -> None:
    office = ((510, 1050),)
    saturday, monday = MONDAY + 5, MONDAY + 7
    known = Workdays(frozenset({monday}), frozenset({saturday}), frozenset({2022}))
    calendar = ServiceCalendar((office,) * 5 + ((), ()), day_off=(), makeup=office, workdays=known)
    friday_evening = minute(4, 17)
    assert due_at(friday_evening, 31, calendar).at == minute(5, 8, 31)
    assert due_at(friday_evening, 30 + 540 + 1, calendar).at == minute(8, 8, 31)
    ended = ServiceCalendar((office,) * 5 + ((), ()), day_off=(), makeup=office,
                            workdays=Workdays(frozenset({monday}), frozenset({saturday}), frozenset({2021})))
    due = due_at(friday_evening, 31, ended)
    assert (due.at, due.is_assumed) == (minute(7, 8, 31), True)
    assert not due_at(friday_evening, 31, calendar).is_assumed


@pytest.mark.parametrize("week", [
    (((480, 1440),),) * 6, ((),) * 7, (((0, 1441),),) * 7, (((600, 600),),) * 7, (((600, 700), (650, 800)),) * 7])
def test_a_calendar_that_cannot_be_is_refused(week: tuple) -> None:
    with pytest.raises(ValueError):
        ServiceCalendar(week)
    with pytest.raises(ValueError):
        due_at(0, -1, EIGHT_TO_MIDNIGHT)
