"""Bars from zero: mail by hour before and after, and the steps of one promise through time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from youlu.interfaces.web.figures.text import text_width


@dataclass(frozen=True)
class Bin:
    """Items due within one step of time, as it was and as it becomes."""

    label: str
    before: int
    after: int


def histogram(
    bins: Sequence[Bin],
    *,
    title: str,
    desc: str,
    before_word: str,
    after_word: str,
    width: float = 980,
    height: float = 190,
    id: str = "hist",
) -> SafeString:
    """Before as outlines, after as solid bars, one scale, bars from zero."""
    most = max([max(b.before, b.after) for b in bins], default=0) or 1
    left, top, bottom = 46.0, 20.0, height - 22
    step = (width - left - 8) / max(len(bins), 1)
    every = max(1, round(46 / step)) if step else 1

    def y(value: int) -> float:
        return bottom - (bottom - top) * value / most

    parts = [
        format_html(
            '<path class="g" d="M{} {}H{}"/><text class="ax" x="{}" y="{}" text-anchor="end">{}</text>',
            f"{left:.1f}",
            f"{y(v):.1f}",
            f"{width - 8:.1f}",
            f"{left - 6:.1f}",
            f"{y(v) + 4:.1f}",
            f"{v:,}",
        )
        for v in (0, most // 2, most)
        if v or most
    ]
    for i, b in enumerate(bins):
        x = left + i * step
        parts.append(_pair(b, x, step, (y(b.before), y(b.after), bottom)))
        if i % every == 0:
            parts.append(format_html('<text class="ax" x="{}" y="{}" text-anchor="middle">{}</text>',
                                     f"{x + step / 2:.1f}", f"{height - 6:.1f}", b.label))
    parts.append(_key(left, before_word, after_word))
    return _svg("hist", id, title, desc, width, height, parts)


def columns(
    values: Sequence[tuple[str, int]], *, title: str, desc: str, width: float = 760, height: float = 130,
    id: str = "cols",
) -> SafeString:
    """One series of bars from zero, labelled below where there is room."""
    most = max((value for _, value in values), default=0) or 1
    left, top, bottom = 46.0, 10.0, height - 22
    step = (width - left - 8) / max(len(values), 1)
    every = max(1, round(76 / step)) if step else 1
    parts = [format_html(
        '<path class="g" d="M{} {}H{}"/><text class="ax" x="{}" y="{}" text-anchor="end">{}</text>', f"{left:.1f}",
        f"{bottom - (bottom - top) * v / most:.1f}", f"{width - 8:.1f}", f"{left - 6:.1f}",
        f"{bottom - (bottom - top) * v / most + 4:.1f}", f"{v:,}") for v in dict.fromkeys((0, most // 2, most))]
    for nth, (label, value) in enumerate(values):
        x, high = left + nth * step, (bottom - top) * value / most
        parts.append(format_html('<rect class="af" x="{}" y="{}" width="{}" height="{}"><title>{} {}</title></rect>',
                                 f"{x + step * 0.1:.1f}", f"{bottom - high:.1f}", f"{step * 0.8:.1f}", f"{high:.1f}",
                                 label, f"{value:,}"))
        if nth % every == 0 and x + text_width(label, 11) <= width:
            parts.append(format_html('<text class="ax" x="{}" y="{}">{}</text>', f"{x:.1f}", f"{height - 6:.1f}",
                                     label))
    return _svg("hist", id, title, desc, width, height, parts)


def _pair(b: Bin, x: float, step: float, heights: tuple[float, float, float]) -> SafeString:
    before, after, bottom = heights
    return format_html(
        '<rect class="af" x="{}" y="{}" width="{}" height="{}"><title>{} {} → {}</title></rect>'
        '<path class="be" d="M{} {}V{}H{}V{}"/>',
        f"{x + step * 0.18:.1f}", f"{after:.1f}", f"{step * 0.64:.1f}", f"{bottom - after:.1f}",
        b.label, f"{b.before:,}", f"{b.after:,}",
        f"{x + step * 0.06:.1f}", f"{bottom:.1f}", f"{before:.1f}", f"{x + step * 0.94:.1f}", f"{bottom:.1f}",
    )


def _key(left: float, before_word: str, after_word: str) -> SafeString:
    key = left + text_width(before_word, 12) + 22
    return format_html(
        '<rect class="bek" x="{}" y="4" width="10" height="10"/><text x="{}" y="13">{}</text>'
        '<rect class="af" x="{}" y="4" width="10" height="10"/><text x="{}" y="13">{}</text>',
        f"{left:.1f}",
        f"{left + 15:.1f}",
        before_word,
        f"{key + 8:.1f}",
        f"{key + 23:.1f}",
        after_word,
    )


@dataclass(frozen=True)
class PromiseStep:
    """From `at` on, the promise was `arrive_by` (None: nothing could be said), because of `cause`."""

    at: dt.datetime
    arrive_by: dt.datetime | None
    cause: str
    label: str
    state: str


def step_line(
    steps: Sequence[PromiseStep],
    *,
    committed: dt.datetime,
    committed_label: str,
    until: dt.datetime,
    title: str,
    desc: str,
    width: float = 460,
    height: float = 172,
    id: str = "steps",
) -> SafeString:
    """Committed is a flat rule; expected moves; the cause is written where it moves. Later is higher."""
    known = [committed, *(s.arrive_by for s in steps if s.arrive_by)]
    low, high = min(known), max(known)
    reach = (high - low).total_seconds() or 86_400
    first = steps[0].at if steps else until
    run = max((until - first).total_seconds(), 1)
    left, right, top, bottom = 10.0, 112.0, 30.0, height - 22

    def x(at: dt.datetime) -> float:
        return left + (width - left - right) * max((at - first).total_seconds(), 0) / run

    def y(at: dt.datetime | None) -> float:
        return top - 12 if at is None else bottom - (bottom - top) * (at - low).total_seconds() / reach

    parts = [
        format_html(
            '<path class="rule" d="M{} {}H{}"/><text class="ax" x="{}" y="{}">{}</text>',
            f"{left:.1f}",
            f"{y(committed):.1f}",
            f"{width - right:.1f}",
            f"{width - right + 8:.1f}",
            f"{y(committed) + 4:.1f}",
            committed_label,
        )
    ]
    parts += [_stair(steps, i, until, x, y) for i in range(len(steps))]
    last = steps[-1] if steps else None
    if last is not None and abs(y(last.arrive_by) - y(committed)) > 14:
        parts.append(format_html('<text class="c s-{} b" x="{}" y="{}">{}</text>', last.state,
                                 f"{width - right + 8:.1f}", f"{y(last.arrive_by) + 4:.1f}", last.label))
    return _svg("stepline", id, title, desc, width, height, [*parts, _causes(steps, x, y, width - right)])


Place = Callable[[Any], float]


def _stair(steps: Sequence[PromiseStep], i: int, until: dt.datetime, x: Place, y: Place) -> SafeString:
    """One step: level while it held, a rise to the next, a dot where it was computed."""
    step, following = steps[i], steps[i + 1] if i + 1 < len(steps) else None
    rise = f"V{y(following.arrive_by):.1f}" if following else ""
    line = format_html('<path class="step s-{}" d="M{} {}H{}{}"/>', step.state, f"{x(step.at):.1f}",
                       f"{y(step.arrive_by):.1f}", f"{x(following.at if following else until):.1f}", rise)
    if i == 0:
        return line
    return line + format_html('<circle class="dot s-{}" cx="{}" cy="{}" r="3"/>', step.state, f"{x(step.at):.1f}",
                              f"{y(step.arrive_by):.1f}")


def _causes(steps: Sequence[PromiseStep], x: Place, y: Place, limit: float) -> str:
    """The cause at each step, left of the rise when it would run out of the picture; never on one another."""
    drawn: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for step in steps[1:]:
        at_x, at_y = x(step.at), y(step.arrive_by) - 7
        width = text_width(step.cause, 12)
        left = at_x + 4 if at_x + 4 + width <= limit else max(at_x - 4 - width, 4)
        while any(abs(at_y - other) < 14 and left < end and left + width > start for start, end, other in taken):
            at_y += 15
        taken.append((left, left + width, at_y))
        drawn.append(format_html('<text class="n" x="{}" y="{}">{}</text>', f"{left:.1f}", f"{at_y:.1f}", step.cause))
    return format_html_join("", "{}", ((d,) for d in drawn))


def _svg(css: str, id: str, title: str, desc: str, width: float, height: float, parts: Sequence[str]) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d"><title id="{}-t">{}</title>'
        '<desc id="{}-d">{}</desc>{}</svg>',
        css,
        f"{width:g}",
        f"{height:g}",
        id,
        id,
        id,
        title,
        id,
        desc,
        SafeString("".join(parts)),
    )
