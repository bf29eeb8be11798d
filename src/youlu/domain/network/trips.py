"""The stops and times of every trip in memory: what a leg key means, without a query per scan."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache

from youlu.core import clock
from youlu.domain.network.models import Office, TimetableRevision, Trip

LEG_DAY_ZERO = dt.date(2000, 1, 1)
LEGS_KEPT = 50_000
UNREAD = object()


@dataclass(frozen=True)
class LegTimes:
    """One planned leg: from an office to the next stop, with both instants."""

    from_office: int
    to_office: int
    departs_at: dt.datetime
    arrives_at: dt.datetime


@dataclass(frozen=True, eq=False)
class TripBook:
    """Stops and clock times by trip key, handling minutes by office."""

    stops: dict[int, tuple[list[int], list[int], list[int]]]
    handling_min: dict[int, int]
    _legs: dict[int, LegTimes | None] = field(default_factory=dict)

    def leg(self, key: int) -> LegTimes | None:
        """The leg of a stored key; None when the timetable does not know it."""
        known = self._legs.get(key, UNREAD)
        if known is UNREAD:
            known = self._leg(key)
            if len(self._legs) >= LEGS_KEPT:  # more than the legs of some days that all scans and items are about
                self._legs.clear()
            self._legs[key] = known
        return known  # type: ignore[return-value]

    def _leg(self, key: int) -> LegTimes | None:
        trip_key, day, seq = key >> 32, key >> 16 & 0xFFFF, key & 0xFFFF
        trip = self.stops.get(trip_key)
        if trip is None or seq + 1 >= len(trip[0]):
            return None
        offices, arr_min, dep_min = trip
        midnight = dt.datetime.combine(LEG_DAY_ZERO + dt.timedelta(days=day), dt.time(), clock.SHANGHAI)
        return LegTimes(offices[seq], offices[seq + 1], midnight + dt.timedelta(minutes=dep_min[seq]),
                        midnight + dt.timedelta(minutes=arr_min[seq + 1]))


def leg_key(trip_key: int, service_date: dt.date, seq: int) -> int:
    """Pack (trip, service date, stop sequence at departure) as stored on items."""
    return trip_key << 32 | (service_date - LEG_DAY_ZERO).days << 16 | seq


def trip_book() -> TripBook:
    """The book of the active revision; one small query when it has been read before."""
    return _book(TimetableRevision.objects.order_by("-id").values_list("id", flat=True).first() or 0)


@lru_cache(maxsize=2)
def _book(revision_id: int) -> TripBook:
    rows = Trip.objects.values_list("trip_key", "office_ids", "arr_min", "dep_min").iterator(chunk_size=5000)
    return TripBook({key: (offices, arr, dep) for key, offices, arr, dep in rows},
                    dict(Office.objects.values_list("id", "handling_min")))
