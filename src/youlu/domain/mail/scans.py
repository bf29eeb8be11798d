"""Taking scans in: each once, whenever and in whatever order it comes; the items they concern are folded anew."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.core.events import event_publish
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.errors import (
    ItemNumberInvalidError,
    ScanChangedError,
    ScanFromFutureError,
    ScanInvalidError,
    ScanUnknownPlaceError,
)
from youlu.domain.mail.fold import Event, Position, fold
from youlu.domain.mail.models import Place, ScanKind
from youlu.domain.mail.plan import progress_of
from youlu.domain.network.selectors import epoch_current
from youlu.domain.network.trips import TripBook, leg_key, trip_book
from youlu.engines.codes.item_key import ItemNumberError, item_key, item_number, number_compact

FUTURE_TOLERANCE = dt.timedelta(minutes=5)  # device clocks drift
BATCH_MAX = 1000


@dataclass(frozen=True)
class ScanInput:
    """One scan as a device sends it. A departure names the trip, its service date and the stop's sequence."""

    number: str
    device: str
    sequence: int
    kind: ScanKind
    occurred_at: dt.datetime
    office_id: int | None = None
    trip_key: int | None = None
    service_date: dt.date | None = None
    stop_seq: int | None = None
    cause: int | None = None
    corrects: tuple[str, int] | None = None

    @property
    def leg(self) -> int | None:
        if self.trip_key is None or self.service_date is None or self.stop_seq is None:
            return None
        return leg_key(self.trip_key, self.service_date, self.stop_seq)

    def digest(self) -> bytes:
        body = [self.kind, self.occurred_at.isoformat(), self.office_id, self.leg, self.cause, self.corrects]
        return hashlib.blake2b(json.dumps(body).encode(), digest_size=16).digest()


@dataclass(frozen=True)
class ScanOutcome:
    """What became of one row: 'stored', 'duplicate' or 'refused' with the error."""

    result: str
    error: YouluError | None = None


def scans_ingest(*, actor: Actor, scans: Sequence[ScanInput]) -> list[ScanOutcome]:
    """Store scans and fold the items they concern, in one transaction; rows that are wrong do not stop the others.

    Scans of numbers that nobody accepted yet are kept and folded when the item is accepted.
    """
    actor.require("mail.scan")
    book = trip_book()
    latest = clock.now() + FUTURE_TOLERANCE
    keys: dict[int, int] = {}
    outcomes: dict[int, ScanOutcome] = {}
    for place, scan in enumerate(scans):
        try:
            keys[place] = _checked_key(scan, book, latest)
        except YouluError as error:
            outcomes[place] = ScanOutcome("refused", error)
    # One order for everybody, so that two devices never wait for each other in a circle.
    order = sorted(keys, key=lambda place: (keys[place], scans[place].device, scans[place].sequence))
    with transaction.atomic():
        stored = _insert([(keys[place], scans[place]) for place in order])
        outcomes.update(_outcomes(order, keys, scans, stored))
        items_fold(sorted({key for key, _, _ in stored}))
    return [outcomes[place] for place in range(len(scans))]


def _checked_key(scan: ScanInput, book: TripBook, latest: dt.datetime) -> int:
    try:
        key = item_key(number_compact(scan.number))
    except ItemNumberError:
        raise ItemNumberInvalidError() from None
    if scan.occurred_at > latest:
        raise ScanFromFutureError()
    if scan.kind == ScanKind.DEPARTED:
        if scan.leg is None:
            raise ScanInvalidError(what="发出轨迹要写班次、开行日期和停站序号")
        if book.leg(scan.leg) is None:
            raise ScanUnknownPlaceError(place=scan.trip_key)
    elif scan.kind == ScanKind.VOID:
        if scan.corrects is None:
            raise ScanInvalidError(what="更正轨迹要写明更正哪一条")
    elif scan.office_id is None:
        raise ScanInvalidError(what="要写网点")
    elif scan.office_id not in book.handling_min:
        raise ScanUnknownPlaceError(place=scan.office_id)
    return key


def _insert(rows: list[tuple[int, ScanInput]]) -> set[tuple[int, str, int]]:
    """Insert what is new; returns the keys that were."""
    if not rows:
        return set()
    received = clock.now()
    columns = zip(*(
        (key, s.device, s.sequence, int(s.kind), s.occurred_at, received, s.office_id, s.leg, s.cause,
         s.corrects and s.corrects[0], s.corrects and s.corrects[1], s.digest())
        for key, s in rows
    ), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mail_scan SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::smallint[],"
            " %s::timestamptz[], %s::timestamptz[], %s::integer[], %s::bigint[], %s::smallint[], %s::text[],"
            " %s::bigint[], %s::bytea[]) ON CONFLICT DO NOTHING RETURNING item_key, device, sequence",
            [list(column) for column in columns],
        )
        return set(cursor.fetchall())


def _outcomes(
    order: list[int], keys: dict[int, int], scans: Sequence[ScanInput], stored: set[tuple[int, str, int]]
) -> dict[int, ScanOutcome]:
    """Rows that were there already are duplicates if they say the same, refused if they say something else."""
    digests = _digests([(keys[p], scans[p].device, scans[p].sequence) for p in order])
    outcomes = {}
    first = set(stored)
    for place in order:
        name = (keys[place], scans[place].device, scans[place].sequence)
        if digests.get(name) != scans[place].digest():
            outcomes[place] = ScanOutcome("refused", ScanChangedError())
        elif name in first:
            first.discard(name)
            outcomes[place] = ScanOutcome("stored")
        else:
            outcomes[place] = ScanOutcome("duplicate")
    return outcomes


def _digests(names: list[tuple[int, str, int]]) -> dict[tuple[int, str, int], bytes]:
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.item_key, s.device, s.sequence, s.body_digest FROM mail_scan s JOIN"
            " unnest(%s::bigint[], %s::text[], %s::bigint[]) AS n(item_key, device, sequence)"
            " USING (item_key, device, sequence)",
            [list(column) for column in zip(*names, strict=True)],
        )
        return {(key, device, sequence): bytes(digest) for key, device, sequence, digest in cursor.fetchall()}


@dataclass(frozen=True)
class _Known:
    """What the fold needs of an item's row."""

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


def items_fold(keys: list[int]) -> None:
    """Fold the items among `keys` that are known, move them, note whose promise must be made anew.

    Call it inside a transaction; the rows are locked in the order of their keys.
    """
    items = _lock(keys)
    if not items:
        return
    events = _events([item.item_key for item in items])
    book, epoch = trip_book(), epoch_current()
    moved, due = [], []
    for item in items:
        position = fold(events[item.item_key])
        if position is None or _same(item, position):
            continue
        progress = progress_of(legs=item.legs, dest_office_id=item.dest_office_id, arrival_at=item.arrival_at,
                               position=position, book=book)
        moved.append((item.item_key, position.place, position.office_id, position.leg, position.since,
                      progress.legs_done, progress.next_departure_at))
        lost = "moved" if item.expected is None and position.place in (Place.OFFICE, Place.TRIP) else progress.recalc
        if lost:
            due.append((item.item_key, epoch, str(lost)))
        if position.place == Place.DELIVERED and item.programme:
            event_publish("mail.delivered", {"number": item_number(item.item_key), "programme": item.programme,
                                             "at": position.since.isoformat()})
    _move_rows(moved)
    _due_rows(due)


def _lock(keys: list[int]) -> list[_Known]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item_key, place, place_office_id, place_leg, place_since, dest_office_id, arrival_at,"
            " expected_arrive_by, planned_legs, programme FROM mail_item WHERE item_key = ANY(%s::bigint[])"
            " ORDER BY item_key FOR UPDATE", [keys],
        )
        return [_Known(*row) for row in cursor.fetchall()]


def _events(keys: list[int]) -> dict[int, list[Event]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item_key, occurred_at, device, sequence, kind, office_id, leg, corrects_device, corrects_sequence"
            " FROM mail_scan WHERE item_key = ANY(%s::bigint[])", [keys],
        )
        events: dict[int, list[Event]] = defaultdict(list)
        for key, at, device, sequence, kind, office, leg, c_device, c_sequence in cursor.fetchall():
            corrects = None if c_device is None else (c_device, c_sequence)
            events[key].append(Event(at, device, sequence, kind, office, leg, corrects))
        return events


def _same(item: _Known, position: Position) -> bool:
    return (item.place, item.office_id, item.leg, item.since) == (
        position.place, position.office_id, position.leg, position.since)


def _move_rows(moved: list[tuple]) -> None:
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mail_item i SET place = m.place, place_office_id = m.office, place_leg = m.leg,"
            " place_since = m.since, legs_done = m.done, next_departure_at = m.departs,"
            " position_no = i.position_no + 1"
            " FROM unnest(%s::bigint[], %s::smallint[], %s::integer[], %s::bigint[], %s::timestamptz[],"
            " %s::smallint[], %s::timestamptz[]) AS m(item_key, place, office, leg, since, done, departs)"
            " WHERE i.item_key = m.item_key", [list(column) for column in zip(*moved, strict=True)],
        )


def _due_rows(due: list[tuple[int, int, str]]) -> None:
    if not due:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mail_recalc_due (item_key, epoch, cause) SELECT * FROM"
            " unnest(%s::bigint[], %s::integer[], %s::text[]) ON CONFLICT (item_key) DO UPDATE SET"
            " epoch = greatest(mail_recalc_due.epoch, excluded.epoch), cause = excluded.cause",
            [list(column) for column in zip(*due, strict=True)],
        )


MISSED_GRACE = dt.timedelta(hours=1)  # scans of a departure come late; before that nothing is concluded


def missed_find(*, now: dt.datetime) -> int:
    """Queue items whose next planned departure left without them; returns how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mail_recalc_due (item_key, epoch, cause) SELECT item_key, epoch, 'missed' FROM mail_item"
            " WHERE place = 0 AND next_departure_at < %s ON CONFLICT DO NOTHING", [now - MISSED_GRACE])
        return cursor.rowcount
