"""A timetable from GTFS into a draft, and the timetable in force out as GTFS; what goes out comes in again unchanged.

A feed speaks of its routes: trips of those routes that it does not name are dropped, other routes stay as they are.
stop_id is the office's code, route_id the route's. A trip of ours is `youlu-<key>`; one from elsewhere is the trip in
force with the same content, else with the same route and number, else a new one.
"""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.network.drafts import TripInput, calendar_ensure, draft_make, draft_save, ids_next, trips_newest
from youlu.domain.network.models import Route, ServiceCalendar
from youlu.domain.network.selectors import OfficeRow, offices_all
from youlu.domain.network.trip_checks import straight_km, trip_faults
from youlu.domain.network.versions import TripRow
from youlu.engines.calendar import date_of_day, day_of_date, weekday_of_day
from youlu.engines.gtfs import Faults, Feed, GtfsError, GtfsTrip, ServiceDays, feed_read, feed_write
from youlu.engines.gtfs.feed import GtfsRoute

OURS = "youlu-"
TYPES = {"air": "1100", "rail": "2", "road": "3", "boat": "4"}
MEANS = {"1100": "air", "2": "rail", "0": "rail", "1": "rail", "4": "boat"}
OpenLines = Callable[[str], Iterable[str] | None]


@dataclass(frozen=True)
class Imported:
    """`draft_id` is None when there were faults: then nothing was written. Counts are of trips."""

    draft_id: uuid.UUID | None
    faults: tuple[GtfsError, ...]
    faults_total: int
    warnings: tuple[str, ...]
    trips: int
    new: int
    changed: int
    dropped: int


@dataclass(frozen=True)
class _Wanted:
    """A trip of the feed before it has a key, calendar and route id."""

    trip: GtfsTrip
    route_code: str
    office_ids: tuple[int, ...]
    arr_min: tuple[int, ...]
    dep_min: tuple[int, ...]
    km: tuple[float, ...]

    @property
    def lines(self) -> list[int]:
        return self.trip.lines.tolist() if self.trip.lines is not None else [0] * len(self.office_ids)


@transaction.atomic
def gtfs_import(*, actor: Actor, open_lines: OpenLines, title: str) -> Imported:
    """Read a feed into a new draft, or say everything that is wrong with it, by file, line and cure."""
    actor.require("timetable.edit")
    faults = Faults()
    feed = feed_read(open_lines, faults)
    wanted = _wanted(feed, faults)
    warnings = (*feed.warnings, *getattr(open_lines, "warnings", ()))
    if faults.total:
        return Imported(None, tuple(faults.shown), faults.total, warnings, len(wanted), 0, 0, 0)
    with transaction.atomic():  # routes and calendars that are made for nothing go again
        routes = _routes_ensure(feed, {trip.route_code for trip in wanted})
        puts, drops, new = _matched(wanted, routes, _calendars_ensure(feed), faults)
        transaction.set_rollback(bool(faults.total))
    if faults.total:
        return Imported(None, tuple(faults.shown), faults.total, warnings, len(wanted), 0, 0, 0)
    draft_id = draft_make(actor=actor, title=title)
    if puts or drops:
        draft_save(actor=actor, draft_id=draft_id, version=1, puts=puts, drops=drops)
    audit_record(actor=actor.id, action="timetable.import", object_type="timetable_draft", object_id=str(draft_id),
                 trips=len(wanted), new=new, changed=len(puts) - new, dropped=len(drops))
    return Imported(draft_id, (), 0, warnings, len(wanted), new, len(puts) - new, len(drops))


def gtfs_export(*, actor: Actor) -> dict[str, Iterator[str]]:
    """Lines of each file, by name: the trips of the newest revision that touch the actor's scope."""
    actor.require("timetable.read")
    offices = offices_all()
    trips = [row for row in trips_newest().values()
             if any(offices[key].division_code.startswith(actor.scope) for key in row.office_ids)]
    routes = {route.id: route for route in Route.objects.filter(id__in={row.route_id for row in trips})}
    stops = sorted({key for row in trips for key in row.office_ids})
    place = {key: n for n, key in enumerate(stops)}
    calendars = {c.id: c for c in ServiceCalendar.objects.filter(id__in={row.calendar_id for row in trips})}
    feed = Feed(
        tuple(offices[key].code for key in stops), tuple(offices[key].name for key in stops),
        tuple(_gtfs_trip(row, routes, place) for row in sorted(trips, key=lambda row: row.trip_key)),
        {str(key): ServiceDays(str(key), tuple(sorted(_days(c)))) for key, c in sorted(calendars.items())},
        routes={r.code: GtfsRoute(r.code, r.name, TYPES[r.means], r.level) for _, r in sorted(routes.items())},
        points=tuple((offices[key].lon, offices[key].lat) for key in stops))
    return feed_write(feed, agency_name="邮路")


def _gtfs_trip(row: TripRow, routes: dict[int, Route], place: dict[int, int]) -> GtfsTrip:
    k = len(row.office_ids)
    return GtfsTrip(
        f"{OURS}{row.trip_key}", str(row.calendar_id), np.array([place[key] for key in row.office_ids], np.int32),
        np.array(row.arr_min, np.int32) * 60, np.array(row.dep_min, np.int32) * 60, np.arange(k), np.zeros(k, bool),
        np.zeros(k, bool), routes[row.route_id].code, row.number, km=np.array(row.km, np.float64))


def _wanted(feed: Feed, faults: Faults) -> list[_Wanted]:
    """Trips of the feed as ours; what cannot be ours goes to `faults`."""
    by_code = {office.code: office for office in offices_all()}
    stops: list[OfficeRow | None] = [by_code.get(stop) for stop in feed.stop_ids]
    used = {stop for trip in feed.trips for stop in trip.stops.tolist()}
    for n, (stop_id, office) in enumerate(zip(feed.stop_ids, stops, strict=True)):
        if office is None and n in used:
            faults.add(GtfsError("stops.txt", feed.stop_lines[n],
                                 f"没有代码是 {stop_id} 的网点（{feed.stop_names[n]}）",
                                 "把 stop_id 改成网点代码；./youlu network offices 名称 可以查"))
    wanted = []
    for trip in feed.trips:
        offices = [stops[n] for n in trip.stops.tolist()]
        if all(office is not None for office in offices):
            one = _wanted_trip(trip, [office for office in offices if office is not None])
            _faults_of(one, faults)
            wanted.append(one)
    return wanted


def _wanted_trip(trip: GtfsTrip, offices: list[OfficeRow]) -> _Wanted:
    if trip.km is not None:
        km = [float(value) for value in trip.km]
    else:
        km = [0.0]
        for a, b in itertools.pairwise(offices):
            km.append(round(km[-1] + straight_km(a.lon, a.lat, b.lon, b.lat), 1))
    return _Wanted(trip, trip.route_id or "gtfs", tuple(office.id for office in offices),
                   tuple((trip.arr_s // 60).tolist()), tuple((trip.dep_s // 60).tolist()), tuple(km))


def _faults_of(one: _Wanted, faults: Faults) -> None:
    trip, lines = one.trip, one.lines
    for n, line in enumerate(lines):
        if trip.arr_s[n] % 60 or trip.dep_s[n] % 60:
            faults.add(GtfsError("stop_times.txt", line, f"班次 {trip.trip_id} 的时刻带秒", "写到整分，秒写成00"))
        if (trip.no_board[n] and n < len(lines) - 1) or (trip.no_alight[n] and n):
            faults.add(GtfsError("stop_times.txt", line, f"班次 {trip.trip_id} 在这一站只上或只下",
                                 "邮路的班次每站都装卸：把 pickup_type 和 drop_off_type 写成0，或删去这一站"))


def _times_check(one: _Wanted, means: str, faults: Faults) -> None:
    trip = one.trip
    for fault in trip_faults(office_ids=one.office_ids, arr_min=one.arr_min, dep_min=one.dep_min, km=one.km,
                             means=means):
        line = one.lines[fault.stop] if fault.stop >= 0 else trip.line
        what = f"班次 {trip.trip_id}：{fault.what.rstrip('。')}"
        faults.add(GtfsError("stop_times.txt", line, what, "改正这一行的时刻"))


def _routes_ensure(feed: Feed, codes: set[str]) -> dict[str, int]:
    """Route ids by code; those that are not there yet are made, with no trip in force."""
    known = dict(Route.objects.filter(code__in=codes).values_list("code", "id"))
    missing = sorted(codes - known.keys())
    for code, key in zip(missing, ids_next("route", len(missing)), strict=True):
        told = feed.routes.get(code)
        level = told.level if told and told.level in Route.Level.values else Route.Level.TRUNK
        Route.objects.create(id=key, code=code, name=(told.name if told else "") or code, level=level,
                             means=MEANS.get(told.route_type, "road") if told else "road", source="GTFS")
        known[code] = key
    return known


def _calendars_ensure(feed: Feed) -> dict[str, int]:
    """Calendar ids by service_id: one with exactly these days, or a new one."""
    by_days = {frozenset(_days(c)): c.id for c in ServiceCalendar.objects.order_by("-id")}
    found = {}
    for service_id in {trip.service_id for trip in feed.trips}:
        days = feed.services[service_id].days if service_id in feed.services else ()
        known = by_days.get(frozenset(days))
        found[service_id] = known if known is not None else _calendar_of(days)
    return found


def _calendar_of(days: tuple[int, ...]) -> int:
    """Weekdays that hold more often than not between the first day and the last, and the exceptions from them."""
    if not days:
        return calendar_ensure(weekdays=0, first_date=dt.date(2000, 1, 1), last_date=dt.date(2000, 1, 1), name="不开行")
    first, last, some = days[0], days[-1], set(days)
    span = range(first, last + 1)
    weekdays = sum(1 << w for w in range(7)
                   if 2 * sum(day in some for day in span if weekday_of_day(day) == w)
                   > sum(weekday_of_day(day) == w for day in span))
    usual = {day for day in span if weekdays >> weekday_of_day(day) & 1}
    return calendar_ensure(
        weekdays=weekdays, first_date=date_of_day(first), last_date=date_of_day(last),
        added_dates=[date_of_day(day) for day in sorted(some - usual)],
        removed_dates=[date_of_day(day) for day in sorted(usual - some)])


def _days(c: ServiceCalendar) -> set[int]:
    days = {day for day in range(day_of_date(c.first_date), day_of_date(c.last_date) + 1)
            if c.weekdays >> weekday_of_day(day) & 1}
    return (days | {day_of_date(d) for d in c.added_dates}) - {day_of_date(d) for d in c.removed_dates}


def _matched(
    wanted: list[_Wanted], routes: dict[str, int], calendars: dict[str, int], faults: Faults
) -> tuple[list[TripInput], list[int], int]:
    """(trips that are new or different, keys of those the feed leaves out, how many are new)."""
    in_force = {key: row for key, row in trips_newest().items() if row.route_id in set(routes.values())}
    left = dict(in_force)
    inputs = [TripInput(routes[one.route_code], calendars[one.trip.service_id], one.trip.number or one.route_code,
                        one.office_ids, one.arr_min, one.dep_min, one.km) for one in wanted]
    keys = [_own_key(one.trip.trip_id, left) for one in wanted]
    for same in (_content, _name):  # the closest first, so that twins do not change places
        by_content: dict[tuple, list[int]] = {}
        for known in sorted(left, reverse=True):
            by_content.setdefault(same(left[known]), []).append(known)
        for n, trip in enumerate(inputs):
            if keys[n] is None and (found := by_content.get(same(trip))):
                key_found = found.pop()
                keys[n] = key_found
                del left[key_found]
    puts, means = [], dict(Route.objects.filter(id__in=set(routes.values())).values_list("id", "means"))
    for trip, key, one in zip(inputs, keys, wanted, strict=True):
        if key is None or _content(in_force[key]) != _content(trip):
            _times_check(one, means[trip.route_id], faults)
            puts.append(TripInput(trip.route_id, trip.calendar_id, trip.number, trip.office_ids, trip.arr_min,
                                  trip.dep_min, trip.km, key))
    return puts, sorted(left), keys.count(None)


def _own_key(trip_id: str, left: dict[int, TripRow]) -> int | None:
    text = trip_id.removeprefix(OURS)
    if text == trip_id or not text.isdigit() or int(text) not in left:
        return None
    del left[int(text)]
    return int(text)


def _content(row: TripRow | TripInput) -> tuple:
    return (row.route_id, row.calendar_id, row.number, row.office_ids, row.arr_min, row.dep_min,
            tuple(round(km, 3) for km in row.km))


def _name(row: TripRow | TripInput) -> tuple:
    return row.route_id, row.number

