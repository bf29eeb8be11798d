"""A whole network as plain rows: what a scenario builds and `network_import` stores. Knows no Django.

Columns are the models' columns, in their order. Clock times are minutes after local midnight of the service day and
may exceed 1440; weekdays are bits (bit 0 is Monday).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class OfficePlan:
    id: int
    code: str
    name: str
    full_name: str
    kind: str
    division_code: str
    lon: float
    lat: float
    may_transit: bool
    handling_min: int
    unsealing_min: int
    wave_start_min: tuple[int, ...]
    wave_end_min: tuple[int, ...]
    delivery_weekdays: int
    pickup_cutoff_min: int


@dataclass(frozen=True, slots=True)
class CalendarPlan:
    id: int
    name: str
    weekdays: int
    first_date: dt.date
    last_date: dt.date
    added_dates: tuple[dt.date, ...] = ()
    removed_dates: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutePlan:
    id: int
    code: str
    name: str
    level: str
    means: str
    source: str


@dataclass(frozen=True, slots=True)
class TripPlan:
    trip_key: int
    route_id: int
    calendar_id: int
    number: str
    office_ids: tuple[int, ...]
    arr_min: tuple[int, ...]
    dep_min: tuple[int, ...]
    km: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    id: int
    office_id: int
    code: str
    name: str
    weekdays: int
    wave_start_min: tuple[int, ...]
    wave_end_min: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CompoundPlan:
    id: int
    segment_id: int
    name: str
    division_code: str
    households: int
    source: str


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """Offices, calendars, routes, trips, segments and compounds that refer only to one another.

    Office ids are dense (0, 1, 2 …) and in order; `notes` says in words what was assumed.
    """

    name: str
    offices: tuple[OfficePlan, ...]
    calendars: tuple[CalendarPlan, ...]
    routes: tuple[RoutePlan, ...]
    trips: tuple[TripPlan, ...]
    segments: tuple[SegmentPlan, ...]
    compounds: tuple[CompoundPlan, ...]
    notes: tuple[str, ...] = ()

    def content_hash(self) -> str:
        """SHA-256 over all rows, in hexadecimal: equal plans have equal hashes on every machine."""
        digest = hashlib.sha256()
        for rows in (self.offices, self.calendars, self.routes, self.trips, self.segments, self.compounds):
            for row in rows:
                digest.update(repr(astuple(row)).encode())
        return digest.hexdigest()

    def legs_per_week(self) -> int:
        """Departure-to-arrival runs of one week without holidays."""
        days = {calendar.id: calendar.weekdays.bit_count() for calendar in self.calendars}
        return sum((len(trip.office_ids) - 1) * days[trip.calendar_id] for trip in self.trips)
