"""A feed from its files."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from youlu.engines.gtfs.errors import GtfsError
from youlu.engines.gtfs.feed import Feed, GtfsTrip
from youlu.engines.gtfs.services import services_read
from youlu.engines.gtfs.tables import OpenLines, Row, seconds_of, table_read

STOP_TIMES = "stop_times.txt"
PICKUP_TYPES = ("0", "1", "2", "3")


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


def feed_read(open_lines: OpenLines) -> Feed:
    """Read a feed through `open_lines(file name)`, which gives lines or None.

    Parent stations, transfers.txt and frequencies.txt are ignored with a warning, as are stops without a time
    and trips with fewer than two stops. pickup_type and drop_off_type other than 0 forbid boarding and
    alighting.

    Raises
    ------
    GtfsError
        A file is missing or a line cannot be used: the message gives file, line and cure.
    """
    warnings: list[str] = []
    ids, names = _stops_read(_needed(open_lines, "stops.txt"), warnings)
    services = services_read(open_lines)
    service_of = _trips_read(_needed(open_lines, "trips.txt"), set(services), warnings)
    index = {stop: i for i, stop in enumerate(ids)}
    calls = _calls_read(_needed(open_lines, STOP_TIMES), index, service_of)
    trips = tuple(_trips_build(calls, service_of, warnings))
    for file, what in (("transfers.txt", "换乘规则"), ("frequencies.txt", "按间隔开行的班次")):
        if any(True for _ in table_read(open_lines(file) or (), file, ())):
            warnings.append(f"{file}：{what}不参与计算，已忽略。")
    return Feed(tuple(ids), tuple(names), trips, services, tuple(warnings))


def _needed(open_lines: OpenLines, file: str) -> Iterable[str]:
    lines = open_lines(file)
    if lines is None:
        raise GtfsError(file, 0, "文件不存在", "GTFS 文件夹里必须有它")
    return lines


def _stops_read(lines: Iterable[str], warnings: list[str]) -> tuple[list[str], list[str]]:
    ids: dict[str, int] = {}
    names: list[str] = []
    children = 0
    for line, row in table_read(lines, "stops.txt", ("stop_id",)):
        if row["stop_id"] in ids:
            raise GtfsError("stops.txt", line, f"stop_id {row['stop_id']} 重复", "每个站只写一行")
        ids[row["stop_id"]] = line
        names.append(row.get("stop_name", ""))
        children += bool(row.get("parent_station"))
    if children:
        warnings.append(
            f"stops.txt：{children} 个站属于上级车站（parent_station），同站的站台不算连通，已忽略上级关系。"
        )
    return list(ids), names


def _trips_read(lines: Iterable[str], services: set[str], warnings: list[str]) -> dict[str, str]:
    service_of: dict[str, str] = {}
    unknown: set[str] = set()
    for line, row in table_read(lines, "trips.txt", ("trip_id", "service_id")):
        if row["trip_id"] in service_of:
            raise GtfsError("trips.txt", line, f"trip_id {row['trip_id']} 重复", "每个班次只写一行")
        service_of[row["trip_id"]] = row["service_id"]
        if row["service_id"] not in services:
            unknown.add(row["service_id"])
    if unknown:
        some = "、".join(sorted(unknown)[:5])
        warnings.append(f"trips.txt：{len(unknown)} 个 service_id 没有日历（{some}），其班次视为不开行。")
    return service_of


def _calls_read(lines: Iterable[str], stops: dict[str, int], service_of: dict[str, str]) -> dict[str, list[_Call]]:
    calls: dict[str, list[_Call]] = {}
    for row in table_read(lines, STOP_TIMES, ("trip_id", "stop_id", "stop_sequence")):
        trip, call = _call_of(row, stops)
        if trip not in service_of:
            raise GtfsError(STOP_TIMES, row[0], f"trip_id {trip} 不在 trips.txt 中", "请补上该班次或删去此行")
        calls.setdefault(trip, []).append(call)
    return calls


def _call_of(numbered: Row, stops: dict[str, int]) -> tuple[str, _Call]:
    line, row = numbered
    stop, seq = row["stop_id"], row["stop_sequence"]
    if stop not in stops:
        raise GtfsError(STOP_TIMES, line, f"stop_id {stop} 不在 stops.txt 中", "请补上该站或改正编号")
    if not (seq.isascii() and seq.isdigit()):
        raise GtfsError(STOP_TIMES, line, f"stop_sequence {seq!r} 不是非负整数", "请用 0、1、2… 编号")
    arr, dep = (row.get("arrival_time", ""), row.get("departure_time", ""))
    kinds = [row.get(column, "") or "0" for column in ("pickup_type", "drop_off_type")]
    for kind in kinds:
        if kind not in PICKUP_TYPES:
            raise GtfsError(STOP_TIMES, line, f"pickup_type 或 drop_off_type {kind!r} 无效", "只能是 0、1、2、3")
    return row["trip_id"], _Call(
        line=line,
        seq=int(seq),
        stop=stops[stop],
        arr_s=seconds_of(arr or dep, STOP_TIMES, line) if arr or dep else None,
        dep_s=seconds_of(dep or arr, STOP_TIMES, line) if arr or dep else None,
        no_board=kinds[0] != "0",
        no_alight=kinds[1] != "0",
    )


def _trips_build(calls: dict[str, list[_Call]], service_of: dict[str, str], warnings: list[str]) -> Iterable[GtfsTrip]:
    untimed = short = 0
    for trip_id, service in service_of.items():
        some = sorted(calls.get(trip_id, []), key=lambda call: call.seq)
        _order_check(trip_id, some)
        timed = [call for call in some if call.arr_s is not None]
        untimed += len(some) - len(timed)
        if len(timed) < 2:
            short += 1
            continue
        yield GtfsTrip(
            trip_id=trip_id,
            service_id=service,
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


def _order_check(trip_id: str, calls: list[_Call]) -> None:
    """Raise GtfsError on the line whose sequence repeats or whose time runs backwards."""
    seq, now = -1, 0
    for call in calls:
        if call.seq == seq:
            raise GtfsError(STOP_TIMES, call.line, f"班次 {trip_id} 的 stop_sequence {seq} 重复", "请改成递增的编号")
        seq = call.seq
        if call.arr_s is None or call.dep_s is None:
            continue
        if call.arr_s < now or call.dep_s < call.arr_s:
            raise GtfsError(
                STOP_TIMES,
                call.line,
                f"班次 {trip_id} 的时刻倒退",
                "跨过零点的时刻请写 24:00 以上，例如 25:10:00",
            )
        now = call.dep_s
