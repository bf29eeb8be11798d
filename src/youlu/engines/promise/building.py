"""From trip patterns and service days to the sorted legs of a timetable."""

from collections.abc import Sequence

import numpy as np

from youlu.engines.promise.errors import TimetableError
from youlu.engines.promise.instant_order import instant_order
from youlu.engines.promise.timetable import (
    LAST,
    NO_ALIGHT,
    NO_BOARD,
    UNREACHABLE,
    Timetable,
    TripPattern,
    pattern_check,
    service_days_of,
)


def timetable_build(
    patterns: Sequence[TripPattern],
    n_offices: int,
    start_day: int,
    n_days: int,
    lead_days: int = 3,
    *,
    day_length: int = 1440,
    limit: int = UNREACHABLE,
) -> Timetable:
    """Lay out the legs of `n_days` service days and of the trips of the `lead_days` before that are under way.

    Parameters
    ----------
    patterns : sequence of TripPattern
    n_offices : int
        Offices are 0 .. n_offices - 1.
    start_day : int
        Days since 1970-01-01; instants count from its local midnight.
    n_days, lead_days : int
    day_length, limit : int
        For callers that count in another unit than minutes: the length of a day, and the first arrival that
        is dropped. The default drops what uint16 cannot tell from "no way": keeping it makes promises wrong.

    Raises
    ------
    TimetableError
        A trip runs backwards, uses an unknown office, or two patterns share a key on one day.
    """
    for pattern in patterns:
        pattern_check(pattern, n_offices)
    days = [service_days_of(p, start_day, n_days, lead_days) for p in patterns]
    _keys_check(patterns, days)
    pattern_of = np.repeat(np.arange(len(patterns)), [len(d) for d in days])
    day_of = np.array([day for some in days for day in some], dtype=np.int64)
    keys = np.array([p.trip_key for p in patterns], dtype=np.int64)[pattern_of]
    columns = _columns(patterns)
    legs, instance = _expand(columns, pattern_of)
    shift = ((day_of - start_day) * day_length)[instance]
    dep, arr = columns["dep"][legs] + shift, columns["arr"][legs] + shift
    # A leg of an earlier day that is still under way at midnight stays: items may be on it.
    keep = np.flatnonzero((arr >= 0) & (arr < limit))
    used, instance = np.unique(instance[keep], return_inverse=True)
    arrays = _legs_sorted(columns, legs[keep], instance, dep[keep], arr[keep])
    return Timetable(
        **arrays,
        trip_key=keys[used],
        service_day=day_of[used].astype(np.int32),
        start_day=start_day,
        n_days=n_days,
        n_offices=n_offices,
    )


def _legs_sorted(
    columns: dict[str, np.ndarray], legs: np.ndarray, instance: np.ndarray, dep: np.ndarray, arr: np.ndarray
) -> dict[str, np.ndarray]:
    """The leg arrays of a timetable from legs that stand instance by instance in riding order."""
    order = _order(dep, arr, columns["u"][legs], columns["v"][legs])
    next_leg = _next_leg(order, instance)
    chosen = legs[order]
    return {
        "u": columns["u"][chosen],
        "v": columns["v"][chosen],
        "dep": dep[order].astype(np.int32),
        "arr": arr[order].astype(np.int32),
        "trip": instance[order].astype(np.int32),
        "seq": columns["seq"][chosen],
        "seq_to": columns["seq_to"][chosen],
        "next_leg": next_leg,
        "base": (columns["base"][chosen] | np.where(next_leg < 0, LAST, 0)).astype(np.uint8),
    }


def _keys_check(patterns: Sequence[TripPattern], days: Sequence[Sequence[int]]) -> None:
    """A trip may have one pattern until some day and another from then on, never two on one day."""
    seen: dict[int, set[int]] = {}
    for pattern, some in zip(patterns, days, strict=True):
        known = seen.setdefault(pattern.trip_key, set())
        if not known.isdisjoint(some):
            raise TimetableError(f"trip {pattern.trip_key}: key used twice on one day")
        known.update(some)


def _columns(patterns: Sequence[TripPattern]) -> dict[str, np.ndarray]:
    """The legs of all patterns one after another, times after midnight of the service day."""

    def joined(parts: list[np.ndarray], dtype: type) -> np.ndarray:
        return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype=dtype)

    seqs = [np.arange(len(p.stops)) if p.seq is None else p.seq for p in patterns]
    base = []
    for p in patterns:
        flags = np.zeros(max(len(p.stops) - 1, 0), dtype=np.uint8)
        if p.no_board is not None:
            flags |= np.where(np.asarray(p.no_board)[:-1], NO_BOARD, 0).astype(np.uint8)
        if p.no_alight is not None:
            flags |= np.where(np.asarray(p.no_alight)[1:], NO_ALIGHT, 0).astype(np.uint8)
        base.append(flags)
    return {
        "u": joined([p.stops[:-1] for p in patterns], np.int32),
        "v": joined([p.stops[1:] for p in patterns], np.int32),
        "dep": joined([p.dep_min[:-1] for p in patterns], np.int64),
        "arr": joined([p.arr_min[1:] for p in patterns], np.int64),
        "seq": joined([s[:-1] for s in seqs], np.uint16),
        "seq_to": joined([s[1:] for s in seqs], np.uint16),
        "base": joined(base, np.uint8),
        "count": np.array([max(len(p.stops) - 1, 0) for p in patterns], dtype=np.int64),
    }


def _expand(columns: dict[str, np.ndarray], pattern_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Column index and instance of every leg, instances one after another, legs in riding order."""
    count = columns["count"]
    first = np.concatenate(([0], np.cumsum(count)))[:-1]
    per_instance = count[pattern_of]
    instance = np.repeat(np.arange(len(pattern_of)), per_instance)
    begins = np.concatenate(([0], np.cumsum(per_instance)))[:-1]
    within = np.arange(len(instance)) - begins[instance]
    return first[pattern_of][instance] + within, instance


def _order(dep: np.ndarray, arr: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Sort by (dep, arr); put chains of legs that take no time in order, repeat rings of them."""
    order = np.lexsort((arr, dep))
    instants = np.flatnonzero((dep == arr)[order])
    minutes = dep[order][instants]
    cuts = np.flatnonzero(np.diff(minutes)) + 1
    pieces, done = [], 0
    for group in np.split(instants, cuts):
        if len(group) < 2:
            continue
        members = order[group]
        places = instant_order(u[members].tolist(), v[members].tolist())
        pieces += [order[done : group[0]], members[places]]
        done = int(group[-1]) + 1
    return np.concatenate([*pieces, order[done:]]) if pieces else order


def _next_leg(order: np.ndarray, instance: np.ndarray) -> np.ndarray:
    """For each place the nearest later place of the following leg of the same instance, -1 after the last."""
    n = len(instance)
    has_next = np.zeros(n, dtype=bool)
    has_next[:-1] = instance[1:] == instance[:-1]
    place = np.arange(len(order), dtype=np.int64)
    # (leg, place) pairs in one sorted list: the first pair at or after (leg + 1, own place) is the one wanted.
    stride = len(order) + 1
    pairs = np.sort(order * stride + place)
    at = np.searchsorted(pairs, (order + 1) * stride + place)
    found = pairs[np.minimum(at, len(pairs) - 1)] % stride if len(pairs) else place
    return np.where(has_next[order], found, -1).astype(np.int32)
