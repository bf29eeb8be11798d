"""Working days as the State Council announces them, year by year: what is known, and taking the next year in."""

from __future__ import annotations

import csv
import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.sheets import LineFault, table_read
from youlu.domain.access.selectors import Actor
from youlu.domain.promise.errors import ListRefusedError
from youlu.domain.promise.models import HolidayDay, HolidayList
from youlu.engines.calendar import Workdays, day_of_date, weekday_of_day

SHIPPED = Path(__file__).with_name("data") / "workdays.csv"
SHIPPED_TITLE = "国务院办公厅关于部分节假日安排的通知（随本软件附带，取自chinesecalendar 1.11.0）"
HEADINGS = {"date": "date", "日期": "date", "kind": "kind", "类别": "kind", "name": "name", "name_zh": "name",
            "名称": "name", "节日": "name"}
KINDS = {"holiday": HolidayDay.Kind.HOLIDAY, "放假": HolidayDay.Kind.HOLIDAY, "休": HolidayDay.Kind.HOLIDAY,
         "makeup_workday": HolidayDay.Kind.MAKEUP, "调休上班": HolidayDay.Kind.MAKEUP, "上班": HolidayDay.Kind.MAKEUP,
         "班": HolidayDay.Kind.MAKEUP}
FESTIVALS = ((1, 1, "元旦"), (5, 1, "劳动节"), (10, 1, "国庆节"))  # days off in every year, by law
SATURDAY = 5


@dataclass(frozen=True)
class Source:
    """Where a list or table is from."""

    title: str
    document_no: str = ""
    address: str = ""


@dataclass(frozen=True)
class DayLine:
    line: int
    date: dt.date
    kind: str
    name: str


@dataclass(frozen=True)
class HolidayListRow:
    """A list for pages; `is_in_force`: no later one of its year."""

    id: int
    year: int
    title: str
    document_no: str
    address: str
    imported_at: dt.datetime
    imported_by: str
    holidays: int
    makeup_days: int
    is_in_force: bool


def day_lines(content: bytes) -> tuple[list[DayLine], list[LineFault]]:
    """The lines of a list in CSV or Excel, and everything that is wrong with single lines."""
    rows = table_read(content)
    if not rows:
        return [], [LineFault(1, "文件是空的", "表头写：日期,类别,名称")]
    columns = {HEADINGS[name.strip().lower()]: n for n, name in enumerate(rows[0][1])
               if name.strip().lower() in HEADINGS}
    if not {"date", "kind"} <= columns.keys():
        return [], [LineFault(rows[0][0], "表头里没有日期和类别", "表头写：日期,类别,名称")]
    lines: list[DayLine] = []
    faults: list[LineFault] = []
    seen: dict[dt.date, int] = {}
    for number, cells in rows[1:]:
        read = {name: cells[n] if n < len(cells) else "" for name, n in columns.items()}
        found = _day_line(number, read)
        if isinstance(found, LineFault):
            faults.append(found)
        elif found.date in seen:
            faults.append(LineFault(number, f"{found.date}和第{seen[found.date]}行是同一天", "留一行"))
        else:
            seen[found.date] = number
            lines.append(found)
    return lines, faults


def _day_line(number: int, read: dict[str, str]) -> DayLine | LineFault:
    kind = KINDS.get(read["kind"])
    try:
        day = dt.date.fromisoformat(read["date"].replace("/", "-"))
    except ValueError:
        return LineFault(number, f"“{read['date'][:20]}”不是日期", "写成2027-01-01")
    if kind is None:
        return LineFault(number, f"没有“{read['kind'][:20]}”这种类别", "写放假或上班")
    if kind == HolidayDay.Kind.MAKEUP and weekday_of_day(day_of_date(day)) < SATURDAY:
        return LineFault(number, f"{day}是周{'一二三四五'[day.weekday()]}，本来就上班",
                         "调休上班只能是周六或周日，核对日期")
    return DayLine(number, day, str(kind), read.get("name", "")[:40])


def holidays_import(*, actor: Actor, content: bytes, year: int, source: Source) -> int:
    """Take a year's list in; it holds from now on. Returns its id.

    Raises
    ------
    ListRefusedError : with every fault; nothing is stored.
    """
    actor.require("calendar.edit")
    lines, faults = day_lines(content)
    faults += [LineFault(line.line, f"{line.date}不在{year}年里", f"只写{year}年的日子；别的年份另导")
               for line in lines if line.date.year != year]
    off = {line.date for line in lines if line.kind == HolidayDay.Kind.HOLIDAY}
    faults += [LineFault(1, f"没有{year}年{month}月{day}日（{name}）", "要写全年的安排，导入的一年作数")
               for month, day, name in FESTIVALS if not faults and dt.date(year, month, day) not in off]
    if not source.title.strip():
        faults.append(LineFault(1, "没有写来源", "写明是哪一份通知"))
    if faults:
        raise ListRefusedError.of(faults)
    with transaction.atomic():
        made = HolidayList.objects.create(
            year=year, title=source.title.strip()[:200], document_no=source.document_no[:80],
            address=source.address[:300], imported_at=clock.now(), imported_by=actor.name)
        HolidayDay.objects.bulk_create(
            HolidayDay(holiday_list=made, date=line.date, kind=line.kind, name=line.name) for line in lines)
        audit_record(actor=actor.id, action="calendar.import", object_type="holiday_list", object_id=str(made.id),
                     year=year, days=len(lines), source=made.title)
    return made.id


def holidays_ship(model: Callable[[str], Any]) -> None:
    """What ships with the product, where no list is stored (in a migration, which has models of its own time)."""
    if model("HolidayList").objects.exists():
        return
    by_year: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(SHIPPED.read_text("utf-8").splitlines()):
        by_year[int(row["date"][:4])].append(row)
    for year, rows in sorted(by_year.items()):
        made = model("HolidayList").objects.create(
            year=year, title=SHIPPED_TITLE, imported_at=clock.real_now(), imported_by="system:migration")
        model("HolidayDay").objects.bulk_create(model("HolidayDay")(
            holiday_list=made, date=row["date"], kind=row["kind"], name=row["name_zh"] or row["name_en"])
            for row in rows)


def holiday_lists(*, actor: Actor) -> tuple[HolidayListRow, ...]:
    """Every list, the newest year first."""
    actor.require("standard.read")
    newest = set(HolidayList.objects.values("year").annotate(last=Max("id")).values_list("last", flat=True))
    rows = HolidayList.objects.annotate(
        off=Count("days", filter=Q(days__kind=HolidayDay.Kind.HOLIDAY)),
        on=Count("days", filter=Q(days__kind=HolidayDay.Kind.MAKEUP))).order_by("-year", "-id")
    return tuple(HolidayListRow(row.id, row.year, row.title, row.document_no, row.address, row.imported_at,
                                row.imported_by, row.off, row.on, row.id in newest) for row in rows)


def year_last_known() -> int | None:
    """The last year up to which the working days are known without a gap from this year on; None: not even this one."""
    years = set(HolidayList.objects.values_list("year", flat=True))
    year = clock.today().year
    while year in years:
        year += 1
    return year - 1 if year > clock.today().year else None


class Almanac:
    """Working days as they were known at an instant; reads the lists' heads once (one query)."""

    def __init__(self) -> None:
        self._heads: list[tuple[int, int, dt.datetime]] = list(
            HolidayList.objects.order_by("id").values_list("id", "year", "imported_at"))
        self._news = sorted({imported_at for _, _, imported_at in self._heads})

    def edition(self, instant: dt.datetime) -> int:
        """Equal for instants between which no list was taken in."""
        return bisect_right(self._news, instant)

    def at(self, instant: dt.datetime) -> Workdays:
        """For each year the newest list known then; of a year that became known later, its first."""
        held: dict[int, int] = {}
        for list_id, year, imported_at in self._heads:
            if year not in held or imported_at <= instant:
                held[year] = list_id
        return _workdays(tuple(sorted(held.values())))


@lru_cache(maxsize=16)
def _workdays(list_ids: tuple[int, ...]) -> Workdays:
    """The days of lists that never change."""
    rows: Iterable[tuple[dt.date, str]] = HolidayDay.objects.filter(
        holiday_list_id__in=list_ids).values_list("date", "kind")
    sets: dict[str, set[int]] = {"holiday": set(), "makeup_workday": set()}
    for date, kind in rows:
        sets[kind].add(day_of_date(date))
    years = HolidayList.objects.filter(id__in=list_ids).values_list("year", flat=True)
    return Workdays(frozenset(sets["holiday"]), frozenset(sets["makeup_workday"]), frozenset(years))
