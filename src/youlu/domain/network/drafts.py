"""Working on a timetable: a draft of changes, its trips, putting it in force from a service date on."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.bulk import rows_copy
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.network.epoch import epoch_lock, epoch_raise
from youlu.domain.network.errors import (
    DraftChangedError,
    DraftClosedError,
    DraftEmptyError,
    DraftNotFoundError,
    EffectiveDateError,
    OwnDraftError,
    RevisionConflictError,
    RouteNotFoundError,
    TripImpossibleError,
)
from youlu.domain.network.models import (
    DraftTrip,
    Office,
    Route,
    ServiceCalendar,
    TimetableDraft,
    TimetableRevision,
    Trip,
)
from youlu.domain.network.trip_checks import trip_faults
from youlu.domain.network.versions import TripRow, draft_hash, trip_row

NEW_IDS_LOCK = 0x74726970  # "trip": trip keys, calendars and routes get their next number one after another
FARTHEST = dt.timedelta(days=366)
SYSTEM = "system:"


@dataclass(frozen=True)
class TripInput:
    """A trip as somebody wants it; without a key it is a new one. `weekdays` (bits, bit 0 is Monday) takes the place of
    the calendar's own, None keeps them."""

    route_id: int
    calendar_id: int
    number: str
    office_ids: tuple[int, ...]
    arr_min: tuple[int, ...]
    dep_min: tuple[int, ...]
    km: tuple[float, ...]
    trip_key: int | None = None
    weekdays: int | None = None

    @classmethod
    def of(cls, row: TripRow) -> TripInput:
        """The trip as it stands."""
        return cls(row.route_id, row.calendar_id, row.number, row.office_ids, row.arr_min, row.dep_min, row.km,
                   row.trip_key)


@transaction.atomic
def draft_make(*, actor: Actor, title: str) -> uuid.UUID:
    """Begin a draft of changes to the newest revision."""
    actor.require("timetable.edit")
    now = clock.now()
    draft = TimetableDraft.objects.create(
        id=uuid7(), title=title.strip() or gettext("班期调整"), scope=actor.scope, made_by=actor.id, made_at=now,
        changed_by=actor.name, changed_at=now, editors=[actor.id])
    audit_record(actor=actor.id, action="timetable.draft", object_type="timetable_draft", object_id=str(draft.id))
    return draft.id


@transaction.atomic
def draft_save(
    *, actor: Actor, draft_id: uuid.UUID, version: int, puts: Sequence[TripInput], drops: Iterable[int] = ()
) -> int:
    """Change trips of a draft and drop others (by key); returns its new version.

    A trip that comes out as it is in force is taken out of the draft.

    Raises
    ------
    TripImpossibleError : `details["faults"]` of the first trip that cannot be run.
    DraftChangedError : somebody else saved since `version`.
    """
    actor.require("timetable.edit")
    draft = draft_locked(actor, draft_id, version)
    drops = list(drops)
    puts = [replace(trip, calendar_id=_calendar_with(trip.calendar_id, trip.weekdays), weekdays=None)
            if trip.weekdays is not None else trip for trip in puts]
    keys = [trip.trip_key for trip in puts if trip.trip_key is not None] + drops
    in_force = trips_newest(keys)
    drafted = {row.trip_key: row for row in draft.trips.filter(trip_key__in=keys)}
    _scope_check(actor, puts, [*in_force.values(), *(trip_row(row) for row in drafted.values())])
    # What is in force was accepted once, whatever rule came later: only what changes is held against the rules.
    trips_check([trip for trip in puts if not _is_in_force(trip, in_force)])
    fresh = iter(ids_next("trip", sum(trip.trip_key is None for trip in puts)))
    rows = [TripRow(trip.trip_key if trip.trip_key is not None else next(fresh), trip.route_id, trip.calendar_id,
                    trip.number, trip.office_ids, trip.arr_min, trip.dep_min, trip.km) for trip in puts]
    changes = [_change(draft, row, in_force.get(row.trip_key)) for row in rows
               if row.trip_key not in in_force or in_force[row.trip_key].digest != row.digest]
    changes += [_change(draft, in_force[key], in_force[key], is_dropped=True) for key in drops if key in in_force]
    draft.trips.filter(trip_key__in=keys).delete()
    DraftTrip.objects.bulk_create(changes, batch_size=2000)
    return draft_touch(actor, draft)


@transaction.atomic
def draft_discard(*, actor: Actor, draft_id: uuid.UUID, version: int) -> None:
    """Give a draft up; it stays to be read."""
    actor.require("timetable.edit")
    draft = draft_locked(actor, draft_id, version)
    draft.state = TimetableDraft.State.DISCARDED
    draft.save(update_fields=["state"])
    audit_record(actor=actor.id, action="timetable.discard", object_type="timetable_draft", object_id=str(draft.id))


@transaction.atomic
def draft_activate(
    *, actor: Actor, draft_id: uuid.UUID, version: int, effective_date: dt.date
) -> TimetableRevision:
    """Put a draft in force from a service date on: rows end and begin on it, the epoch is raised.

    Trips of earlier service dates run to their end as they were. Call `continuity.timetables.timetable_activate`,
    which also has promises made true again.

    Raises
    ------
    OwnDraftError, EffectiveDateError, DraftEmptyError, RevisionConflictError
    """
    actor.require("timetable.activate")
    draft = draft_locked(actor, draft_id, version)
    if actor.id in draft.editors and not actor.id.startswith(SYSTEM):
        raise OwnDraftError()
    epoch_lock()
    before = TimetableRevision.objects.order_by("-id").first()
    effective_date_check(effective_date, before)
    changes = list(draft.trips.order_by("trip_key"))
    if not changes:
        raise DraftEmptyError()
    _conflicts_check(changes)
    _rows_change(changes, effective_date)
    revision = TimetableRevision.objects.create(
        activated_at=clock.now(), content_hash=draft_hash(before.content_hash if before else "", changes,
                                                          effective_date),
        note=draft.title, epoch=epoch_raise(), effective_date=effective_date, draft_id=draft.id,
        changed_trip_keys=[change.trip_key for change in changes], activated_by=actor.id)
    draft.state = TimetableDraft.State.ACTIVATED
    draft.save(update_fields=["state"])
    audit_record(actor=actor.id, action="timetable.activate", object_type="timetable_revision",
                 object_id=str(revision.id), draft=str(draft.id), epoch=revision.epoch, trips=len(changes),
                 effective_date=effective_date.isoformat())
    return revision


def draft_locked(actor: Actor, draft_id: uuid.UUID, version: int) -> TimetableDraft:
    """The open draft, locked, if nobody changed it since `version`."""
    draft = TimetableDraft.objects.select_for_update().filter(id=draft_id, scope__startswith=actor.scope).first()
    if draft is None:
        raise DraftNotFoundError()
    if draft.state != TimetableDraft.State.DRAFT:
        raise DraftClosedError(state=gettext(str(TimetableDraft.State(draft.state).label)))
    if draft.version != version:
        raise DraftChangedError(who=draft.changed_by, version=draft.version)
    return draft


def draft_touch(actor: Actor, draft: TimetableDraft) -> int:
    """Note who changed it; returns the new version."""
    draft.version += 1
    draft.changed_by, draft.changed_at = actor.name, clock.now()
    if actor.id not in draft.editors:
        draft.editors = [*draft.editors, actor.id]
    draft.save(update_fields=["version", "changed_by", "changed_at", "editors"])
    audit_record(actor=actor.id, action="timetable.edit", object_type="timetable_draft", object_id=str(draft.id),
                 version=draft.version, trips=draft.trips.count())
    return draft.version


def trips_newest(keys: Iterable[int] | None = None) -> dict[int, TripRow]:
    """Trips as the newest revision has them, by key (all where `keys` is None)."""
    rows = Trip.objects.filter(until_date=None)
    if keys is not None:
        rows = rows.filter(trip_key__in=list(keys))
    return {row.trip_key: trip_row(row) for row in rows.iterator(chunk_size=5000)}


def trips_check(trips: Sequence[TripInput]) -> None:
    """Raise TripImpossibleError for the first trip that no vehicle could run."""
    means = dict(Route.objects.filter(id__in={trip.route_id for trip in trips}).values_list("id", "means"))
    for trip in trips:
        if trip.route_id not in means:
            raise RouteNotFoundError()
        faults = trip_faults(office_ids=trip.office_ids, arr_min=trip.arr_min, dep_min=trip.dep_min, km=trip.km,
                             means=means[trip.route_id])
        if faults:
            raise TripImpossibleError(number=trip.number, what=faults[0].what, faults=faults)


def effective_date_check(effective_date: dt.date, newest: TimetableRevision | None) -> None:
    """Raise EffectiveDateError unless no trip of that day has left yet and no later revision is decided."""
    what = ""
    if effective_date <= clock.today():
        what = gettext("最早明天：今天的车已经按现行班期开出。")
    elif effective_date > clock.today() + FARTHEST:
        what = gettext("最晚一年以内。")
    elif newest is not None and newest.effective_date and effective_date < newest.effective_date:
        what = gettext("第{id}版从{date}起生效，新的版本不能早于它。").format(id=newest.id, date=newest.effective_date)
    if what:
        raise EffectiveDateError(date=effective_date, what=what)


def ids_next(what: str, count: int) -> list[int]:
    """The next free trip keys, calendar or route ids; nobody else gets them."""
    if not count:
        return []
    tables = {"trip": (("network_trip", "trip_key"), ("network_drafttrip", "trip_key")),
              "calendar": (("network_servicecalendar", "id"),), "route": (("network_route", "id"),)}[what]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NEW_IDS_LOCK])
        most = []
        for table, column in tables:
            cursor.execute(f"SELECT coalesce(max({column}), 0) FROM {table}")
            most.append(cursor.fetchone()[0])
    return list(range(max(most) + 1, max(most) + 1 + count))


def calendar_ensure(
    *, weekdays: int, first_date: dt.date, last_date: dt.date, added_dates: Sequence[dt.date] = (),
    removed_dates: Sequence[dt.date] = (), name: str = "",
) -> int:
    """The id of the calendar of these days; made where there is none."""
    same = ServiceCalendar.objects.filter(
        weekdays=weekdays, first_date=first_date, last_date=last_date, added_dates=sorted(added_dates),
        removed_dates=sorted(removed_dates)).order_by("id").values_list("id", flat=True).first()
    if same is not None:
        return same
    with transaction.atomic():
        (number,) = ids_next("calendar", 1)
        ServiceCalendar.objects.create(
            id=number, name=name or weekdays_name(weekdays), weekdays=weekdays, first_date=first_date,
            last_date=last_date, added_dates=sorted(added_dates), removed_dates=sorted(removed_dates))
    return number


def _calendar_with(calendar_id: int, weekdays: int) -> int:
    """The calendar that differs from this one in its weekdays alone."""
    known = ServiceCalendar.objects.get(id=calendar_id)
    if known.weekdays == weekdays:
        return calendar_id
    return calendar_ensure(weekdays=weekdays, first_date=known.first_date, last_date=known.last_date,
                           added_dates=known.added_dates, removed_dates=known.removed_dates)


def weekdays_name(weekdays: int) -> str:
    """每天, 周一三五: as calendars are called in the timetable."""
    if weekdays == 127:
        return "每天"
    return "周" + "".join("一二三四五六日"[day] for day in range(7) if weekdays >> day & 1) if weekdays else "单日"


def _is_in_force(trip: TripInput, in_force: dict[int, TripRow]) -> bool:
    row = in_force.get(trip.trip_key) if trip.trip_key is not None else None
    return row is not None and (row.office_ids, row.arr_min, row.dep_min) == (
        trip.office_ids, trip.arr_min, trip.dep_min)


def _change(draft: TimetableDraft, row: TripRow, base: TripRow | None, *, is_dropped: bool = False) -> DraftTrip:
    return DraftTrip(
        draft=draft, trip_key=row.trip_key, is_dropped=is_dropped, base_digest=base.digest if base else "",
        route_id=row.route_id, calendar_id=row.calendar_id, number=row.number, office_ids=list(row.office_ids),
        arr_min=list(row.arr_min), dep_min=list(row.dep_min), km=list(row.km))


def _scope_check(actor: Actor, puts: Sequence[TripInput], present: Sequence[TripRow]) -> None:
    """Every trip, as it was and as it shall be, touches the actor's scope; what does not is not there for them."""
    if not actor.scope:
        return
    mine = set(Office.objects.filter(division_code__startswith=actor.scope).values_list("id", flat=True))
    for offices in [trip.office_ids for trip in puts] + [row.office_ids for row in present]:
        if mine.isdisjoint(offices):
            raise RouteNotFoundError()


def _conflicts_check(changes: Sequence[DraftTrip]) -> None:
    """What a draft changes must still be in force as it was when the draft began with it."""
    in_force = trips_newest(change.trip_key for change in changes)
    moved = [change.number for change in changes
             if change.base_digest != (in_force[change.trip_key].digest if change.trip_key in in_force else "")]
    if moved:
        raise RevisionConflictError(numbers="、".join(moved[:10]) + ("…" if len(moved) > 10 else ""))


def _rows_change(changes: Sequence[DraftTrip], effective_date: dt.date) -> None:
    """End the rows in force and begin the new ones, both on the service date."""
    open_rows = Trip.objects.filter(until_date=None, trip_key__in=[change.trip_key for change in changes])
    open_rows.filter(from_date__gte=effective_date).delete()  # of a revision that has not begun: they never run
    open_rows.filter(from_date__lt=effective_date).update(until_date=effective_date)
    columns = ("trip_key", "route_id", "calendar_id", "number", "office_ids", "arr_min", "dep_min", "km", "from_date")
    rows_copy("network_trip", columns, (
        (row.trip_key, row.route_id, row.calendar_id, row.number, list(row.office_ids), list(row.arr_min),
         list(row.dep_min), list(row.km), effective_date) for row in changes if not row.is_dropped))
