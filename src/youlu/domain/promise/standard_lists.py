"""Tables of standard times as files: reading a published one with every fault by line, writing one out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from youlu.core.clock import hhmm
from youlu.core.sheets import LineFault, table_read
from youlu.domain.promise.models import StandardRow
from youlu.engines.codes import divisions
from youlu.engines.codes.errors import CodeError

LINES_MAX = 100_000
DAYS_MAX = 60
DAY_MIN = 1440
EVERYWHERE = ("*", "全国", "")
COLUMNS = (("mail_class", "种类"), ("origin", "寄出地"), ("dest", "寄达地"), ("days", "天数"), ("unit", "计法"),
           ("cutoff", "截止"), ("due", "送达"))
HEADINGS = {word: name for name, chinese in COLUMNS for word in (name, chinese)}
NEEDED = ("mail_class", "origin", "dest", "days", "unit")
CLASSES = {"express": "特快", "parcel": "快递包裹", "registered": "挂号信函"}
CLASS_OF = {word: key for key, name in CLASSES.items() for word in (key, name)}
UNITS = {"working": "working", "工作日": "working", "calendar": "calendar", "自然日": "calendar", "日": "calendar"}


@dataclass(frozen=True)
class StandardLine:
    """One line that can be stored; places are division-code prefixes, "" is everywhere."""

    line: int
    mail_class: str
    origin: str
    dest: str
    days: int
    unit: str
    cutoff_min: int
    due_min: int


def standard_lines(content: bytes) -> tuple[list[StandardLine], list[LineFault]]:
    """The lines of a table in CSV or Excel, and everything that is wrong with single lines."""
    rows = table_read(content)
    head = "、".join(chinese for _, chinese in COLUMNS)
    if not rows:
        return [], [LineFault(1, "文件是空的", f"表头写：{head}")]
    columns = {HEADINGS[name.lower()]: n for n, name in enumerate(rows[0][1]) if name.lower() in HEADINGS}
    missing = [dict(COLUMNS)[name] for name in NEEDED if name not in columns]
    if missing:
        return [], [LineFault(rows[0][0], f"表头缺少{'、'.join(missing)}", f"表头写：{head}")]
    if len(rows) - 1 > LINES_MAX:
        return [], [LineFault(rows[0][0], f"有{len(rows) - 1:,}行", f"一版最多{LINES_MAX:,}行，用上级区划归并")]
    lines: list[StandardLine] = []
    faults: list[LineFault] = []
    seen: dict[tuple[str, str, str], int] = {}
    for number, cells in rows[1:]:
        found = _line(number, {name: cells[n] if n < len(cells) else "" for name, n in columns.items()})
        if isinstance(found, LineFault):
            faults.append(found)
            continue
        key = (found.mail_class, found.origin, found.dest)
        if key in seen:
            faults.append(LineFault(number, f"和第{seen[key]}行说的是同一种类、同一对地方", "留一行"))
        seen.setdefault(key, number)
        lines.append(found)
    return lines, faults or ([] if lines else [LineFault(rows[0][0], "只有表头", "至少写一行标准")])


def _line(number: int, read: dict[str, str]) -> StandardLine | LineFault:
    if read["mail_class"] not in CLASS_OF:
        return LineFault(number, f"没有“{read['mail_class'][:20]}”这个种类", f"写{'、'.join(CLASSES.values())}之一")
    places = {}
    for name, word in (("origin", "寄出地"), ("dest", "寄达地")):
        try:
            places[name] = "" if read[name] in EVERYWHERE else divisions.validate(read[name])
        except CodeError:
            return LineFault(number, f"{word}“{read[name][:20]}”不是行政区划代码",
                             "写GB/T 2260代码，省620000、市620100、县620102，全国写*")
        if len(places[name]) > 6:
            return LineFault(number, f"{word}“{read[name][:20]}”细到乡镇", "标准时限只到县，写六位代码")
    if not re.fullmatch(r"\d{1,2}", read["days"]) or int(read["days"]) > DAYS_MAX:
        return LineFault(number, f"天数“{read['days'][:20]}”不是0到{DAYS_MAX}的整数", "D+2写2")
    if read["unit"] not in UNITS:
        return LineFault(number, f"没有“{read['unit'][:20]}”这种计法", "写工作日或自然日")
    minutes = {}
    for name, word in (("cutoff", "截止"), ("due", "送达")):
        minute = _minute(read.get(name, ""))
        if minute is None:
            return LineFault(number, f"{word}“{read[name][:20]}”不是时刻", "写17:30；当日24点写24:00或不写")
        minutes[name] = minute
    return StandardLine(number, CLASS_OF[read["mail_class"]], places["origin"], places["dest"], int(read["days"]),
                        UNITS[read["unit"]], minutes["cutoff"], minutes["due"])


def _minute(text: str) -> int | None:
    if not text:
        return DAY_MIN
    match = re.fullmatch(r"(\d{1,2})[:：](\d{2})(:00)?", text)
    if not match or int(match[2]) > 59:
        return None
    minute = int(match[1]) * 60 + int(match[2])
    return minute if 0 < minute <= DAY_MIN else None


def standard_rows_out(rows: Iterable[StandardRow]) -> Iterator[list[str]]:
    """Rows as a file has them, heading first: what goes out comes in again unchanged."""
    yield [chinese for _, chinese in COLUMNS]
    for row in rows:
        yield [CLASSES.get(row.mail_class, row.mail_class), place_out(row.origin), place_out(row.dest), str(row.days),
               str(StandardRow.Unit(row.unit).label), hhmm(row.cutoff_min), hhmm(row.due_min)]


def place_out(prefix: str) -> str:
    return prefix.ljust(6, "0") if prefix else "*"
