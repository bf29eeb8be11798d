"""The stops and times of every trip in memory: what a leg key means, without a query per scan."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache

from youlu.core import clock
from youlu.core.memory import kept_from_now_on
from youlu.domain.network.models import ALWAYS, Office, Trip
from youlu.domain.network.selectors import revision_current

Stops = tuple[list[int], list[int], list[int]]  # office ids, arrivals, departures in minutes of the service day
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
    """Stops and clock times by trip key, handling minutes by office.

    `stops` is what each trip runs by in the end; `dated` holds, of trips that a revision changes or ends, each row with
    its service days (counted from 2000-01-01, half-open; None: open).
    """

    stops: dict[int, Stops]
    handling_min: dict[int, int]
    dated: dict[int, list[tuple[int, int | None, Stops]]] = field(default_factory=dict)
    _legs: dict[int, LegTimes | None] = field(default_factory=dict)

    def leg(self, key: int) -> LegTimes | None:
        """The leg of a stored key; None when the timetable does not know it, or no longer on that day."""
        known = self._legs.get(key, UNREAD)
        if known is UNREAD:
            known = self._leg(key)
            if len(self._legs) >= LEGS_KEPT:  # more than the legs of some days that all scans and items are about
                self._legs.clear()
            self._legs[key] = known
        return known  # type: ignore[return-value]

    def _leg(self, key: int) -> LegTimes | None:
        trip_key, day, seq = key >> 32, key >> 16 & 0xFFFF, key & 0xFFFF
        trip = self.stops.get(trip_key) if trip_key not in self.dated else self._on_day(trip_key, day)
        if trip is None or seq + 1 >= len(trip[0]):
            return None
        offices, arr_min, dep_min = trip
        midnight = dt.datetime.combine(LEG_DAY_ZERO + dt.timedelta(days=day), dt.time(), clock.SHANGHAI)
        return LegTimes(offices[seq], offices[seq + 1], midnight + dt.timedelta(minutes=dep_min[seq]),
                        midnight + dt.timedelta(minutes=arr_min[seq + 1]))

    def _on_day(self, trip_key: int, day: int) -> Stops | None:
        return next((stops for first, until, stops in self.dated[trip_key]
                     if first <= day and (until is None or day < until)), None)


def leg_key(trip_key: int, service_date: dt.date, seq: int) -> int:
    """Pack (trip, service date, stop sequence at departure) as stored on items."""
    return trip_key << 32 | (service_date - LEG_DAY_ZERO).days << 16 | seq


def leg_end(key: int) -> int:
    """The office at the end of a stored leg, by whatever row the trip ran by on that day."""
    leg = trip_book().leg(key)
    if leg is not None:
        return leg.to_office
    return Trip.objects.filter(trip_key=key >> 32).order_by("-from_date").values_list("office_ids", flat=True)[0][
        (key & 0xFFFF) + 1]


def trip_book() -> TripBook:
    """The book of the active revision; one small query when it has been read before."""
    return _book(revision_current() or 0)

MANY = 1000  # trips: a pass of the collector over fewer is not felt


@lru_cache(maxsize=2)
def _book(revision_id: int) -> TripBook:
    rows = (Trip.objects.order_by("trip_key", "from_date")
            .values_list("trip_key", "office_ids", "arr_min", "dep_min", "from_date", "until_date"))
    stops: dict[int, Stops] = {}
    dated: dict[int, list[tuple[int, int | None, Stops]]] = {}
    for key, offices, arr, dep, first, until in rows.iterator(chunk_size=5000):
        stops[key] = offices, arr, dep
        if first != ALWAYS or until is not None:
            end = (until - LEG_DAY_ZERO).days if until is not None else None
            dated.setdefault(key, []).append(((first - LEG_DAY_ZERO).days, end, stops[key]))
    book = TripBook(stops, dict(Office.objects.values_list("id", "handling_min")), dated)
    if len(stops) > MANY:
        kept_from_now_on()
    return book
