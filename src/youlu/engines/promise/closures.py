"""Measures that close legs, and the flags of all legs derived from the whole set of open measures.

Flags are never toggled: whoever lifts a measure derives them again from what is left. So overlapping measures
can be lifted in any order and end in the same state.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from youlu.engines.calendar import OPEN_END, windows_merge
from youlu.engines.promise.errors import ClosureError
from youlu.engines.promise.timetable import CANCELLED, NO_ALIGHT, NO_BOARD, UNREACHABLE, Timetable

ACTS = ("cancel", "no_board", "no_alight", "no_pass")
ALL_GROUPS = 0xFF


@dataclass(frozen=True, eq=False)
class LegClosure:
    """One act on the legs that a place selects, in the half-open window [t0_min, t1_min).

    ===========  =====================================================  ==================================
    act          `offices` select a leg by                              it is closed in the window if
    ===========  =====================================================  ==================================
    cancel       either end                                             it is under way: departs < t1, arrives > t0
    no_board     departure                                              it departs in it
    no_alight    arrival                                                it arrives in it
    no_pass      departure or arrival, each with its own instant        it departs from, or arrives at, one of
                                                                        the offices in it
    ===========  =====================================================  ==================================

    For `no_pass` without offices both ends count. Selectors that are given must all hold; with none the act is
    on every leg. `t1_min` is `calendar.OPEN_END` while nobody has set an end.

    Attributes
    ----------
    offices : int array, optional
        Dense office indices.
    legs : int array (n, 2), optional
        Pairs (u, v).
    trip_keys : int array, optional
    groups : int
        Bit g set: the act holds for class group g.
    """

    act: str
    t0_min: int
    t1_min: int = OPEN_END
    offices: np.ndarray | None = None
    legs: np.ndarray | None = None
    trip_keys: np.ndarray | None = None
    groups: int = ALL_GROUPS

    def __post_init__(self) -> None:
        if self.act not in ACTS:
            raise ClosureError(f"act {self.act!r} is none of {', '.join(ACTS)}")
        if self.t1_min < self.t0_min:
            raise ClosureError(f"measure ends before it starts: [{self.t0_min}, {self.t1_min})")


def flags_derive(timetable: Timetable, closures: Iterable[LegClosure], group: int) -> np.ndarray:
    """Flags of all legs for one class group under a set of measures.

    Returns
    -------
    uint8[n_legs]
        `timetable.base` with CANCELLED, NO_BOARD and NO_ALIGHT added; the order of `closures` is irrelevant.
    """
    flags = timetable.base.copy()
    for closure in closures:
        if closure.groups >> group & 1:
            _APPLY[closure.act](timetable, closure, flags)
    return flags


def reopen_min(
    timetable: Timetable,
    closures: Iterable[LegClosure],
    group: int,
    legs: np.ndarray,
    arrived_min: np.ndarray,
) -> np.ndarray:
    """When mail on `legs` that arrives at `arrived_min` may be put down, as far as no_alight measures go.

    Returns
    -------
    int32, shape of `legs`
        `arrived_min` where nothing bars it; the end of the measures that bar it; UNREACHABLE if that end is
        open or the timetable itself never lets mail off there.
    """
    barring = [c for c in closures if c.act == "no_alight" and c.groups >> group & 1]
    out = np.asarray(arrived_min, dtype=np.int64).copy()
    for place, leg in enumerate(np.asarray(legs).tolist()):
        one = slice(leg, leg + 1)
        windows = [(c.t0_min, c.t1_min) for c in barring if _selected(timetable, c, one, at_v=True)[0]]
        for start, end in windows_merge(windows):
            if start <= out[place] < end:
                out[place] = end
        if timetable.base[leg] & NO_ALIGHT:
            out[place] = UNREACHABLE
    return np.minimum(out, UNREACHABLE).astype(np.int32)


def _member(values: np.ndarray, wanted: np.ndarray, size: int) -> np.ndarray:
    mask = np.zeros(size, dtype=bool)
    chosen = np.asarray(wanted, dtype=np.int64)
    if chosen.size and (chosen.min() < 0 or chosen.max() >= size):
        raise ClosureError(f"office index outside 0..{size - 1}")
    mask[chosen] = True
    return mask[values]


def _selected(
    timetable: Timetable, closure: LegClosure, part: slice = slice(None), *, at_u: bool = False, at_v: bool = False
) -> np.ndarray:
    """Legs that every given selector takes; `at_u`, `at_v` say at which ends the offices are looked for."""
    u, v = timetable.u[part], timetable.v[part]
    chosen = np.ones(len(u), dtype=bool)
    n = timetable.n_offices
    if closure.offices is not None:
        ends = np.zeros(len(u), dtype=bool)
        if at_u:
            ends |= _member(u, closure.offices, n)
        if at_v:
            ends |= _member(v, closure.offices, n)
        chosen &= ends
    if closure.legs is not None:
        pairs = np.asarray(closure.legs, dtype=np.int64).reshape(-1, 2)
        chosen &= np.isin(u.astype(np.int64) * n + v, pairs[:, 0] * n + pairs[:, 1])
    if closure.trip_keys is not None:
        chosen &= np.isin(timetable.trip_key, closure.trip_keys)[timetable.trip[part]]
    return chosen


def _within(instants: np.ndarray, closure: LegClosure) -> np.ndarray:
    return (instants >= closure.t0_min) & (instants < closure.t1_min)


def _cancel(timetable: Timetable, closure: LegClosure, flags: np.ndarray) -> None:
    if closure.t0_min == closure.t1_min:
        return
    under_way = (timetable.dep < closure.t1_min) & (timetable.arr > closure.t0_min)
    flags[under_way & _selected(timetable, closure, at_u=True, at_v=True)] |= CANCELLED


def _no_board(timetable: Timetable, closure: LegClosure, flags: np.ndarray) -> None:
    flags[_within(timetable.dep, closure) & _selected(timetable, closure, at_u=True)] |= NO_BOARD


def _no_alight(timetable: Timetable, closure: LegClosure, flags: np.ndarray) -> None:
    flags[_within(timetable.arr, closure) & _selected(timetable, closure, at_v=True)] |= NO_ALIGHT


def _no_pass(timetable: Timetable, closure: LegClosure, flags: np.ndarray) -> None:
    flags[_within(timetable.dep, closure) & _selected(timetable, closure, at_u=True)] |= CANCELLED
    flags[_within(timetable.arr, closure) & _selected(timetable, closure, at_v=True)] |= CANCELLED


_APPLY = {"cancel": _cancel, "no_board": _no_board, "no_alight": _no_alight, "no_pass": _no_pass}
