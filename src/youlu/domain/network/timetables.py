"""Reading the timetable: routes of a scope, a route's trips as they are or as a draft has them, drafts and what they
change."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext, pgettext

from youlu.core.pages import PAGE_ROWS, Page, cursor_number
from youlu.domain.access.selectors import Actor
from youlu.domain.network.errors import DraftNotFoundError, RouteNotFoundError
from youlu.domain.network.models import (
    DraftTrip,
    Office,
    Route,
    ServiceCalendar,
    TimetableDraft,
    TimetableRevision,
    Trip,
)
from youlu.domain.network.selectors import offices_all
from youlu.domain.network.trip_checks import clock_text
from youlu.domain.network.versions import TripRow, trip_row

# The offices of a scope, as a condition on the trips of a route.
# Each route's trips are summed apart, so that a page of fifty sums fifty routes and not the country's.
_ROUTES = """
SELECT r.id, r.code, r.name, r.level, r.means, t.trips, t.first_departure, t.stops
FROM network_route r CROSS JOIN LATERAL (
  SELECT count(*) AS trips, min(dep_min[1]) AS first_departure, max(cardinality(office_ids)) AS stops
  FROM network_trip WHERE route_id = r.id AND until_date IS NULL
  AND (%(scope)s = '' OR EXISTS (SELECT FROM unnest(office_ids) o WHERE o IN (SELECT id FROM network_office
       WHERE division_code LIKE %(scope)s || '%%')))) t
WHERE r.id > %(after)s AND t.trips > 0 AND (%(level)s = '' OR r.level = %(level)s)
  AND (%(text)s = '' OR r.name LIKE '%%' || %(text)s || '%%' OR r.code = %(text)s)
ORDER BY r.id LIMIT %(limit)s"""


@dataclass(frozen=True)
class RouteRow:
    id: int
    code: str
    name: str
    level: str
    level_label: str
    means: str
    means_label: str
    trips: int
    first_departure_min: int
    stops: int


@dataclass(frozen=True)
class CalendarRow:
    id: int
    name: str
    weekdays: int
    first_date: dt.date
    last_date: dt.date
    added_dates: tuple[dt.date, ...]
    removed_dates: tuple[dt.date, ...]


@dataclass(frozen=True)
class RouteTimetable:
    """A route's trips as the newest revision has them, or as a draft would; `changed` are the keys that it changes."""

    route: RouteRow
    trips: tuple[TripRow, ...]
    dropped: tuple[TripRow, ...]
    changed: frozenset[int]
    new: frozenset[int]


@dataclass(frozen=True)
class DraftRow:
    """`changes` counts its trips; `may_activate` is for the actor who asked."""

    id: uuid.UUID
    title: str
    state: str
    state_label: str
    version: int
    made_at: dt.datetime
    changed_by: str
    changed_at: dt.datetime
    changes: int
    is_mine: bool


@dataclass(frozen=True)
class ChangeRow:
    """One trip of a draft against the newest revision; `kind` is new, changed or dropped."""

    kind: str
    kind_label: str
    route_id: int
    route_name: str
    trip_key: int
    number: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class RevisionRow:
    id: int
    note: str
    activated_at: dt.datetime
    effective_date: dt.date | None
    epoch: int
    trips: int


def routes_list(*, actor: Actor, text: str = "", level: str = "", cursor: str | None = None) -> Page[RouteRow]:
    """Routes that touch the actor's scope, fifty a page; `text` is part of the name, or the code."""
    actor.require("timetable.read")
    after = cursor_number(cursor)
    with connection.cursor() as db:
        db.execute(_ROUTES, {"after": after, "level": level, "text": text.strip(), "scope": actor.scope,
                             "limit": PAGE_ROWS + 1})
        rows = [_route_row(*row) for row in db.fetchall()]
    return Page(tuple(rows[:PAGE_ROWS]), str(rows[PAGE_ROWS - 1].id) if len(rows) > PAGE_ROWS else None)


def route_timetable(*, actor: Actor, route_id: int, draft_id: uuid.UUID | None = None) -> RouteTimetable:
    """One route with its trips, those of a draft in place of the ones they change.

    Raises
    ------
    RouteNotFoundError : not there, or no trip of it touches the actor's scope.
    """
    actor.require("timetable.read")
    route = Route.objects.filter(id=route_id).first()
    in_force = {row.trip_key: trip_row(row) for row in Trip.objects.filter(route_id=route_id, until_date=None)}
    drafted: list[DraftTrip] = []
    if draft_id is not None:
        draft_get(actor=actor, draft_id=draft_id)
        drafted = list(DraftTrip.objects.filter(draft_id=draft_id, route_id=route_id))
    if route is None or not _is_in_scope(actor, [*in_force.values(), *(trip_row(row) for row in drafted)]):
        raise RouteNotFoundError()
    dropped = {row.trip_key for row in drafted if row.is_dropped}
    shown = {key: row for key, row in in_force.items() if key not in dropped}
    shown |= {row.trip_key: trip_row(row) for row in drafted if not row.is_dropped}
    trips = tuple(sorted(shown.values(), key=lambda row: (row.office_ids, row.dep_min[0], row.trip_key)))
    head = _route_row(route.id, route.code, route.name, route.level, route.means, len(trips),
                      min((row.dep_min[0] for row in trips), default=0),
                      max((len(row.office_ids) for row in trips), default=0))
    return RouteTimetable(head, trips, tuple(in_force[key] for key in sorted(dropped) if key in in_force),
                          frozenset(row.trip_key for row in drafted if not row.is_dropped),
                          frozenset(row.trip_key for row in drafted if row.trip_key not in in_force))


def calendars_all() -> dict[int, CalendarRow]:
    """Every calendar by id."""
    return {c.id: CalendarRow(c.id, c.name, c.weekdays, c.first_date, c.last_date, tuple(c.added_dates),
                              tuple(c.removed_dates)) for c in ServiceCalendar.objects.order_by("id")}


def drafts_list(*, actor: Actor) -> tuple[DraftRow, ...]:
    """Open drafts of the actor's scope, the last changed first."""
    actor.require("timetable.read")
    rows = TimetableDraft.objects.filter(scope__startswith=actor.scope, state=TimetableDraft.State.DRAFT)
    return tuple(_draft_row(actor, row) for row in rows.order_by("-changed_at")[:PAGE_ROWS])


def draft_get(*, actor: Actor, draft_id: uuid.UUID) -> DraftRow:
    """One draft of the actor's scope, in whatever state.

    Raises
    ------
    DraftNotFoundError
    """
    actor.require("timetable.read")
    row = TimetableDraft.objects.filter(id=draft_id, scope__startswith=actor.scope).first()
    if row is None:
        raise DraftNotFoundError()
    return _draft_row(actor, row)


def draft_changes(*, actor: Actor, draft_id: uuid.UUID, limit: int = 200) -> tuple[ChangeRow, ...]:
    """What a draft changes, trip by trip, said in words; at most `limit`."""
    draft_get(actor=actor, draft_id=draft_id)
    rows = list(DraftTrip.objects.filter(draft_id=draft_id).select_related("route").order_by(
        "route_id", "trip_key")[:limit])
    before = _before(draft_id, [row.trip_key for row in rows])
    names = {calendar.id: calendar.name for calendar in calendars_all().values()}
    found = []
    for row in rows:
        base = before.get(row.trip_key)
        kind = "dropped" if row.is_dropped else "changed" if row.base_digest else "new"
        label = {"dropped": pgettext("draft", "停开"), "changed": pgettext("draft", "改"),
                 "new": pgettext("draft", "加开")}[kind]
        said = tuple(_differences(base, trip_row(row), names)) if base and kind == "changed" else (
            _trip_words(trip_row(row), names),)
        found.append(ChangeRow(kind, label, row.route_id, row.route.name, row.trip_key, row.number, said))
    return tuple(found)


def _before(draft_id: uuid.UUID, keys: list[int]) -> dict[int, TripRow]:
    """The trips that a draft changes as they are in force without it; of one that came into force, as they were until
    then."""
    date = TimetableRevision.objects.filter(draft_id=draft_id).values_list("effective_date", flat=True).first()
    return {row.trip_key: trip_row(row) for row in Trip.objects.filter(until_date=date, trip_key__in=keys)}


def revisions_list(*, actor: Actor, limit: int = 10) -> tuple[RevisionRow, ...]:
    """The newest revisions, the newest first."""
    actor.require("timetable.read")
    return tuple(RevisionRow(row.id, row.note.split("\n", 1)[0], row.activated_at, row.effective_date, row.epoch,
                             len(row.changed_trip_keys))
                 for row in TimetableRevision.objects.order_by("-id")[:limit])


def _route_row(key: int, code: str, name: str, level: str, means: str, trips: int, first: int, stops: int) -> RouteRow:
    return RouteRow(key, code, name, level, str(Route.Level(level).label), means, str(Route.Means(means).label), trips,
                    first, stops)


def _draft_row(actor: Actor, row: TimetableDraft) -> DraftRow:
    return DraftRow(row.id, row.title, row.state, str(TimetableDraft.State(row.state).label), row.version, row.made_at,
                    row.changed_by, row.changed_at, row.trips.count(), actor.id in row.editors)


def _is_in_scope(actor: Actor, trips: Iterable[TripRow]) -> bool:
    trips = list(trips)
    if not actor.scope:
        return bool(trips)
    stops = {office for trip in trips for office in trip.office_ids}
    return Office.objects.filter(id__in=stops, division_code__startswith=actor.scope).exists()


def _trip_words(row: TripRow, calendars: dict[int, str]) -> str:
    """The whole trip in a line, with the km that its vehicle drives."""
    offices = offices_all()
    return gettext("{first}开{dep}，{last}到{arr}，{km}公里，{days}").format(
        first=offices[row.office_ids[0]].name, dep=clock_text(row.dep_min[0]), last=offices[row.office_ids[-1]].name,
        arr=clock_text(row.arr_min[-1]), km=int(row.km[-1] + 0.5), days=gettext(calendars[row.calendar_id]))


def _differences(base: TripRow, row: TripRow, calendars: dict[int, str]) -> Iterable[str]:
    if base.number != row.number:
        yield gettext("班次号{was}改为{becomes}").format(was=base.number, becomes=row.number)
    if base.calendar_id != row.calendar_id:
        yield gettext("开行日{was}改为{becomes}").format(was=gettext(calendars[base.calendar_id]),
                                                   becomes=gettext(calendars[row.calendar_id]))
    offices = offices_all()
    if base.office_ids != row.office_ids:
        gone = [offices[key].name for key in base.office_ids if key not in row.office_ids]
        come = [offices[key].name for key in row.office_ids if key not in base.office_ids]
        yield gettext("停靠变了：不再停{gone}，新停{come}").format(
            gone="、".join(gone) or "–", come="、".join(come) or "–")
        return
    by_stop: dict[str, list[str]] = defaultdict(list)
    for n, office in enumerate(row.office_ids):
        last = n == len(row.office_ids) - 1
        pairs = [(base.arr_min[n], row.arr_min[n], gettext("到{was}→{becomes}")),
                 (base.dep_min[n], row.dep_min[n], gettext("开{was}→{becomes}"))]
        for was, becomes, words in pairs[:1] if last else pairs[1:] if n == 0 else pairs:
            if was != becomes:
                by_stop[offices[office].name].append(
                    words.format(was=clock_text(was), becomes=clock_text(becomes)))
    for name, said in by_stop.items():
        yield gettext("{office}{what}").format(office=name, what=gettext("，").join(said))
