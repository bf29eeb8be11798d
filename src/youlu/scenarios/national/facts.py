"""The facts under the national network, read from `scenarios/data` (sources in SOURCES.md there)."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0
OUTLINE_UNITS_PER_DEGREE = 1024.0


class Placed(Protocol):
    """Anything with a point in degrees."""

    @property
    def lon(self) -> float: ...

    @property
    def lat(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Division:
    """A province, prefecture or county of GB/T 2260. `level` is "province", "prefecture" or "county"."""

    code: str
    name: str
    level: str
    parent: str
    lon: float
    lat: float
    point_known: bool

    @property
    def province(self) -> str:
        return self.code[:2] + "0000"


@dataclass(frozen=True, slots=True)
class Link:
    """How often, how fast and by what a kind of route runs. `weekdays`: bit 0 is Monday."""

    name: str
    level: str
    means: str
    weekdays: int
    speed_km_h: float
    road_factor: float
    dwell_min: int
    source: str

    def km(self, a: Placed, b: Placed) -> float:
        """Modelled length: the great circle times the road factor, to 0.1 km, never below 1 km."""
        return max(1.0, round(distance_km(a.lon, a.lat, b.lon, b.lat) * self.road_factor, 1))

    def minutes(self, km: float) -> int:
        """Modelled run time in whole minutes, at least 5; air adds an hour on the ground."""
        return max(5, math.ceil(km / self.speed_km_h * 60)) + (60 if self.means == "air" else 0)


def distance_km(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Great-circle distance (haversine) in km."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half = (math.sin((phi_b - phi_a) / 2) ** 2
            + math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2)
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def _text(name: str) -> str:
    return (files("youlu.scenarios") / "data" / name).read_text(encoding="utf-8")


@cache
def divisions() -> dict[str, Division]:
    """Code -> division, all 3,214 in the order of their codes; those without a point stand beside their sisters."""
    rows = {}
    for row in csv.DictReader(_text("cn_divisions.csv").splitlines()):
        known = bool(row["lon"])
        rows[row["code"]] = Division(row["code"], row["name"], row["level"], row["parent"],
                                     float(row["lon"]) if known else 0.0, float(row["lat"]) if known else 0.0, known)
    for code, division in list(rows.items()):
        if not division.point_known:
            rows[code] = _beside_sisters(division, rows)
    return rows


def _beside_sisters(lost: Division, rows: dict[str, Division]) -> Division:
    """A division without a point: the mean of its sisters or children, moved a little by its code."""
    family = [d for d in rows.values() if d.point_known and lost.code in (d.code, d.parent)]
    family = family or [d for d in rows.values() if d.point_known and d.parent == lost.parent]
    family = family or [rows[lost.parent]]
    turn = int(lost.code[-2:]) * 2.4
    return replace(lost, lon=round(sum(d.lon for d in family) / len(family) + 0.12 * math.cos(turn), 5),
                   lat=round(sum(d.lat for d in family) / len(family) + 0.12 * math.sin(turn), 5))


@cache
def links() -> dict[str, Link]:
    """Name -> link, from frequencies.csv."""
    found = {}
    for row in csv.DictReader(_text("frequencies.csv").splitlines()):
        weekdays = sum(1 << (int(day) - 1) for day in row["days"])
        found[row["link"]] = Link(row["link"], row["level"], row["means"], weekdays, float(row["speed_km_h"]),
                                  float(row["road_factor"]), int(row["dwell_min"]), row["source"])
    return found


@cache
def gansu_townships() -> dict[str, tuple[tuple[str, str], ...]]:
    """County code -> (nine-digit code, name) of its townships; those marked as abolished are left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in csv.DictReader(_text("gansu_townships.csv").splitlines()):
        if "撤销" not in row["township"]:
            found.setdefault(row["county_code"], []).append((row["code9"], row["township"]))
    return {county: tuple(rows) for county, rows in found.items()}


@cache
def outline_polygons() -> dict[str, tuple[NDArray[np.float64], ...]]:
    """Prefecture code -> its outer rings, each (points, 2) of longitude and latitude. Gansu only.

    The file keeps each coordinate as a zigzag difference in a letter (the encoding of ECharts 4).
    """
    shapes = {}
    for feature in json.loads(_text("gansu_outline.json"))["features"]:
        geometry = feature["geometry"]
        rings, offsets = geometry["coordinates"], geometry["encodeOffsets"]
        if geometry["type"] == "Polygon":
            rings, offsets = [rings], [offsets]
        shapes[feature["id"]] = tuple(_ring_decode(ring[0], offset[0])
                                      for ring, offset in zip(rings, offsets, strict=True))
    return shapes


def _ring_decode(letters: str, offset: list[int]) -> NDArray[np.float64]:
    raw = np.array([ord(letter) - 64 for letter in letters], dtype=np.int64).reshape(-1, 2)
    steps = (raw >> 1) ^ -(raw & 1)
    return (np.cumsum(steps, axis=0) + np.array(offset)) / OUTLINE_UNITS_PER_DEGREE


def inside(lon: float, lat: float, rings: tuple[NDArray[np.float64], ...]) -> bool:
    """Whether a point lies inside one of the rings (even-odd rule)."""
    crossings = 0
    for ring in rings:
        x, y = ring[:, 0], ring[:, 1]
        next_x, next_y = np.roll(x, -1), np.roll(y, -1)
        spans = (y > lat) != (next_y > lat)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = (next_x - x) * (lat - y) / (next_y - y) + x
        crossings += int(np.count_nonzero(spans & (lon < at)))
    return crossings % 2 == 1
