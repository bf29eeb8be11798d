"""Taking the scans of containers in: each once, whenever and in whatever order it comes; one moves all that is held.

Every write locks the rows of the containers it names, vehicles before bags, and of a vehicle the bags it ever held:
two scans of which each would have to see the other's list wait for each other there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.bags.differences import differences_note
from youlu.domain.mail.bags.errors import ContainerNumberInvalidError, ContainerScanInvalidError, ContentInvalidError
from youlu.domain.mail.bags.models import ContainerScanKind as Kind
from youlu.domain.mail.bags.models import ContentRole
from youlu.domain.mail.bags.places import containers_fold
from youlu.domain.mail.errors import ScanChangedError, ScanFromFutureError, ScanUnknownPlaceError
from youlu.domain.mail.scans import FUTURE_TOLERANCE, ScanOutcome, items_fold
from youlu.domain.network.trips import TripBook, leg_key, trip_book
from youlu.engines.codes.container import is_vehicle, validate
from youlu.engines.codes.errors import CodeError
from youlu.engines.codes.item_key import ItemNumberError, item_key, number_compact

BATCH_MAX = 200
CONTENTS_MAX = 5_000  # numbers in one list
Key = tuple[str, str, int]  # container, device, sequence


@dataclass(frozen=True)
class ContainerScanInput:
    """One scan as a device sends it. `found` None: unsealed without counting, the list is believed; else all the
    numbers found, those damaged among them or in `damaged`."""

    number: str
    device: str
    sequence: int
    kind: Kind
    occurred_at: dt.datetime
    office_id: int | None = None
    to_office_id: int | None = None
    trip_key: int | None = None
    service_date: dt.date | None = None
    stop_seq: int | None = None
    contents: tuple[str, ...] = ()
    found: tuple[str, ...] | None = None
    damaged: tuple[str, ...] = ()
    seal: str = ""
    weight_g: int | None = None
    mail_class: str = ""
    corrects: tuple[str, int] | None = None

    @property
    def leg(self) -> int | None:
        if self.trip_key is None or self.service_date is None or self.stop_seq is None:
            return None
        return leg_key(self.trip_key, self.service_date, self.stop_seq)

    @property
    def key(self) -> Key:
        return self.number, self.device, self.sequence

    def digest(self) -> bytes:
        found = None if self.found is None else sorted(self.found)
        body = [self.kind, self.occurred_at.isoformat(), self.office_id, self.to_office_id, self.leg,
                sorted(self.contents), found, sorted(self.damaged), self.seal, self.weight_g, self.mail_class,
                self.corrects]
        return hashlib.blake2b(json.dumps(body).encode(), digest_size=16).digest()

    def listed(self) -> dict[str, ContentRole]:
        """Number -> what the scan says of it."""
        return (dict.fromkeys(self.contents, ContentRole.IN) | dict.fromkeys(self.found or (), ContentRole.FOUND)
                | dict.fromkeys(self.damaged, ContentRole.DAMAGED))


def container_scans_ingest(*, actor: Actor, scans: Sequence[ContainerScanInput]) -> list[ScanOutcome]:
    """Store scans of containers and move all that is inside, in one transaction; rows that are wrong do not stop the
    others. Items, bags and lists may come in any order: what is not known yet is folded when it comes."""
    actor.require("mail.bags")
    book, latest = trip_book(), clock.now() + FUTURE_TOLERANCE
    good: dict[int, ContainerScanInput] = {}
    outcomes: dict[int, ScanOutcome] = {}
    for place, scan in enumerate(scans):
        try:
            good[place] = _checked(scan, book, latest)
        except YouluError as error:
            outcomes[place] = ScanOutcome("refused", error)
    order = sorted(good, key=lambda place: good[place].key)
    with transaction.atomic():
        _lock(list(good.values()))
        stored = _insert([good[place] for place in order])
        fresh = _outcomes(order, good, stored, outcomes)
        _insert_lists(fresh)
        _move({scan.number for scan in fresh})
    return [outcomes[place] for place in range(len(scans))]


def _checked(scan: ContainerScanInput, book: TripBook, latest: dt.datetime) -> ContainerScanInput:
    """The scan with its numbers compact and a departure's office filled in."""
    try:
        number = validate(scan.number)
    except CodeError:
        raise ContainerNumberInvalidError() from None
    if scan.occurred_at > latest:
        raise ScanFromFutureError()
    vehicle = is_vehicle(number)
    if what := _lacks(scan, vehicle):
        raise ContainerScanInvalidError(what=what)
    leg = None if scan.leg is None else book.leg(scan.leg)
    if scan.leg is not None and leg is None:
        raise ScanUnknownPlaceError(place=scan.trip_key)
    office = leg.from_office if leg and scan.kind == Kind.DEPARTED else scan.office_id
    for place in (office, scan.to_office_id):
        if place is not None and place not in book.handling_min:
            raise ScanUnknownPlaceError(place=place)
    lists = {name: None if numbers is None else tuple(_content(text, vehicle) for text in numbers)
             for name, numbers in (("contents", scan.contents), ("found", scan.found), ("damaged", scan.damaged))}
    return replace(scan, number=number, office_id=office, **lists)  # type: ignore[arg-type]


def _lacks(scan: ContainerScanInput, vehicle: bool) -> str:
    """What the scan does not say and must; "" where it says all."""
    if scan.kind == Kind.VOID:
        return "" if scan.corrects else "更正要写明更正哪一条"
    if scan.kind == Kind.DEPARTED:
        return "" if scan.leg is not None else "发出要写班次、开行日期和停站序号"
    if scan.office_id is None:
        return "要写网点"
    if scan.kind == Kind.LOADED and not vehicle:
        return "装车要写路单号（ZC开头），总包写在清单里"
    if (scan.kind == Kind.LOADED or (scan.kind == Kind.SEALED and not vehicle)) and not scan.contents:
        return "要有清单"
    if max(len(scan.contents), len(scan.found or ())) > CONTENTS_MAX:
        return f"清单最多{CONTENTS_MAX}个号码"
    return ""


def _content(text: str, in_vehicle: bool) -> str:
    number = number_compact(text)
    try:
        item_key(number)
    except ItemNumberError:
        try:
            if in_vehicle and not is_vehicle(validate(number)):
                return number
        except CodeError:
            pass
        raise ContentInvalidError(number=text[:40], kind="总包号或邮件号" if in_vehicle else "邮件号") from None
    return number


def _lock(scans: list[ContainerScanInput]) -> None:
    """Make the rows of all containers named and lock them: vehicles first, then bags, of vehicles all ever held."""
    named = {scan.number for scan in scans} | {
        number for scan in scans for number in scan.listed() if is_vehicle(scan.number) and _is_bag(number)}
    ordered = sorted(named, key=lambda number: (not is_vehicle(number), number))
    vehicles = [number for number in ordered if is_vehicle(number)]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO mail_container (number, is_vehicle, mail_class, seal, inside, items, bags)"
                       " SELECT n, v, '', '', '', 0, 0 FROM unnest(%s::text[], %s::boolean[]) WITH ORDINALITY"
                       " AS t(n, v, nth) ORDER BY nth ON CONFLICT DO NOTHING",
                       [ordered, [is_vehicle(number) for number in ordered]])
        lock = "SELECT FROM mail_container WHERE number = ANY(%s::text[]) ORDER BY number FOR UPDATE"
        cursor.execute(lock, [vehicles])
        inside = bags_ever_in(vehicles)
        cursor.execute(lock, [sorted(({*ordered} - {*vehicles}) | inside)])


def _is_bag(number: str) -> bool:
    return len(number) > 13  # item numbers have 13 characters, containers more


def bags_ever_in(vehicles: Iterable[str]) -> set[str]:
    """The bags that any scan of these vehicles' runs lists."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT bag FROM mail_vehicle_content WHERE vehicle = ANY(%s::text[])",
                       [list(vehicles)])
        return {bag for bag, in cursor.fetchall()}


def _insert(scans: list[ContainerScanInput]) -> set[Key]:
    if not scans:
        return set()
    received = clock.now()
    columns = zip(*(
        (*s.key, int(s.kind), s.occurred_at, received, s.office_id, s.leg, s.to_office_id, s.seal, s.weight_g,
         s.mail_class, s.found is not None, s.corrects and s.corrects[0], s.corrects and s.corrects[1], s.digest())
        for s in scans), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mail_container_scan (container, device, sequence, kind, occurred_at, received_at, office_id,"
            " leg, to_office_id, seal, weight_g, mail_class, is_listed, corrects_device, corrects_sequence,"
            " body_digest) SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::smallint[],"
            " %s::timestamptz[], %s::timestamptz[], %s::integer[], %s::bigint[], %s::integer[], %s::text[],"
            " %s::integer[], %s::text[], %s::boolean[], %s::text[], %s::bigint[], %s::bytea[])"
            " ON CONFLICT DO NOTHING RETURNING container, device, sequence", [list(column) for column in columns])
        return set(cursor.fetchall())


def _outcomes(
    order: list[int], good: dict[int, ContainerScanInput], stored: set[Key], outcomes: dict[int, ScanOutcome]
) -> list[ContainerScanInput]:
    """Note what became of each row; returns those that are new."""
    digests = _digests([good[place].key for place in order])
    fresh, first = [], set(stored)
    for place in order:
        scan = good[place]
        if digests.get(scan.key) != scan.digest():
            outcomes[place] = ScanOutcome("refused", ScanChangedError())
        elif scan.key in first:
            first.discard(scan.key)
            fresh.append(scan)
            outcomes[place] = ScanOutcome("stored")
        else:
            outcomes[place] = ScanOutcome("duplicate")
    return fresh


def _digests(keys: list[Key]) -> dict[Key, bytes]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.container, s.device, s.sequence, s.body_digest FROM mail_container_scan s JOIN"
            " unnest(%s::text[], %s::text[], %s::bigint[]) AS n(container, device, sequence)"
            " USING (container, device, sequence)", [list(column) for column in zip(*keys, strict=True)])
        return {(container, device, sequence): bytes(digest)
                for container, device, sequence, digest in cursor.fetchall()}


def _insert_lists(scans: list[ContainerScanInput]) -> None:
    items, bags = [], []
    for scan in scans:
        for number, role in scan.listed().items():
            row = (*scan.key, int(role))
            if _is_bag(number):
                bags.append((number, *row))
            else:
                items.append((item_key(number), *row))
    with connection.cursor() as cursor:
        for table, columns, kind, rows in (
            ("mail_bag_content", "item_key, container", "bigint", items),
            ("mail_vehicle_content", "bag, vehicle", "text", bags),
        ):
            if rows:
                cursor.execute(
                    f"INSERT INTO {table} ({columns}, device, sequence, role) SELECT * FROM unnest(%s::{kind}[],"
                    " %s::text[], %s::text[], %s::bigint[], %s::smallint[]) ON CONFLICT DO NOTHING",
                    [list(column) for column in zip(*sorted(rows), strict=True)])


def _move(numbers: set[str]) -> None:
    """Fold the containers, the bags inside them, what unsealings found, and every item that any of them ever held."""
    if not numbers:
        return
    concerned = numbers | bags_ever_in(number for number in numbers if is_vehicle(number))
    containers_fold(concerned)
    differences_note(numbers)
    items_fold(items_ever_in(concerned))


def items_ever_in(containers: Iterable[str]) -> list[int]:
    """Keys of the items that any scan of these containers lists, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT item_key FROM mail_bag_content WHERE container = ANY(%s::text[]) ORDER BY 1",
                       [list(containers)])
        return [key for key, in cursor.fetchall()]
