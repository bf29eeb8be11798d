"""A feed from its files."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from youlu.engines.gtfs.errors import Faults, FirstFault, GtfsError
from youlu.engines.gtfs.feed import Feed, GtfsRoute, GtfsTrip
from youlu.engines.gtfs.services import services_read
from youlu.engines.gtfs.tables import OpenLines, Row, seconds_of, table_read

STOP_TIMES = "stop_times.txt"
PICKUP_TYPES = ("0", "1", "2", "3")


@dataclass(frozen=True)
class _Stops:
    ids: dict[str, int]
    names: list[str]
    lon: list[float]
    lat: list[float]
    lines: list[int]


@dataclass(frozen=True)
class _Trip:
    service: str
    route: str
    number: str
    line: int


@dataclass(frozen=True)
class _Call:
    """One line of stop_times.txt; both times are None at a stop that is passed without a time."""

    line: int
    seq: int
    stop: int
    arr_s: int | None
    dep_s: int | None
    no_board: bool
    no_alight: bool
    km: float | None


def feed_read(open_lines: OpenLines, faults: Faults | None = None) -> Feed:
    """Read a feed through `open_lines(file name)`, which gives lines or None.

    Parent stations, transfers.txt and frequencies.txt are ignored with a warning, as are stops without a time
    and trips with fewer than two stops. pickup_type and drop_off_type other than 0 forbid boarding and
    alighting. With `faults`, everything that is wrong is told there and the feed holds what could be read.

    Raises
    ------
    GtfsError
        Without `faults`: a file is missing or a line cannot be used; the message gives file, line and cure.
    """
    faults = faults or FirstFault()
    warnings: list[str] = []
    stops = _stops_read(_needed(open_lines, "stops.txt", faults), warnings, faults)
    services = services_read(open_lines, faults)
    routes = _routes_read(open_lines("routes.txt") or (), faults)
    listed = _trips_read(_needed(open_lines, "trips.txt", faults), set(services), warnings, faults)
    calls = _calls_read(_needed(open_lines, STOP_TIMES, faults), stops.ids, listed, faults)
    trips = tuple(_trips_build(calls, listed, warnings, faults))
    for file, what in (("transfers.txt", "换乘规则"), ("frequencies.txt", "按间隔开行的班次")):
        if any(True for _ in table_read(open_lines(file) or (), file, (), faults)):
            warnings.append(f"{file}：{what}不参与计算，已忽略。")
    return Feed(tuple(stops.ids), tuple(stops.names), trips, services, tuple(warnings), routes,
                tuple(zip(stops.lon, stops.lat, strict=True)), tuple(stops.lines))


def _needed(open_lines: OpenLines, file: str, faults: Faults) -> Iterable[str]:
    lines = open_lines(file)
    if lines is None:
        faults.add(GtfsError(file, 0, "文件不存在", "GTFS 文件夹里必须有它"))
    # A file that is missing has been told; that it has no columns either need not be.
    return lines if lines is not None else ("stop_id,trip_id,service_id,stop_sequence",)


def _stops_read(lines: Iterable[str], warnings: list[str], faults: Faults) -> _Stops:
    stops = _Stops({}, [], [], [], [])
    children = 0
    for line, row in table_read(lines, "stops.txt", ("stop_id",), faults):
        if row["stop_id"] in stops.ids:
            faults.add(GtfsError("stops.txt", line, f"stop_id {row['stop_id']} 重复", "每个站只写一行"))
            continue
        stops.ids[row["stop_id"]] = len(stops.ids)
        stops.names.append(row.get("stop_name", ""))
        stops.lon.append(_degrees(row.get("stop_lon", "")))
        stops.lat.append(_degrees(row.get("stop_lat", "")))
        stops.lines.append(line)
        children += bool(row.get("parent_station"))
    if children:
        warnings.append(
            f"stops.txt：{children} 个站属于上级车站（parent_station），同站的站台不算连通，已忽略上级关系。"
        )
    return stops


def _degrees(text: str) -> float:
    """A coordinate; 0 where there is none: nothing is computed from it."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _routes_read(lines: Iterable[str], faults: Faults) -> dict[str, GtfsRoute]:
    routes: dict[str, GtfsRoute] = {}
    for line, row in table_read(lines, "routes.txt", ("route_id",), faults) if lines else ():
        if row["route_id"] in routes:
            faults.add(GtfsError("routes.txt", line, f"route_id {row['route_id']} 重复", "每条邮路只写一行"))
            continue
        routes[row["route_id"]] = GtfsRoute(row["route_id"], row.get("route_long_name") or row.get(
            "route_short_name", ""), row.get("route_type", ""), row.get("youlu_level", ""))
    return routes


def _trips_read(
    lines: Iterable[str], services: set[str], warnings: list[str], faults: Faults
) -> dict[str, _Trip]:
    listed: dict[str, _Trip] = {}
    unknown: set[str] = set()
    for line, row in table_read(lines, "trips.txt", ("trip_id", "service_id"), faults):
        if row["trip_id"] in listed:
            faults.add(GtfsError("trips.txt", line, f"trip_id {row['trip_id']} 重复", "每个班次只写一行"))
            continue
        listed[row["trip_id"]] = _Trip(row["service_id"], row.get("route_id", ""), row.get("trip_short_name", ""), line)
        if row["service_id"] not in services:
            unknown.add(row["service_id"])
    if unknown:
        some = "、".join(sorted(unknown)[:5])
        warnings.append(f"trips.txt：{len(unknown)} 个 service_id 没有日历（{some}），其班次视为不开行。")
    return listed


def _calls_read(
    lines: Iterable[str], stops: dict[str, int], listed: dict[str, _Trip], faults: Faults
) -> dict[str, list[_Call]]:
    calls: dict[str, list[_Call]] = {}
    for line, row in table_read(lines, STOP_TIMES, ("trip_id", "stop_id", "stop_sequence"), faults):
        try:
            call = _call_of((line, row), stops)
        except GtfsError as fault:
            faults.add(fault)
            continue
        if row["trip_id"] not in listed:
            faults.add(GtfsError(STOP_TIMES, line, f"trip_id {row['trip_id']} 不在 trips.txt 中",
                                 "请补上该班次或删去此行"))
            continue
        calls.setdefault(row["trip_id"], []).append(call)
    return calls


def _call_of(numbered: Row, stops: dict[str, int]) -> _Call:
    line, row = numbered
    stop, seq = row["stop_id"], row["stop_sequence"]
    if stop not in stops:
        raise GtfsError(STOP_TIMES, line, f"stop_id {stop} 不在 stops.txt 中", "请补上该站或改正编号")
    if not (seq.isascii() and seq.isdigit() and len(seq) < 10):
        raise GtfsError(STOP_TIMES, line, f"stop_sequence {seq!r} 不是非负整数", "请用 0、1、2… 编号")
    arr, dep = (row.get("arrival_time", ""), row.get("departure_time", ""))
    kinds = [row.get(column, "") or "0" for column in ("pickup_type", "drop_off_type")]
    for kind in kinds:
        if kind not in PICKUP_TYPES:
            raise GtfsError(STOP_TIMES, line, f"pickup_type 或 drop_off_type {kind!r} 无效", "只能是 0、1、2、3")
    return _Call(
        line=line,
        seq=int(seq),
        stop=stops[stop],
        arr_s=seconds_of(arr or dep, STOP_TIMES, line) if arr or dep else None,
        dep_s=seconds_of(dep or arr, STOP_TIMES, line) if arr or dep else None,
        no_board=kinds[0] != "0",
        no_alight=kinds[1] != "0",
        km=_kilometres(row, line),
    )


def _kilometres(row: dict[str, str], line: int) -> float | None:
    text = row.get("shape_dist_traveled", "")
    if not text:
        return None
    try:
        km = float(text)
    except ValueError:
        km = math.nan
    if not 0 <= km < 1e6:
        raise GtfsError(STOP_TIMES, line, f"shape_dist_traveled {text!r} 不是公里数",
                        "请写成从始发站起的公里数，例如 93.5")
    return km


def _trips_build(
    calls: dict[str, list[_Call]], listed: dict[str, _Trip], warnings: list[str], faults: Faults
) -> Iterable[GtfsTrip]:
    untimed = short = 0
    for trip_id, trip in listed.items():
        some = sorted(calls.get(trip_id, []), key=lambda call: call.seq)
        if not _order_check(trip_id, some, faults):
            continue
        timed = [call for call in some if call.arr_s is not None]
        untimed += len(some) - len(timed)
        if len(timed) < 2:
            short += 1
            continue
        yield GtfsTrip(
            trip_id=trip_id,
            service_id=trip.service,
            route_id=trip.route,
            number=trip.number,
            line=trip.line,
            lines=np.array([call.line for call in timed], dtype=np.int64),
            km=np.array([call.km for call in timed], dtype=np.float64)
            if all(call.km is not None for call in timed) else None,
            stops=np.array([call.stop for call in timed], dtype=np.int32),
            arr_s=np.array([call.arr_s for call in timed], dtype=np.int32),
            dep_s=np.array([call.dep_s for call in timed], dtype=np.int32),
            seq=np.array([call.seq for call in timed], dtype=np.int64),
            no_board=np.array([call.no_board for call in timed], dtype=bool),
            no_alight=np.array([call.no_alight for call in timed], dtype=bool),
        )
    if untimed:
        warnings.append(f"{STOP_TIMES}：{untimed} 行没有时刻，视为通过不停。")
    if short:
        warnings.append(f"trips.txt：{short} 个班次不足两站，已忽略。")


def _order_check(trip_id: str, calls: list[_Call], faults: Faults) -> bool:
    """Tell the lines whose sequence repeats or whose time runs backwards; whether there were none."""
    seq, now, good = -1, 0, True
    for call in calls:
        if call.seq == seq:
            faults.add(GtfsError(STOP_TIMES, call.line, f"班次 {trip_id} 的 stop_sequence {seq} 重复",
                                 "请改成递增的编号"))
            good = False
        seq = call.seq
        if call.arr_s is None or call.dep_s is None:
            continue
        if call.arr_s < now or call.dep_s < call.arr_s:
            faults.add(GtfsError(
                STOP_TIMES,
                call.line,
                f"班次 {trip_id} 的时刻倒退",
                "跨过零点的时刻请写 24:00 以上，例如 25:10:00",
            ))
            good = False
        now = max(now, call.dep_s)
    return good
