"""What the scans of a container say of what is inside it. Pure: no database, no clock.

A stay is the time a member (an item in a bag, a bag or a loose item in a vehicle) spends in a container: from the scan
that put it in to the scan that ended it. The container's scans within the stay are the member's too, unless the
member was meanwhile seen outside. All of it is a function of the scans in the order of their occurrence, so any
permutation or duplication of them gives the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from youlu.domain.mail.bags.models import ContainerScanKind as Kind
from youlu.domain.mail.fold import Event, valid
from youlu.domain.mail.models import ScanKind

Name = tuple[str, int]  # device and sequence: what a container's scan is called within the container
# An item scanned so has been taken out of whatever held it.
TAKEN_OUT = frozenset({ScanKind.OUT, ScanKind.DELIVERED, ScanKind.UNDELIVERED, ScanKind.RETURNED})


@dataclass(frozen=True, slots=True)
class Handling:
    """One scan of a container. `office_id` of a departure is where it left; `to_office_id` of a seal is the bag's
    destination, of a load the office where the load gets off."""

    container: str
    occurred_at: dt.datetime
    device: str
    sequence: int
    kind: int
    office_id: int | None = None
    leg: int | None = None
    to_office_id: int | None = None
    is_listed: bool = False
    corrects: Name | None = None

    @property
    def name(self) -> Name:
        return self.device, self.sequence

    @property
    def order(self) -> tuple[dt.datetime, str, int]:
        # The container's name keeps apart two containers' scans that a device numbered alike.
        return self.occurred_at, f"{self.device}@{self.container}", self.sequence

    def as_event(self) -> Event:
        """As the fold of an item reads it."""
        at, device, sequence = self.order
        if self.kind == Kind.DEPARTED:
            return Event(at, device, sequence, ScanKind.DEPARTED, self.office_id, self.leg)
        return Event(at, device, sequence, ScanKind.ARRIVED, self.office_id)


def in_force(scans: Iterable[Handling]) -> list[Handling]:
    """Each once, in order, without those that a valid later one names as wrong, and without the corrections."""
    ordered = sorted({scan.name: scan for scan in scans}.values(), key=lambda scan: scan.order)
    return [scan for scan in valid(ordered) if scan.kind != Kind.VOID]


@dataclass(frozen=True, slots=True)
class Stay:
    """`events` are the container's scans that moved the member, the entry first; `ended` the scan that ended it;
    `is_missing`: that one was an unsealing whose list lacks the member."""

    events: tuple[Handling, ...]
    ended: Handling | None = None
    is_missing: bool = False


def stay_of(
    entry: Handling, scans: Sequence[Handling], found: frozenset[Name] | set[Name], *, off_office_id: int | None,
    is_vehicle: bool,
) -> Stay:
    """The stay that `entry` began.

    Parameters
    ----------
    scans : of the container, in force and in order; of a bag with those of its vehicles that hold for it.
    found : names of the unsealings whose list holds the member.
    off_office_id : where the member gets off; None: wherever the container is unsealed.
    """
    events = [entry]
    for scan in scans:
        if scan.order <= entry.order:
            continue
        here = off_office_id is None or scan.office_id == off_office_id
        carried = scan.container != entry.container  # of the vehicle a bag is on: its unsealing does not open the bag
        if carried or scan.kind == Kind.DEPARTED or (scan.kind == Kind.ARRIVED and here):
            events.append(scan)
        elif scan.kind == Kind.UNSEALED and (scan.name in found or (here and not scan.is_listed)):
            return Stay((*events, scan), scan)
        elif scan.kind == Kind.UNSEALED and here:
            return Stay(tuple(events), scan, is_missing=True)
        elif scan.kind == Kind.SEALED and not is_vehicle:
            return Stay(tuple(events), scan)  # sealed anew: the list begins anew
    return Stay(tuple(events))


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting of the member itself. `office_id` None: says not where; `takes_out`: it is in no container now."""

    order: tuple[dt.datetime, str, int]
    office_id: int | None
    takes_out: bool = False


def inherited(own: Iterable[Seen], stays: Sequence[Stay]) -> list[Handling]:
    """The containers' scans that hold for a member, in order.

    A stay is over when the member goes into another container, is taken out, or was seen at one office while the
    container's next scan is of another.
    """
    steps: list[tuple[tuple, int, Seen | Handling]] = [(seen.order, -1, seen) for seen in own]
    steps += [(scan.order, nth, scan) for nth, stay in enumerate(stays) for scan in stay.events]
    steps.sort(key=lambda step: (step[0], step[1]))
    entries = {nth: stay.events[0] for nth, stay in enumerate(stays)}
    held, seen_at, kept = -1, None, []
    for _, nth, step in steps:
        if isinstance(step, Seen):
            held = -1 if step.takes_out else held
            seen_at = step.office_id if step.office_id is not None else seen_at
        elif step is entries[nth]:
            held, seen_at = nth, None
            kept.append(step)
        elif nth == held and seen_at is not None and seen_at != step.office_id:
            held = -1
        elif nth == held:
            seen_at = None
            kept.append(step)
    return kept


def own_sightings(events: Iterable[Event]) -> list[Seen]:
    """An item's own scans as sightings: those in force that say where it is, or that it was taken out."""
    ordered = valid(sorted({(e.device, e.sequence): e for e in events}.values(), key=lambda e: e.order))
    return [Seen(e.order, e.office_id if e.kind == ScanKind.ARRIVED else None, e.kind in TAKEN_OUT)
            for e in ordered if e.kind == ScanKind.ARRIVED or e.kind in TAKEN_OUT]


@dataclass(frozen=True)
class Listed:
    """What the lists of a container say of one member: names of the scans that put it in, and that found it."""

    put_in: Mapping[str, frozenset[Name]]  # by container
    found: Mapping[str, frozenset[Name]]

    @property
    def containers(self) -> set[str]:
        return {*self.put_in, *self.found}


def surplus(listed: Listed, scans: Mapping[str, Sequence[Handling]], stays: Sequence[Stay]) -> list[Handling]:
    """Unsealings that found a member whose stay none of them ends: it was in without being on the list."""
    ended = {(stay.ended.container, stay.ended.name) for stay in stays if stay.ended is not None}
    return [scan for container, names in listed.found.items() for scan in scans.get(container, ())
            if scan.kind == Kind.UNSEALED and scan.name in names and (container, scan.name) not in ended]
