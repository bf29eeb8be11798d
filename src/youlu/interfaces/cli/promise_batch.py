"""`youlu promise batch`: answers for a bare GTFS folder, without any database."""

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TextIO

import numpy as np

from youlu.core.sheets import cell_safe, lines_of
from youlu.engines.calendar import SECONDS_PER_DAY, date_of_day, day_of_date
from youlu.engines.gtfs import Feed, GtfsError, feed_read
from youlu.engines.promise import TripPattern
from youlu.engines.promise.batch import Questions, batch_answer

COLUMNS = ("from_stop", "to_stop", "ready")
_READY = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})", re.ASCII)


@dataclass(frozen=True)
class _Query:
    """One line of the questions; `error` says why it has no answer."""

    line: int
    from_stop: str
    to_stop: str
    ready: str
    day: int = 0
    second: int = 0
    error: str = ""


def promise_batch(gtfs: Path, queries: Path, handling: int, out: TextIO, errors: TextIO | None = None) -> int:
    """Answer each line of `queries` from the feed in `gtfs`; `handling` in minutes.

    Writes `from_stop,to_stop,ready,arrival` to `out`; arrival is empty if there is none within 14 service days
    from the date of `ready`. Warnings and row errors go to `errors` (standard error by default).

    Returns
    -------
    int
        The exit code: 0, or 1 if a row or the feed could not be used.
    """
    errors = errors if errors is not None else sys.stderr
    if handling < 0:
        print("--handling 不能为负，请给出分钟数。", file=errors)
        return 1
    try:
        feed = feed_read(lambda name: _lines(gtfs / name))
        rows = list(_queries_read(_query_lines(queries), feed.stop_index))
    except GtfsError as error:
        print(error, file=errors)
        return 1
    except (csv.Error, UnicodeDecodeError):
        print(f"{queries.name}：不是 UTF-8 或 GB18030 的 CSV。请另存为 UTF-8 并检查引号。", file=errors)
        return 1
    for warning in feed.warnings:
        print(f"提示：{warning}", file=errors)
    arrivals = _answers(feed, rows, handling)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, "arrival"))
    for row, arrival in zip(rows, arrivals, strict=True):
        writer.writerow((cell_safe(row.from_stop), cell_safe(row.to_stop), cell_safe(row.ready), arrival))
        if row.error:
            print(f"{queries.name} 第 {row.line} 行：{row.error}", file=errors)
    return int(any(row.error for row in rows))


def _lines(path: Path) -> Iterable[str] | None:
    return _read(path) if path.is_file() else None


def _read(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from file


def _query_lines(path: Path) -> Iterable[str]:
    if not path.is_file():
        raise GtfsError(path.name, 0, "文件不存在", "请用 --queries 指向问题表")
    return lines_of(path)


def _queries_read(lines: Iterable[str], stops: dict[str, int]) -> Iterator[_Query]:
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise GtfsError("queries", 1, f"缺少列 {missing[0]}", "表头应为 from_stop,to_stop,ready")
    for row in reader:
        from_stop, to_stop, ready = ((row[name] or "").strip() for name in COLUMNS)
        yield _query_of(_Query(reader.line_num, from_stop, to_stop, ready), stops)


def _query_of(asked: _Query, stops: dict[str, int]) -> _Query:
    """Fill in the moment, or the reason why there is none."""
    for stop in (asked.from_stop, asked.to_stop):
        if stop not in stops:
            return replace(asked, error=f"站 {stop!r} 不在 stops.txt 中，请改正编号")
    moment = _READY.fullmatch(asked.ready)
    try:
        year, month, day, hour, minute = (int(part) for part in moment.groups()) if moment else (0,) * 5
        if hour > 23 or minute > 59:
            raise ValueError(asked.ready)
        return replace(asked, day=day_of_date(date(year, month, day)), second=(hour * 60 + minute) * 60)
    except ValueError:
        return replace(asked, error=f"时间 {asked.ready!r} 无法识别，请写成 YYYY-MM-DDTHH:MM")


def _answers(feed: Feed, rows: list[_Query], handling: int) -> list[str]:
    """The text of the arrival column, empty where there is none."""
    stops = feed.stop_index
    good = [i for i, row in enumerate(rows) if not row.error]

    def column(values: Iterable[int]) -> np.ndarray:
        return np.array(list(values), dtype=np.int32)

    questions = Questions(
        origin=column(stops[rows[i].from_stop] for i in good),
        dest=column(stops[rows[i].to_stop] for i in good),
        day=column(rows[i].day for i in good),
        ready=column(rows[i].second for i in good),
    )
    found = batch_answer(patterns_of_feed(feed), len(stops), questions, handling * 60, day_length=SECONDS_PER_DAY)
    answers = [""] * len(rows)
    for i, second in zip(good, found.tolist(), strict=True):
        answers[i] = _moment(rows[i].day, second) if second >= 0 else ""
    return answers


def patterns_of_feed(feed: Feed) -> list[TripPattern]:
    """The trips of a feed for the engine, instants in seconds; the key is the trip's position."""
    return [
        TripPattern(
            trip_key=number,
            stops=trip.stops,
            arr_min=trip.arr_s,
            dep_min=trip.dep_s,
            days=feed.services[trip.service_id].days if trip.service_id in feed.services else (),
            no_board=trip.no_board,
            no_alight=trip.no_alight,
        )
        for number, trip in enumerate(feed.trips)
    ]


def _moment(day: int, second: int) -> str:
    """Local time to the minute, rounded up: nothing is said to be there before it is."""
    midnight = datetime.combine(date_of_day(day), datetime.min.time())
    return (midnight + timedelta(minutes=-(-second // 60))).strftime("%Y-%m-%dT%H:%M")
