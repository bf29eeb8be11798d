"""Tables from a file, row by row: CSV in UTF-8 or GB18030 and lines of JSON of any size, or the first sheet of an Excel
workbook (.xlsx) within its limits. Cells are text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from youlu.core.sheets import lines_of


def rows_of(path: Path) -> Iterator[tuple[int, Any]]:
    """(line, row): a dict of headings to cells; None where a line of JSON cannot be read.

    Raises
    ------
    WorkbookError : it is named .xlsx and is none, or larger than the limits.
    """
    from youlu.core.workbook import workbook_rows  # the command is there without the web framework

    if path.suffix.lower() == ".xlsx":
        yield from _with_headings(workbook_rows(path.read_bytes()))
        return
    lines = lines_of(path)
    first = next(lines, "")
    if first.lstrip().startswith("{"):
        yield from ((nth, _json(line)) for nth, line in enumerate(chain([first], lines), 1) if line.strip())
        return
    reader = csv.reader(chain([first], lines))
    yield from _with_headings((reader.line_num, row) for row in reader)


def _with_headings(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, dict[str, str]]]:
    headings: list[str] | None = None
    for line, cells in rows:
        if headings is None:
            headings = [cell.strip() for cell in cells]
        elif any(cell.strip() for cell in cells):
            yield line, dict(zip(headings, cells, strict=False))


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
