"""Tables of any size from a file, row by row: CSV in UTF-8 or GB18030, lines of JSON, or the first sheet of an Excel
workbook (.xlsx). Cells are text."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

from youlu.core.sheets import lines_of

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PART_MAX = 512 << 20  # bytes of one part of a workbook, unpacked: a larger one is taken for a bomb


class TableUnreadableError(ValueError):
    """The file is not what its name says; the sentence tells what it is taken for."""


def rows_of(path: Path) -> Iterator[tuple[int, Any]]:
    """(line, row): a dict of headings to cells; None where a line of JSON cannot be read."""
    if path.suffix.lower() == ".xlsx":
        yield from _with_headings(enumerate(_sheet_rows(path), 1))
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


def _sheet_rows(path: Path) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(path) as book:
            sheets = sorted((name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
                            key=lambda name: int(re.sub(r"\D", "", name)))
            if not sheets:
                raise TableUnreadableError(f"{path.name}里没有工作表")
            shared = _shared_texts(book)
            with _part(book, sheets[0]) as part:
                for _, element in ElementTree.iterparse(part):  # noqa: S314  (no DTD: see _part)
                    if element.tag == f"{SHEET}row":
                        yield _cells(element, shared)
                        element.clear()
    except (zipfile.BadZipFile, ElementTree.ParseError, IndexError, ValueError) as error:
        if isinstance(error, TableUnreadableError):
            raise
        raise TableUnreadableError(f"{path.name}不是能读的Excel工作簿（.xlsx）") from None


def _part(book: zipfile.ZipFile, name: str) -> IO[bytes]:
    if book.getinfo(name).file_size > PART_MAX:
        raise TableUnreadableError(f"{name}解开后太大，请另存为CSV")
    with book.open(name) as part:
        if b"<!" in part.read(4096).split(b"<row", 1)[0].replace(b"<!--", b""):  # spreadsheets declare no types
            raise TableUnreadableError(f"{name}里有文档类型声明，不读")
    return book.open(name)


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    with _part(book, "xl/sharedStrings.xml") as part:
        return ["".join(text.text or "" for text in element.iter(f"{SHEET}t"))
                for _, element in ElementTree.iterparse(part) if element.tag == f"{SHEET}si"]  # noqa: S314


def _cells(row: ElementTree.Element, shared: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(f"{SHEET}c"):
        nth = _column(cell.get("r", "")) if cell.get("r") else len(cells)
        cells += [""] * (nth - len(cells))
        value = cell.findtext(f"{SHEET}v") or ""
        if cell.get("t") == "s":
            value = shared[int(value)]
        elif cell.get("t") == "inlineStr":
            value = "".join(text.text or "" for text in cell.iter(f"{SHEET}t"))
        cells.append(value)
    return cells


def _column(reference: str) -> int:
    """Column of "AB12" counted from 0."""
    number = 0
    for letter in re.sub(r"[^A-Z]", "", reference.upper()):
        number = number * 26 + ord(letter) - 64
    return min(number - 1, 16_383)
