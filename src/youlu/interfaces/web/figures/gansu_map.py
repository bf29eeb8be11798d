"""The map: where it is wrong. Width is mail, colour is state, neutral grey is kept; coded posts are never drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from youlu.interfaces.web.figures.land import HEIGHT, WIDTH, gansu
from youlu.interfaces.web.figures.text import Boxes, text_width


@dataclass(frozen=True)
class MapOffice:
    """`figure` stands beside the name when the office is not on time: 88.7%."""

    name: str
    lon: float
    lat: float
    state: str = "kept"
    figure: str = ""
    is_hub: bool = False


@dataclass(frozen=True)
class MapLine:
    """A stretch of route: (lon, lat) of its ends, items in flight on it, state."""

    points: tuple[tuple[float, float], ...]
    items: int
    state: str = "kept"
    name: str = ""


@dataclass(frozen=True)
class CallOut:
    """Words about one place. `lon`, `lat`: where the leader ends; `is_area` draws the closed circle there."""

    title: str
    lines: tuple[str, ...]
    lon: float
    lat: float
    is_area: bool
    url: str = ""


# Where a name stands beside its office: dx, dy, anchor. Names that meet one another in the corridor are set by hand.
BESIDE = {
    "兰州": (14, 2, "start"),
    "酒泉": (6, -9, "start"),
    "嘉峪关": (-6, 14, "end"),
    "张掖": (-7, 13, "end"),
    "金昌": (7, -6, "start"),
    "武威": (-8, 12, "end"),
    "白银": (7, -6, "start"),
    "临夏": (-8, -1, "end"),
    "合作": (-8, 5, "end"),
    "定西": (-5, 15, "end"),
    "天水": (8, 5, "start"),
    "陇南": (8, 6, "start"),
    "平凉": (-2, -8, "end"),
    "庆阳": (5, 15, "middle"),
    "敦煌": (-4, 16, "middle"),
    "瓜州": (2, -9, "start"),
}


def gansu_map(
    *,
    land_url: str,
    areas: Mapping[str, str],
    offices: Sequence[MapOffice],
    lines: Sequence[MapLine],
    calls: Sequence[CallOut] = (),
    title: str,
    desc: str,
    scale_word: str = "200公里",
) -> SafeString:
    """Draw the province.

    Parameters
    ----------
    land_url
        Address of the sprite with the outlines.
    areas
        State by division code of the prefecture; kept or missing: plain land.
    title, desc
        What the picture is; what it shows, as a sentence.
    """
    project = gansu().project
    at = {(o.lon, o.lat): project(o.lon, o.lat) for o in offices}
    parts = [_areas(land_url, areas), _lines(lines)]
    parts += [_closed(call) for call in calls]
    boxes = Boxes()
    for x, y in at.values():
        boxes.take(x - 3, y - 3, 6, 6)
    parts += [_office(office, at[office.lon, office.lat], boxes) for office in sorted(offices, key=_importance)]
    parts += _calls(calls, boxes)
    parts.append(_scale(scale_word))
    return format_html(
        '<svg class="gansu" viewBox="0 0 {} {}" role="img" aria-labelledby="map-title map-desc">'
        '<title id="map-title">{}</title><desc id="map-desc">{}</desc>'
        '<defs><pattern id="hatch-map" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)">'
        '<path class="hl" d="M0 0h6v6H0z"/><path class="hs" d="M0 0v6"/></pattern></defs>{}</svg>',
        WIDTH,
        HEIGHT,
        title,
        desc,
        SafeString("".join(parts)),
    )


def _importance(office: MapOffice) -> tuple[bool, bool]:
    return not office.is_hub, office.state == "kept"


def _areas(land_url: str, areas: Mapping[str, str]) -> str:
    drawn = format_html_join(
        "",
        '<use href="{}#a{}" class="p {}"/>',
        ((land_url, code, f"s-{areas[code]}" if areas.get(code, "kept") != "kept" else "") for code in gansu().paths),
    )
    return drawn


def _lines(lines: Sequence[MapLine]) -> str:
    """Busiest below, wrong above; every line on a casing, because risk on land is not seen well enough."""
    most = max((line.items for line in lines), default=1) or 1
    ordered = sorted(lines, key=lambda line: (line.state != "kept", line.items))
    drawn = []
    for line in ordered:
        width = 1.2 + 4.3 * math.sqrt(line.items / most)
        path = _smooth([gansu().project(lon, lat) for lon, lat in line.points])
        title = format_html("<title>{}</title>", line.name) if line.name else ""
        drawn.append(
            format_html(
                '<path class="case" d="{}" stroke-width="{}"/><path class="r s-{}" d="{}" stroke-width="{}">{}</path>',
                path,
                f"{width + 2.4:.1f}",
                line.state,
                path,
                f"{width:.1f}",
                title,
            )
        )
    return "".join(drawn)


def _smooth(points: list[tuple[float, float]]) -> str:
    """A curve through the points: Catmull and Rom's, as cubic pieces."""
    if len(points) < 3:
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    extended = [points[0], *points, points[-1]]
    pieces = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x0, y0), (x1, y1), (x2, y2), (x3, y3) in zip(extended, extended[1:], extended[2:], extended[3:], strict=False):
        pieces.append(
            f"C{x1 + (x2 - x0) / 8:.1f} {y1 + (y2 - y0) / 8:.1f} "
            f"{x2 - (x3 - x1) / 8:.1f} {y2 - (y3 - y1) / 8:.1f} {x2:.1f} {y2:.1f}"
        )
    return "".join(pieces)


def _office(office: MapOffice, point: tuple[float, float], boxes: Boxes) -> str:
    x, y = point
    size = 14 if office.is_hub else 12
    circle = format_html(
        '<circle class="{}" cx="{}" cy="{}" r="{}"/>',
        "o hub" if office.is_hub else "o",
        f"{x:.1f}",
        f"{y:.1f}",
        4.5 if office.is_hub else 3,
    )
    label = office.name + (f" {office.figure}" if office.figure else "")
    width = text_width(label, size)
    dx, dy, anchor = BESIDE.get(office.name, (8, 4, "start"))
    wanted = [(dx, dy, anchor), (8, 4, "start"), (-8, 4, "end"), (0, -9, "middle"), (0, 17, "middle")]
    shift = {"start": 0.0, "middle": width / 2, "end": width}
    tops = [(x + dx - shift[a], y + dy - size) for dx, dy, a in wanted]
    found = boxes.place(tops, width, size + 2)
    if found is None:
        return circle
    figure = (
        format_html('<tspan class="c s-{}" dx="5">{}</tspan>', office.state, office.figure) if office.figure else ""
    )
    return circle + format_html(
        '<text class="{}" x="{}" y="{}">{}{}</text>',
        "hub" if office.is_hub else "n",
        f"{found[0]:.1f}",
        f"{found[1] + size:.1f}",
        office.name,
        figure,
    )


def _closed(call: CallOut) -> str:
    x, y = gansu().project(call.lon, call.lat)
    if call.is_area:
        return format_html('<circle class="zone" cx="{}" cy="{}" r="14"/>', f"{x:.1f}", f"{y:.1f}")
    return format_html(
        '<g class="shut" transform="translate({} {})"><circle r="9"/><path d="M-5 -1.6h10v3.2h-10z"/></g>',
        f"{x:.1f}",
        f"{y:.1f}",
    )


def _calls(calls: Sequence[CallOut], boxes: Boxes) -> list[str]:
    """Call-outs stand in the free corners: right of the corridor above, left of the capital below."""
    drawn: list[str] = []
    rooms = [(452.0, 66.0), (232.0, 226.0), (452.0, 14.0), (232.0, 290.0)]
    for call in calls[:3]:
        x, y = gansu().project(call.lon, call.lat)
        lines = [call.title, *call.lines[:2]]
        width = max(max(text_width(line, 12) for line in lines) + 4, 120)
        height = 17.0 * len(lines) + 4
        rooms.sort(key=lambda room: math.dist((x, y), (room[0] + (0 if room[0] > x else width), room[1] + 20)))
        found = boxes.place(rooms, width, height)
        if found is None:
            continue
        left, top = found
        end = left if left > x else left + width
        far = left + width if left > x else left
        drawn.append(_call(call, (x, y), (left, top, end, far)))
    return drawn


def _call(call: CallOut, point: tuple[float, float], box: tuple[float, float, float, float]) -> str:
    (x, y), (left, top, end, far) = point, box
    rule = top + 19
    words = format_html(
        '<text class="call s-closed" x="{}" y="{}">{}</text>', f"{left:.1f}", f"{top + 13:.1f}", call.title
    )
    words += format_html_join(
        "",
        '<text class="n" x="{}" y="{}">{}</text>',
        ((f"{left:.1f}", f"{top + 34 + 16 * i:.1f}", line) for i, line in enumerate(call.lines[:2])),
    )
    gap = 14.0 if call.is_area else 9.0
    length = math.dist((x, y), (end, rule)) or 1
    start = (x + (end - x) * gap / length, y + (rule - y) * gap / length)
    leader = format_html(
        '<path class="leader" d="M{} {}L{} {}H{}"/>',
        f"{start[0]:.1f}",
        f"{start[1]:.1f}",
        f"{end:.1f}",
        f"{rule:.1f}",
        f"{far:.1f}",
    )
    return format_html('<g class="callout">{}{}</g>', leader, words)


def _scale(word: str) -> str:
    length = gansu().km_200_px
    return format_html(
        '<g class="scale"><path d="M14 332v5h{}v-5"/><text class="n" x="{}" y="340">{}</text></g>',
        f"{length:.1f}",
        f"{20 + length:.1f}",
        word,
    )
