"""Drawings: names do not lie on one another, text from outside is escaped, colour marks only what is wrong."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.interfaces.web import sample

from youlu.interfaces.web.figures.bars import Bin, histogram
from youlu.interfaces.web.figures.gansu_map import MapOffice, gansu_map
from youlu.interfaces.web.figures.land import albers_km, decode, gansu, land_sprite
from youlu.interfaces.web.figures.small import dumbbell, sparkline
from youlu.interfaces.web.figures.text import Boxes, spread, text_width
from youlu.interfaces.web.figures.yxt import Station, yxt

EVIL = '<script>alert("1")</script>'


def draw_map(**changes: object) -> str:
    rows = sample.situation().map
    values = {"land_url": "/land.svg", "areas": rows.areas, "offices": rows.offices, "lines": rows.lines,
              "calls": rows.calls, "title": "图", "desc": "说明"}
    return str(gansu_map(**{**values, **changes}))  # type: ignore[arg-type]


def labels(svg: str, css: str) -> list[tuple[float, float, str]]:
    found = re.findall(rf'<text class="{css}" x="([\d.-]+)" y="([\d.-]+)"[^>]*>(.*?)</text>', svg)
    return [(float(x), float(y), re.sub(r"<[^>]+>", "", text)) for x, y, text in found]


def test_the_map_names_every_office_and_no_two_names_meet() -> None:
    found = labels(draw_map(), "n") + labels(draw_map(), "hub")
    names = [text for _, _, text in found]
    assert all(any(name in text for text in names) for name in sample.PLACES)
    boxes = Boxes()
    for x, y, text in found:
        width = text_width(text, 11)
        assert boxes.is_free(x, y - 11, width, 11), text
        boxes.take(x, y - 11, width, 11)


def test_the_map_is_plain_where_everything_is_on_time() -> None:
    offices = tuple(MapOffice(name, *at) for name, at in sample.PLACES.items())
    svg = draw_map(areas={}, offices=offices, lines=(), calls=())
    assert not re.findall(r"s-(?:late|risk|closed|noway)", svg)


def test_pictures_are_named_described_and_well_formed() -> None:
    for svg in (draw_map(), draw_diagram()):
        root = ElementTree.fromstring(svg)  # noqa: S314 (our own drawing)
        assert root.get("role") == "img"
        assert len(root.get("aria-labelledby", "").split()) == 2
        assert root.find("title") is not None
        assert root.find("desc") is not None


def test_a_name_from_outside_cannot_become_markup() -> None:
    assert "<script" not in draw_map(offices=(MapOffice(EVIL, 103.8, 36.0, "late", EVIL),), title=EVIL, desc=EVIL)
    stations = (Station(EVIL, 0), Station("康县", 10))
    assert "<script" not in yxt(stations=stations, trips=(), now_min=5, title=EVIL, desc=EVIL, now_word=EVIL)
    assert "<script" not in histogram([Bin(EVIL, 1, 2)], title=EVIL, desc=EVIL, before_word=EVIL, after_word=EVIL)


def draw_diagram() -> str:
    rows = sample.diagram()
    return str(yxt(stations=rows.stations, trips=rows.trips, closed=rows.closed, now_min=rows.now_min,
                   title="图", desc="说明", now_word="现在17:42"))


def test_stations_of_the_diagram_stand_at_least_twelve_pixels_apart() -> None:
    heights = sorted(float(y) for y in re.findall(r'<text class="b" x="4" y="([\d.]+)"', draw_diagram()))
    assert len(heights) == len(sample.STATIONS)
    assert all(b - a >= 12 for a, b in itertools.pairwise(heights))


def test_labels_of_trips_do_not_lie_on_one_another() -> None:
    boxes = Boxes()
    for x, y, text in labels(draw_diagram(), r"lbl s-(?:kept|late)"):
        assert boxes.is_free(x, y - 10, text_width(text, 10), 10), text
        boxes.take(x, y - 10, text_width(text, 10), 10)


def test_a_trip_is_green_until_it_waits_and_red_from_there() -> None:
    late = next(trip for trip in sample.diagram().trips if trip.is_late)
    svg = str(yxt(stations=sample.STATIONS, trips=(late,), now_min=800, title="图", desc="说明"))
    assert 'class="run s-kept"' in svg
    assert 'class="run s-late exp"' in svg
    assert 'class="plan"' in svg


def test_a_closed_leg_is_hatched_even_when_its_end_is_open() -> None:
    from youlu.interfaces.web.figures.yxt import ClosedLeg

    leg = ClosedLeg(3, 4, 600, None, "落石")
    svg = str(yxt(stations=sample.STATIONS, trips=(), closed=(leg,), now_min=None, title="图", desc="说明"))
    assert 'fill="url(#yxt-hatch)"' in svg


@given(st.lists(st.floats(0, 200), min_size=1, max_size=12))
def test_spreading_keeps_order_room_and_gap(positions: list[float]) -> None:
    moved = spread(sorted(positions), 13, 0, 200)
    assert all(b - a >= 13 - 1e-6 for a, b in itertools.pairwise(moved))
    assert min(moved) >= -1e-6
    assert max(moved) <= 200 + 1e-6


def test_more_labels_than_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        spread([0.0] * 20, 13, 0, 100)


def test_the_outline_of_gansu_is_where_gansu_is() -> None:
    first = decode("@@KGADHHFC", (100212, 40669))
    assert first[0] == pytest.approx((100212 / 1024, 40669 / 1024))
    assert first[1] == pytest.approx(((100212 - 6) / 1024, (40669 - 4) / 1024))  # K is -6, G is -4 in zigzag
    x, y = gansu().project(103.83, 36.06)
    assert 500 < x < 560
    assert 180 < y < 260
    assert len(gansu().paths) == 14
    assert len(land_sprite()) < 16_000


def test_albers_keeps_the_size_of_a_degree_of_latitude_at_its_parallels() -> None:
    south, north = albers_km(100, 36, 100), albers_km(100, 37, 100)
    assert north[1] - south[1] == pytest.approx(111.2, rel=0.03)
    assert south[0] == pytest.approx(0)


def test_small_drawings_hide_from_readers_who_have_the_numbers() -> None:
    assert 'aria-hidden="true"' in sparkline([1, 2, 3])
    assert sparkline([1]) == ""
    assert 'aria-hidden="true"' in dumbbell(before=None, now=99, target=98, low=80, state="kept")
