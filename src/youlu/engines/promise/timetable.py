"""The timetable as arrays: one row per leg, sorted so that one pass in either direction is enough."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from youlu.engines.promise.errors import TimetableError
from youlu.engines.promise.keys import leg_key_encode

UNREACHABLE = 65535
"""The uint16 minute that means "no way". A leg that arrives at or after it cannot be told from it."""
NEVER = 2**31 - 1
"""The int32 instant that means "no way" before results are narrowed to uint16."""

CANCELLED = 1
NO_BOARD = 2
NO_ALIGHT = 4
LAST = 8


@dataclass(frozen=True, eq=False)
class TripPattern:
    """One trip of the timetable and the service days it runs on; k stops.

    Attributes
    ----------
    trip_key : int
        0 .. 2**31 - 1, one pattern a key and service day, kept by every later revision.
    stops : int32[k]
        Dense office index.
    arr_min, dep_min : int32[k]
        Minutes after midnight of the service day; may exceed 1440.
    days : bool array, or a collection or array of service days
        Days since 1970-01-01. A bool array has either `n_days` entries from `start_day` on or
        `lead_days + n_days` entries from `start_day - lead_days` on.
    seq : uint16[k], optional
        Stop sequence, increasing; 0 .. k-1 by default.
    no_board, no_alight : bool[k], optional
    """

    trip_key: int
    stops: np.ndarray
    arr_min: np.ndarray
    dep_min: np.ndarray
    days: np.ndarray | Collection[int]
    seq: np.ndarray | None = None
    no_board: np.ndarray | None = None
    no_alight: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Timetable:
    """Legs sorted by (departure, arrival), then so that what takes no time comes in riding order.

    Instants are int32 minutes from the local midnight of `start_day`. A leg of a ring that takes no time may
    stand in several places (see `instant_order`); they share one key.

    Attributes
    ----------
    u, v, dep, arr : int32[n_legs]
    trip : int32[n_legs]
        Instance: one trip on one service day.
    seq, seq_to : uint16[n_legs]
        Stop sequence at departure and at arrival.
    next_leg : int32[n_legs]
        The next leg of the same instance, -1 after the last.
    base : uint8[n_legs]
        NO_BOARD, NO_ALIGHT and LAST as the timetable itself says.
    trip_key, service_day : int64[n_instances], int32[n_instances]
    """

    u: np.ndarray
    v: np.ndarray
    dep: np.ndarray
    arr: np.ndarray
    trip: np.ndarray
    seq: np.ndarray
    seq_to: np.ndarray
    next_leg: np.ndarray
    base: np.ndarray
    trip_key: np.ndarray
    service_day: np.ndarray
    start_day: int
    n_days: int
    n_offices: int

    @property
    def n_legs(self) -> int:
        return len(self.u)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every array and bound: equal content, equal fingerprint."""
        digest = hashlib.sha256(f"{self.start_day} {self.n_days} {self.n_offices}".encode())
        for name in _ARRAYS:
            digest.update(np.ascontiguousarray(getattr(self, name)).data)
        return digest.hexdigest()

    @cached_property
    def departures(self) -> tuple[np.ndarray, np.ndarray]:
        """Legs by departure office: (int64[n_offices + 1] bounds, int32[n_legs] legs in timetable order)."""
        return _csr(self.u, self.n_offices)

    @cached_property
    def arrivals(self) -> tuple[np.ndarray, np.ndarray]:
        """Legs by arrival office, as `departures`."""
        return _csr(self.v, self.n_offices)

    @cached_property
    def leg_keys(self) -> np.ndarray:
        """The stored key of each leg, int64[n_legs], see `keys`."""
        return leg_key_encode(self.trip_key[self.trip], self.service_day[self.trip], self.seq)

    @cached_property
    def _keys_sorted(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.leg_keys, kind="stable")
        return self.leg_keys[order], order.astype(np.int32)

    def save(self, folder: Path) -> None:
        """Write one .npy file per array, for `load` to map into memory in every process."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        np.save(folder / "bounds.npy", np.array([self.start_day, self.n_days, self.n_offices], dtype=np.int64))

    @classmethod
    def load(cls, folder: Path, mmap: bool = True) -> "Timetable":
        """Read what `save` wrote; with `mmap` the pages are shared between processes and read-only."""
        mode: Literal["r"] | None = "r" if mmap else None
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode=mode) for name in _ARRAYS}
        start_day, n_days, n_offices = (int(x) for x in np.load(folder / "bounds.npy"))
        # A memmap is a subclass of ndarray that kernels would compile apart for: hand out the plain view.
        plain = {name: np.asarray(array) for name, array in arrays.items()}
        return cls(**plain, start_day=start_day, n_days=n_days, n_offices=n_offices)


_ARRAYS = tuple(f.name for f in fields(Timetable) if f.type is np.ndarray)


def legs_find(timetable: Timetable, keys: np.ndarray) -> np.ndarray:
    """Find planned legs: int64 keys of any shape in, int32 leg index of the same shape out, -1 if not there."""
    known, legs = timetable._keys_sorted
    wanted = np.asarray(keys, dtype=np.int64)
    if not len(known):
        return np.full(wanted.shape, -1, dtype=np.int32)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, legs[at], np.int32(-1)).astype(np.int32)


def _csr(office: np.ndarray, n_offices: int) -> tuple[np.ndarray, np.ndarray]:
    bounds = np.zeros(n_offices + 1, dtype=np.int64)
    np.cumsum(np.bincount(office, minlength=n_offices), out=bounds[1:])
    return bounds, np.argsort(office, kind="stable").astype(np.int32)


def pattern_check(pattern: TripPattern, n_offices: int) -> None:
    """Raise TimetableError, naming the trip, when no vehicle could run it."""
    stops, arr, dep = pattern.stops, pattern.arr_min, pattern.dep_min
    who = f"trip {pattern.trip_key}"
    rest = (pattern.seq, pattern.no_board, pattern.no_alight)
    if any(len(part) != len(stops) for part in (arr, dep, *rest) if part is not None):
        raise TimetableError(f"{who}: its arrays differ in length")
    if not 0 <= pattern.trip_key < 2**31:
        raise TimetableError(f"{who}: key outside 0..2**31-1")
    if len(stops) and (stops.min() < 0 or stops.max() >= n_offices):
        raise TimetableError(f"{who}: office index outside 0..{n_offices - 1}")
    if (arr[1:-1] > dep[1:-1]).any() or (dep[:-1] > arr[1:]).any():
        raise TimetableError(f"{who}: times run backwards")
    if pattern.seq is not None and (np.diff(pattern.seq.astype(np.int64)) <= 0).any():
        raise TimetableError(f"{who}: stop sequence does not increase")


def service_days_of(pattern: TripPattern, start_day: int, n_days: int, lead_days: int) -> Sequence[int]:
    """The service days of a pattern that lie in the horizon or its lead days, sorted."""
    days = pattern.days
    first = start_day - lead_days
    if isinstance(days, np.ndarray) and days.dtype == np.bool_:
        if len(days) not in (n_days, n_days + lead_days):
            raise TimetableError(f"trip {pattern.trip_key}: {len(days)} day flags for {n_days} days")
        return (np.flatnonzero(days) + (start_day + n_days - len(days))).tolist()
    return sorted(day for day in {int(day) for day in days} if first <= day < start_day + n_days)
