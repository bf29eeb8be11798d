"""What a person brings along from the shifts in force before a period, and goes on with after it. Pure arithmetic."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

from youlu.core import clock
from youlu.domain.workforce.models import Basis, Contract
from youlu.domain.workforce.rostering.facts import HeldShift, period_end, period_start
from youlu.engines.roster import Ahead, Carry

DAY_MIN, WEEK_MIN = 480, 2640  # the law's day and week, before overtime begins
DAY = dt.timedelta(days=1)


def carry_of(shifts: Sequence[HeldShift], contract: Contract, start_date: dt.date, *, basis: str) -> Carry:
    """What one person brings along; `shifts` oldest first, all before `start_date`. `basis`: of their hours then."""
    if not shifts:
        return Carry()
    midnight, paid = clock.midnight(start_date), _paid(shifts)
    monday = start_date - start_date.weekday() * DAY
    first = period_start(start_date, contract.scheme_period)
    is_scheme = basis == Basis.COMPREHENSIVE
    return Carry(
        last_end_min=int((shifts[-1].end_at - midnight).total_seconds() // 60),
        worked_in_row=_in_row(paid, start_date, worked=True), rested_in_row=_in_row(paid, start_date, worked=False),
        week_min=sum(minutes for day, minutes in paid.items() if day >= monday),
        week_over_min=_over(minutes for day, minutes in paid.items() if day >= monday),
        overtime_min=0 if is_scheme else _overtime(paid, start_date, start_date),
        scheme_min=sum(minutes for day, minutes in paid.items() if day >= first) if is_scheme else 0)


def ahead_of(
    shifts: Sequence[HeldShift], contract: Contract, start_date: dt.date, days: int, *, basis: str,
) -> Ahead:
    """What one person goes on with; `shifts` oldest first, all in force after the last of the `days`."""
    if not shifts:
        return Ahead()
    paid, end = _paid(shifts), start_date + days * DAY
    sunday = end - DAY + (6 - (end - DAY).weekday()) * DAY
    scheme_ends = period_end(end - DAY, contract.scheme_period)
    is_scheme = basis == Basis.COMPREHENSIVE
    in_row = itertools.takewhile(lambda day: day in paid, (end + n * DAY for n in itertools.count()))
    return Ahead(
        first_start_min=int((shifts[0].start_at - clock.midnight(start_date)).total_seconds() // 60),
        worked_in_row=sum(1 for _ in in_row),
        week_min=sum(minutes for day, minutes in paid.items() if day <= sunday),
        week_over_min=_over(minutes for day, minutes in paid.items() if day <= sunday),
        overtime_min=0 if is_scheme else _overtime(
            {day: minutes for day, minutes in paid.items() if day > sunday}, sunday, dt.date.max),
        scheme_min=sum(minutes for day, minutes in paid.items() if day < scheme_ends) if is_scheme else 0)


def _paid(shifts: Sequence[HeldShift]) -> dict[dt.date, int]:
    """Paid minutes by day of work."""
    paid: dict[dt.date, int] = defaultdict(int)
    for shift in shifts:
        paid[shift.work_date] += shift.paid_min
    return paid


def _over(days: Iterable[int]) -> int:
    """Minutes beyond eight hours a day."""
    return sum(max(0, minutes - DAY_MIN) for minutes in days)


def _in_row(paid: dict[dt.date, int], start_date: dt.date, *, worked: bool) -> int:
    """Days up to the eve on which somebody worked, or did not; rest is known back to the first shift only."""
    eve = itertools.takewhile(lambda day: (day in paid) == worked and day >= min(paid),
                              (start_date - n * DAY for n in itertools.count(1)))
    return sum(1 for _ in eve)


def _overtime(paid: dict[dt.date, int], month: dt.date, before: dt.date) -> int:
    """Overtime minutes of weeks that end in that month and before a day, as the engine counts them."""
    weeks: dict[dt.date, list[int]] = defaultdict(list)
    for day, minutes in paid.items():
        weeks[day - day.weekday() * DAY].append(minutes)
    total = 0
    for monday, days in weeks.items():
        ends = monday + 6 * DAY
        if ends < before and (ends.year, ends.month) == (month.year, month.month):
            rest_day = DAY_MIN if len(days) == 7 else 0
            total += max(0, sum(days) - rest_day - WEEK_MIN, _over(days))
    return total
