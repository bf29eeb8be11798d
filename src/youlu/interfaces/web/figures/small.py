"""Small drawings beside numbers: sparkline, dumbbell, histogram, step line of a promise."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString


def sparkline(values: Sequence[float], *, state: str = "unknown", width: int = 76, height: int = 26) -> SafeString:
    """The course of a number: own scale from least to most, no axis, a dot at the end. Never for comparison.

    Decoration: the value and its comparison stand beside it in words.
    """
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    reach = (high - low) or 1
    step = (width - 6) / (len(values) - 1)
    points = [(1 + i * step, 3 + (height - 6) * (1 - (value - low) / reach)) for i, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return format_html(
        '<svg class="spark s-{}" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2.5"/></svg>',
        state,
        width,
        height,
        width,
        height,
        line,
        f"{x:.1f}",
        f"{y:.1f}",
    )


def dumbbell(
    *, before: float | None, now: float, target: float, low: float, state: str, width: int = 104
) -> SafeString:
    """Last week ○ and today ● on one scale from `low` to 100 %, the target as a dotted rule.

    Decoration: both values stand in the row's cells.
    """

    def x(value: float) -> str:
        return f"{5 + (width - 10) * (max(min(value, 100.0), low) - low) / (100.0 - low):.1f}"

    rule = format_html('<path class="tg" d="M{} 2v16"/>', x(target))
    if before is None:
        return format_html(
            '<svg class="db s-{}" width="{}" height="20" viewBox="0 0 {} 20" aria-hidden="true">'
            '<path class="ax" d="M5 10H{}"/>{}<circle class="nw" cx="{}" cy="10" r="4"/></svg>',
            state,
            width,
            width,
            width - 5,
            rule,
            x(now),
        )
    return format_html(
        '<svg class="db s-{}" width="{}" height="20" viewBox="0 0 {} 20" aria-hidden="true">'
        '<path class="ax" d="M5 10H{}"/><path class="ln" d="M{} 10H{}"/>{}<circle class="bf" cx="{}" cy="10" r="3.2"/>'
        '<circle class="nw" cx="{}" cy="10" r="4"/></svg>',
        state,
        width,
        width,
        width - 5,
        x(before),
        x(now),
        rule,
        x(before),
        x(now),
    )
