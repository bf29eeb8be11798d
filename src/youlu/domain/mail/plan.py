"""An item against its plan: which planned legs are done, which is next, and whether the promise must be made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from youlu.domain.mail.fold import Position
from youlu.domain.mail.models import Place, PromiseRevision
from youlu.domain.network.trips import TripBook

Cause = PromiseRevision.Cause


@dataclass(frozen=True)
class Progress:
    """`recalc` names why the plan no longer tells the truth; None when it does."""

    legs_done: int
    next_departure_at: dt.datetime | None
    recalc: str | None = None


def progress_of(
    *, legs: Sequence[int], dest_office_id: int, arrival_at: dt.datetime | None, position: Position, book: TripBook
) -> Progress:
    """Lay a position on the planned legs."""
    if position.place in (Place.DELIVERED, Place.RETURNED, Place.ROUND):
        return Progress(len(legs), None)
    if position.place == Place.TRIP:
        if position.leg is None or position.leg not in legs:
            return Progress(0, None, Cause.MOVED)
        done = list(legs).index(position.leg) + 1
        return Progress(done, _departure(legs, done, book))
    if position.office_id == dest_office_id:
        # Later than planned, or at all where no time was known: the wave may be another.
        planned = arrival_at is not None and position.since == arrival_at
        late = arrival_at is not None and position.since > arrival_at
        return Progress(len(legs), None, None if planned else Cause.MISSED if late else Cause.MOVED)
    return _waiting(legs, position, book)


def is_off_the_way(
    *, legs: Sequence[int], dest_office_id: int, position: Position, book: TripBook
) -> bool:
    """Whether an item is at an office that none of its planned legs touches. Without a plan nothing is off it."""
    if position.place != Place.OFFICE or not legs or position.office_id == dest_office_id:
        return False
    way = [leg for key in legs if (leg := book.leg(key)) is not None]
    return bool(way) and all(position.office_id not in (leg.from_office, leg.to_office) for leg in way)


def _waiting(legs: Sequence[int], position: Position, book: TripBook) -> Progress:
    missed = None
    for done, key in enumerate(legs):
        leg = book.leg(key)
        if leg is None or leg.from_office != position.office_id:
            continue
        before = book.leg(legs[done - 1]) if done else None
        ready_at = position.since + dt.timedelta(minutes=book.handling_min[leg.from_office])
        if ready_at > leg.departs_at:  # or this is a later visit of a way that comes by twice
            missed = missed or Progress(done, leg.departs_at, Cause.MISSED)
            continue
        # Here before its vehicle was due: it may catch an earlier one.
        early = before is not None and position.since < before.arrives_at
        return Progress(done, leg.departs_at, Cause.MOVED if early else None)
    return missed or Progress(0, None, Cause.MOVED)


def _departure(legs: Sequence[int], done: int, book: TripBook) -> dt.datetime | None:
    leg = book.leg(legs[done]) if done < len(legs) else None
    return leg.departs_at if leg else None
