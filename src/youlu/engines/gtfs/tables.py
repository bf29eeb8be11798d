"""One GTFS file as rows that know their line."""

import csv
from collections.abc import Callable, Iterable, Iterator

from youlu.engines.gtfs.errors import Faults, FirstFault, GtfsError

OpenLines = Callable[[str], Iterable[str] | None]
"""Given a file name of the feed, its lines, or None where there is no such file."""

Row = tuple[int, dict[str, str]]


def table_read(
    lines: Iterable[str], file: str, required: tuple[str, ...], faults: Faults | None = None
) -> Iterator[Row]:
    """Rows with the line they stand on; byte order mark, line ends and blank lines do not matter.

    A required column that is missing, a row with more fields than the header, quotes that do not close go to
    `faults`; without one the first raises GtfsError.
    """
    faults = faults or FirstFault()
    reader = csv.reader(_without_mark(lines), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        for name in required:
            if name not in header:
                faults.add(GtfsError(file, 1, f"缺少列 {name}", "请在表头补上这一列"))
        if not set(required) <= set(header):
            return  # every row would say the same
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if len(fields) > len(header):
                faults.add(GtfsError(file, reader.line_num, "字段多于表头", "含逗号的文字请用双引号括起来"))
                continue
            if any("\x00" in field for field in fields):
                faults.add(GtfsError(file, reader.line_num, "有看不见的字符（NUL）", "请删去它，或重新导出这个文件"))
                continue
            row = dict(zip(header, (field.strip() for field in fields), strict=False))
            empty = [name for name in required if not row.get(name)]
            for name in empty:
                faults.add(GtfsError(file, reader.line_num, f"{name} 为空", "请填上或删去此行"))
            if not empty:
                yield reader.line_num, row
    except csv.Error as error:
        faults.add(GtfsError(file, reader.line_num, f"不是合法的 CSV（{error}）", "请检查引号是否成对"))
    except UnicodeDecodeError:
        faults.add(GtfsError(file, reader.line_num + 1, "不是 UTF-8 文字", "请把文件另存为 UTF-8"))


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    first = True
    for line in lines:
        yield line.removeprefix("\ufeff") if first else line
        first = False


def seconds_of(text: str, file: str, line: int) -> int:
    """Read `H:MM:SS`, hours beyond 24 allowed."""
    parts = text.split(":")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() for p in parts):
        raise GtfsError(file, line, f"时间 {text!r} 无法识别", "请写成 时:分:秒，例如 25:10:00")
    hours, minutes, seconds = (int(p) for p in parts)
    if minutes > 59 or seconds > 59 or hours > 999:
        raise GtfsError(file, line, f"时间 {text!r} 超出范围", "分和秒应为 00–59")
    return hours * 3600 + minutes * 60 + seconds
