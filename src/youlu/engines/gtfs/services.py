"""Service days from calendar.txt and calendar_dates.txt, either of which may be missing."""

from collections.abc import Iterable

from youlu.engines.calendar import day_of_compact, weekday_of_day
from youlu.engines.gtfs.errors import GtfsError
from youlu.engines.gtfs.feed import ServiceDays
from youlu.engines.gtfs.tables import OpenLines, table_read

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_CALENDAR_DAYS = 36525
"""A century: a longer calendar is a typing error that would only eat memory."""


def services_read(open_lines: OpenLines) -> dict[str, ServiceDays]:
    """All services by id.

    Raises
    ------
    GtfsError
        Both files are missing, or a line names no day, weekday flag or exception type.
    """
    weekly, dates = open_lines("calendar.txt"), open_lines("calendar_dates.txt")
    if weekly is None and dates is None:
        raise GtfsError(
            "calendar.txt", 0, "calendar.txt 与 calendar_dates.txt 都不存在", "至少要有一个，才知道哪天开行"
        )
    days: dict[str, set[int]] = {}
    if weekly is not None:
        _weekly_read(weekly, days)
    if dates is not None:
        _dates_read(dates, days)
    return {service: ServiceDays(service, tuple(sorted(some))) for service, some in days.items()}


def _day(row: dict[str, str], column: str, file: str, line: int) -> int:
    try:
        return day_of_compact(row[column])
    except ValueError as error:
        raise GtfsError(file, line, f"{column} 不是日期：{row[column]!r}", "请写成八位数字，例如 20220729") from error


def _weekly_read(lines: Iterable[str], days: dict[str, set[int]]) -> None:
    file = "calendar.txt"
    for line, row in table_read(lines, file, ("service_id", *WEEKDAYS, "start_date", "end_date")):
        service = row["service_id"]
        if service in days:
            raise GtfsError(file, line, f"service_id {service} 重复", "请合并成一行")
        for name in WEEKDAYS:
            if row[name] not in ("0", "1"):
                raise GtfsError(file, line, f"{name} 应为 0 或 1，而不是 {row[name]!r}", "1 开行，0 不开行")
        first, last = _day(row, "start_date", file, line), _day(row, "end_date", file, line)
        if last < first or last - first > LONGEST_CALENDAR_DAYS:
            raise GtfsError(file, line, "end_date 早于 start_date 或超过一百年", "请改正起止日期")
        days[service] = {d for d in range(first, last + 1) if row[WEEKDAYS[weekday_of_day(d)]] == "1"}


def _dates_read(lines: Iterable[str], days: dict[str, set[int]]) -> None:
    file = "calendar_dates.txt"
    for line, row in table_read(lines, file, ("service_id", "date", "exception_type")):
        some = days.setdefault(row["service_id"], set())
        day = _day(row, "date", file, line)
        if row["exception_type"] == "1":
            some.add(day)
        elif row["exception_type"] == "2":
            some.discard(day)
        else:
            raise GtfsError(
                file, line, f"exception_type 应为 1 或 2，而不是 {row['exception_type']!r}", "1 加开，2 停开"
            )
