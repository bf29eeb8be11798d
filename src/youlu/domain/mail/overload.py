"""Trips that more mail is planned on than they carry, and the mark "at risk" of the items on them.

Promises are earliest arrivals: a detour takes everybody over the same trip, however small its vehicle. Nothing is
spread over other trips here; what does not fit is shown, and whoever disposes adds a trip or diverts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from youlu.domain.mail.models import OverloadedLeg
from youlu.domain.network.capacity import vehicle_capacities
from youlu.domain.network.trips import LegTimes, trip_book
from youlu.domain.promise.held import Held

KEYS_A_STATEMENT = 10_000


@dataclass(frozen=True)
class LegLoad:
    """A leg with the items planned on it and the items its trip carries."""

    key: int
    items: int
    carries: int
    times: LegTimes


class Loads:
    """Items by leg key, as two arrays in the order of the keys."""

    def __init__(self, keys: NDArray[np.int64], items: NDArray[np.int64]) -> None:
        self.keys, self.items = keys, items

    @classmethod
    def of(cls, legs: NDArray[np.int64]) -> Loads:
        """One entry an item and leg."""
        return cls(*np.unique(legs, return_counts=True))

    @classmethod
    def joined(cls, parts: Sequence[tuple[Loads, int]]) -> Loads:
        """The sum of loads, each times its factor."""
        if not parts:
            return cls(np.empty(0, np.int64), np.empty(0, np.int64))
        keys, at = np.unique(np.concatenate([load.keys for load, _ in parts]), return_inverse=True)
        items = np.concatenate([load.items * factor for load, factor in parts])
        return cls(keys, np.bincount(at, weights=items, minlength=len(keys)).astype(np.int64))

    def at(self, keys: Sequence[int]) -> list[int]:
        """Items on these legs."""
        where = np.minimum(np.searchsorted(self.keys, keys), max(len(self.keys) - 1, 0))
        return [int(self.items[n]) if len(self.keys) and self.keys[n] == key else 0
                for n, key in zip(where.tolist(), keys, strict=True)]


def legs_ahead(
    offset: NDArray[np.int64], legs: NDArray[np.int64], done: NDArray[np.int16]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(leg keys still to be ridden, the item of each), of the planned legs of items one after another."""
    owner = np.repeat(np.arange(len(done)), np.diff(offset))
    ahead = np.arange(len(legs)) - offset[owner] >= done[owner]
    return legs[ahead], owner[ahead]


_known: WeakKeyDictionary[Held, Loads] = WeakKeyDictionary()


def loads_of(held: Held) -> Loads:
    """What items still have to ride, counted once for arrays that stay as they are."""
    if held not in _known:
        _known[held] = Loads.of(legs_ahead(held.legs_offset, held.legs, held.legs_done)[0])
    return _known[held]


def legs_overloaded(loads: Loads) -> tuple[LegLoad, ...]:
    """The legs beyond what their trip carries, worst first."""
    trips, nth = np.unique(loads.keys >> 32, return_inverse=True)
    carried = vehicle_capacities()
    carries = np.array([carried.get(trip, 2**31) for trip in trips.tolist()], np.int64)[nth]
    book, found = trip_book(), []
    for at in np.flatnonzero(loads.items > carries).tolist():
        times = book.leg(int(loads.keys[at]))
        if times is not None:
            found.append(LegLoad(int(loads.keys[at]), int(loads.items[at]), int(carries[at]), times))
    return tuple(sorted(found, key=lambda load: (load.carries - load.items, load.key)))


def overload_mark(parts: Sequence[Held]) -> int:
    """Find the overloaded legs of everything in flight, keep them, and mark the items on them; returns how many items.

    `parts` are all items in flight.
    """
    loads = legs_overloaded(Loads.joined([(loads_of(part), 1) for part in parts]))
    full = np.array([load.key for load in loads], np.int64)
    on_them: set[int] = set()
    for part in parts if loads else ():
        legs, owner = legs_ahead(part.legs_offset, part.legs, part.legs_done)
        on_them.update(part.item_key[np.unique(owner[np.isin(legs, full)])].tolist())
    with transaction.atomic():
        OverloadedLeg.objects.all().delete()
        OverloadedLeg.objects.bulk_create(
            OverloadedLeg(leg=load.key, items=load.items, carries=load.carries) for load in loads)
    with connection.cursor() as cursor:
        cursor.execute("SELECT item_key FROM mail_item WHERE is_overloaded AND in_flight")
        marked = {key for (key,) in cursor.fetchall()}
    _mark(sorted(on_them - marked), True)
    _mark(sorted(marked - on_them), False)
    return len(on_them)


def _mark(keys: list[int], value: bool) -> None:
    for begin in range(0, len(keys), KEYS_A_STATEMENT):
        part = keys[begin:begin + KEYS_A_STATEMENT]
        with transaction.atomic(), connection.cursor() as cursor:
            # In the order of keys, as everybody who locks items does.
            cursor.execute("SELECT FROM mail_item WHERE item_key = ANY(%s::bigint[]) ORDER BY item_key FOR UPDATE",
                           [part])
            cursor.execute("UPDATE mail_item SET is_overloaded = %s WHERE item_key = ANY(%s::bigint[])", [value, part])
