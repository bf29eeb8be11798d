"""The map and the time-distance diagram of the situation, from the network and the mail on it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext

from youlu.core import clock
from youlu.domain.mail.loads import stretches_loaded
from youlu.domain.network.lines import LineTrip, TrunkLine, leg_ends, line_trips, trunk_lines
from youlu.domain.network.selectors import MeasureRow, measures_in_force, office_get, offices_all
from youlu.interfaces.web import rows, wording
from youlu.interfaces.web.figures.gansu_map import CallOut, MapLine, MapOffice
from youlu.interfaces.web.figures.land import gansu
from youlu.interfaces.web.figures.yxt import TRIPS_MAX, ClosedLeg, Station, Stop, TripLine
from youlu.interfaces.web.reading.places import centre_of, short_name

PROVINCE = "62"
LATE_SHARE, RISK_SHARE = 0.30, 0.10  # of the items on a stretch: then it is red, then it is yellow
DIAGRAM_HOURS = 24
DAY_STARTS_AT_HOUR = 4


@dataclass(frozen=True)
class Line:
    key: str
    name: str


def area_name(code: str) -> str:
    """兰州市, 临夏州."""
    name = gansu().names.get(code, code)
    return f"{short_name(name)}州" if "自治州" in name else name


def map_rows(areas: Mapping[str, rows.AreaRow], closures: tuple[rows.ClosureRow, ...]) -> rows.MapRows:
    offices = []
    for code in gansu().paths:
        centre, area = centre_of(code), areas.get(code)
        if centre is None:
            continue
        state = area.state if area and area.state in ("late", "risk") else "kept"
        figure = f"{area.kept_pct:.1f}%" if area and area.kept_pct is not None and state != "kept" else ""
        offices.append(
            MapOffice(_map_name(centre.name), centre.lon, centre.lat, state, figure, centre.kind == "provincial_centre")
        )
    return rows.MapRows(
        {code: area.state for code, area in areas.items() if area.state in ("late", "risk")},
        tuple(offices),
        _lines(),
        _calls(closures),
    )


def _map_name(name: str) -> str:
    return "合作" if name.startswith("甘南") else short_name(name)


def _lines() -> tuple[MapLine, ...]:
    shut = {frozenset(office_get(end).division_code[:4] for end in pair) for pair in _shut_pairs(measures_in_force())}
    found = []
    for load in stretches_loaded():
        start, end = centre_of(load.from_code), centre_of(load.to_code)
        if (
            start is None
            or end is None
            or not (load.from_code.startswith(PROVINCE) and load.to_code.startswith(PROVINCE))
        ):
            continue
        share = load.late / load.items if load.items else 0
        state = "late" if share > LATE_SHARE else "risk" if share > RISK_SHARE else "kept"
        if frozenset((load.from_code, load.to_code)) in shut:
            state = "closed"
        name = gettext("%(start)s—%(end)s：在途%(items)s件，其中%(late)s件晚") % {
            "start": _map_name(start.name),
            "end": _map_name(end.name),
            "items": wording.count(load.items),
            "late": wording.count(load.late),
        }
        found.append(MapLine(((start.lon, start.lat), (end.lon, end.lat)), load.items, state, name))
    return tuple(found)


def _shut_pairs(measures: tuple[MeasureRow, ...]) -> set[frozenset[int]]:
    now = clock.now()
    return leg_ends(
        [
            m.zone_ref
            for m in measures
            if m.zone_kind == "leg"
            and m.act == "transit"
            and m.starts_at <= now
            and (m.ends_at is None or m.ends_at > now)
        ]
    )


def _calls(closures: tuple[rows.ClosureRow, ...]) -> tuple[CallOut, ...]:
    """One call-out a closure, the worst first, at the middle of what it closes."""
    places: dict[str, tuple[float, float, bool]] = {}
    for measure in measures_in_force():
        where = _point(measure)
        if where is not None:
            places.setdefault(str(measure.closure_id), where)
    calls = []
    for row in sorted(closures, key=lambda c: -(c.moved + c.noway)):
        if row.id in places:
            lon, lat, is_area = places[row.id]
            lines = (
                row.ends,
                gettext("改期%(moved)s件，无路%(noway)s件")
                % {"moved": wording.count(row.moved), "noway": wording.count(row.noway)},
            )
            calls.append(CallOut(row.title, lines, lon, lat, is_area, row.url))
    return tuple(calls)


def _point(measure: MeasureRow) -> tuple[float, float, bool] | None:
    if measure.zone_kind == "leg":
        u, v = (office_get(int(end)) for end in measure.zone_ref.split("-"))
        return ((u.lon + v.lon) / 2, (u.lat + v.lat) / 2, False) if u.division_code.startswith(PROVINCE) else None
    if measure.zone_kind == "office":
        office = office_get(int(measure.zone_ref))
        return (office.lon, office.lat, True) if office.division_code.startswith(PROVINCE) else None
    if measure.zone_kind == "division" and not measure.zone_ref.startswith(PROVINCE):
        return None
    prefix = measure.zone_ref[:4] if measure.zone_kind == "division" else f"{PROVINCE}01"
    centre = centre_of(prefix)
    return (centre.lon, centre.lat, True) if centre else None


def lines_offered() -> list[Line]:
    return [Line(line.key, line.name) for line in trunk_lines(prefix=PROVINCE)[:4]]


def diagram_read(*, line: str, now: dt.datetime) -> rows.Diagram | None:
    """The chosen trunk line (the longest by default) from 04:00 to 04:00."""
    lines = trunk_lines(prefix=PROVINCE)
    if not lines:
        return None
    chosen = next((found for found in lines if found.key == line), lines[0])
    local = clock.local(now)
    start_at = local.replace(hour=DAY_STARTS_AT_HOUR, minute=0, second=0, microsecond=0)
    if local.hour < DAY_STARTS_AT_HOUR:
        start_at -= dt.timedelta(days=1)
    end_at = start_at + dt.timedelta(hours=DIAGRAM_HOURS)
    stations = tuple(
        Station(short_name(office_get(o).name), km) for o, km in zip(chosen.office_ids, chosen.km, strict=True)
    )
    closed = _closed_legs(chosen, start_at, end_at)
    shut = {(leg.first, leg.last): (leg.from_min, leg.to_min) for leg in closed}
    runs = line_trips(line=chosen, from_at=start_at, to_at=end_at)[:TRIPS_MAX]
    trips = tuple(_trip(chosen, run, start_at, shut) for run in runs)
    return rows.Diagram(chosen.name, stations, trips, closed, start_at, DIAGRAM_HOURS, now)


def _closed_legs(line: TrunkLine, start_at: dt.datetime, end_at: dt.datetime) -> tuple[ClosedLeg, ...]:
    place = {office: i for i, office in enumerate(line.office_ids)}
    found = []
    for m in measures_in_force():
        if m.zone_kind != "leg" or m.act != "transit" or m.starts_at >= end_at or (m.ends_at and m.ends_at <= start_at):
            continue
        u, v = (place.get(int(end)) for end in m.zone_ref.split("-"))
        if u is None or v is None:
            continue
        first, last = sorted((u, v))
        until = f"–{wording.stamp(m.ends_at) if m.ends_at >= end_at else wording.hm(m.ends_at)}" if m.ends_at else ""
        found.append(
            ClosedLeg(
                first,
                last,
                max((m.starts_at - start_at).total_seconds() / 60, 0),
                (m.ends_at - start_at).total_seconds() / 60 if m.ends_at else None,
                f"{m.title}{wording.hm(m.starts_at)}{until}",
            )
        )
    return tuple(found)


def _trip(line: TrunkLine, run: LineTrip, start_at: dt.datetime, shut: dict) -> TripLine:
    """A run on the picture's clock; one that would enter a closed leg ends before it."""
    place = {office: i for i, office in enumerate(line.office_ids)}
    stops, has_label = [], len(run.stops) > 2
    for stop in run.stops:
        arr, dep = ((at - start_at).total_seconds() / 60 for at in (stop.arrives_at, stop.departs_at))
        stops.append(Stop(place[stop.office_id], arr, dep, arr, dep))
    for i, (here, there) in enumerate(itertools.pairwise(stops)):
        for first in range(min(here.station, there.station), max(here.station, there.station)):
            window = shut.get((first, first + 1))
            if window and there.arr_min > window[0] and (window[1] is None or here.dep_min < window[1]):
                return TripLine(run.number, tuple(stops), has_label, runs_to=i)
    return TripLine(run.number, tuple(stops), has_label)


def office_points() -> int:
    """How many offices there are: 0 says that no network was imported yet."""
    return len(offices_all())
