"""Taking items in: a number, a promise, a first scan, all or nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.db import connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.errors import (
    AcceptanceStoppedError,
    ItemNumberInvalidError,
    ItemNumberTakenError,
    NoWayError,
    NumbersExhaustedError,
)
from youlu.domain.mail.flight import UNKNOWN_S, instants
from youlu.domain.mail.models import MailClass, NumberRange, ScanKind
from youlu.domain.mail.scans import items_fold
from youlu.domain.mail.tables import ITEM_COLUMNS
from youlu.domain.network.epoch import epoch_hold
from youlu.domain.network.models import Compound, Office
from youlu.domain.network.selectors import epoch_current
from youlu.domain.promise.compute import Promises, promises_compute
from youlu.domain.promise.effects import acceptance_barred
from youlu.domain.promise.held import Held, held_handed_in
from youlu.domain.promise.world import World, world_at
from youlu.engines.codes.item_key import ItemNumberError, item_key, item_number, number_compact, s10_keys

RETRIES = 3


@dataclass(frozen=True)
class ItemInput:
    """One item as a counter or a partner hands it in; without a number it gets one of ours."""

    origin_office_id: int
    dest_office_id: int
    mail_class: MailClass = MailClass.EXPRESS
    number: str = ""
    programme: str = ""
    origin_compound_id: int | None = None
    dest_segment_id: int | None = None
    dest_compound_id: int | None = None
    sender_id: uuid.UUID | None = None
    addressee_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Accepted:
    """The number and the promise that was committed, or the error of the row."""

    number: str = ""
    arrive_by: dt.datetime | None = None
    error: YouluError | None = None


def item_accept(*, actor: Actor, item: ItemInput) -> Accepted:
    """Take one item in; its error is raised."""
    accepted = items_accept(actor=actor, items=[item])[0]
    if accepted.error is not None:
        raise accepted.error
    return accepted


def items_accept(*, actor: Actor, items: Sequence[ItemInput]) -> list[Accepted]:
    """Take items in, each with the promise of this instant; rows that are wrong do not stop the others.

    The promise is computed outside the transaction; if a closure is declared meanwhile it is computed again, so that
    nothing is promised under an epoch that is over.
    """
    actor.require("mail.accept")
    at = clock.now()
    for _ in range(RETRIES):
        world = world_at(at=at, epoch=epoch_current())
        rows = [_with_segment(item) for item in items]
        errors = {place: error for place, item in enumerate(rows) if (error := _refusal(world, item))}
        good = [place for place in range(len(rows)) if place not in errors]
        promises = promises_compute(world, _as_held([rows[place] for place in good], at))
        for nth, place in enumerate(good):
            if promises.arrive_by_s[nth] == UNKNOWN_S:
                errors[place] = NoWayError(dest=_office_name(rows[place].dest_office_id))
        with transaction.atomic():
            if epoch_hold() == world.epoch:
                return _store(actor, world, rows, good, promises, errors)
    raise AcceptanceStoppedError(place="", reason="")


def _with_segment(item: ItemInput) -> ItemInput:
    if item.dest_compound_id is None or item.dest_segment_id is not None:
        return item
    segment = Compound.objects.values_list("segment_id", flat=True).get(id=item.dest_compound_id)
    return replace(item, dest_segment_id=segment)


def _refusal(world: World, item: ItemInput) -> YouluError | None:
    if item.number:
        try:
            item_key(number_compact(item.number))
        except ItemNumberError:
            return ItemNumberInvalidError()
    barred = acceptance_barred(
        world.effects, office_id=item.origin_office_id, segment_id=None, compound_id=item.origin_compound_id,
        at=world.at, mail_class=item.mail_class, programme=item.programme)
    if barred is not None:
        title = next(row.title for row in world.measures if row.closure_id in barred.closure_ids)
        return AcceptanceStoppedError(place=_office_name(item.origin_office_id), reason=title)
    return None


def _office_name(office_id: int) -> str:
    return Office.objects.values_list("name", flat=True).get(id=office_id)


def _as_held(items: list[ItemInput], at: dt.datetime) -> Held:
    return held_handed_in(
        kind=[(str(item.mail_class), item.programme) for item in items],
        origin=[item.origin_office_id for item in items], dest=[item.dest_office_id for item in items],
        segment=[item.dest_segment_id for item in items], compound=[item.dest_compound_id for item in items],
        since_s=[int(at.timestamp())] * len(items))


def _store(
    actor: Actor, world: World, rows: list[ItemInput], good: list[int], promises: Promises,
    errors: dict[int, YouluError],
) -> list[Accepted]:
    """Insert items, their first revision and scan; a number that is taken is its row's error."""
    fresh = iter(numbers_allocate(count=sum(1 for place in good if place not in errors and not rows[place].number)))
    keys: dict[int, int] = {}
    for place in good:
        if place not in errors:
            number = rows[place].number
            keys[place] = item_key(number_compact(number)) if number else next(fresh)
    seen = _insert_items(world, rows, good, keys, promises)
    for place, key in list(keys.items()):
        if key not in seen:
            errors[place] = ItemNumberTakenError()
        seen.discard(key)
    mine = {place: key for place, key in keys.items() if place not in errors}
    _insert_first_rows(actor, world, mine)
    items_fold(sorted(mine.values()))  # scans that came before the item
    audit_record(actor=actor.id, action="mail.accept", object_type="batch", object_id=str(uuid.uuid4()),
                 items=len(mine), refused=len(errors))
    told = instants(promises.arrive_by_s)
    told_at = {place: told[nth] for nth, place in enumerate(good)}
    return [Accepted(error=errors[place]) if place in errors
            else Accepted(item_number(mine[place]), told_at[place]) for place in range(len(rows))]


def _insert_items(
    world: World, rows: list[ItemInput], good: list[int], keys: dict[int, int], promises: Promises
) -> set[int]:
    """Insert and return the keys that were free."""
    arrive_by, arrival = instants(promises.arrive_by_s), instants(promises.arrival_s)
    departs = instants(promises.next_departure_s)
    values = []
    for nth, place in enumerate(good):
        if place in keys:
            item, legs = rows[place], promises.legs[promises.legs_offset[nth]:promises.legs_offset[nth + 1]].tolist()
            values.append((
                keys[place], str(item.mail_class), item.programme, item.origin_office_id, item.dest_office_id,
                item.dest_segment_id, item.dest_compound_id, item.sender_id, item.addressee_id, world.at, 0,
                item.origin_office_id, None, world.at, 0, arrive_by[nth], arrive_by[nth], arrive_by[nth], arrival[nth],
                legs, 0, departs[nth], world.epoch, 1, world.at,
            ))
    free: set[int] = set()
    with connection.cursor() as cursor:
        for row in sorted(values, key=lambda row: row[0]):
            cursor.execute(f"INSERT INTO mail_item ({', '.join(ITEM_COLUMNS)}) VALUES ({', '.join(['%s'] * len(row))})"
                           " ON CONFLICT DO NOTHING RETURNING item_key", row)
            if cursor.fetchone():
                free.add(row[0])
    return free


def _insert_first_rows(actor: Actor, world: World, keys: dict[int, int]) -> None:
    """The accepted revision and the acceptance scan of each new item, in two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mail_promise_revision SELECT item_key, 1, epoch, 'accepted', NULL, %s, place, place_office_id,"
            " place_leg, place_since, expected_arrive_by, arrival_at, planned_legs FROM mail_item"
            " WHERE item_key = ANY(%s::bigint[])", [world.at, list(keys.values())])
        cursor.execute(
            "INSERT INTO mail_scan SELECT item_key, %s, item_key, %s, accepted_at, %s, origin_office_id, NULL, NULL,"
            " NULL, NULL, '' FROM mail_item WHERE item_key = ANY(%s::bigint[]) ON CONFLICT DO NOTHING",
            [f"accept:{actor.id}", int(ScanKind.ACCEPTED), world.at, list(keys.values())])


def numbers_allocate(*, count: int, service: str = "EZ") -> list[int]:
    """Keys of `count` numbers never issued before, from the range of the service letters."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE mail_number_range SET next_serial = next_serial + %s WHERE service = %s"
            " AND next_serial + %s <= last_serial + 1 RETURNING next_serial", [count, service, count])
        row = cursor.fetchone()
    if row is None:
        raise NumbersExhaustedError(service=service)
    return s10_keys(service, np.arange(row[0] - count, row[0], dtype=np.int64), "CN").tolist()


def number_range_ensure(*, service: str = "EZ", first: int = 10_000_000, last: int = 99_999_999) -> None:
    """Open the range of a service once."""
    NumberRange.objects.get_or_create(service=service, defaults={"next_serial": first, "last_serial": last})


@dataclass(frozen=True)
class Untrue:
    """What a customer was told of an item in flight is not what it is promised now. None: that no time can be said."""

    item_key: int
    addressee_id: uuid.UUID
    told: dt.datetime | None
    expected: dt.datetime | None


def told_record(*, told: Sequence[tuple[int, dt.datetime | None]]) -> tuple[Untrue, ...]:
    """Note what customers were last told: (item key, arrive by; None: that no time can be said).

    Returns what was no longer true when it was noted: the promise changed between the telling and this, and whoever
    changed it compared with what had been told before.
    """
    if not told:
        return ()
    keys, times = (list(column) for column in zip(*told, strict=True))
    with transaction.atomic(), connection.cursor() as cursor:
        # In the order of keys, as everybody who locks items does.
        cursor.execute("SELECT FROM mail_item WHERE item_key = ANY(%s::bigint[]) ORDER BY item_key FOR UPDATE", [keys])
        cursor.execute(
            "WITH noted AS (UPDATE mail_item i SET told_arrive_by = t.told FROM unnest(%s::bigint[], %s::timestamptz[])"
            " AS t(item_key, told) WHERE i.item_key = t.item_key RETURNING i.item_key, i.addressee_id,"
            " i.told_arrive_by, i.expected_arrive_by, i.in_flight)"
            " SELECT item_key, addressee_id, told_arrive_by, expected_arrive_by FROM noted WHERE in_flight"
            " AND addressee_id IS NOT NULL AND told_arrive_by IS DISTINCT FROM expected_arrive_by"
            " ORDER BY item_key", [keys, times])
        return tuple(Untrue(*row) for row in cursor.fetchall())
