"""What pages and the API show of items: one, lists by state, counts, the public's tracking answer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.bags.trace import container_trace, container_word
from youlu.domain.mail.clocks import Clocks, standard_of_item
from youlu.domain.mail.errors import ItemNotFoundError
from youlu.domain.mail.exceptions.marks import item_marks
from youlu.domain.mail.exceptions.models import ExceptionKind
from youlu.domain.mail.models import Item, MailClass, Place, PromiseRevision, Scan, ScanKind
from youlu.domain.mail.state import STATE_SQL, ItemState, item_state
from youlu.domain.mail.sums import Rows, sum_of
from youlu.domain.network.models import Closure, TimetableRevision, Trip
from youlu.domain.network.selectors import offices_all
from youlu.domain.network.trips import trip_book
from youlu.domain.parties.selectors import MaskedParty, parties_masked
from youlu.engines.codes.item_key import ItemNumberError, item_key, item_number, number_compact


@dataclass(frozen=True)
class ItemRow:
    """One line of a list. `told` is what the customer last heard; None: that no time can be said."""

    item_key: int
    number: str
    mail_class: str
    programme: str
    origin: str
    dest: str
    position: str
    place: int
    since: dt.datetime
    accepted_at: dt.datetime
    committed: dt.datetime
    expected: dt.datetime | None
    told: dt.datetime | None
    state: ItemState
    reason: str
    next_review_at: dt.datetime | None
    is_stale: bool
    addressee_id: uuid.UUID | None
    class_code: str
    origin_office_id: int
    dest_office_id: int


@dataclass(frozen=True)
class ScanRow:
    kind: int
    label: str
    place: str
    occurred_at: dt.datetime
    received_at: dt.datetime
    is_void: bool
    container: str = ""  # the bag or vehicle whose scan it is
    cause: int | None = None  # of not being delivered


@dataclass(frozen=True)
class RevisionRow:
    revision_no: int
    cause: str
    label: str
    reason: str
    computed_at: dt.datetime
    arrive_by: dt.datetime | None
    epoch: int
    arrival_at: dt.datetime | None  # at the delivery office, by the way planned then
    timetable: int | None  # the revision that it was planned by


@dataclass(frozen=True)
class LegRow:
    """One ride of the planned way: from office to office on one trip, whatever the number of stops between."""

    from_office: str
    to_office: str
    from_office_id: int
    to_office_id: int
    departs_at: dt.datetime
    arrives_at: dt.datetime
    trip_number: str
    route_name: str
    is_done: bool


@dataclass(frozen=True)
class ItemPage:
    row: ItemRow
    sender: MaskedParty | None
    addressee: MaskedParty | None
    scans: tuple[ScanRow, ...]
    revisions: tuple[RevisionRow, ...]
    legs: tuple[LegRow, ...]
    clocks: Clocks


def item_get(*, actor: Actor, number: str) -> ItemPage:
    """Everything staff may see of one item.

    Raises
    ------
    ItemNotFoundError : no such number.
    """
    actor.require("mail.read")
    item = _item(number)
    people = parties_masked([key for key in (item.sender_id, item.addressee_id) if key])
    revisions = revisions_of(item.item_key)
    return ItemPage(
        _rows([item])[0], people.get(item.sender_id) if item.sender_id else None,
        people.get(item.addressee_id) if item.addressee_id else None, scans_of(item.item_key),
        revisions, legs_of(item), _clocks(item, revisions[0] if revisions else None))


def _clocks(item: Item, first: RevisionRow | None) -> Clocks:
    planned = (first.arrival_at, first.timetable) if first is not None and first.revision_no == 1 else (None, None)
    return Clocks(standard_of_item(item), *planned, item.committed_arrive_by)


def _item(number: str) -> Item:
    try:
        key = item_key(number_compact(number))
    except ItemNumberError:
        raise ItemNotFoundError() from None
    item = Item.objects.filter(item_key=key).first()
    if item is None:
        raise ItemNotFoundError()
    return item


def item_rows(*, keys: Iterable[int]) -> dict[int, ItemRow]:
    """Rows of the items named, in a constant number of queries; unknown keys are left out."""
    return {row.item_key: row for row in _rows(list(Item.objects.filter(item_key__in=list(keys))))}


def items_of_parties(
    *, party_ids: Iterable[uuid.UUID], first_key: int | None = None, limit: int = 20
) -> tuple[ItemRow, ...]:
    """A customer's items: the one that is asked about, those in flight, then the newest."""
    ids = list(party_ids)
    sides = [Item.objects.filter(**{side: ids}).order_by("-accepted_at")[:limit]
             for side in ("addressee_id__in", "sender_id__in")] if ids else []
    own = Item.objects.filter(item_key=first_key) if first_key is not None else Item.objects.none()
    items = sorted(own.union(*sides), key=lambda i: (i.item_key != first_key, i.place >= Place.DELIVERED,
                                                     -i.accepted_at.timestamp()))
    return tuple(_rows(items[:limit]))


def items_list(*, actor: Actor, state: str = "", cursor: str | None = None) -> Page[ItemRow]:
    """Items in flight of one state ("" for all, "moved" for told otherwise than committed), most urgent first."""
    actor.require("mail.read")
    after_us, after_key = (int(part) for part in cursor.split("_")) if cursor else (0, -1)
    found = list(Item.objects.raw(
        "SELECT * FROM mail_item WHERE in_flight AND (committed_arrive_by, item_key) > (%(by)s, %(key)s)"
        f" AND {LISTED.get(state, 'true')} ORDER BY committed_arrive_by, item_key LIMIT %(limit)s",
        {"now": clock.now(), "state": state, "by": EPOCH_START + dt.timedelta(microseconds=after_us),
         "key": after_key, "limit": PAGE_ROWS + 1}))
    more = found[PAGE_ROWS - 1] if len(found) > PAGE_ROWS else None
    return Page(tuple(_rows(found[:PAGE_ROWS])), f"{_us(more.committed_arrive_by)}_{more.item_key}" if more else None)


EPOCH_START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_STATE = f"{STATE_SQL} = %(state)s"
# What picks the rows of a list, in words that its partial index (or the bound of the time) knows; the one function
# that decides the state stands beside it.
LISTED = {
    "late": f"committed_arrive_by < %(now)s AND {_STATE}",
    "noway": f"committed_arrive_by >= %(now)s AND expected_arrive_by IS NULL AND {_STATE}",
    "risk": f"committed_arrive_by >= %(now)s AND (expected_arrive_by > committed_arrive_by"
            f" OR is_overloaded) AND {_STATE}",
    "astray": "item_key IN (SELECT item_key FROM mail_astray)"
              f" AND committed_arrive_by >= %(now)s AND {_STATE}",
    # Whether an item is silent asks its leg's statistics: of a million only those that the last refresh (a minute ago)
    # found are asked again.
    "none": f"item_key IN (SELECT item_key FROM mail_exception WHERE kind = {ExceptionKind.SILENT:d})"
            f" AND committed_arrive_by >= %(now)s AND {_STATE}",
    "kept": f"committed_arrive_by >= %(now)s AND {_STATE}",
    "moved": "told_arrive_by IS DISTINCT FROM committed_arrive_by",
}


def _us(instant: dt.datetime) -> int:
    return (instant - EPOCH_START) // dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class DestCount:
    office_id: int
    state: str
    items: int


def items_counted() -> tuple[DestCount, ...]:
    """Items in flight by destination office and state, for the situation page."""
    return tuple(DestCount(*row) for row in _counted())


def items_by_state() -> dict[str, int]:
    """Items in flight by state, for the lists' tabs."""
    counts: dict[str, int] = defaultdict(int)
    for _, state, items in _counted():
        counts[state] += items
    return dict(counts)


@sum_of("counted")
def _counted() -> Rows:
    with connection.cursor() as db:
        db.execute(f"SELECT dest_office_id, {STATE_SQL}, count(*) FROM mail_item WHERE in_flight GROUP BY 1, 2",
                   {"now": clock.now()})
        return [list(row) for row in db.fetchall()]


def scans_of(key: int) -> tuple[ScanRow, ...]:
    """An item's scans and those of its containers while inside, newest first; what a correction names is marked."""
    scans = list(Scan.objects.filter(item_key=key).order_by("-occurred_at", "-device", "-sequence"))
    wrong = {(s.corrects_device, s.corrects_sequence) for s in scans if s.corrects_device is not None}
    book, carried = trip_book(), container_trace(key, scans)
    legs = {s.leg: book.leg(s.leg) for s in scans if s.leg is not None}
    offices = {s.office_id for s in scans} | {c.office_id for c in carried}
    names = _office_names({office for office in offices if office is not None}
                          | {leg.from_office for leg in legs.values() if leg})
    rows = []
    for scan in scans:
        leg = legs.get(scan.leg) if scan.leg is not None else None
        office = leg.from_office if leg else scan.office_id
        rows.append(ScanRow(scan.kind, str(ScanKind(scan.kind).label), _name(names, office), scan.occurred_at,
                            scan.received_at, (scan.device, scan.sequence) in wrong, cause=scan.cause))
    rows += [ScanRow(c.as_event().kind, container_word(c), _name(names, c.office_id), c.occurred_at, c.occurred_at,
                     False, c.container) for c in carried]
    return tuple(sorted(rows, key=lambda row: row.occurred_at, reverse=True))


def revisions_of(key: int) -> tuple[RevisionRow, ...]:
    """The history of an item's promise, oldest first."""
    title = Closure.objects.filter(id=OuterRef("closure_id")).values("title")
    timetable = TimetableRevision.objects.filter(epoch__lte=OuterRef("epoch")).order_by("-id").values("id")[:1]
    rows = PromiseRevision.objects.filter(item_key=key).annotate(
        title=Subquery(title), timetable=Subquery(timetable)).order_by("revision_no")
    return tuple(RevisionRow(r.revision_no, r.cause, str(PromiseRevision.Cause(r.cause).label), r.title or "",
                             r.computed_at, r.arrive_by, r.epoch, r.arrival_at, r.timetable) for r in rows)


def legs_of(item: Item) -> tuple[LegRow, ...]:
    """The planned way as rides."""
    book = trip_book()
    rides: list[list] = []
    for nth, key in enumerate(item.planned_legs):
        leg = book.leg(key)
        if leg is None:
            continue
        if rides and rides[-1][0] == key >> 16:
            rides[-1][2] = leg
        else:
            rides.append([key >> 16, leg, leg, nth < item.legs_done])
    keys = {r[0] >> 16 for r in rides}
    known = Trip.objects.filter(trip_key__in=keys).select_related("route").order_by("from_date")
    trips = {trip.trip_key: trip for trip in known}
    names = _office_names({office for r in rides for office in (r[1].from_office, r[2].to_office)})
    return tuple(
        LegRow(names[first.from_office], names[last.to_office], first.from_office, last.to_office, first.departs_at,
               last.arrives_at, trips[run >> 16].number, trips[run >> 16].route.name, done)
        for run, first, last, done in rides)


def _rows(items: list[Item]) -> list[ItemRow]:
    now, book = clock.now(), trip_book()
    legs = {i.item_key: book.leg(i.place_leg) for i in items if i.place_leg is not None}
    offices = {i.origin_office_id for i in items} | {i.dest_office_id for i in items}
    offices |= {i.place_office_id for i in items if i.place_office_id is not None}
    offices |= {leg.to_office for leg in legs.values() if leg}
    names = _office_names(offices)
    keys = [i.item_key for i in items]
    marks = item_marks(keys)
    return [ItemRow(
        i.item_key, item_number(i.item_key), str(MailClass(i.mail_class).label), i.programme,
        names[i.origin_office_id], names[i.dest_office_id], _position(i, legs.get(i.item_key), names), i.place,
        i.place_since, i.accepted_at, i.committed_arrive_by, i.expected_arrive_by, i.told_arrive_by,
        item_state(place=i.place, since=i.place_since, committed=i.committed_arrive_by, expected=i.expected_arrive_by,
                   silent_at=marks[i.item_key].silent_at, is_astray=marks[i.item_key].is_astray, now=now,
                   is_overloaded=i.is_overloaded),
        marks[i.item_key].reason, marks[i.item_key].next_review_at, marks[i.item_key].is_stale, i.addressee_id,
        i.mail_class,
        i.origin_office_id, i.dest_office_id) for i in items]


def _position(item: Item, leg, names: dict[int, str]) -> str:
    if item.place == Place.TRIP:
        return gettext("运往{place}途中").format(place=names[leg.to_office]) if leg else gettext("运输途中")
    office = _name(names, item.place_office_id)
    words = {Place.OFFICE: gettext("在{place}"), Place.ROUND: gettext("{place}派送途中"),
             Place.DELIVERED: gettext("已妥投"), Place.RETURNED: gettext("已退回")}[Place(item.place)]
    return words.format(place=office)


def _office_names(ids: Iterable[int]) -> dict[int, str]:
    rows = offices_all()
    return {office: rows[office].name for office in ids}


def _name(names: dict[int, str], office_id: int | None) -> str:
    return "" if office_id is None else names.get(office_id, "")
