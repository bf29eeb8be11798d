"""The life of a kind of work order: states from left to right, ways forward above, ways back below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from youlu.interfaces.web.figures.text import text_width

BOX_W, BOX_H, GAP, LANE, SIZE = 92.0, 40.0, 72.0, 26.0, 12.0
MARGIN, PORT = 14.0, 12.0


@dataclass(frozen=True)
class LifeState:
    """`note` stands under the name: how many orders are there, what may be done within."""

    code: str
    name: str
    note: str = ""


@dataclass(frozen=True)
class LifeMove:
    start: str
    end: str
    name: str


@dataclass(frozen=True)
class _Arc:
    start: int
    end: int
    name: str

    @property
    def low(self) -> int:
        return min(self.start, self.end)

    @property
    def high(self) -> int:
        return max(self.start, self.end)


def life_draw(states: Sequence[LifeState], moves: Sequence[LifeMove], *, title: str, desc: str) -> SafeString:
    """A way to the next state is a straight arrow; longer ones go over the boxes, ways back under them."""
    place = {state.code: n for n, state in enumerate(states)}
    arcs = _merged([_Arc(place[m.start], place[m.end], m.name) for m in moves])
    over = _lanes([a for a in arcs if a.end > a.start + 1])
    under = _lanes([a for a in arcs if a.end < a.start])
    top = MARGIN + LANE * (1 + max(over.values(), default=-1)) + (8 if over else 0)
    bottom = top + BOX_H
    width = 2 * MARGIN + len(states) * BOX_W + (len(states) - 1) * GAP
    height = bottom + LANE * (1 + max(under.values(), default=-1)) + MARGIN + 12
    parts = [_straight(a, (top + bottom) / 2) for a in arcs if a.end == a.start + 1]
    parts += _bent(over, top, -1) + _bent(under, bottom, 1)
    boxes = format_html_join("", "{}", ((_box(n, state, top),) for n, state in enumerate(states)))
    return format_html(
        '<svg class="life" role="img" width="{w}" height="{h}" viewBox="0 0 {w} {h}"><title>{t}</title>'
        '<desc>{d}</desc><defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path class="tip" d="M0 0l8 4-8 4z"/></marker></defs>{b}{p}</svg>',
        w=f"{width:.0f}", h=f"{height:.0f}", t=title, d=desc, b=boxes,
        p=format_html_join("", "{}", ((part,) for part in parts)))


def _merged(arcs: Sequence[_Arc]) -> list[_Arc]:
    """Acts that lead the same way share one arrow."""
    names: dict[tuple[int, int], list[str]] = defaultdict(list)
    for arc in arcs:
        names[arc.start, arc.end].append(arc.name)
    return [_Arc(start, end, " / ".join(dict.fromkeys(said))) for (start, end), said in names.items()]


def _lanes(arcs: Sequence[_Arc]) -> dict[_Arc, int]:
    """Short ways nearest to the boxes; no two in a lane lie over one another."""
    taken: list[list[_Arc]] = []
    lanes: dict[_Arc, int] = {}
    for arc in sorted(arcs, key=lambda a: (a.high - a.low, a.low)):
        lane = next((n for n, held in enumerate(taken)
                     if all(arc.high <= other.low or arc.low >= other.high for other in held)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append(arc)
        lanes[arc] = lane
    return lanes


def _left(place: int) -> float:
    return MARGIN + place * (BOX_W + GAP)


def _box(place: int, state: LifeState, top: float) -> SafeString:
    x = _left(place)
    note = format_html('<text class="n" x="{}" y="{}">{}</text>', f"{x + BOX_W / 2:.1f}", f"{top + 33:.1f}",
                       state.note) if state.note else SafeString("")
    return format_html(
        '<g class="st"><rect x="{}" y="{}" width="{}" height="{}" rx="6"/><text x="{}" y="{}">{}</text>{}</g>',
        f"{x:.1f}", f"{top:.1f}", BOX_W, BOX_H, f"{x + BOX_W / 2:.1f}",
        f"{top + (18 if state.note else 25):.1f}", state.name, note)


def _straight(arc: _Arc, y: float) -> SafeString:
    x0, x1 = _left(arc.start) + BOX_W, _left(arc.end)
    return format_html('<g><path d="M{} {}H{}" marker-end="url(#tip)"/>{}</g>', f"{x0:.1f}", f"{y:.1f}",
                       f"{x1 - 1:.1f}", _label(arc.name, (x0 + x1) / 2, y - 6, GAP - 8))


def _bent(lanes: dict[_Arc, int], edge: float, side: int) -> list[SafeString]:
    """Up (side -1) or down from the boxes' edge to the lane, along it, and back; each with a port of its own."""
    ports = _ports(lanes)
    parts = []
    for arc, lane in lanes.items():
        x0, x1 = ports[arc, arc.start], ports[arc, arc.end]
        y = edge + side * (LANE * lane + LANE * 0.7)
        path = f"M{x0:.1f} {edge:.1f}V{y:.1f}H{x1:.1f}V{edge + side:.1f}"
        parts.append(format_html('<g><path d="{}" marker-end="url(#tip)"/>{}</g>', path,
                                 _label(arc.name, (x0 + x1) / 2, y - 4, abs(x1 - x0))))
    return parts


def _ports(lanes: dict[_Arc, int]) -> dict[tuple[_Arc, int], float]:
    """Where each way leaves or enters a box's edge: ways to the left at the left, the innermost lane outermost."""
    ends: dict[int, list[tuple[float, _Arc]]] = defaultdict(list)
    for arc, lane in lanes.items():
        for place in (arc.start, arc.end):
            goes_left = place == arc.high
            ends[place].append((-1000 + lane if goes_left else 1000 - lane, arc))
    ports = {}
    for place, found in ends.items():
        ordered = [arc for _, arc in sorted(found, key=lambda pair: pair[0])]
        step = min(PORT, (BOX_W - 16) / max(len(ordered), 1))
        begin = _left(place) + BOX_W / 2 - step * (len(ordered) - 1) / 2
        for n, arc in enumerate(ordered):
            ports[arc, place] = begin + n * step
    return ports


def _label(name: str, x: float, y: float, room: float) -> SafeString:
    """Two lines where one is too long for the arrow."""
    pieces = name.split(" / ")
    if text_width(name, SIZE) > room and len(pieces) > 1:
        half = (len(pieces) + 1) // 2
        lines = [" / ".join(pieces[:half]), " / ".join(pieces[half:])]
    else:
        lines = [name]
    return format_html_join("", '<text class="l" x="{}" y="{}">{}</text>', (
        (f"{x:.1f}", f"{y - 13 * (len(lines) - 1 - n):.1f}", line) for n, line in enumerate(lines)))
