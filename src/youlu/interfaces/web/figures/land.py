"""The land of the map: Albers projection and the outlines of prefectures, drawn once into a sprite.

Outlines are offsets encoded as ECharts 4 does (source and notice in scenarios/data/SOURCES.md). A map for the
public in China needs an approved base map: the page says so where it stands.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Point = tuple[float, float]
PARALLELS_DEG = (25.0, 47.0)
EARTH_KM = 6371.0
# The drawing's own units: CSS px at 1440. The left third stays free for the list of flows.
WIDTH, HEIGHT = 674, 352
FRAME = (232.0, 10.0, 652.0, 342.0)
TOLERANCE_PX = 0.7


@dataclass(frozen=True)
class Projection:
    """Albers conic, 25° and 47°, about `meridian_deg`; then scaled and moved into the frame. North is up."""

    meridian_deg: float
    scale: float = 1.0  # px a km
    dx: float = 0.0
    dy: float = 0.0

    def __call__(self, lon: float, lat: float) -> Point:
        x, y = albers_km(lon, lat, self.meridian_deg)
        return x * self.scale + self.dx, -y * self.scale + self.dy


def albers_km(lon: float, lat: float, meridian_deg: float) -> Point:
    """Plane kilometres east of the meridian and north of the equator (sphere of 6,371 km)."""
    low, high = (math.radians(p) for p in PARALLELS_DEG)
    n = (math.sin(low) + math.sin(high)) / 2
    c = math.cos(low) ** 2 + 2 * n * math.sin(low)
    radius = EARTH_KM * math.sqrt(c - 2 * n * math.sin(math.radians(lat))) / n
    origin = EARTH_KM * math.sqrt(c) / n
    angle = n * math.radians(lon - meridian_deg)
    return radius * math.sin(angle), origin - radius * math.cos(angle)


def decode(text: str, offset: Iterable[int]) -> list[Point]:
    """One ring of (lon, lat) from ECharts' encoding: zigzag differences in 1/1024 of a degree."""
    x, y = offset
    ring: list[Point] = []
    for first, second in zip(text[::2], text[1::2], strict=True):
        dx, dy = (((ord(c) - 64) >> 1) ^ -((ord(c) - 64) & 1) for c in (first, second))
        x, y = x + dx, y + dy
        ring.append((x / 1024, y / 1024))
    return ring


@dataclass(frozen=True)
class Land:
    """Outlines by division code as SVG path data, and the projection they were drawn with."""

    paths: dict[str, str]
    names: dict[str, str]
    project: Projection

    @property
    def km_200_px(self) -> float:
        return 200 * self.project.scale


@cache
def gansu() -> Land:
    features = json.loads(files("youlu.scenarios").joinpath("data", "gansu_outline.json").read_text())["features"]
    rings = {feature["id"]: _rings(feature["geometry"]) for feature in features}
    everything = [point for found in rings.values() for ring in found for point in ring]
    meridian = (min(lon for lon, _ in everything) + max(lon for lon, _ in everything)) / 2
    project = _fitted(everything, meridian)
    paths = {code: "".join(filter(None, (_path(ring, project) for ring in found))) for code, found in rings.items()}
    return Land(paths, {f["id"]: f["properties"]["name"] for f in features}, project)


def land_sprite() -> str:
    """The outlines as symbols `a620100` …: coloured by whoever uses them, cached apart from the page."""
    shapes = "".join(f'<path id="a{code}" d="{path}"/>' for code, path in gansu().paths.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><defs>{shapes}</defs></svg>'


def _rings(geometry: dict) -> list[list[Point]]:
    texts, offsets = geometry["coordinates"], geometry["encodeOffsets"]
    if geometry["type"] == "Polygon":
        texts, offsets = [texts], [offsets]
    return [
        decode(text, offset)
        for part, places in zip(texts, offsets, strict=True)
        for text, offset in zip(part, places, strict=True)
    ]


def _fitted(points: list[Point], meridian: float) -> Projection:
    plane = [albers_km(lon, lat, meridian) for lon, lat in points]
    west, east = min(x for x, _ in plane), max(x for x, _ in plane)
    south, north = min(y for _, y in plane), max(y for _, y in plane)
    left, top, right, bottom = FRAME
    scale = min((right - left) / (east - west), (bottom - top) / (north - south))
    spare_x = (right - left) - (east - west) * scale
    return Projection(meridian, scale, left + spare_x - west * scale, top + north * scale)


def _path(ring: list[Point], project: Projection) -> str:
    points = _simplified([project(lon, lat) for lon, lat in ring])
    if len(points) < 4:
        return ""
    rounded = [(round(x * 10), round(y * 10)) for x, y in points]
    steps = [(x - px, y - py) for (px, py), (x, y) in itertools.pairwise(rounded)]
    return (
        f"M{rounded[0][0] / 10:g} {rounded[0][1] / 10:g}l"
        + " ".join(f"{dx / 10:g} {dy / 10:g}" for dx, dy in steps if dx or dy)
        + "z"
    )


def _simplified(points: list[Point]) -> list[Point]:
    """Drop points nearer than the tolerance to the line of their neighbours (Douglas and Peucker 1973)."""
    keep = [False] * len(points)
    keep[0] = keep[-1] = True
    middle = max(range(len(points)), key=lambda i: math.dist(points[0], points[i]))
    keep[middle] = True
    todo = [(0, middle), (middle, len(points) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        far, distance = max(
            ((i, _off_line(points[i], points[first], points[last])) for i in range(first + 1, last)),
            key=lambda pair: pair[1],
        )
        if distance > TOLERANCE_PX:
            keep[far] = True
            todo += [(first, far), (far, last)]
    return [point for point, kept in zip(points, keep, strict=True) if kept]


def _off_line(point: Point, a: Point, b: Point) -> float:
    length = math.dist(a, b)
    if length == 0:
        return math.dist(point, a)
    return abs((b[0] - a[0]) * (a[1] - point[1]) - (a[0] - point[0]) * (b[1] - a[1])) / length
