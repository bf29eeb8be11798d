"""Two clocks. `now` is business time: promises, scans, outreach, quiet hours; a scenario may set it and let it
run at another rate. `real_now` is the machine's: sessions, tokens, leases, audit."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from contextvars import ContextVar
from zoneinfo import ZoneInfo

from django.db import connection

SHANGHAI = ZoneInfo("Asia/Shanghai")
CACHE_S = 1.0

_frozen: ContextVar[dt.datetime | None] = ContextVar("frozen_clock", default=None)
_setting: tuple[float, tuple[dt.datetime, dt.datetime, float] | None] | None = None  # (read at, row)


def real_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def now() -> dt.datetime:
    """Business time, aware, in UTC."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    row = _row()
    if row is None:
        return real_now()
    scenario_at, real_at, rate = row
    return scenario_at + (real_now() - real_at) * rate


def is_scenario() -> bool:
    """Whether a scenario's clock drives business time: pages then say that their data is synthetic."""
    return _row() is not None


def rate() -> float:
    """Business seconds in a real second: 1.0 without a scenario."""
    row = _row()
    return row[2] if row is not None else 1.0


def local(instant: dt.datetime) -> dt.datetime:
    """The instant as people at the counter read it."""
    return instant.astimezone(SHANGHAI)


def today() -> dt.date:
    return local(now()).date()


def midnight(day: dt.date) -> dt.datetime:
    """The instant at which a day begins at the counter."""
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def hhmm(minute: int) -> str:
    """A minute of the day as a clock shows it: 08:00; 24:00 is the end of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def clock_set(*, at: dt.datetime, rate: float = 1.0) -> None:
    """Make a scenario's clock stand at `at` (aware) and run at `rate` business seconds a real second."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_scenarioclock (id, scenario_at, real_at, rate) VALUES (1, %s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET scenario_at = excluded.scenario_at,"
            " real_at = excluded.real_at, rate = excluded.rate",
            [at, real_now(), rate],
        )
    forget()


def forget() -> None:
    """Drop the cached setting (after a change, between tests)."""
    global _setting
    _setting = None


@contextlib.contextmanager
def frozen(at: dt.datetime) -> Iterator[dt.datetime]:
    """Hold business time at `at` within the block: for tests and for one decision taken at one instant."""
    token = _frozen.set(at)
    try:
        yield at
    finally:
        _frozen.reset(token)


def _row() -> tuple[dt.datetime, dt.datetime, float] | None:
    global _setting
    if _setting is not None and time.monotonic() - _setting[0] < CACHE_S:
        return _setting[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT scenario_at, real_at, rate FROM core_scenarioclock WHERE id = 1")
        row = cursor.fetchone()
    _setting = (time.monotonic(), row)
    return row
