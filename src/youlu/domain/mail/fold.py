"""The fold: an item's scans, in the order of their occurrence, put it at one position.

Order is (occurred_at, device, sequence), never arrival, so any permutation or duplication of the same scans gives the
same position. A delivery stands whatever else comes in; only a scan that names it as wrong undoes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from youlu.domain.mail.models import Place, ScanKind

FINAL = {ScanKind.DELIVERED: Place.DELIVERED, ScanKind.RETURNED: Place.RETURNED}


@dataclass(frozen=True, slots=True)
class Event:
    """One scan as the fold sees it."""

    occurred_at: dt.datetime
    device: str
    sequence: int
    kind: int
    office_id: int | None = None
    leg: int | None = None
    corrects: tuple[str, int] | None = None

    @property
    def order(self) -> tuple[dt.datetime, str, int]:
        return self.occurred_at, self.device, self.sequence


@dataclass(frozen=True, slots=True)
class Position:
    """Where an item is and since when; `leg` is the key of the leg it departed on."""

    place: int
    office_id: int | None
    leg: int | None
    since: dt.datetime


class Correctable(Protocol):
    """A scan that may name another as wrong."""

    @property
    def device(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def corrects(self) -> tuple[str, int] | None: ...


AnyScan = TypeVar("AnyScan", bound=Correctable)


def fold(events: Iterable[Event]) -> Position | None:
    """The position after all events; None when none of them says where the item is."""
    ordered = valid(sorted({(e.device, e.sequence): e for e in events}.values(), key=lambda e: e.order))
    for event in ordered:
        if event.kind in FINAL:
            return Position(FINAL[ScanKind(event.kind)], event.office_id, None, event.occurred_at)
    position: Position | None = None
    for event in ordered:
        position = _move(position, event)
    return position


def advance(position: Position, later: Sequence[Event]) -> Position:
    """The fold of all events so far and of `later` ones, from the position that those so far gave.

    Only where every one of `later` occurred after every one so far and none corrects another: then those so far stay
    as they are and come first.
    """
    for event in sorted(later, key=lambda e: e.order) if len(later) > 1 else later:
        if position.place in FINAL.values():
            break
        if event.kind in FINAL:
            return Position(FINAL[ScanKind(event.kind)], event.office_id, None, event.occurred_at)
        position = _move(position, event) or position
    return position


def valid(ordered: Sequence[AnyScan]) -> list[AnyScan]:
    """Without the scans that a later valid one names as wrong; seen from the end, so that a wrong correction, itself
    corrected, corrects nothing."""
    wrong: set[tuple[str, int]] = set()
    kept = []
    for event in reversed(ordered):
        if (event.device, event.sequence) in wrong:
            continue
        if event.corrects is not None:
            wrong.add(event.corrects)
        kept.append(event)
    return kept[::-1]


def _move(position: Position | None, event: Event) -> Position | None:
    if event.kind in (ScanKind.VOID, ScanKind.HELD):
        return position
    if event.kind == ScanKind.DEPARTED and event.leg is not None:
        return Position(Place.TRIP, None, event.leg, event.occurred_at)
    if event.kind == ScanKind.OUT:
        return Position(Place.ROUND, event.office_id, None, event.occurred_at)
    stays = (
        position is not None and position.place == Place.OFFICE and position.office_id == event.office_id
        and event.kind != ScanKind.UNDELIVERED
    )
    return position if stays else Position(Place.OFFICE, event.office_id, None, event.occurred_at)
