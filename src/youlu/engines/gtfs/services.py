"""Service days from calendar.txt and calendar_dates.txt, either of which may be missing."""

from collections.abc import Iterable

from youlu.engines.calendar import day_of_compact, weekday_of_day
from youlu.engines.gtfs.errors import Faults, FirstFault, GtfsError
from youlu.engines.gtfs.feed import ServiceDays
from youlu.engines.gtfs.tables import OpenLines, table_read

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_CALENDAR_DAYS = 36525
"""A century: a longer calendar is a typing error that would only eat memory."""


def services_read(open_lines: OpenLines, faults: Faults | None = None) -> dict[str, ServiceDays]:
    """All services by id.

    Raises
    ------
    GtfsError
        Both files are missing, or a line names no day, weekday flag or exception type.
    """
    faults = faults or FirstFault()
    weekly, dates = open_lines("calendar.txt"), open_lines("calendar_dates.txt")
    if weekly is None and dates is None:
        faults.add(GtfsError(
            "calendar.txt", 0, "calendar.txt 与 calendar_dates.txt 都不存在", "至少要有一个，才知道哪天开行"
        ))
    days: dict[str, set[int]] = {}
    if weekly is not None:
        _weekly_read(weekly, days, faults)
    if dates is not None:
        _dates_read(dates, days, faults)
    return {service: ServiceDays(service, tuple(sorted(some))) for service, some in days.items()}


def _day(row: dict[str, str], column: str, file: str, line: int, faults: Faults) -> int | None:
    try:
        return day_of_compact(row[column])
    except ValueError:
        faults.add(GtfsError(file, line, f"{column} 不是日期：{row[column]!r}", "请写成八位数字，例如 20220729"))
        return None


def _weekly_read(lines: Iterable[str], days: dict[str, set[int]], faults: Faults) -> None:
    file = "calendar.txt"
    for line, row in table_read(lines, file, ("service_id", *WEEKDAYS, "start_date", "end_date"), faults):
        service = row["service_id"]
        if service in days:
            faults.add(GtfsError(file, line, f"service_id {service} 重复", "请合并成一行"))
            continue
        days[service] = set()
        for name in WEEKDAYS:
            if row[name] not in ("0", "1"):
                faults.add(GtfsError(file, line, f"{name} 应为 0 或 1，而不是 {row[name]!r}", "1 开行，0 不开行"))
        first, last = (_day(row, column, file, line, faults) for column in ("start_date", "end_date"))
        if first is None or last is None:
            continue
        if last < first or last - first > LONGEST_CALENDAR_DAYS:
            faults.add(GtfsError(file, line, "end_date 早于 start_date 或超过一百年", "请改正起止日期"))
            continue
        days[service] = {d for d in range(first, last + 1) if row[WEEKDAYS[weekday_of_day(d)]] == "1"}


def _dates_read(lines: Iterable[str], days: dict[str, set[int]], faults: Faults) -> None:
    file = "calendar_dates.txt"
    for line, row in table_read(lines, file, ("service_id", "date", "exception_type"), faults):
        some = days.setdefault(row["service_id"], set())
        day = _day(row, "date", file, line, faults)
        if row["exception_type"] not in ("1", "2"):
            faults.add(GtfsError(
                file, line, f"exception_type 应为 1 或 2，而不是 {row['exception_type']!r}", "1 加开，2 停开"
            ))
        elif day is not None and row["exception_type"] == "1":
            some.add(day)
        elif day is not None:
            some.discard(day)
