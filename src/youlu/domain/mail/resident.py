"""The items in flight, resident in this process: read once, then kept true by what the record of changes names.

A closure's preview and its apply compute on these arrays and read no table. What they hold is at most as old as the
last `flight_now`; a row that moved since is refused at the commit by its position number, as ever.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from youlu.domain.mail.changed import READ_AGAIN_AFTER_S, Changed, Mark, changed_since, mark_now
from youlu.domain.mail.flight import Flight, Kinds, flight_join, flight_read, flight_read_all

WHOLE_AFTER_SHARE = 0.25  # of a partition changed: reading it whole is quicker than by key


@dataclass(eq=False)
class Resident:
    """The items in flight of every partition. Parts are replaced, never changed: who computes on one keeps it."""

    parts: list[Flight] = field(default_factory=list)
    kinds: Kinds = field(default_factory=Kinds)
    mark: Mark | None = None
    read_at_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> tuple[Flight, ...]:
        """The parts, true as of a moment after this was called."""
        with self._lock:
            mark, since = mark_now(), time.monotonic()
            if self.mark is None or self._is_lost(self.mark, mark) or not self._catch_up(self.mark):
                self.kinds = Kinds()
                self.parts = flight_read_all(self.kinds)
            self.mark, self.read_at_s = mark, since
            shown = _with_present_kinds(self.parts, self.kinds)
            if shown[0].held.kinds == tuple(self.kinds.pairs):  # numbered as before: kept, with what is known of each
                self.parts = list(shown)
            return shown

    def _is_lost(self, seen: Mark, mark: Mark) -> bool:
        return seen.database != mark.database or time.monotonic() - self.read_at_s > READ_AGAIN_AFTER_S

    def _catch_up(self, seen: Mark) -> bool:
        changed = changed_since(seen)
        if changed.everything:
            return False
        for number, keys in self._placed(changed).items():
            self.parts[number] = self._renewed(number, keys)
        return True

    def _placed(self, changed: Changed) -> dict[int, NDArray[np.int64]]:
        """Changed keys by partition; where the record does not say which, those held tell, the database the rest."""
        placed = {number: [np.array(keys, np.int64)] for number, keys in changed.by_partition.items()
                  if number is not None}
        unplaced = np.unique(np.array(changed.by_partition.get(None, []), np.int64))
        for number, part in enumerate(self.parts):
            if not len(unplaced):
                break
            mine = _among(part.held.item_key, unplaced)
            placed.setdefault(number, []).append(unplaced[mine])
            unplaced = unplaced[~mine]
        for number, key in _partitions_of(unplaced):
            placed.setdefault(number, []).append(np.array([key], np.int64))
        joined = {number: np.unique(np.concatenate(keys)) for number, keys in placed.items()}
        return {number: keys for number, keys in joined.items() if len(keys)}

    def _renewed(self, number: int, keys: NDArray[np.int64]) -> Flight:
        old = self.parts[number]
        if len(keys) > WHOLE_AFTER_SHARE * len(old):
            return flight_read(number, self.kinds)
        fresh = flight_read(number, self.kinds, keys=keys.tolist())
        kept = old.where(~_among(keys, old.held.item_key))
        return flight_join([kept.with_kinds(fresh.held.kinds), fresh])


_resident = Resident()


def flight_now() -> tuple[Flight, ...]:
    """The items in flight by partition, each ordered by key, all under the same `kinds`.

    Inside a transaction the tables are read, and nothing of it is kept: it may see rows that are rolled back.
    """
    return (Resident() if connection.in_atomic_block else _resident).now()


def _among(known: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of `wanted` are in `known`, which is sorted."""
    if not len(known):
        return np.zeros(len(wanted), bool)
    return known[np.minimum(np.searchsorted(known, wanted), len(known) - 1)] == wanted


def _partitions_of(keys: NDArray[np.int64]) -> list[tuple[int, int]]:
    """(partition, key) of items in flight that were not held before: accepted since, or in flight again."""
    if not len(keys):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right(i.tableoid::regclass::text, 2)::int, i.item_key FROM unnest(%s::bigint[]) AS k(item_key)"
            " JOIN mail_item i USING (item_key) WHERE i.place < 3", [keys.tolist()])
        return cursor.fetchall()


def _with_present_kinds(parts: list[Flight], kinds: Kinds) -> tuple[Flight, ...]:
    """All parts under one list of kinds, without those that nothing in flight has any more: each kind that an effect
    singles out costs a sweep."""
    count = np.zeros(len(kinds.pairs), np.int64)
    for part in parts:
        count += np.bincount(part.held.kind, minlength=len(count))
    present = np.flatnonzero(count)
    pairs = tuple(kinds.pairs[number] for number in present.tolist())
    if len(pairs) == len(kinds.pairs):
        return tuple(part.with_kinds(pairs) for part in parts)
    number_of = np.full(len(kinds.pairs), -1, np.int16)
    number_of[present] = np.arange(len(present))
    return tuple(replace(part, held=replace(part.held, kind=number_of[part.held.kind], kinds=pairs))
                 for part in parts)
