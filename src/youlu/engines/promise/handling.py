"""When mail that arrives at an office can leave it again: sorting time, sorting windows, backlog, no transit.

Everything an office does to mail enters the engine here and only here, as one non-decreasing function per
office and class group: mail that arrives later is never ready earlier. The scans rely on it, so it is asserted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike

from youlu.engines.calendar import windows_merge
from youlu.engines.promise.backlog import BIN_MIN
from youlu.engines.promise.errors import HandlingError
from youlu.engines.promise.timetable import NEVER, Timetable

Windows = Mapping[int, Sequence[tuple[int, int]]]


@dataclass(frozen=True, eq=False)
class Handling:
    """Ready times per class group and office.

    Mail arriving at minute t has passed the hands of the office at t + min_by_office. If the office sorts only
    in windows, mail outside them waits for the next opening; then, if a backlog keeps anything from becoming
    ready, it waits for the backlog's end. Where mail may not transit it is never ready: it may end there, and
    start there, and ride through.

    Attributes
    ----------
    min_by_office : int32[n_groups, n_offices]
        Minutes, not negative.
    may_transit : bool[n_groups, n_offices], optional
        All true by default.
    sorting : mapping of office to windows (open, close), optional
        Minutes of the day, half-open; a close beyond 1440 runs past midnight. Offices without an entry sort
        at all hours. The same every day and for all groups.
    backlog : mapping of office to windows [t0, t1), optional
        Minutes from the horizon start in which nothing becomes ready.
    drain : mapping of office to int32[n_groups, n_bins], optional
        Mail that arrives in a bin of `BIN_MIN` minutes from the horizon start is ready no earlier; 0: need not
        wait. Non-decreasing along the bins; the last bin holds for all later ones.
    """

    min_by_office: np.ndarray
    may_transit: np.ndarray | None = None
    sorting: Windows = field(default_factory=dict)
    backlog: Windows = field(default_factory=dict)
    drain: Mapping[int, np.ndarray] = field(default_factory=dict)
    _sorting: dict[int, np.ndarray] = field(init=False, repr=False)
    _backlog: dict[int, np.ndarray] = field(init=False, repr=False)
    _by_timetable: WeakKeyDictionary = field(init=False, repr=False, default_factory=WeakKeyDictionary)

    def __post_init__(self) -> None:
        table = np.asarray(self.min_by_office)
        if table.ndim != 2:
            raise HandlingError("min_by_office must have the shape (groups, offices)")
        if (table < 0).any():
            group, office = (int(x) for x in np.argwhere(table < 0)[0])
            raise HandlingError(f"office {office}, group {group}: negative handling time")
        if self.may_transit is not None and np.shape(self.may_transit) != table.shape:
            raise HandlingError("may_transit and min_by_office differ in shape")
        for office, bins in self.drain.items():
            if np.ndim(bins) != 2 or len(bins) != len(table) or (np.diff(bins, axis=1) < 0).any():
                raise HandlingError(f"office {office}: drain must have the shape (groups, bins) and never fall")
        object.__setattr__(self, "_sorting", {o: _day_windows(o, w) for o, w in self.sorting.items() if w})
        object.__setattr__(self, "_backlog", {o: _backlog_windows(o, w) for o, w in self.backlog.items() if w})

    @property
    def n_groups(self) -> int:
        return int(self.min_by_office.shape[0])

    @classmethod
    def uniform(cls, minutes: int, n_offices: int, n_groups: int = 1) -> "Handling":
        """The same handling time everywhere, transit allowed everywhere."""
        return cls(np.full((n_groups, n_offices), minutes, dtype=np.int32))

    def ready(self, offices: ArrayLike, arrived_min: ArrayLike, group: int, *, starting: bool = False) -> np.ndarray:
        """When mail arriving at `offices` at `arrived_min` may leave: int32 of the same shape, NEVER if never.

        With `starting` the mail begins its way there, so "may not transit" does not apply.
        """
        offices, arrived = np.broadcast_arrays(
            np.asarray(offices, dtype=np.int64), np.asarray(arrived_min, dtype=np.int64)
        )
        ready = np.array(arrived + np.asarray(self.min_by_office)[group][offices])
        for special, shift in ((self._sorting, _sorted_at), (self._backlog, _past_backlog)):
            if not special:
                continue
            concerned = np.zeros(self.min_by_office.shape[1], dtype=bool)
            concerned[list(special)] = True
            hit = concerned[offices]
            for office in np.unique(offices[hit]).tolist():
                here = offices == office
                ready[here] = shift(ready[here], special[office])
        self._await_turn(ready, offices, arrived, group)
        if self.may_transit is not None and not starting:
            ready[~np.asarray(self.may_transit)[group][offices]] = NEVER
        return np.minimum(ready, NEVER).astype(np.int32)

    def turn(self, offices: ArrayLike, arrived_min: ArrayLike, group: int) -> np.ndarray:
        """When mail arriving at `offices` at `arrived_min` has had its turn, 0 where nothing waits; int64."""
        offices, arrived = np.broadcast_arrays(
            np.asarray(offices, dtype=np.int64), np.asarray(arrived_min, dtype=np.int64)
        )
        turn = np.zeros(offices.shape, dtype=np.int64)
        self._await_turn(turn, offices, arrived, group)
        return turn

    def _await_turn(self, ready: np.ndarray, offices: np.ndarray, arrived: np.ndarray, group: int) -> None:
        """Raise `ready` to the turn of mail that arrives where there is more than can be worked."""
        for office, bins in self.drain.items():
            here = offices == office
            at = np.clip(arrived[here] // BIN_MIN, 0, bins.shape[1] - 1)
            ready[here] = np.maximum(ready[here], bins[group][at])

    def ready_by_leg(self, timetable: Timetable, group: int, *, starting: bool = False) -> np.ndarray:
        """`ready` at the end of each leg, int32[n_legs], checked to be first-in-first-out and remembered."""
        memo = self._by_timetable.setdefault(timetable, {})
        if (group, starting) not in memo:
            memo[group, starting] = self._tabulate(timetable, group, starting)
        return memo[group, starting]

    def _tabulate(self, timetable: Timetable, group: int, starting: bool) -> np.ndarray:
        bounds, legs = timetable.arrivals
        offices, arrived = timetable.v[legs], timetable.arr[legs]
        ready = np.empty(len(legs), dtype=np.int32)
        plain = np.ones(timetable.n_offices, dtype=bool)
        for office in {*self._sorting, *self._backlog, *self.drain}:
            plain[office] = False
            part = slice(int(bounds[office]), int(bounds[office + 1]))
            ready[part] = self.ready(offices[part], arrived[part], group, starting=starting)
        usual = plain[offices]
        ready[usual] = self._ready_plain(offices[usual], arrived[usual], group, starting)
        fifo_assert(offices, arrived, ready)
        by_leg = np.empty_like(ready)
        by_leg[legs] = ready
        return by_leg

    def _ready_plain(self, offices: np.ndarray, arrived: np.ndarray, group: int, starting: bool) -> np.ndarray:
        ready = arrived.astype(np.int64) + np.asarray(self.min_by_office)[group][offices]
        if self.may_transit is not None and not starting:
            ready[~np.asarray(self.may_transit)[group][offices]] = NEVER
        return np.minimum(ready, NEVER).astype(np.int32)


def fifo_assert(offices: np.ndarray, arrived_min: np.ndarray, ready_min: np.ndarray) -> None:
    """Raise HandlingError, naming an office, unless at each office later arrival means no earlier readiness."""
    early = np.flatnonzero(ready_min < arrived_min)
    if len(early):
        raise HandlingError(f"office {int(offices[early[0]])}: mail is ready before it arrives")
    order = np.lexsort((ready_min, arrived_min, offices))
    same = offices[order][1:] == offices[order][:-1]
    ready, arrived = ready_min[order], arrived_min[order]
    torn = same & (arrived[1:] == arrived[:-1]) & (ready[1:] != ready[:-1])
    broken = np.flatnonzero((same & (ready[1:] < ready[:-1])) | torn)
    if len(broken):
        at = int(broken[0])
        raise HandlingError(
            f"office {int(offices[order][at])}: mail arriving at minute {int(arrived[at])} is ready at "
            f"{int(ready[at])}, mail arriving at {int(arrived[at + 1])} already at {int(ready[at + 1])}"
        )


def _day_windows(office: int, windows: Sequence[tuple[int, int]]) -> np.ndarray:
    """Windows over three days, so that one look-up by minute of day finds the current and the next."""
    for start, end in windows:
        if not (0 <= start < 1440 and start < end <= start + 1440):
            raise HandlingError(f"office {office}: sorting window {start}..{end} is not within a day")
    shifted = [(s + day * 1440, e + day * 1440) for day in (-1, 0, 1) for s, e in windows]
    return np.array(windows_merge(shifted), dtype=np.int64)


def _backlog_windows(office: int, windows: Sequence[tuple[int, int]]) -> np.ndarray:
    try:
        return np.array(windows_merge(windows), dtype=np.int64).reshape(-1, 2)
    except ValueError as error:
        raise HandlingError(f"office {office}: {error}") from error


def _sorted_at(ready: np.ndarray, windows: np.ndarray) -> np.ndarray:
    """Into the window under way, or the next opening. The closing minute itself is too late."""
    minute = ready % 1440
    current = windows[np.searchsorted(windows[:, 1], minute, side="right")]
    return ready - minute + np.maximum(minute, current[:, 0])


def _past_backlog(ready: np.ndarray, windows: np.ndarray) -> np.ndarray:
    if not len(windows):
        return ready
    at = np.searchsorted(windows[:, 0], ready, side="right") - 1
    window = windows[np.maximum(at, 0)]
    inside = (at >= 0) & (ready < window[:, 1])
    return np.where(inside, window[:, 1], ready)
