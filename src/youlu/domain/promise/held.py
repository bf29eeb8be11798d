"""Items as the promise sees them: arrays of where each is, where it goes and what was planned for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AT_OFFICE, ON_TRIP, ON_ROUND = 0, 1, 2
UNKNOWN_S = np.int64(-(2**62))


@dataclass(frozen=True, eq=False)
class Held:
    """N items in flight as a structure of arrays.

    Instants `_s` are Unix seconds; UNKNOWN_S where no time is known. Ids are -1 where there is none.
    `kind` indexes `kinds`, the distinct (mail class, programme) pairs. Planned legs of item i are
    `legs[legs_offset[i]:legs_offset[i + 1]]`, of which the first `legs_done[i]` are ridden or boarded.
    """

    item_key: NDArray[np.int64]
    position_no: NDArray[np.int32]
    place: NDArray[np.int16]
    place_office: NDArray[np.int32]
    place_leg: NDArray[np.int64]
    since_s: NDArray[np.int64]
    dest_office: NDArray[np.int32]
    dest_segment: NDArray[np.int32]
    dest_compound: NDArray[np.int32]
    kind: NDArray[np.int16]
    expected_s: NDArray[np.int64]
    arrival_s: NDArray[np.int64]
    legs_done: NDArray[np.int16]
    legs_offset: NDArray[np.int64]
    legs: NDArray[np.int64]
    kinds: tuple[tuple[str, str], ...]

    def __len__(self) -> int:
        return len(self.item_key)

    def where(self, mask: NDArray[np.bool_]) -> Held:
        """The items under the mask, in order."""
        counts = np.diff(self.legs_offset)
        offset = np.zeros(int(mask.sum()) + 1, np.int64)
        np.cumsum(counts[mask], out=offset[1:])
        plain = {name: getattr(self, name)[mask] for name in _PLAIN}
        return Held(**plain, legs_offset=offset, legs=self.legs[np.repeat(mask, counts)], kinds=self.kinds)

    def take(self, order: NDArray[np.int64]) -> Held:
        """The items at these places, in this order."""
        counts = np.diff(self.legs_offset)[order]
        offset = np.zeros(len(order) + 1, np.int64)
        np.cumsum(counts, out=offset[1:])
        legs = self.legs[np.repeat(self.legs_offset[:-1][order] - offset[:-1], counts) + np.arange(offset[-1])]
        plain = {name: getattr(self, name)[order] for name in _PLAIN}
        return Held(**plain, legs_offset=offset, legs=legs, kinds=self.kinds)


_PLAIN = ("item_key", "position_no", "place", "place_office", "place_leg", "since_s", "dest_office", "dest_segment",
          "dest_compound", "kind", "expected_s", "arrival_s", "legs_done")


def held_handed_in(
    *, kind: Sequence[tuple[str, str]], origin: Sequence[int], dest: Sequence[int], since_s: Sequence[int],
    segment: Sequence[int | None] | None = None, compound: Sequence[int | None] | None = None,
) -> Held:
    """Items that lie at their origin since they were handed in, nothing planned yet; numbered 0.. in `item_key`."""
    n = len(kind)
    kinds = tuple(dict.fromkeys(kind))
    number = {one: place for place, one in enumerate(kinds)}

    def ids(values: Sequence[int | None] | None) -> NDArray[np.int32]:
        return np.array([-1 if value is None else value for value in values or [None] * n], np.int32)

    return Held(
        item_key=np.arange(n, dtype=np.int64), position_no=np.zeros(n, np.int32), place=np.full(n, AT_OFFICE, np.int16),
        place_office=ids(origin), place_leg=np.full(n, -1, np.int64), since_s=np.array(since_s, np.int64),
        dest_office=ids(dest), dest_segment=ids(segment), dest_compound=ids(compound),
        kind=np.array([number[one] for one in kind], np.int16), expected_s=np.full(n, UNKNOWN_S),
        arrival_s=np.full(n, UNKNOWN_S), legs_done=np.zeros(n, np.int16), legs_offset=np.zeros(n + 1, np.int64),
        legs=np.empty(0, np.int64), kinds=kinds)


def held_join(parts: list[Held]) -> Held:
    """One Held of several whose `kinds` are the same tuple."""
    counts = np.concatenate([np.diff(part.legs_offset) for part in parts])
    offset = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offset[1:])
    plain = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _PLAIN}
    return Held(**plain, legs_offset=offset, legs=np.concatenate([part.legs for part in parts]), kinds=parts[0].kinds)
