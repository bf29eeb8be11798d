"""Days, half-open windows and working days: plain integers and dates, no clock."""

from youlu.engines.calendar.days import (
    MINUTES_PER_DAY,
    SECONDS_PER_DAY,
    date_of_day,
    day_of_compact,
    day_of_date,
    minute_of,
    weekday_of_day,
)
from youlu.engines.calendar.service import ServiceCalendar, ServiceDue, due_at, elapsed
from youlu.engines.calendar.standard import CalendarUnknown, StandardDue, StandardRule, standard_due
from youlu.engines.calendar.windows import OPEN_END, window_shift, windows_merge
from youlu.engines.calendar.workdays import WorkdayError, Workdays, workdays_read

__all__ = [
    "MINUTES_PER_DAY",
    "OPEN_END",
    "SECONDS_PER_DAY",
    "CalendarUnknown",
    "ServiceCalendar",
    "ServiceDue",
    "StandardDue",
    "StandardRule",
    "WorkdayError",
    "Workdays",
    "date_of_day",
    "day_of_compact",
    "day_of_date",
    "due_at",
    "elapsed",
    "minute_of",
    "standard_due",
    "weekday_of_day",
    "window_shift",
    "windows_merge",
    "workdays_read",
]
