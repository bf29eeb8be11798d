"""Two bars a day from zero: by the standard, by the promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from youlu.interfaces.web.figures.text import text_width

HEIGHT = 168


class Pair(Protocol):
    """A day with its two shares in per cent."""

    @property
    def name(self) -> str: ...

    @property
    def standard_pct(self) -> float | None: ...

    @property
    def committed_pct(self) -> float | None: ...


def kept_bars(days: Sequence[Pair], *, title: str, desc: str, width: float = 760) -> SafeString:
    """Bars of every day, oldest first; a day without a share has a gap. The table beside it has the same numbers."""
    left, top, bottom = 40.0, 8.0, HEIGHT - 22.0
    step = (width - left - 6) / max(len(days), 1)
    parts = [format_html('<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}%</text>',
                         left, f"{bottom - (bottom - top) * pct / 100:.1f}", width - 6, left - 6,
                         f"{bottom - (bottom - top) * pct / 100 + 4:.1f}", pct) for pct in (0, 50, 100)]
    every = max(1, -(-max((text_width(day.name, 11) + 8 for day in days), default=1) // step))
    for nth, day in enumerate(days):
        x = left + nth * step
        for offset, kind, pct in ((0.14, "standard", day.standard_pct), (0.5, "committed", day.committed_pct)):
            if pct is not None:
                high = (bottom - top) * pct / 100
                parts.append(format_html(
                    '<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{} {}%</title></rect>', kind,
                    f"{x + step * offset:.1f}", f"{bottom - high:.1f}", f"{step * 0.32:.1f}", f"{high:.1f}", day.name,
                    f"{pct:.1f}"))
        if nth % every == 0:
            parts.append(format_html('<text x="{}" y="{}">{}</text>', f"{x:.1f}", HEIGHT - 6, day.name))
    return format_html(
        '<svg class="kept-bars" viewBox="0 0 {} {}" role="img" aria-labelledby="kept-t kept-d"><title id="kept-t">{}'
        '</title><desc id="kept-d">{}</desc>{}</svg>', f"{width:.0f}", HEIGHT, title, desc,
        format_html_join("", "{}", ((part,) for part in parts)))
