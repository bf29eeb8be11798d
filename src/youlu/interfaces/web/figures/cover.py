"""The coverage band: staff there as stacked bars, what is wanted as a stepped line over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SHORT = 0.5  # people: fewer than this is a fraction of the forecast, no gap


@dataclass(frozen=True)
class Step:
    """One column: people wanted, and there by activity."""

    need: float
    have: tuple[float, ...]


def cover_band(steps: Sequence[Step], *, title: str, desc: str, width: int = 960, height: int = 110) -> SafeString:
    """Bars from zero, one scale; a column with fewer than wanted has a red foot. The table below it has the labels.

    It stretches with the table's columns, so that it holds no text.
    """
    most = max([max(step.need, sum(step.have)) for step in steps], default=0) or 1
    bottom, top = height - 6.0, 6.0
    wide = width / max(len(steps), 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / most

    bars, feet = [], []
    line: list[str] = []
    for n, step in enumerate(steps):
        x, under = n * wide, 0.0
        for layer, people in enumerate(step.have):
            if people:
                bars.append((layer, f"{x + 0.5:.1f}", f"{y(under + people):.1f}", f"{wide - 1:.1f}",
                             f"{y(under) - y(under + people):.1f}"))
            under += people
        line.append(f"{'M' if not line else 'L'}{x:.1f} {y(step.need):.1f}H{x + wide:.1f}")
        if step.need - under >= SHORT:
            feet.append((f"{x:.1f}", f"{bottom:.1f}", f"{wide:.1f}"))
    return format_html(
        '<svg class="cover" viewBox="0 0 {} {}" role="img" preserveAspectRatio="none"><title>{}</title>'
        '<desc>{}</desc>{}<path class="need" d="{}"/>{}</svg>', width, height, title, desc,
        format_html_join("", '<rect class="l{}" x="{}" y="{}" width="{}" height="{}"/>', bars),
        "".join(line), format_html_join("", '<rect class="short" x="{}" y="{}" width="{}" height="5"/>', feet))
