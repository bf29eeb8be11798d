"""运行图, the time-distance diagram: time to the right, distance downward to scale, slope is speed.

A closed leg is a hatched rectangle in space and time, a wait is a horizontal; what has run is solid, what is
expected dashed, the plan grey dots where it differs. Green until a trip is late, red from there.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from youlu.interfaces.web.figures.text import Boxes, spread, text_width

TRIPS_MAX = 40
LATE_AFTER_MIN = 5
LEFT, RIGHT, TOP, BOTTOM = 84.0, 14.0, 24.0, 20.0


@dataclass(frozen=True)
class Station:
    name: str
    km: float


@dataclass(frozen=True)
class Stop:
    """Minutes on the picture's own clock (0 is its left edge); `plan_*` the timetable's, `arr`, `dep` now expected."""

    station: int
    arr_min: float
    dep_min: float
    plan_arr_min: float
    plan_dep_min: float


@dataclass(frozen=True)
class TripLine:
    number: str
    stops: tuple[Stop, ...]
    has_label: bool = True  # short runs between two stations go without
    runs_to: int | None = None  # index of the stop it ends at before a closed leg
    key: int | None = None  # of the trip, where a script may take hold of its line

    @property
    def run(self) -> tuple[Stop, ...]:
        return self.stops if self.runs_to is None else self.stops[: self.runs_to + 1]

    @property
    def delay_min(self) -> float:
        return self.stops[-1].arr_min - self.stops[-1].plan_arr_min

    @property
    def is_late(self) -> bool:
        return self.runs_to is not None or self.delay_min > LATE_AFTER_MIN


@dataclass(frozen=True)
class ClosedLeg:
    """Between two stations from one minute to another (None: open end)."""

    first: int
    last: int
    from_min: float
    to_min: float | None
    label: str


@dataclass(frozen=True)
class Frame:
    """The picture's measures: CSS px, minutes, kilometres."""

    width: float
    height: float
    minutes: float
    km: float

    def x(self, minute: float) -> float:
        return LEFT + (self.width - LEFT - RIGHT) * minute / self.minutes

    def y(self, km: float) -> float:
        return TOP + (self.height - TOP - BOTTOM) * km / (self.km or 1)


def yxt(
    *,
    stations: Sequence[Station],
    trips: Sequence[TripLine],
    closed: Sequence[ClosedLeg] = (),
    now_min: float | None,
    start_hour: int = 4,
    hours: int = 24,
    title: str,
    desc: str,
    now_word: str = "",
    late_word: str = "迟",
    width: float = 992,
    height: float = 244,
    id: str = "yxt",
    show_km: bool = True,
    first_day: dt.date | None = None,
    is_draggable: bool = False,
) -> SafeString:
    """Draw one line of stations, top to bottom.

    Parameters
    ----------
    stations
        In order; `km` from the first. At least two.
    trips
        At most 40, then the caller filters; odd numbers down, even up.
    now_min
        Minute of now on the picture's clock; None draws no line.
    first_day
        The date of the left edge: midnights are then written as dates.
    """
    frame = Frame(width, height, hours * 60.0, stations[-1].km)
    boxes = Boxes()
    parts = [_grid(frame, stations, (start_hour, hours, first_day), show_km)]
    parts += [_closed(frame, stations, leg, boxes) for leg in closed]
    shown = trips[:TRIPS_MAX]
    parts += [_plan(frame, stations, trip) for trip in shown]
    parts += [_run(frame, stations, trip, now_min) for trip in shown]
    if now_min is not None and 0 <= now_min <= frame.minutes:
        parts.append(_now(frame, now_min, now_word, boxes))
    for trip in sorted(shown, key=lambda trip: not trip.is_late):
        parts.append(_labels(frame, stations, trip, boxes, late_word))
    return format_html(
        '<svg class="yxt"{drag} viewBox="0 0 {} {}" role="img" aria-labelledby="{id}-title {id}-desc">'
        '<title id="{id}-title">{}</title><desc id="{id}-desc">{}</desc><defs>'
        '<pattern id="{id}-hatch" width="7" height="7" '
        'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hl" d="M0 0h7v7H0z"/>'
        '<path class="hs" d="M0 0v7"/></pattern><clipPath id="{id}-clip"><path d="M{} 0H{}V{}H{}z"/></clipPath></defs>'
        "{}</svg>",
        f"{width:g}", f"{height:g}", title, desc,
        f"{LEFT:g}",
        f"{width - RIGHT:g}",
        f"{height:g}",
        f"{LEFT:g}",
        SafeString("".join(part.replace("#ID", f"#{id}") for part in parts)),
        id=id,
        drag=_scale(frame) if is_draggable else "",
    )


def _scale(frame: Frame) -> SafeString:
    """What a script needs to turn pixels into minutes."""
    return format_html(' data-minutes="{}" data-width="{}"', f"{frame.minutes:g}", f"{frame.width - LEFT - RIGHT:g}")


def _grid(frame: Frame, stations: Sequence[Station], clock: tuple[int, int, dt.date | None], show_km: bool) -> str:
    top, bottom, right = TOP, frame.height - BOTTOM, frame.width - RIGHT
    start_hour, hours, first_day = clock
    every = next(step for step, most in ((2, 24), (4, 48), (12, 10_000)) if hours <= most)
    parts = [
        format_html('<path class="{}" d="M{} {}V{}"/>', "g" if hour % every == 0 else "g2",
                    f"{frame.x(60 * hour):.1f}", f"{top:.1f}", f"{bottom:.1f}")
        for hour in range(0, hours + 1, max(every // 2, 1))
    ]
    first = -start_hour % every if every > 2 else 0
    for hour in range(first, hours + 1, every):
        of_day = (start_hour + hour) % 24
        day = first_day + dt.timedelta(days=(start_hour + hour) // 24) if first_day and of_day == 0 else None
        anchor = {0: "start", hours: "end"}.get(hour, "middle")  # nothing is cut at the edges
        parts.append(
            format_html('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>', "b" if day else "",
                        f"{frame.x(60 * hour):.1f}", f"{frame.height - 4:.1f}", anchor,
                        f"{day.month}-{day.day:02d}" if day else f"{of_day:02d}:00")
        )
    heights = [frame.y(station.km) for station in stations]
    names = spread(heights, 13, TOP - 4, bottom)
    for y, at, station in zip(heights, names, stations, strict=True):
        parts.append(format_html('<path class="st" d="M{} {}H{}"/><text class="b" x="4" y="{}">{}</text>',
                                 f"{LEFT:.1f}", f"{y:.1f}", f"{right:.1f}", f"{at + 4:.1f}", station.name))
        if show_km:
            parts.append(format_html('<text class="km" x="{}" y="{}" text-anchor="end">{}</text>',
                                     f"{LEFT - 8:.1f}", f"{at + 4:.1f}", f"{int(station.km + 0.5):,}"))
    return "".join(parts)


def _closed(frame: Frame, stations: Sequence[Station], leg: ClosedLeg, boxes: Boxes) -> str:
    y1, y2 = sorted((frame.y(stations[leg.first].km), frame.y(stations[leg.last].km)))
    x1 = max(frame.x(leg.from_min), LEFT)
    x2 = min(frame.x(leg.to_min if leg.to_min is not None else frame.minutes), frame.width - RIGHT)
    if x2 <= x1:
        return ""
    boxes.take(x1, y1, min(text_width(leg.label, 12) + 14, x2 - x1), 18)
    return format_html(
        '<rect class="blk" fill="url(#ID-hatch)" x="{}" y="{}" width="{}" height="{}"/>'
        '<text class="lbl s-closed" x="{}" y="{}">{}</text>',
        f"{x1:.1f}",
        f"{y1:.1f}",
        f"{x2 - x1:.1f}",
        f"{y2 - y1:.1f}",
        f"{x1 + 6:.1f}",
        f"{y1 + 14:.1f}",
        leg.label,
    )


def _points(
    frame: Frame, stations: Sequence[Station], trip: TripLine, *, plan: bool
) -> list[tuple[float, float, float]]:
    """(minute, km, delay) of every corner, in order of time."""
    corners = []
    for stop in trip.stops if plan else trip.run:
        km = stations[stop.station].km
        arr, dep = (stop.plan_arr_min, stop.plan_dep_min) if plan else (stop.arr_min, stop.dep_min)
        corners.append((arr, km, stop.arr_min - stop.plan_arr_min))
        if dep > arr:
            corners.append((dep, km, stop.dep_min - stop.plan_dep_min))
    return corners


def _plan(frame: Frame, stations: Sequence[Station], trip: TripLine) -> str:
    if not trip.is_late:
        return ""
    corners = _points(frame, stations, trip, plan=True)
    return format_html(
        '<path class="plan" clip-path="url(#ID-clip)" d="{}"/>',
        "M" + "L".join(f"{frame.x(m):.1f} {frame.y(km):.1f}" for m, km, _ in corners),
    )


def _run(frame: Frame, stations: Sequence[Station], trip: TripLine, now_min: float | None) -> str:
    """Pieces by (late or not, run or expected), each one path."""
    corners = _points(frame, stations, trip, plan=False)
    pieces: dict[tuple[str, bool], list[str]] = {}
    for (m1, km1, _), (m2, km2, delay) in itertools.pairwise(corners):
        state = "late" if delay > LATE_AFTER_MIN else "kept"
        for a, b, is_past in _cut(m1, m2, now_min):
            span = (m2 - m1) or 1
            ends = [(minute, km1 + (km2 - km1) * (minute - m1) / span) for minute in (a, b)]
            pieces.setdefault((state, is_past), []).append(
                "M" + "L".join(f"{frame.x(m):.1f} {frame.y(km):.1f}" for m, km in ends)
            )
    waits = [
        (stop.plan_dep_min, stations[stop.station].km)
        for stop in trip.run
        if (stop is trip.run[-1]
        and trip.runs_to is not None)
        or stop.dep_min - stop.arr_min - (stop.plan_dep_min - stop.plan_arr_min) > LATE_AFTER_MIN
    ]
    dots = format_html_join(
        "",
        '<circle class="wait" cx="{}" cy="{}" r="3.4"/>',
        ((f"{frame.x(m):.1f}", f"{frame.y(km):.1f}") for m, km in waits if 0 <= m <= frame.minutes),
    )
    paths = format_html_join(
        "",
        '<path class="run s-{}{}" d="{}"/>',
        ((state, "" if is_past else " exp", "".join(found)) for (state, is_past), found in sorted(pieces.items())),
    )
    if trip.key is None:
        return format_html('<g clip-path="url(#ID-clip)">{}{}</g>', paths, dots)
    whole = "M" + "L".join(f"{frame.x(m):.1f} {frame.y(km):.1f}" for m, km, _ in corners)
    return format_html('<g clip-path="url(#ID-clip)"><g data-trip="{}"><path class="hit" d="{}"/>{}{}</g></g>',
                       trip.key, whole, paths, dots)


def _cut(first: float, last: float, now_min: float | None) -> list[tuple[float, float, bool]]:
    if now_min is None or last <= now_min:
        return [(first, last, now_min is not None)]
    if first >= now_min:
        return [(first, last, False)]
    return [(first, now_min, True), (now_min, last, False)]


def _now(frame: Frame, now_min: float, word: str, boxes: Boxes) -> str:
    x = frame.x(now_min)
    width = text_width(word, 12) + 12
    left = min(max(x - width / 2, LEFT), frame.width - RIGHT - width)
    boxes.take(left, 0, width, 18)
    return format_html(
        '<path class="now" d="M{} 16V{}"/><rect class="nowb" x="{}" y="1" width="{}" height="17" rx="3"/>'
        '<text class="nowt" x="{}" y="14" text-anchor="middle">{}</text>',
        f"{x:.1f}",
        f"{frame.height - BOTTOM:.1f}",
        f"{left:.1f}",
        f"{width:.1f}",
        f"{left + width / 2:.1f}",
        word,
    )


def _labels(frame: Frame, stations: Sequence[Station], trip: TripLine, boxes: Boxes, late_word: str) -> str:
    """The number where the trip enters the picture; number and delay where a late one ends."""
    state = "late" if trip.is_late else "kept"
    if not trip.has_label:
        return ""
    corners = [(m, km) for m, km, _ in _points(frame, stations, trip, plan=False)]
    start = next(((m, km) for m, km in corners if 0 <= m <= frame.minutes), None)
    if start is None:
        return ""
    goes_down = corners[-1][1] > corners[0][1]
    drawn = _label(frame, trip.number, start, -6 if goes_down else 14, state, boxes)
    if trip.is_late and trip.runs_to is None:
        whole = round(trip.delay_min)
        end = min((c for c in corners if c[0] >= 0), key=lambda c: abs(c[0] - min(corners[-1][0], frame.minutes - 20)))
        drawn += _label(
            frame, f"{trip.number}{late_word}{whole // 60}:{whole % 60:02d}", end, -7, state, boxes, is_end=True
        )
    return drawn


def _label(
    frame: Frame, text: str, at: tuple[float, float], dy: float, state: str, boxes: Boxes, is_end: bool = False
) -> str:
    width = text_width(text, 11.5)
    x = min(max(frame.x(at[0]) - (width if is_end else 0), LEFT + 2), frame.width - RIGHT - width)
    y = frame.y(at[1]) + dy
    choices = [
        (x, y - 11),
        (x + 10, y - 11),
        (x - 24, y - 11),
        (x, y - 25),
        (x, y + 8),
        (x - width - 6, y - 11),
        (x - width, y + 8),
        (x - width, y - 25),
    ]
    inside = [(cx, cy) for cx, cy in choices if cx >= LEFT and 0 <= cy <= frame.height - BOTTOM - 8]
    found = boxes.place(inside, width, 13)
    if found is None:
        return ""
    return format_html(
        '<text class="lbl s-{}" x="{}" y="{}">{}</text>', state, f"{found[0]:.1f}", f"{found[1] + 11:.1f}", text
    )
