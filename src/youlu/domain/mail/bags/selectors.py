"""What pages, the API and the command line show of bags, vehicles' runs and differences."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext

from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.bags.errors import ContainerNotFoundError
from youlu.domain.mail.bags.models import (
    Container,
    ContainerScan,
    ContainerScanKind,
    Difference,
    DifferenceKind,
)
from youlu.domain.mail.bags.trace import VEHICLE_WORDS
from youlu.domain.mail.models import Place
from youlu.domain.network.models import Office
from youlu.domain.network.trips import trip_book
from youlu.engines.codes.container import validate
from youlu.engines.codes.errors import CodeError
from youlu.engines.codes.item_key import item_number

CONTENTS_SHOWN = 500


@dataclass(frozen=True)
class ContainerRow:
    """A bag or a vehicle's run. `position` in words; `state`: sealed, open (unsealed), or unknown (no seal known)."""

    number: str
    is_vehicle: bool
    state: str
    origin: str
    dest: str
    position: str
    since: dt.datetime | None
    seal: str
    weight_g: int | None
    mail_class: str
    inside: str
    items: int
    bags: int
    sealed_at: dt.datetime | None
    unsealed_at: dt.datetime | None


@dataclass(frozen=True)
class ContainerScanRow:
    word: str
    place: str
    occurred_at: dt.datetime
    is_void: bool
    is_listed: bool


@dataclass(frozen=True)
class DifferenceRow:
    id: uuid.UUID
    container: str
    subject: str
    is_item: bool
    kind: DifferenceKind
    office: str
    found_at: dt.datetime
    outcome: str
    outcome_name: str
    settled_by: str
    settled_at: dt.datetime | None
    note: str


@dataclass(frozen=True)
class ContainerPage:
    """`contents` are the numbers listed, at most 500 of each; of a vehicle bags first."""

    row: ContainerRow
    scans: tuple[ContainerScanRow, ...]
    contents: tuple[str, ...]
    differences: tuple[DifferenceRow, ...]


def _mine(actor: Actor) -> Q:
    """Containers sealed in, bound for, or now in the actor's area; those of which no place is known are all's."""
    if not actor.scope:
        return Q()
    offices = Office.objects.filter(division_code__startswith=actor.scope).values("id")
    return (Q(origin_office_id__in=offices) | Q(dest_office_id__in=offices) | Q(place_office_id__in=offices)
            | Q(origin_office_id__isnull=True, dest_office_id__isnull=True, place_office_id__isnull=True))


def containers_list(*, actor: Actor, kind: str = "", cursor: str | None = None) -> Page[ContainerRow]:
    """Containers of the actor's area, last moved first; `kind` bag, vehicle or "" for both."""
    actor.require("mail.read")
    found = Container.objects.filter(_mine(actor), place_since__isnull=False)
    if kind:
        found = found.filter(is_vehicle=kind == "vehicle")
    if cursor and (after := _cursor(cursor)):
        at, number = after
        found = found.filter(Q(place_since__lt=at) | Q(place_since=at, number__gt=number))
    rows = list(found.order_by("-place_since", "number")[:PAGE_ROWS + 1])
    more = rows[PAGE_ROWS - 1] if len(rows) > PAGE_ROWS else None
    next_cursor = f"{more.place_since.isoformat()}_{more.number}" if more and more.place_since else None
    return Page(tuple(_rows(rows[:PAGE_ROWS])), next_cursor)


def _cursor(cursor: str) -> tuple[dt.datetime, str] | None:
    at, _, number = cursor.partition("_")
    try:
        read = dt.datetime.fromisoformat(at)
    except ValueError:
        return None
    return (read, number) if read.tzinfo else None


def container_get(*, actor: Actor, number: str) -> ContainerPage:
    """One container with its scans, its list and what was found otherwise.

    Raises
    ------
    ContainerNotFoundError : no such one in the actor's area.
    """
    actor.require("mail.read")
    try:
        compact = validate(number)
    except CodeError:
        raise ContainerNotFoundError() from None
    container = Container.objects.filter(_mine(actor), number=compact).first()
    scans = list(ContainerScan.objects.filter(container=compact).order_by("-occurred_at", "-device", "-sequence"))
    if container is None or not scans:
        raise ContainerNotFoundError()
    return ContainerPage(_rows([container])[0], _scan_rows(scans, container.is_vehicle), _contents(container),
                         _difference_rows(Difference.objects.filter(container=compact).order_by("-found_at", "id")))


def _scan_rows(scans: list[ContainerScan], is_vehicle: bool) -> tuple[ContainerScanRow, ...]:
    wrong = {(s.corrects_device, s.corrects_sequence) for s in scans if s.corrects_device is not None}
    names = _names(s.office_id for s in scans)
    return tuple(ContainerScanRow(
        VEHICLE_WORDS[ContainerScanKind(s.kind)] if is_vehicle else str(ContainerScanKind(s.kind).label),
        _name(names, s.office_id), s.occurred_at, (s.device, s.sequence) in wrong, s.is_listed) for s in scans)


def _contents(container: Container) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT bag FROM mail_vehicle_content WHERE vehicle = %s AND role = 0 ORDER BY 1"
                       " LIMIT %s", [container.number, CONTENTS_SHOWN])
        bags = [bag for bag, in cursor.fetchall()]
        cursor.execute("SELECT DISTINCT item_key FROM mail_bag_content WHERE container = %s AND role = 0 ORDER BY 1"
                       " LIMIT %s", [container.number, CONTENTS_SHOWN])
        return (*bags, *(item_number(key) for key, in cursor.fetchall()))


def differences_list(*, actor: Actor, is_open: bool = True, cursor: str | None = None) -> Page[DifferenceRow]:
    """Differences of the actor's area, newest first: those open, or those settled."""
    actor.require("mail.read")
    found = Difference.objects.filter(outcome="") if is_open else Difference.objects.exclude(outcome="")
    if actor.scope:
        found = found.filter(
            office_id__in=Office.objects.filter(division_code__startswith=actor.scope).values("id"))
    if cursor and (after := _cursor(cursor)):
        at, key = after
        found = found.filter(Q(found_at__lt=at) | Q(found_at=at, id__lt=_uuid(key)))
    rows = list(found.order_by("-found_at", "-id")[:PAGE_ROWS + 1])
    more = rows[PAGE_ROWS - 1] if len(rows) > PAGE_ROWS else None
    return Page(_difference_rows(rows[:PAGE_ROWS]), f"{more.found_at.isoformat()}_{more.id}" if more else None)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _difference_rows(found: Iterable[Difference]) -> tuple[DifferenceRow, ...]:
    rows = list(found)
    names = _names(d.office_id for d in rows)
    return tuple(DifferenceRow(
        d.id, d.container, d.subject, d.item_key is not None, DifferenceKind(d.kind), names.get(d.office_id, ""),
        d.found_at, d.outcome, str(Difference.Outcome(d.outcome).label), d.settled_by, d.settled_at, d.note)
        for d in rows)


def _rows(found: list[Container]) -> list[ContainerRow]:
    book = trip_book()
    legs = {c.number: book.leg(c.place_leg) for c in found if c.place_leg is not None}
    names = _names([*(o for c in found for o in (c.origin_office_id, c.dest_office_id, c.place_office_id)),
                    *(leg.to_office for leg in legs.values() if leg)])
    rows = []
    for c in found:
        leg = legs.get(c.number)
        there = _name(names, c.place_office_id)
        on_way = (gettext("运往{place}途中").format(place=names.get(leg.to_office, "")) if leg
                  else gettext("运输途中"))
        position = on_way if c.place == Place.TRIP else gettext("在{place}").format(place=there)
        rows.append(ContainerRow(
            c.number, c.is_vehicle, "open" if c.unsealed_at else "sealed" if c.sealed_at else "unknown",
            _name(names, c.origin_office_id), _name(names, c.dest_office_id), position, c.place_since,
            c.seal, c.weight_g, c.mail_class, c.inside, c.items, c.bags, c.sealed_at, c.unsealed_at))
    return rows


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    return dict(Office.objects.filter(id__in={i for i in ids if i is not None}).values_list("id", "name"))


def _name(names: dict[int, str], office_id: int | None) -> str:
    return "" if office_id is None else names.get(office_id, "")
