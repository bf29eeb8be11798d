"""A province's trunk lines with the trips of one day, for the time-distance diagram."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from youlu.core.clock import SHANGHAI
from youlu.domain.network.models import Route, ServiceCalendar, Trip
from youlu.domain.network.selectors import offices_all, revision_current


@dataclass(frozen=True)
class LineStop:
    office_id: int
    arrives_at: dt.datetime
    departs_at: dt.datetime


@dataclass(frozen=True)
class LineTrip:
    """One run on one service date."""

    trip_key: int
    number: str
    stops: tuple[LineStop, ...]


@dataclass(frozen=True)
class TrunkLine:
    """A line of offices from the provincial centre outward; `km` from there, as long as `office_ids`."""

    key: str  # ids of its ends
    name: str
    office_ids: tuple[int, ...]
    km: tuple[float, ...]


def trunk_lines(*, prefix: str) -> tuple[TrunkLine, ...]:
    """The in-province trunks of a division prefix, longest first, each line of stations once."""
    return _trunk_lines(prefix, revision_current())


@lru_cache(maxsize=8)
def _trunk_lines(prefix: str, revision: int | None) -> tuple[TrunkLine, ...]:
    inside = {office.id: office for office in offices_all() if office.division_code.startswith(prefix)}
    found: dict[frozenset[int], TrunkLine] = {}
    trips = Trip.objects.filter(route__level=Route.Level.PROVINCIAL, until_date=None).values_list("office_ids", "km")
    for offices, km in trips.order_by("trip_key"):
        if len(offices) < 3 or not set(offices) <= inside.keys() or inside[offices[0]].kind != "provincial_centre":
            continue
        name = f"{_short(inside[offices[0]].name)}—{_short(inside[offices[-1]].name)}"
        found.setdefault(frozenset(offices), TrunkLine(f"{offices[0]}-{offices[-1]}", name, tuple(offices), tuple(km)))
    return tuple(sorted(found.values(), key=lambda line: -len(line.office_ids)))


def line_trips(*, line: TrunkLine, from_at: dt.datetime, to_at: dt.datetime) -> tuple[LineTrip, ...]:
    """Every run that touches at least two of the line's offices and is under way within the period."""
    on_line = set(line.office_ids)
    trips = list(Trip.objects.filter(route__level=Route.Level.PROVINCIAL, office_ids__overlap=list(on_line)))
    calendars = {c.id: c for c in ServiceCalendar.objects.filter(id__in={trip.calendar_id for trip in trips})}
    days = [from_at.astimezone(SHANGHAI).date() + dt.timedelta(days=n) for n in range(-2, 2)]
    found = [
        _run(trip, day, on_line)
        for trip in trips
        if len(on_line & set(trip.office_ids)) >= 2
        for day in days
        if trip.from_date <= day and (trip.until_date is None or day < trip.until_date)
        if calendar_runs(calendars[trip.calendar_id], day)
    ]
    return tuple(run for run in found if run.stops[-1].arrives_at > from_at and run.stops[0].departs_at < to_at)


def _run(trip: Trip, day: dt.date, on_line: set[int]) -> LineTrip:
    midnight = dt.datetime.combine(day, dt.time(), SHANGHAI)
    return LineTrip(
        trip.trip_key,
        trip.number,
        tuple(
            LineStop(office, midnight + dt.timedelta(minutes=arr), midnight + dt.timedelta(minutes=dep))
            for office, arr, dep in zip(trip.office_ids, trip.arr_min, trip.dep_min, strict=True)
            if office in on_line
        ),
    )


def calendar_runs(calendar: ServiceCalendar, day: dt.date) -> bool:
    """Whether trips of the calendar run on a service date."""
    if day in calendar.removed_dates:
        return False
    return day in calendar.added_dates or (
        calendar.first_date <= day <= calendar.last_date and bool(calendar.weekdays >> day.weekday() & 1)
    )


def _short(name: str) -> str:
    return name.split("回族")[0].split("藏族")[0]


def leg_ends(refs: Sequence[str]) -> set[frozenset[int]]:
    """Office pairs of the zones of legs ("12-40")."""
    pairs: dict[str, frozenset[int]] = defaultdict(frozenset)
    for ref in refs:
        pairs[ref] = frozenset(int(end) for end in ref.split("-"))
    return set(pairs.values())
