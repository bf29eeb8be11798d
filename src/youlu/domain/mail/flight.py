"""Reading items in flight of one hash partition into arrays, column by column.

A row per item would cost the client more than the sweep. Here the server gathers each column into one array and sends
it in its binary form, which numpy reads as it is: a million items in one to two seconds of the server.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from youlu.core.bulk import cursor_raw
from youlu.core.columns import column_values
from youlu.domain.mail.models import PARTITIONS
from youlu.domain.promise.held import UNKNOWN_S, Held, held_join

__all__ = ["PARTITIONS", "UNKNOWN_S", "Flight", "Kinds", "flight_join", "flight_read", "held_all", "instants"]

_NO_TIME = "'-infinity'::timestamptz"
# (name, SQL, an element as sent, as kept)
_COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("item_key", "item_key", ">i8", "i8"),
    ("position_no", "position_no", ">i4", "i4"),
    ("place", "place", ">i2", "i2"),
    ("place_office", "coalesce(place_office_id, -1)", ">i4", "i4"),
    ("place_leg", "coalesce(place_leg, -1)", ">i8", "i8"),
    ("since_s", "place_since", ">i8", "i8"),
    ("dest_office", "dest_office_id", ">i4", "i4"),
    ("dest_segment", "coalesce(dest_segment_id, -1)", ">i4", "i4"),
    ("dest_compound", "coalesce(dest_compound_id, -1)", ">i4", "i4"),
    ("kind", "hashtextextended(mail_class || ' ' || programme, 0)", ">i8", "i8"),
    ("expected_s", f"coalesce(expected_arrive_by, {_NO_TIME})", ">i8", "i8"),
    ("arrival_s", f"coalesce(arrival_at, {_NO_TIME})", ">i8", "i8"),
    ("departs_s", f"coalesce(next_departure_at, {_NO_TIME})", ">i8", "i8"),
    ("legs_done", "legs_done", ">i2", "i2"),
    ("n_legs", "cardinality(planned_legs)", ">i4", "i4"),
    ("addressee", "coalesce(addressee_id, '00000000-0000-0000-0000-000000000000')", "V16", "V16"),
)
_SELECT = (
    "SELECT " + ", ".join(f"array_send(array_agg({sql}))" for _, sql, _, _ in _COLUMNS)
    + ", string_agg(array_send(planned_legs), ''::bytea) FILTER (WHERE cardinality(planned_legs) > 0)"
    " FROM mail_item_p{p:02d} WHERE place < 3")
_TIMES = ("since_s", "expected_s", "arrival_s", "departs_s")
_EPOCH_2000_S = 946_684_800  # PostgreSQL counts microseconds from the year 2000
_MINUS_INFINITY = np.iinfo(np.int64).min
READERS = 3  # connections on which the server gathers at a time


@dataclass(eq=False)
class Kinds:
    """The (mail class, programme) pairs met so far; an item's `kind` is a place in `pairs`. It only grows."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    _by_hash: dict[int, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def numbers(self, hashes: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int16]:
        """Each item's kind; a pair that is new is read from the row of the first item that has it."""
        distinct, first, nth = np.unique(hashes, return_index=True, return_inverse=True)
        with self._lock:
            for value, key in zip(distinct.tolist(), keys[first].tolist(), strict=True):
                if value not in self._by_hash:
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT mail_class, programme FROM mail_item WHERE item_key = %s", [key])
                        self.pairs.append(cursor.fetchone())
                    self._by_hash[value] = len(self.pairs) - 1
        return np.array([self._by_hash[value] for value in distinct.tolist()], np.int16)[nth.ravel()]


@dataclass(frozen=True, eq=False)
class Flight:
    """Items in flight of one partition, ordered by key, with what their promise does not need: when the next planned
    leg departs (UNKNOWN_S: none) and the addressee's id (16 bytes, zeros: none)."""

    held: Held
    departs_s: NDArray[np.int64]
    addressee: NDArray[np.void]

    def __len__(self) -> int:
        return len(self.held)

    def where(self, mask: NDArray[np.bool_]) -> Flight:
        """The items under the mask, in order."""
        return Flight(self.held.where(mask), self.departs_s[mask], self.addressee[mask])

    def with_kinds(self, kinds: tuple[tuple[str, str], ...]) -> Flight:
        """The same under a longer list of kinds."""
        return self if len(self.held.kinds) == len(kinds) else replace(self, held=replace(self.held, kinds=kinds))


def flight_join(parts: list[Flight]) -> Flight:
    """One of several, ordered by key."""
    order = np.argsort(np.concatenate([part.held.item_key for part in parts]), kind="stable")
    return Flight(held_join([part.held for part in parts]).take(order),
                  np.concatenate([part.departs_s for part in parts])[order],
                  np.concatenate([part.addressee for part in parts])[order])


def flight_read(partition: int, kinds: Kinds, *, keys: list[int] | None = None) -> Flight:
    """The items in flight of a partition, of them only `keys` where given."""
    sql = _SELECT.format(p=partition)
    with cursor_raw() as cursor:
        if keys is None:
            cursor.execute(sql, binary=True)
        else:
            cursor.execute(f"{sql} AND item_key = ANY(%s)", [keys], binary=True)
        *columns, legs = (bytes(value or b"") for value in cursor.fetchone() or ())  # an aggregate always has a row
    return _unpack({name: column_values(raw, value).astype(dtype) for (name, _, value, dtype), raw in
                    zip(_COLUMNS, columns, strict=True)}, legs, kinds)


def flight_read_all(kinds: Kinds) -> list[Flight]:
    """The items in flight of every partition: the server gathers several at a time, inside a transaction one."""
    if connection.in_atomic_block:
        return [flight_read(number, kinds) for number in range(PARTITIONS)]

    def read(number: int) -> Flight:
        try:
            return flight_read(number, kinds)
        finally:
            connection.close()  # this thread's own

    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(read, range(PARTITIONS)))


def held_all() -> tuple[Held, ...]:
    """The items in flight by partition, read from the tables now."""
    kinds = Kinds()
    parts = [part.held for part in flight_read_all(kinds)]
    return tuple(replace(part, kinds=tuple(kinds.pairs)) for part in parts)


def _unpack(columns: dict[str, NDArray[Any]], legs: bytes, kinds: Kinds) -> Flight:
    for name in _TIMES:
        columns[name] = _seconds(columns[name])
    counts = columns.pop("n_legs").astype(np.int64)
    offset = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offset[1:])
    columns["kind"] = kinds.numbers(columns["kind"], columns["item_key"])
    departs, addressee = columns.pop("departs_s"), columns.pop("addressee")
    held = Held(**columns, legs_offset=offset, legs=_array_values(legs, counts[counts > 0]), kinds=tuple(kinds.pairs))
    order = np.argsort(held.item_key)
    return Flight(held.take(order), departs[order], addressee[order])


def _seconds(micros: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(micros == _MINUS_INFINITY, UNKNOWN_S, micros // 1_000_000 + _EPOCH_2000_S)


def _array_values(binary: bytes, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The elements of concatenated array_send(bigint[]), read as words of 4 bytes: a header of 5, then 3 an element,
    its length and its two halves."""
    if not len(counts):
        return np.empty(0, np.int64)
    words = np.frombuffer(binary, ">u4")
    begins = np.cumsum(5 + 3 * counts) - 3 * counts  # each array's first element
    nth = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    at = np.repeat(begins, counts) + 3 * nth
    return words[at + 1].astype(np.int64) << 32 | words[at + 2].astype(np.int64)


def instants(seconds: NDArray[np.int64]) -> list[dt.datetime | None]:
    """Unix seconds as aware instants, None for UNKNOWN_S."""
    return [None if s == UNKNOWN_S else dt.datetime.fromtimestamp(s, dt.UTC) for s in seconds.tolist()]
