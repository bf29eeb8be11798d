"""How far telling is over time: what happened, what was planned, what is reckoned from now, and by when it is due."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from youlu.core import clock
from youlu.interfaces.web.figures.text import text_width

WIDTH, HEIGHT = 760.0, 236.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 20.0, 26.0, 24.0
TICK_HOURS, TICKS_MOST = (1, 2, 3, 6, 12, 24, 48), 8
Points = Sequence[tuple[dt.datetime, int]]


@dataclass(frozen=True)
class Telling:
    """Customers told by then. `now_at` None: it is over. `latest_at` widens what is reckoned to its interval."""

    happened: Points
    planned: Points
    ahead: Points
    now_at: dt.datetime | None
    due_at: dt.datetime
    whole: int
    earliest_at: dt.datetime | None = None
    latest_at: dt.datetime | None = None


@dataclass(frozen=True)
class Words:
    """Labels in the reader's language."""

    title: str
    desc: str
    happened: str
    planned: str
    ahead: str
    due: str
    now: str


def telling_draw(told: Telling, words: Words) -> SafeString:
    """One scale from zero to everybody; the table beside it has the same numbers."""
    first = min(at for at, _ in (*told.happened[:1], *told.planned[:1]))
    ends = (told.due_at, told.now_at, told.latest_at, *(at for at, _ in (
        *told.happened[-1:], *told.planned[-1:], *told.ahead[-1:])))
    last = max(at for at in ends if at is not None)
    reach = max((last - first).total_seconds(), 60)

    def x(at: dt.datetime) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max((at - first).total_seconds() / reach, 0), 1)

    def y(count: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / max(told.whole, 1)

    return format_html(
        '<svg class="telling" viewBox="0 0 {} {}" role="img" aria-labelledby="telling-t telling-d">'
        '<title id="telling-t">{}</title><desc id="telling-d">{}</desc>{}{}{}{}{}{}{}</svg>',
        f"{WIDTH:g}", f"{HEIGHT:g}", words.title, words.desc, _grid(told.whole, y), _ticks(first, last, x),
        _band(told, x, y),
        _line("plan", told.planned, x, y), _line("ahead", told.ahead, x, y), _line("done", told.happened, x, y),
        _rules(told, words, x))


def _grid(whole: int, y: Callable[[float], float]) -> SafeString:
    return format_html_join("", '<path class="g" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>', (
        (f"{LEFT:.0f}", f"{y(value):.1f}", f"{WIDTH - RIGHT:.0f}", f"{LEFT - 6:.0f}", f"{y(value) + 4:.1f}",
         f"{value:,}") for value in dict.fromkeys((0, whole // 2, whole))))


def _ticks(first: dt.datetime, last: dt.datetime, x: Callable[[dt.datetime], float]) -> SafeString:
    """Whole hours or days, as many as have room."""
    span_h = (last - first).total_seconds() / 3600
    many_days = 24 * math.ceil(span_h / 24 / TICKS_MOST)
    step = next((hours for hours in TICK_HOURS if span_h / hours <= TICKS_MOST), many_days)
    at = clock.midnight(clock.local(first).date())
    marks = []
    while at <= last:
        if at >= first:
            local = clock.local(at)
            label = f"{local:%m-%d}" if step >= 24 or (local.hour == 0) else f"{local:%H:%M}"
            marks.append((f"{x(at):.1f}", f"{HEIGHT - BOTTOM:.0f}", f"{HEIGHT - BOTTOM + 4:.0f}", f"{x(at):.1f}",
                          f"{HEIGHT - 6:.0f}", label))
        at += dt.timedelta(hours=step)
    return format_html_join(
        "", '<path class="g" d="M{} {}V{}"/><text x="{}" y="{}" text-anchor="middle">{}</text>', marks)


def _band(told: Telling, x: Callable[[dt.datetime], float], y: Callable[[float], float]) -> SafeString:
    """Between the earliest and the latest end."""
    if told.earliest_at is None or told.latest_at is None or not told.ahead:
        return SafeString("")
    start, end = told.ahead[0], told.ahead[-1]
    if told.latest_at <= told.earliest_at:
        return SafeString("")
    return format_html('<path class="sure" d="M{} {}L{} {}H{}Z"/>', f"{x(start[0]):.1f}", f"{y(start[1]):.1f}",
                       f"{x(told.earliest_at):.1f}", f"{y(end[1]):.1f}", f"{x(told.latest_at):.1f}")


def _line(css: str, points: Points, x: Callable[[dt.datetime], float], y: Callable[[float], float]) -> SafeString:
    if len(points) < 2:
        return SafeString("")
    return format_html('<polyline class="{}" points="{}"/>', css,
                       " ".join(f"{x(at):.1f},{y(count):.1f}" for at, count in points))


def _rules(told: Telling, words: Words, x: Callable[[dt.datetime], float]) -> SafeString:
    """The present and the due time; where they are near one another the labels stand on either side."""
    now_at = told.now_at
    marks = [("due", told.due_at, words.due)] + ([("now", now_at, words.now)] if now_at is not None else [])
    near = now_at is not None and abs(x(told.due_at) - x(now_at)) < 90
    rules = []
    for css, at, word in marks:
        place, width = x(at), text_width(word, 12)
        is_first = now_at is not None and (css == "now") == (now_at <= told.due_at)
        left = place + width / 2 > WIDTH or (near and is_first)
        right = place - width / 2 < LEFT or (near and not left)
        anchor = "end" if left and place - width > 0 else "start" if right or left else "middle"
        rules.append((css, f"{place:.1f}", f"{TOP - 8:.0f}", f"{HEIGHT - BOTTOM:.0f}", css, f"{place:.1f}", anchor,
                      word))
    return format_html_join(
        "", '<path class="{}" d="M{} {}V{}"/><text class="{}" x="{}" y="12" text-anchor="{}">{}</text>', rules)
