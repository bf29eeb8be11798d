"""The clocks of a work order: which minutes count, by the service hours of its kind and the announced holidays."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from youlu.core import clock
from youlu.core.bulk import cursor_raw
from youlu.core.once import once
from youlu.domain.desk.models import OrderKind, ServiceHours
from youlu.domain.desk.trade import HOURS
from youlu.domain.promise.holidays import Almanac
from youlu.engines.calendar import ServiceCalendar, Workdays, due_at, elapsed

EPOCH = dt.datetime(1970, 1, 1, tzinfo=clock.SHANGHAI)
MINUTE = dt.timedelta(minutes=1)
REPLY_WARN_PART = 3
Windows = tuple[tuple[int, int], ...]
Hours = tuple[tuple[Windows, ...], Windows | None, Windows | None]  # of a week, of holidays, of make-up days
WINDOW = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


KIND = """
SELECT {}, ARRAY(SELECT s.code FROM desk_ordersubtype s WHERE s.kind_id = k.code),
    r.week, r.day_off, r.makeup, c.week, c.day_off, c.makeup FROM desk_orderkind k
LEFT JOIN desk_servicehours r ON r.code = k.reply_calendar
LEFT JOIN desk_servicehours c ON c.code = k.close_calendar WHERE k.code = %s
""".format(", ".join(f"k.{field.column}" for field in OrderKind._meta.concrete_fields))


@dataclass(frozen=True)
class Due:
    at: dt.datetime
    is_assumed: bool


@dataclass(frozen=True)
class OrderDue:
    """Both clocks of an order and the instants from which each counts as nearly run out."""

    reply: Due
    close: Due
    warn_at: dt.datetime
    reply_warn_at: dt.datetime

    @property
    def is_assumed(self) -> bool:
        return self.reply.is_assumed or self.close.is_assumed


@dataclass(frozen=True)
class ClockedKind:
    """A kind of work with the service hours of its two clocks, and the codes of what it is divided into."""

    kind: OrderKind
    reply: ServiceCalendar
    close: ServiceCalendar
    subtypes: tuple[str, ...] = ()

    def due(self, start_at: dt.datetime) -> OrderDue:
        reply = _due_in(self.reply, start_at, self.kind.first_reply_min)
        close = _due_in(self.close, start_at, self.kind.close_min)
        return OrderDue(reply, close, warn_before(self.kind, close.at), reply_warn_before(self.kind, reply.at))


def kind_clocked(code: str) -> ClockedKind | None:
    """The kind with its hours in one question: every order that is written down asks it, and nothing of it is kept, so
    that a changed figure counts from the next order on."""
    names = [field.attname for field in OrderKind._meta.concrete_fields]
    with cursor_raw() as cursor:
        cursor.execute(KIND, [code], prepare=True)
        row = cursor.fetchone()
    if row is None:
        return None
    kind = OrderKind.from_db("default", names, row[:-7])
    return ClockedKind(kind, _calendar_read(kind.reply_calendar, *row[-6:-3]),
                       _calendar_read(kind.close_calendar, *row[-3:]), tuple(row[-7]))


def warn_before(kind: OrderKind, due_at_: dt.datetime) -> dt.datetime:
    return due_at_ - dt.timedelta(minutes=kind.warn_min)


def reply_warn_before(kind: OrderKind, due_at_: dt.datetime) -> dt.datetime:
    """A first reply is warned of when a third of its minutes is left, an order's warning at most."""
    return due_at_ - dt.timedelta(minutes=min(kind.warn_min, max(kind.first_reply_min // REPLY_WARN_PART, 1)))


def due_after(hours_code: str, start_at: dt.datetime, minutes: int) -> Due:
    """Counted from the minute that has begun: what the customer hears never grows by rounding."""
    return _due_in(calendar_of(hours_code), start_at, minutes)


def _due_in(calendar: ServiceCalendar, start_at: dt.datetime, minutes: int) -> Due:
    found = due_at(minute_of(start_at), minutes, calendar)
    return Due(instant_of(found.at), found.is_assumed)


def due_resumed(hours_code: str, *, due: dt.datetime, paused_at: dt.datetime, resumed_at: dt.datetime) -> Due:
    """A due time moved by a pause: the minutes that were left when the clock stopped are left when it goes on.
    Never earlier: more time may have been granted into hours that do not count."""
    if due <= paused_at:
        return Due(due, False)
    calendar, stopped = calendar_of(hours_code), minute_of(paused_at)
    left = elapsed(stopped, minute_of(due), calendar)
    found = _due_in(calendar, max(resumed_at, paused_at), left)
    return found if found.at > due else Due(due, False)


def minute_of(instant: dt.datetime) -> int:
    return (clock.local(instant).replace(tzinfo=clock.SHANGHAI) - EPOCH) // MINUTE


def instant_of(minute: int) -> dt.datetime:
    return EPOCH + minute * MINUTE


def calendar_of(code: str) -> ServiceCalendar:
    """The service hours of that code: the office's row, else the trade's own; unknown ones count every minute."""
    return once(f"desk.hours.{code}", lambda: _calendar(code))


def order_due(kind: OrderKind, start_at: dt.datetime) -> OrderDue:
    return ClockedKind(kind, calendar_of(kind.reply_calendar), calendar_of(kind.close_calendar)).due(start_at)


def _calendar(code: str) -> ServiceCalendar:
    row = ServiceHours.objects.filter(code=code).first()
    return _with_days(*_hours(row.week, row.day_off, row.makeup) if row else _hours_of_trade(code))


def _calendar_read(code: str, week: str | None, day_off: str | None, makeup: str | None) -> ServiceCalendar:
    """The same from a row's JSON as the database spells it; without a row, the trade's own."""
    return _with_days(*_hours_written(week, day_off, makeup) if week is not None else _hours_of_trade(code))


@lru_cache(64)
def _hours_written(week: str, day_off: str | None, makeup: str | None) -> Hours:
    return _hours(json.loads(week), json.loads(day_off or "null"), json.loads(makeup or "null"))


def _hours_of_trade(code: str) -> Hours:
    return _hours(*next(((week, off, on) for known, _, week, off, on, _ in HOURS if known == code), HOURS_ALWAYS))


def _hours(week: Sequence[Sequence[str]], day_off: Sequence[str] | None, makeup: Sequence[str] | None) -> Hours:
    return tuple(windows_read(day) for day in week), _windows(day_off), _windows(makeup)


def _with_days(week: tuple[Windows, ...], day_off: Windows | None, makeup: Windows | None) -> ServiceCalendar:
    return _calendar_made(week, day_off, makeup, _workdays() if day_off is not None or makeup is not None else None)


@lru_cache(64)  # of values alone: hours that somebody changed are another calendar
def _calendar_made(
    week: tuple[Windows, ...], day_off: Windows | None, makeup: Windows | None, workdays: Workdays | None
) -> ServiceCalendar:
    return ServiceCalendar(week, day_off, makeup, workdays)


HOURS_ALWAYS: tuple[list[list[str]], None, None] = ([["00:00-24:00"]] * 7, None, None)


def windows_read(texts: Sequence[str]) -> Windows:
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


def _windows(texts: Sequence[str] | None) -> Windows | None:
    return None if texts is None else windows_read(texts)


def _workdays() -> Workdays:
    return Almanac().at(clock.now())
