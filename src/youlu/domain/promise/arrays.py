"""The timetable as engine arrays: built once per revision and day, shared by all processes as mapped files."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings

from youlu.domain.network.models import Office, ServiceCalendar, TimetableRevision
from youlu.domain.network.versions import TripRow, trips_of_draft, trips_of_revision
from youlu.domain.promise.errors import RevisionMovedError
from youlu.engines.calendar import day_of_date, weekday_of_day
from youlu.engines.promise import Timetable, TripPattern, timetable_build

# Legs from two days back are kept, so that mail under way is found on its leg; a minute is a uint16.
BACK_DAYS = 2
SHORT_DAYS = 14 + BACK_DAYS
LONG_DAYS = 45
LEAD_DAYS = 3


def revision_current() -> str:
    """The content hash of the active timetable; "" before one was activated."""
    return TimetableRevision.objects.order_by("-id").values_list("content_hash", flat=True).first() or ""


@lru_cache(maxsize=4)
def timetable_open(revision: str, start_day: int, n_days: int) -> Timetable:
    """The arrays of a revision from `start_day` (days since 1970-01-01), made and stored where missing.

    Who has them open keeps them, whatever is activated meanwhile.

    Raises
    ------
    RevisionMovedError : they are not made yet and the revision is no longer the newest: take the newest.
    """
    return Timetable.load(_made(revision, start_day, n_days), mmap=True)


def _made(revision: str, start_day: int, n_days: int) -> Path:
    place = _folder(revision, start_day, n_days)
    if not place.exists():
        made_from, rows = trips_of_revision()
        if made_from != revision:
            raise RevisionMovedError()
        _store(place, rows, start_day, n_days)
    return place


def arrays_prepare(today: dt.date) -> None:
    """Make today's and tomorrow's arrays where missing: at midnight nobody waits for them."""
    revision = revision_current()
    for day in (day_of_date(today), day_of_date(today) + 1) if revision else ():
        for n_days in (SHORT_DAYS, LONG_DAYS):
            _made(revision, day - BACK_DAYS, n_days)


def arrays_sweep(today: dt.date) -> int:
    """Remove arrays of days that are over (yesterday's are kept); returns how many. Who has them open keeps them."""
    over = [place for place in _root().glob("*/*-*") if not place.name.startswith(".")
            and int(place.name.split("-")[0]) < day_of_date(today) - 1 - BACK_DAYS]
    for place in over:
        shutil.rmtree(place, ignore_errors=True)
    return len(over)


def timetable_open_draft(draft_id: uuid.UUID, *, effective_date: dt.date, start_day: int, n_days: int) -> Timetable:
    """The arrays as they will be if the draft comes into force from that service date on; activating it finds them."""
    content_hash, rows = trips_of_draft(draft_id, effective_date)
    place = _folder(content_hash, start_day, n_days)
    if not place.exists():
        _store(place, rows, start_day, n_days)
    return Timetable.load(place, mmap=True)


def _store(place: Path, rows: Iterable[TripRow], start_day: int, n_days: int) -> None:
    half_made = place.with_name(f".{place.name}-{os.getpid()}")
    timetable_build(_patterns(rows, start_day, n_days), Office.objects.count(), start_day, n_days,
                    lead_days=LEAD_DAYS).save(half_made)
    try:
        half_made.rename(place)
    except OSError:  # another process was first
        shutil.rmtree(half_made)


def _root() -> Path:
    return Path(settings.DATA_DIR) / "arrays"


def arrays_drop() -> None:
    """Forget all stored arrays, after an upgrade may have changed their form: they are made again when asked for."""
    shutil.rmtree(Path(settings.DATA_DIR) / "arrays", ignore_errors=True)
    timetable_open.cache_clear()


def _folder(revision: str, start_day: int, n_days: int) -> Path:
    folder = _root() / (revision[:16] or "none")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{start_day}-{n_days}"


def _patterns(rows: Iterable[TripRow], start_day: int, n_days: int) -> list[TripPattern]:
    first, last = start_day - LEAD_DAYS, start_day + n_days
    running = {c.id: _service_days(c, first, last) for c in ServiceCalendar.objects.all()}
    patterns = []
    for row in rows:
        days = running[row.calendar_id]
        days = days[(days >= day_of_date(row.from_date))
                    & (days < (day_of_date(row.until_date) if row.until_date else last))]
        if len(days):
            patterns.append(TripPattern(
                trip_key=row.trip_key, stops=np.array(row.office_ids, np.int32),
                arr_min=np.array(row.arr_min, np.int32), dep_min=np.array(row.dep_min, np.int32), days=days))
    return patterns


def _service_days(calendar: ServiceCalendar, first: int, last: int) -> np.ndarray:
    added = {day_of_date(day) for day in calendar.added_dates}
    removed = {day_of_date(day) for day in calendar.removed_dates}
    begin, end = day_of_date(calendar.first_date), day_of_date(calendar.last_date)
    return np.array([
        day for day in range(first, last)
        if day not in removed
        and (day in added or (begin <= day <= end and calendar.weekdays >> weekday_of_day(day) & 1))
    ], dtype=np.int64)
