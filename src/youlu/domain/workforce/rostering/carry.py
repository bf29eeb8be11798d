"""What a person brings along from the shifts in force before the first day. Pure arithmetic over those shifts."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Sequence

from youlu.core import clock
from youlu.domain.workforce.models import Basis, Contract
from youlu.domain.workforce.rostering.facts import HeldShift, period_start
from youlu.engines.roster import Carry

DAY_MIN, WEEK_MIN = 480, 2640  # the law's day and week, before overtime begins
DAY = dt.timedelta(days=1)


def carry_of(shifts: Sequence[HeldShift], contract: Contract, start_date: dt.date) -> Carry:
    """The carry of one person; `shifts` oldest first, all before `start_date`."""
    if not shifts:
        return Carry()
    midnight = clock.midnight(start_date)
    paid: dict[dt.date, int] = defaultdict(int)
    for shift in shifts:
        paid[shift.work_date] += shift.paid_min
    monday = start_date - start_date.weekday() * DAY
    first = period_start(start_date, contract.scheme_period)
    scheme = sum(minutes for day, minutes in paid.items() if day >= first)
    return Carry(
        last_end_min=int((shifts[-1].end_at - midnight).total_seconds() // 60),
        worked_in_row=_in_row(paid, start_date, worked=True), rested_in_row=_in_row(paid, start_date, worked=False),
        week_min=sum(minutes for day, minutes in paid.items() if day >= monday),
        overtime_min=_overtime(paid, start_date),
        scheme_min=scheme if contract.basis == Basis.COMPREHENSIVE else 0)


def _in_row(paid: dict[dt.date, int], start_date: dt.date, *, worked: bool) -> int:
    """Days up to the eve on which somebody worked, or did not; rest is known back to the first shift only."""
    eve = itertools.takewhile(lambda day: (day in paid) == worked and day >= min(paid),
                              (start_date - n * DAY for n in itertools.count(1)))
    return sum(1 for _ in eve)


def _overtime(paid: dict[dt.date, int], start_date: dt.date) -> int:
    """Overtime minutes of weeks that ended in this month, as the engine counts them."""
    weeks: dict[dt.date, list[int]] = defaultdict(list)
    for day, minutes in paid.items():
        weeks[day - day.weekday() * DAY].append(minutes)
    total = 0
    for monday, days in weeks.items():
        ends = monday + 6 * DAY
        if ends < start_date and (ends.year, ends.month) == (start_date.year, start_date.month):
            rest_day = DAY_MIN if len(days) == 7 else 0
            total += max(0, sum(days) - rest_day - WEEK_MIN, sum(max(0, m - DAY_MIN) for m in days))
    return total
