"""The clocks of a work order: which minutes count, by the service hours of its kind and the announced holidays."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from youlu.core import clock
from youlu.core.once import once
from youlu.domain.desk.models import OrderKind, ServiceHours
from youlu.domain.desk.trade import HOURS
from youlu.domain.promise.holidays import Almanac
from youlu.engines.calendar import ServiceCalendar, Workdays, due_at, elapsed

EPOCH = dt.datetime(1970, 1, 1, tzinfo=clock.SHANGHAI)
MINUTE = dt.timedelta(minutes=1)
WINDOW = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


@dataclass(frozen=True)
class Due:
    at: dt.datetime
    is_assumed: bool


@dataclass(frozen=True)
class OrderDue:
    """Both clocks of an order and the instant from which it counts as nearly due."""

    reply: Due
    close: Due
    warn_at: dt.datetime

    @property
    def is_assumed(self) -> bool:
        return self.reply.is_assumed or self.close.is_assumed


def order_due(kind: OrderKind, start_at: dt.datetime) -> OrderDue:
    reply = due_after(kind.reply_calendar, start_at, kind.first_reply_min)
    close = due_after(kind.close_calendar, start_at, kind.close_min)
    return OrderDue(reply, close, warn_before(kind, close.at))


def warn_before(kind: OrderKind, due_at_: dt.datetime) -> dt.datetime:
    return due_at_ - dt.timedelta(minutes=kind.warn_min)


def due_after(hours_code: str, start_at: dt.datetime, minutes: int) -> Due:
    """Counted from the minute that has begun: what the customer hears never grows by rounding."""
    found = due_at(minute_of(start_at), minutes, calendar_of(hours_code))
    return Due(instant_of(found.at), found.is_assumed)


def due_resumed(hours_code: str, *, due: dt.datetime, paused_at: dt.datetime, resumed_at: dt.datetime) -> Due:
    """A due time moved by a pause: the minutes that were left when the clock stopped are left when it goes on."""
    if due <= paused_at:
        return Due(due, False)
    calendar, stopped = calendar_of(hours_code), minute_of(paused_at)
    left = elapsed(stopped, minute_of(due), calendar)
    found = due_at(stopped, left, calendar, [(stopped, max(minute_of(resumed_at), stopped))])
    return Due(instant_of(found.at), found.is_assumed)


def minute_of(instant: dt.datetime) -> int:
    return (clock.local(instant).replace(tzinfo=clock.SHANGHAI) - EPOCH) // MINUTE


def instant_of(minute: int) -> dt.datetime:
    return EPOCH + minute * MINUTE


def calendar_of(code: str) -> ServiceCalendar:
    """The service hours of that code: the office's row, else the trade's own; unknown ones count every minute."""
    return once(f"desk.hours.{code}", lambda: _calendar(code))


def _calendar(code: str) -> ServiceCalendar:
    row = ServiceHours.objects.filter(code=code).first()
    week, day_off, makeup = (row.week, row.day_off, row.makeup) if row else next(
        ((week, off, on) for known, _, week, off, on, _ in HOURS if known == code), HOURS_ALWAYS)
    return ServiceCalendar(tuple(windows_read(day) for day in week), _windows(day_off), _windows(makeup),
                           _workdays() if day_off is not None or makeup is not None else None)


HOURS_ALWAYS: tuple[list[list[str]], None, None] = ([["00:00-24:00"]] * 7, None, None)


def windows_read(texts: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """["08:00-24:00"] as minutes of the day.

    Raises
    ------
    ValueError : a text is no window, or windows touch or lie out of order.
    """
    found = []
    for text in texts:
        match = WINDOW.fullmatch(text)
        if match is None:
            raise ValueError(f"not a window: {text!r}")
        a, b, c, d = map(int, match.groups())
        found.append((a * 60 + b, c * 60 + d))
    return tuple(found)


def _windows(texts: Sequence[str] | None) -> tuple[tuple[int, int], ...] | None:
    return None if texts is None else windows_read(texts)


def _workdays() -> Workdays:
    return Almanac().at(clock.now())
