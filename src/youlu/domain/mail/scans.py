"""Taking scans in: each once, whenever and in whatever order it comes; the items they concern are folded anew."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.bulk import array_text, cursor_raw
from youlu.core.errors import YouluError
from youlu.core.events import event_publish
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.bags.holding import NOTHING, events_inherited
from youlu.domain.mail.errors import (
    ItemNumberInvalidError,
    ScanChangedError,
    ScanFromFutureError,
    ScanInvalidError,
    ScanUnknownPlaceError,
)
from youlu.domain.mail.fold import Event, Position, advance, fold
from youlu.domain.mail.models import Place, ScanKind
from youlu.domain.mail.plan import is_off_the_way, progress_of
from youlu.domain.mail.scan_store import KeyedScan, ScanInput, scan_keyed, scans_store
from youlu.domain.network.selectors import epoch_current
from youlu.domain.network.trips import TripBook, trip_book
from youlu.engines.codes.item_key import item_keys, item_number

__all__ = ["BATCH_MAX", "ScanInput", "ScanOutcome", "items_fold", "scans_ingest"]
FUTURE_TOLERANCE = dt.timedelta(minutes=5)  # device clocks drift
BATCH_MAX = 1000


@dataclass(frozen=True)
class ScanOutcome:
    """What became of one row: 'stored', 'duplicate' or 'refused' with the error."""

    result: str
    error: YouluError | None = None


OUTCOMES = {result: ScanOutcome(result) for result in ("stored", "duplicate")}


def scans_ingest(*, actor: Actor, scans: Sequence[ScanInput], book: TripBook | None = None) -> list[ScanOutcome]:
    """Store scans and fold the items they concern, in one transaction; rows that are wrong do not stop the others.

    Scans of numbers that nobody accepted yet are kept and folded when the item is accepted. `book`: the timetable's,
    where the caller has just read it.
    """
    actor.require("mail.scan")
    book = book or trip_book()
    latest = clock.now() + FUTURE_TOLERANCE
    outcomes: list[ScanOutcome | None] = [None] * len(scans)
    good: dict[int, KeyedScan] = {}
    for place, (scan, key) in enumerate(zip(scans, item_keys([scan.number for scan in scans]).tolist(), strict=True)):
        try:
            good[place] = _checked(scan, key, book, latest)
        except YouluError as error:
            outcomes[place] = ScanOutcome("refused", error)
    with transaction.atomic():
        events: dict[int, list[Event]] = defaultdict(list)
        for (place, row), result in zip(good.items(), scans_store(list(good.values())), strict=True):
            outcomes[place] = ScanOutcome("refused", ScanChangedError()) if result == "changed" else OUTCOMES[result]
            if result == "stored":
                events[row.name[0]].append(row.event())
        items_fold(sorted(events), new=events, book=book)
    return [outcome for outcome in outcomes if outcome is not None]


def _checked(scan: ScanInput, key: int, book: TripBook, latest: dt.datetime) -> KeyedScan:
    if key < 0:
        raise ItemNumberInvalidError()
    if scan.occurred_at > latest:
        raise ScanFromFutureError()
    leg = scan.leg
    if scan.kind == ScanKind.DEPARTED:
        if leg is None:
            raise ScanInvalidError(what="发出轨迹要写班次、开行日期和停站序号")
        if book.leg(leg) is None:
            raise ScanUnknownPlaceError(place=scan.trip_key)
    elif scan.kind == ScanKind.VOID:
        if scan.corrects is None:
            raise ScanInvalidError(what="更正轨迹要写明更正哪一条")
    elif scan.office_id is None:
        raise ScanInvalidError(what="要写网点")
    elif scan.office_id not in book.handling_min:
        raise ScanUnknownPlaceError(place=scan.office_id)
    return scan_keyed(scan, key, leg)


class _Known(NamedTuple):
    """What the fold needs of an item's row; `last_event_at` None: not known, its events must be read."""

    item_key: int
    place: int
    office_id: int | None
    leg: int | None
    since: dt.datetime
    dest_office_id: int
    arrival_at: dt.datetime | None
    expected: dt.datetime | None
    legs: list[int]
    programme: str
    last_event_at: dt.datetime | None


def items_fold(
    keys: list[int], *, new: Mapping[int, Sequence[Event]] | None = None, book: TripBook | None = None
) -> None:
    """Fold the items among `keys` that are known, move them, note whose promise must be made anew.

    `new` are the events just added, where the caller knows all of them: an item for which they are later than
    everything before goes on from where it is, the others' events are all read. Call it inside a transaction; the rows
    are locked in the order of their keys.
    """
    items = _lock(keys)
    if not items:
        return
    positions, lasts = _positions(items, new or {})
    book = book or trip_book()
    moved, due, astray = [], [], []
    for item in items:
        position = positions.get(item.item_key)
        if position is None or _same(item, position):
            continue
        progress = progress_of(legs=item.legs, dest_office_id=item.dest_office_id, arrival_at=item.arrival_at,
                               position=position, book=book)
        moved.append((item.item_key, position.place, position.office_id, position.leg, position.since,
                      progress.legs_done, progress.next_departure_at, lasts[item.item_key]))
        lost = "moved" if item.expected is None and position.place in (Place.OFFICE, Place.TRIP) else progress.recalc
        if lost:
            due.append((item.item_key, str(lost)))
        if is_off_the_way(legs=item.legs, dest_office_id=item.dest_office_id, position=position, book=book):
            astray.append((item.item_key, position.office_id, position.since))
        if position.place == Place.DELIVERED and item.programme:
            event_publish("mail.delivered", {"number": item_number(item.item_key), "programme": item.programme,
                                             "at": position.since.astimezone(dt.UTC).isoformat()})
    _move_rows(moved)
    moved_keys = {row[0] for row in moved}
    _note_last([(item.item_key, lasts[item.item_key]) for item in items if item.item_key in lasts
                and item.item_key not in moved_keys and item.last_event_at != lasts[item.item_key]])
    _due_rows(due)
    _astray_rows(astray)


def _positions(
    items: list[_Known], new: Mapping[int, Sequence[Event]]
) -> tuple[dict[int, Position], dict[int, dt.datetime]]:
    """Where each item is by its events, and when the last of them occurred."""
    positions: dict[int, Position] = {}
    lasts: dict[int, dt.datetime] = {}
    unsure = []
    for item in items:
        later = new.get(item.item_key)
        if later and _goes_on(item, later):
            positions[item.item_key] = advance(Position(item.place, item.office_id, item.leg, item.since), later)
            lasts[item.item_key] = max(later, key=attrgetter("occurred_at")).occurred_at
        else:
            unsure.append(item.item_key)
    own = _events(unsure) if unsure else {}
    carried = events_inherited(own, unsure) if unsure else {}  # one query where no container ever held any of them
    for key in own.keys() | carried.keys():
        more = carried.get(key, NOTHING)
        events = [*own.get(key, ()), *more.events]
        position = fold(events)
        if position is not None:
            positions[key] = position
        lasts[key] = max([event.occurred_at for event in events] + [at for at in (more.last_at,) if at is not None])
    return positions, lasts


def _goes_on(item: _Known, later: Sequence[Event]) -> bool:
    """Whether these come after all that the item's position is folded from, and correct nothing."""
    last = item.last_event_at
    return last is not None and all(event.occurred_at > last and event.corrects is None for event in later)


# One probe of one partition a key; `= ANY` would probe every partition for every key.
_LOCK = """
SELECT i.item_key, place, place_office_id, place_leg, place_since, dest_office_id, arrival_at, expected_arrive_by,
  planned_legs, programme, last_event_at
FROM unnest(%s::bigint[]) AS k(item_key) JOIN mail_item i USING (item_key) ORDER BY i.item_key FOR UPDATE OF i"""
_EVENTS = """
SELECT s.item_key, occurred_at, device, sequence, kind, office_id, leg, corrects_device, corrects_sequence
FROM unnest(%s::bigint[]) AS k(item_key) JOIN mail_scan s USING (item_key)"""


def _lock(keys: list[int]) -> list[_Known]:
    with cursor_raw() as cursor:
        cursor.execute(_LOCK, [array_text(keys)], prepare=True, binary=True)
        return [_Known(*row) for row in cursor.fetchall()]


def _events(keys: list[int]) -> dict[int, list[Event]]:
    with cursor_raw() as cursor:
        cursor.execute(_EVENTS, [array_text(keys)], prepare=True, binary=True)
        events: dict[int, list[Event]] = defaultdict(list)
        for key, at, device, sequence, kind, office, leg, c_device, c_sequence in cursor.fetchall():
            corrects = None if c_device is None else (c_device, c_sequence)
            events[key].append(Event(at, device, sequence, kind, office, leg, corrects))
        return events


def _same(item: _Known, position: Position) -> bool:
    return (item.place, item.office_id, item.leg, item.since) == (
        position.place, position.office_id, position.leg, position.since)


_MOVE = """
UPDATE mail_item i SET place = m.place, place_office_id = m.office, place_leg = m.leg, place_since = m.since,
  legs_done = m.done, next_departure_at = m.departs, last_event_at = m.last, position_no = i.position_no + 1
FROM unnest(%s::bigint[], %s::smallint[], %s::integer[], %s::bigint[], %s::timestamptz[], %s::smallint[],
  %s::timestamptz[], %s::timestamptz[]) AS m(item_key, place, office, leg, since, done, departs, last)
WHERE i.item_key = m.item_key"""
_LAST = """
UPDATE mail_item i SET last_event_at = l.last FROM unnest(%s::bigint[], %s::timestamptz[]) AS l(item_key, last)
WHERE i.item_key = l.item_key"""


def _move_rows(moved: list[tuple]) -> None:
    if moved:
        with cursor_raw() as cursor:
            cursor.execute(_MOVE, [array_text(column) for column in zip(*moved, strict=True)], prepare=True)


def _note_last(rows: list[tuple[int, dt.datetime]]) -> None:
    """Items that stay where they are, but have heard of a later event."""
    if rows:
        with cursor_raw() as cursor:
            cursor.execute(_LAST, [array_text(column) for column in zip(*rows, strict=True)], prepare=True)


def _due_rows(due: list[tuple[int, str]]) -> None:
    if not due:
        return
    keys, causes = (list(column) for column in zip(*due, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mail_recalc_due (item_key, epoch, cause) SELECT key, %s, cause FROM"
            " unnest(%s::bigint[], %s::text[]) AS d(key, cause) ON CONFLICT (item_key) DO UPDATE SET"
            " epoch = greatest(mail_recalc_due.epoch, excluded.epoch), cause = excluded.cause",
            [epoch_current(), keys, causes],
        )


def _astray_rows(astray: list[tuple]) -> None:
    """Note who is off the way: its next promise is made from where it is, and forgets that."""
    if astray:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO mail_astray (item_key, office_id, since) SELECT * FROM unnest(%s::bigint[], %s::integer[],"
                " %s::timestamptz[]) ON CONFLICT (item_key) DO UPDATE SET office_id = excluded.office_id,"
                " since = excluded.since", [list(column) for column in zip(*astray, strict=True)])
