"""What came by half hour against what was foreseen: columns from zero, the forecast as a stepped line over them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from youlu.interfaces.web.figures.text import text_width

LEFT, RIGHT, TOP, BOTTOM, SIZE = 44.0, 8.0, 28.0, 24.0, 14.0


def arrivals_draw(
    expected: Sequence[float], came: Sequence[float], *, first: int, title: str, desc: str, id: str,
    came_word: str, expected_word: str, width: float = 640, height: float = 236,
) -> SafeString:
    """Half hours from the `first` of the day to its end; the last of `came` is not over and drawn pale."""
    many = len(expected) - first
    most = max([*expected[first:], *came[first:], 1])
    step, floor = (width - LEFT - RIGHT) / many, height - BOTTOM

    def y(value: float) -> float:
        return floor - (floor - TOP) * value / most

    grid = format_html_join("", '<path class="g" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>', (
        (f"{LEFT:.0f}", f"{y(value):.1f}", f"{width - RIGHT:.0f}", f"{LEFT - 6:.0f}", f"{y(value) + 5:.1f}",
         f"{value:,.0f}") for value in dict.fromkeys((0, round(most / 2), round(most)))))
    bars = format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', (
        ("so" if nth == len(came) - 1 else "in", f"{LEFT + (nth - first) * step + step * .12:.1f}", f"{y(value):.1f}",
         f"{step * .76:.1f}", f"{floor - y(value):.1f}") for nth, value in enumerate(came) if nth >= first and value))
    line = "".join(f"{'M' if nth == first else 'L'}{LEFT + (nth - first) * step:.1f} {y(expected[nth]):.1f}"
                   f"H{LEFT + (nth - first + 1) * step:.1f}" for nth in range(first, len(expected)))
    hours = format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', (
        (f"{LEFT + (nth - first) * step:.1f}", f"{height - 6:.0f}", f"{nth // 2:02d}")
        for nth in range(first, len(expected) + 1, 4)))
    return format_html(
        '<svg class="arrivals" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d"><title id="{}-t">{}</title>'
        '<desc id="{}-d">{}</desc>{}{}<path class="foreseen" d="{}"/>{}{}</svg>', f"{width:g}", f"{height:g}", id, id,
        id, title, id, desc, grid, bars, line, hours, _key(width, came_word, expected_word))


def _key(width: float, came: str, expected: str) -> SafeString:
    """What the columns and the line are, above the drawing, at its end."""
    line_x = width - RIGHT - text_width(expected, SIZE) - 30
    bar_x = line_x - text_width(came, SIZE) - 36
    return format_html(
        '<rect class="in" x="{}" y="4" width="14" height="12"/><text x="{}" y="15">{}</text>'
        '<path class="foreseen" d="M{} 10h22"/><text x="{}" y="15">{}</text>', f"{bar_x:.0f}", f"{bar_x + 20:.0f}",
        came, f"{line_x:.0f}", f"{line_x + 28:.0f}", expected)
