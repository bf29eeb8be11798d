"""Labels in drawings: how wide they are and how they are kept from lying on one another."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field


def text_width(text: str, size: float) -> float:
    """Px of a line of text: Han one em, other characters 0.56 em."""
    return sum(size if unicodedata.east_asian_width(c) in "WF" else size * 0.56 for c in text)


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move sorted positions apart to at least `gap`, within [low, high], as little as a sweep each way can.

    Raises
    ------
    ValueError
        More labels than the room holds.
    """
    if gap * (len(positions) - 1) > high - low + 1e-9:
        raise ValueError(f"{len(positions)} labels do not fit between {low} and {high}")
    moved = list(positions)
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + gap)
    if moved and moved[-1] > high:
        moved[-1] = high
        for i in range(len(moved) - 2, -1, -1):
            moved[i] = min(moved[i], moved[i + 1] - gap)
    shift = min(0.0, (moved[0] - low) if moved else 0.0)
    return [m - shift for m in moved]


@dataclass
class Boxes:
    """Where labels already stand."""

    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def is_free(self, x: float, y: float, width: float, height: float) -> bool:
        return all(
            x + width <= left or x >= right or y + height <= top or y >= bottom
            for left, top, right, bottom in self.taken
        )

    def take(self, x: float, y: float, width: float, height: float) -> None:
        self.taken.append((x, y, x + width, y + height))

    def place(self, choices: Sequence[tuple[float, float]], width: float, height: float) -> tuple[float, float] | None:
        """The first of the (x, y) top-left choices that is free, taken; None when all are covered."""
        for x, y in choices:
            if self.is_free(x, y, width, height):
                self.take(x, y, width, height)
                return x, y
        return None
