"""One quote with its way and its reasons: 问时限."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import numpy as np

from youlu.core import clock
from youlu.domain.network.models import Office, TimetableRevision, Trip
from youlu.domain.network.selectors import epoch_current
from youlu.domain.promise.arrays import revision_current
from youlu.domain.promise.errors import NoTimetableError, OrdinaryNotPromisedError
from youlu.domain.promise.held import AT_OFFICE, UNKNOWN_S, Held
from youlu.domain.promise.hits import items_hit
from youlu.domain.promise.standards import Standard, standard_of
from youlu.domain.promise.waves import NO_WAVE, accepted_min, waves_group, waves_told
from youlu.domain.promise.world import World, world_at
from youlu.engines.promise import UNREACHABLE, Scan, Timetable, explain, leg_key_encode, scan

ORDINARY = frozenset({"ordinary", "letter", "printed", "small_packet"})  # classes of mail that is only counted


@dataclass(frozen=True)
class Place:
    """Where mail goes: an office, and where known its segment and compound."""

    office_id: int
    segment_id: int | None = None
    compound_id: int | None = None


@dataclass(frozen=True)
class QuoteStep:
    """One stretch of the way: 'wait', 'handle' or 'ride' between two instants."""

    kind: str
    office: str
    to_office: str
    from_at: dt.datetime
    to_at: dt.datetime
    trip_number: str = ""
    route_name: str = ""
    means: str = ""
    closed_alternatives: int = 0


@dataclass(frozen=True)
class Reason:
    """A closure that stands in the way."""

    closure_id: uuid.UUID
    title: str
    next_review_at: dt.datetime | None


@dataclass(frozen=True)
class Quote:
    """`arrive_by` is the end of a delivery wave; None: no time can be said now, and `reasons` say why. The three clocks
    are `standard` (published), `undisturbed_arrive_by` (planned, by the timetable alone) and `arrive_by` (promised)."""

    at: dt.datetime
    epoch: int
    origin: str
    dest: str
    arrive_by: dt.datetime | None
    arrival_at: dt.datetime | None
    undisturbed_arrive_by: dt.datetime | None
    steps: tuple[QuoteStep, ...]
    reasons: tuple[Reason, ...]
    legs: tuple[int, ...]
    standard: Standard
    timetable: int  # the number of the timetable's revision

    @property
    def next_review_at(self) -> dt.datetime | None:
        return min((r.next_review_at for r in self.reasons if r.next_review_at), default=None)


def quote_make(
    *, origin_office_id: int, dest: Place, at: dt.datetime | None = None, mail_class: str = "express",
    programme: str = "", epoch: int | None = None,
) -> Quote:
    """What the post would promise for mail handed in at `at` (now where None), under the measures in force.

    Raises
    ------
    NoTimetableError : no timetable was ever activated.
    OrdinaryNotPromisedError : ordinary mail is counted, never promised.
    """
    if mail_class in ORDINARY:
        raise OrdinaryNotPromisedError()
    if not revision_current():
        raise NoTimetableError()
    epoch = epoch_current() if epoch is None else epoch
    world = world_at(at=at or clock.now(), epoch=epoch)
    kind = (mail_class, programme)
    told, arrival, timetable, found = _promise(world, origin_office_id, dest, kind)
    free_told: int | None = told
    reasons: tuple[Reason, ...] = ()
    if world.effects:
        free = world_at(at=world.at, epoch=epoch, without_measures=True)
        free_told, free_arrival, free_timetable, free_found = _promise(free, origin_office_id, dest, kind)
        if free_told != told:
            legs = _legs(free_timetable, free_found, dest.office_id)
            reasons = _reasons(world, dest, kind, free_told, free_arrival, legs)
    offices = Office.objects.in_bulk([origin_office_id, dest.office_id])
    start, end = offices[origin_office_id], offices[dest.office_id]
    return Quote(
        world.at, epoch, start.name, end.name,
        None if told is None else world.instant(told), None if arrival is None else world.instant(arrival),
        None if free_told is None else world.instant(free_told),
        _steps(world, found, dest.office_id) if arrival is not None else (), reasons,
        _legs(timetable, found, dest.office_id) if arrival is not None else (),
        standard_of(mail_class=mail_class, origin=start.division_code, dest=end.division_code, accepted_at=world.at),
        TimetableRevision.objects.order_by("-id").values_list("id", flat=True)[0],
    )


def _promise(
    world: World, origin: int, dest: Place, kind: tuple[str, str]
) -> tuple[int | None, int | None, Timetable, Scan]:
    """(minute told, minute of arrival, timetable, scan): 14 days first, 45 where that finds no way."""
    group = world.group_of(*kind)
    handed_in = accepted_min(world.waves, world.start_day, np.array([origin]), np.array([world.now_min]))
    ready = int(world.handling.ready(np.array([origin]), handed_in, group, starting=True)[0])
    for long in (False, True):
        timetable = world.long if long else world.short
        flags = world.flags(long=long, group=group)
        found = scan(timetable, flags, world.handling, group, origin, ready, dest.office_id)
        arrival = int(handed_in[0]) if origin == dest.office_id else int(found.arrival_min[dest.office_id])
        if arrival < UNREACHABLE:
            break
    if arrival >= UNREACHABLE:
        return None, None, timetable, found
    held = _as_held(world, dest, kind, None, None, ())
    groups = waves_group(world.waves, world.effects, [world.window(e) for e in world.effects], held, world.start_day)
    unsealed = arrival + int(world.waves.unsealing_min[dest.office_id])
    if origin != dest.office_id:
        unsealed = max(unsealed, int(world.handling.turn(dest.office_id, arrival, group)))
    told = int(waves_told(groups, np.array([unsealed]))[0])
    return (told if told < NO_WAVE else None), arrival, timetable, found


def _reasons(
    world: World, dest: Place, kind: tuple[str, str], told: int | None, arrival: int | None, legs: tuple[int, ...]
) -> tuple[Reason, ...]:
    """The closures that break the way mail would take without any."""
    held = _as_held(world, dest, kind, told, arrival, legs)
    rows = {}
    for row in {row.closure_id: row for row in world.measures}.values():  # one look a closure, not one a measure
        alone = World(world.at, world.epoch, world.start_day, world.short, world.long, world.handling, world.waves,
                      tuple(e for e in world.effects if row.closure_id in e.closure_ids), ())
        if items_hit(alone, held)[0]:
            rows[row.closure_id] = Reason(row.closure_id, row.title, row.next_review_at)
    return tuple(rows.values())


def _as_held(
    world: World, dest: Place, kind: tuple[str, str], told: int | None, arrival: int | None, legs: tuple[int, ...]
) -> Held:
    def one(value: int | None, dtype: type) -> np.ndarray:
        return np.array([-1 if value is None else value], dtype)

    def second(minute: int | None) -> np.ndarray:
        return np.array([UNKNOWN_S if minute is None else world.start_s + minute * 60], np.int64)

    return Held(
        item_key=one(0, np.int64), position_no=one(0, np.int32), place=one(AT_OFFICE, np.int16),
        place_office=one(dest.office_id, np.int32), place_leg=one(None, np.int64),
        since_s=second(world.now_min), dest_office=one(dest.office_id, np.int32),
        dest_segment=one(dest.segment_id, np.int32), dest_compound=one(dest.compound_id, np.int32),
        kind=one(0, np.int16), expected_s=second(told), arrival_s=second(arrival), legs_done=one(0, np.int16),
        legs_offset=np.array([0, len(legs)], np.int64), legs=np.array(legs, np.int64), kinds=(kind,),
    )


def _legs(timetable: Timetable, found: Scan, dest: int) -> tuple[int, ...]:
    """Keys of every leg ridden, in order."""
    keys: list[int] = []
    if found.arrival_min[dest] >= UNREACHABLE or found.origin == dest:
        return ()
    for board, alight in found.legs_to(dest):
        leg = board
        while True:
            trip = timetable.trip[leg]
            keys.append(int(leg_key_encode(timetable.trip_key[trip], timetable.service_day[trip], timetable.seq[leg])))
            if leg == alight:
                break
            leg = int(timetable.next_leg[leg])
    return tuple(keys)


def _steps(world: World, found: Scan, dest: int) -> tuple[QuoteStep, ...]:
    steps = [] if found.origin == dest else explain(found, dest)
    offices = {step.office for step in steps} | {step.to_office for step in steps}
    names = dict(Office.objects.filter(id__in=offices).values_list("id", "name"))
    keys = {step.trip_key for step in steps if step.trip_key >= 0}
    known = Trip.objects.filter(trip_key__in=keys).select_related("route").order_by("from_date")
    trips = {trip.trip_key: trip for trip in known}
    rows = []
    for step in steps:
        trip = trips.get(step.trip_key)
        rows.append(QuoteStep(
            step.kind, names.get(step.office, ""), names.get(step.to_office, ""), world.instant(step.from_min),
            world.instant(step.to_min), trip.number if trip else "", trip.route.name if trip else "",
            trip.route.means if trip else "", len(step.closed_alternatives),
        ))
    return tuple(rows)


