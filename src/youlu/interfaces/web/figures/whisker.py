"""A figure with its interval on the scale of its row: a line from low to high, a dot at the mean.

Decoration: the figure and its interval stand in words beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT, EDGE = 96, 14, 4.0


def whisker(figure: Sequence[float] | None, most: float, *, state: str = "unknown") -> SafeString:
    """`figure` is (mean, low, high), `most` what the row's scale reaches from zero; nothing without a figure."""
    if figure is None or most <= 0:
        return SafeString("")
    mean, low, high = (_x(value, most) for value in figure)
    return format_html(
        '<svg class="whisker s-{}" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">'
        '<path class="ax" d="M{} 7H{}"/><path class="rg" d="M{} 7H{}M{} 3v8M{} 3v8"/>'
        '<circle cx="{}" cy="7" r="3"/></svg>',
        state, WIDTH, HEIGHT, WIDTH, HEIGHT, f"{EDGE:g}", f"{WIDTH - EDGE:g}", f"{low:.1f}", f"{high:.1f}",
        f"{low:.1f}", f"{high:.1f}", f"{mean:.1f}")


def _x(value: float, most: float) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * max(0.0, min(value / most, 1.0))
