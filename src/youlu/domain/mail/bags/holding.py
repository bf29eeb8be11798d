"""Reading what holds what, set-based: the containers' scans that an item inherits, and where a container is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from youlu.domain.mail.bags.models import ContainerScanKind as Kind
from youlu.domain.mail.bags.models import ContentRole
from youlu.domain.mail.bags.riding import (
    Handling,
    Listed,
    Name,
    Seen,
    Stay,
    in_force,
    inherited,
    own_sightings,
    stay_of,
    surplus,
)
from youlu.domain.mail.fold import Event
from youlu.domain.network.trips import TripBook, trip_book
from youlu.engines.codes.container import is_vehicle

SCAN_COLUMNS = ("container, occurred_at, device, sequence, kind, office_id, leg, to_office_id, is_listed,"
                " corrects_device, corrects_sequence")
Rows = Iterable[tuple[str, str, int, int]]  # container, device, sequence, role


@dataclass(frozen=True)
class Inherited:
    """What an item has of its containers. `last_at`: when anything last happened to any of them, to the item or not;
    a scan of the item after that is after all that its position is folded from."""

    events: tuple[Event, ...] = ()
    scans: tuple[Handling, ...] = ()
    last_at: dt.datetime | None = None


NOTHING = Inherited()


def events_inherited(own: Mapping[int, Sequence[Event]], keys: Sequence[int]) -> dict[int, Inherited]:
    """What the containers' scans add to the events of items that were listed in any. One query where none was.

    Parameters
    ----------
    own : the items' own events by item key.
    """
    lists = lists_of_items(keys)
    if not lists:
        return {}
    chains = chains_read({number for listed in lists.values() for number in listed.containers})
    found = {}
    for key, listed in lists.items():
        scans = chains.of_member(listed, own_sightings(own.get(key, ())))
        last_at = max((chain[-1].occurred_at for number in listed.containers
                       if (chain := chains.of_container(number))), default=None)
        found[key] = Inherited(tuple(scan.as_event() for scan in scans), tuple(scans), last_at)
    return found


def lists_of_items(keys: Sequence[int]) -> dict[int, Listed]:
    """Item key -> the scans of containers that list it; items that none lists are left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT item_key, container, device, sequence, role FROM mail_bag_content"
                       " WHERE item_key = ANY(%s::bigint[])", [list(keys)])
        rows: dict[int, list] = defaultdict(list)
        for key, *rest in cursor.fetchall():
            rows[key].append(rest)
    return {key: _listed(some) for key, some in rows.items()}


def _listed(rows: Rows) -> Listed:
    put_in: dict[str, set[Name]] = defaultdict(set)
    found: dict[str, set[Name]] = defaultdict(set)
    for container, device, sequence, role in rows:
        (put_in if role == ContentRole.IN else found)[container].add((device, sequence))
    return Listed({c: frozenset(n) for c, n in put_in.items()}, {c: frozenset(n) for c, n in found.items()})


@dataclass(frozen=True)
class Chains:
    """Containers with their scans in force and, of bags, the vehicles' scans that list them."""

    scans: Mapping[str, list[Handling]]
    lists: Mapping[str, Listed]  # by bag
    book: TripBook
    _known: dict[str, list[Handling]] = field(default_factory=dict)  # a bag's chain is the same for all it holds

    def of_container(self, number: str) -> list[Handling]:
        """A vehicle's own scans; a bag's own and those of the vehicles it was on, in order."""
        if number not in self._known:
            self._known[number] = self._chain(number)
        return self._known[number]

    def _chain(self, number: str) -> list[Handling]:
        own, listed = self.scans.get(number, []), self.lists.get(number)
        if listed is None:
            return own
        seen = [Seen(scan.order, None if scan.kind == Kind.DEPARTED else scan.office_id, scan.kind == Kind.UNSEALED)
                for scan in own]
        stays = self.stays(listed, bag=number)
        rode = inherited(seen, stays) + surplus(listed, self.scans, stays)
        return sorted([*own, *rode], key=lambda scan: scan.order)

    def of_member(self, listed: Listed, seen: list[Seen]) -> list[Handling]:
        """What an item inherits, in order."""
        chains = {number: self.of_container(number) for number in listed.containers}
        stays = self.stays(listed, chains=chains)
        more = surplus(listed, self.scans, stays)
        seen = seen + [Seen(scan.order, scan.office_id) for scan in more]
        return sorted([*inherited(seen, stays), *more], key=lambda scan: scan.order)

    def stays(
        self, listed: Listed, *, bag: str = "", chains: Mapping[str, list[Handling]] | None = None
    ) -> list[Stay]:
        """The stays of a member, a bag where `bag` names it."""
        chains = self.scans if chains is None else chains
        return [
            stay_of(entry, chains[number], listed.found.get(number, frozenset()),
                    off_office_id=self._off(number, entry, bag), is_vehicle=is_vehicle(number))
            for number, names in listed.put_in.items() for entry in chains.get(number, ())
            if entry.name in names and entry.container == number]

    def vehicle_of(self, bag: str) -> str:
        """The vehicle's run that a bag is on now; "" where it is on none."""
        listed, chain = self.lists.get(bag), self.of_container(bag)
        if listed is None or not chain or not is_vehicle(chain[-1].container):
            return ""
        last = [stay for stay in self.stays(listed, bag=bag) if chain[-1].name in {s.name for s in stay.events}]
        return chain[-1].container if last and last[-1].ended is None else ""

    def dest_of(self, bag: str, before: Handling | None = None) -> int | None:
        """Where a bag was sealed for, at last or before a scan."""
        seals = [scan for scan in self.scans.get(bag, ()) if scan.kind == Kind.SEALED
                 and (before is None or scan.order <= before.order)]
        return seals[-1].to_office_id if seals else None

    def _off(self, number: str, entry: Handling, bag: str) -> int | None:
        """Where a load gets off its vehicle: as said, the bag's destination if the trip goes there, else the end."""
        if not is_vehicle(number):
            return None
        if entry.to_office_id is not None:
            return entry.to_office_id
        ahead = self._offices_ahead(number, entry)
        dest = self.dest_of(bag, entry) if bag else None
        return dest if dest in ahead else ahead[-1] if ahead else None

    def _offices_ahead(self, number: str, entry: Handling) -> list[int]:
        departed = (scan.leg for scan in self.scans.get(number, ())
                    if scan.kind == Kind.DEPARTED and scan.order > entry.order)
        key, offices = entry.leg if entry.leg is not None else next(departed, None), []
        while key is not None and (leg := self.book.leg(key)) is not None:
            offices.append(leg.to_office)
            key += 1  # the stop's sequence stands in the lowest bits
        return offices


def chains_read(containers: Iterable[str]) -> Chains:
    """The scans of containers and of the vehicles that ever listed them: two queries."""
    asked = sorted(set(containers))
    rows: dict[str, list] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute("SELECT bag, vehicle, device, sequence, role FROM mail_vehicle_content"
                       " WHERE bag = ANY(%s::text[])", [asked])
        for bag, *rest in cursor.fetchall():
            rows[bag].append(rest)
        vehicles = {vehicle for some in rows.values() for vehicle, *_ in some}
        cursor.execute(f"SELECT {SCAN_COLUMNS} FROM mail_container_scan WHERE container = ANY(%s::text[])",
                       [sorted({*asked, *vehicles})])
        scans: dict[str, list[Handling]] = defaultdict(list)
        for *facts, device, sequence in cursor.fetchall():
            corrects = None if device is None else (device, sequence)
            scans[facts[0]].append(Handling(*facts, corrects))  # type: ignore[call-arg]
    return Chains({number: in_force(some) for number, some in scans.items()},
                  {bag: _listed(some) for bag, some in rows.items()}, trip_book())
