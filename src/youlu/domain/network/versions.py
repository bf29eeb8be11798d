"""Trips by the service dates they run on: as they are in force, and as a draft would have them."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection

from youlu.domain.network.models import ALWAYS, DraftTrip, TimetableRevision, Trip

_FIELDS = ("trip_key", "route_id", "calendar_id", "number", "office_ids", "arr_min", "dep_min", "km")


@dataclass(frozen=True, slots=True)
class TripRow:
    """A trip's stops and times on the service dates from `from_date` until before `until_date` (None: open)."""

    trip_key: int
    route_id: int
    calendar_id: int
    number: str
    office_ids: tuple[int, ...]
    arr_min: tuple[int, ...]
    dep_min: tuple[int, ...]
    km: tuple[float, ...]
    from_date: dt.date = ALWAYS
    until_date: dt.date | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over what the trip is, whenever it runs: equal digests, no change."""
        return hashlib.sha256(repr(self.content).encode()).hexdigest()

    @property
    def content(self) -> tuple:
        return (self.trip_key, self.route_id, self.calendar_id, self.number, self.office_ids, self.arr_min,
                self.dep_min, tuple(round(km, 3) for km in self.km))


def trip_row(row: Trip | DraftTrip) -> TripRow:
    """A stored trip as a value; one of a draft has no dates yet."""
    dates = (row.from_date, row.until_date) if isinstance(row, Trip) else ()
    return TripRow(row.trip_key, row.route_id, row.calendar_id, row.number, tuple(row.office_ids), tuple(row.arr_min),
                   tuple(row.dep_min), tuple(row.km), *dates)


def trips_of_revision() -> tuple[str, list[TripRow]]:
    """Every row of the newest revision with its content hash, read by one statement: what is activated meanwhile
    cannot mix with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_FIELDS)}, from_date, until_date,"
            " (SELECT content_hash FROM network_timetablerevision ORDER BY id DESC LIMIT 1)"
            " FROM network_trip ORDER BY trip_key, from_date")
        found = cursor.fetchall()
    rows = [TripRow(key, route, calendar, number, tuple(offices), tuple(arr), tuple(dep), tuple(km), first, until)
            for key, route, calendar, number, offices, arr, dep, km, first, until, _ in found]
    if not found:
        return TimetableRevision.objects.order_by("-id").values_list("content_hash", flat=True).first() or "", []
    return found[0][-1] or "", rows


def trips_of_draft(draft_id: uuid.UUID, effective_date: dt.date) -> tuple[str, list[TripRow]]:
    """The rows and content hash as they will be once the draft is in force from that service date on."""
    base, rows = trips_of_revision()
    changes = list(DraftTrip.objects.filter(draft_id=draft_id).order_by("trip_key"))
    return draft_hash(base, changes, effective_date), trips_merge(rows, changes, effective_date)


def draft_hash(base: str, changes: Iterable[DraftTrip], effective_date: dt.date) -> str:
    """The content hash of a revision made from `base` by these changes, in hexadecimal."""
    digest = hashlib.sha256(f"{base} {effective_date}".encode())
    for change in changes:
        digest.update(repr((change.is_dropped, trip_row(change).content)).encode())
    return digest.hexdigest()


def trips_merge(rows: list[TripRow], changes: Iterable[DraftTrip], effective_date: dt.date) -> list[TripRow]:
    """End the rows that are changed on `effective_date` and begin their successors."""
    changed = {change.trip_key: change for change in changes}
    merged = []
    for row in rows:
        if row.trip_key not in changed or row.until_date is not None:
            merged.append(row)
        elif row.from_date < effective_date:  # one that begins no earlier is replaced before it ever ran
            merged.append(replace(row, until_date=effective_date))
    merged.extend(replace(trip_row(change), from_date=effective_date) for change in changed.values()
                  if not change.is_dropped)
    return sorted(merged, key=lambda row: (row.trip_key, row.from_date))
