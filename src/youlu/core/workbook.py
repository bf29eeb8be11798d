"""The first sheet of an Excel workbook (.xlsx) as rows of text: enough to take a table in, nothing more.

Within limits, since anybody may send a file: how large it unpacks, how many rows and columns; a document type
declaration, with which XML can be made to grow, is refused.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError

UNPACKED_MAX = 60_000_000  # bytes
ROWS_MAX = 200_000
COLUMNS_MAX = 100
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DAY_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001  (a spreadsheet knows no zone)
# What a file that is cut off, encrypted or made to hurt brings up while it is read.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ElementTree.ParseError, KeyError, ValueError,
          IndexError, OverflowError, AttributeError)
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


class WorkbookError(YouluError):
    code = "core.workbook_unreadable"
    status = 422
    sentence = _("这个表格读不了：{what}。另存为.xlsx或UTF-8的CSV再导。")


def workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of the first sheet; numbers as people would type them, dates as 2026-01-31, times as 17:30.

    Raises
    ------
    WorkbookError : it is not a workbook, or larger than the limits.
    """
    try:
        book = zipfile.ZipFile(io.BytesIO(content))
        if sum(entry.file_size for entry in book.infolist()) > UNPACKED_MAX:
            raise WorkbookError(what="解开后超过60MB")
        shared = [_text_of(node) for node in _one_by_one(book, "xl/sharedStrings.xml", "sst", "si")]
        styles, sheet = _date_styles(book), _first_sheet(book)
        for count, row in enumerate(_one_by_one(book, sheet, "sheetData", "row"), 1):
            if count > ROWS_MAX:
                raise WorkbookError(what=f"超过{ROWS_MAX:,}行")
            yield int(row.get("r") or count), _cells(row, shared, styles)
    except BROKEN as error:
        raise WorkbookError(what="不是完整的.xlsx文件") from error


def _parts(book: zipfile.ZipFile, name: str, tag: str) -> list[ElementTree.Element]:
    """Every element of a tag in one part of the workbook, in order; none where the part is missing."""
    if name not in book.namelist():
        return []
    text = book.read(name)
    _declares_nothing(text)
    return list(ElementTree.fromstring(text).iter(MAIN + tag))  # noqa: S314  (no declarations, see above)


def _one_by_one(book: zipfile.ZipFile, name: str, within: str, tag: str) -> Iterator[ElementTree.Element]:
    """Element after element of a part, each forgotten when the next is read: neither a sheet nor the texts that it
    shares are ever whole trees in memory. None where the part is missing."""
    if name not in book.namelist():
        return
    with book.open(name) as part:
        before = b""
        while chunk := part.read(1 << 20):
            _declares_nothing(before + chunk)
            before = chunk[-10:]
    with book.open(name) as part:
        data: ElementTree.Element | None = None
        for event, node in ElementTree.iterparse(part, ("start", "end")):  # noqa: S314  (no declarations, see above)
            if event == "start":
                data = node if node.tag == MAIN + within else data
            elif node.tag == MAIN + tag:
                yield node
                if data is not None:
                    data.clear()


def _declares_nothing(text: bytes) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise WorkbookError(what="含有文档类型声明")


def _first_sheet(book: zipfile.ZipFile) -> str:
    """The part that the workbook names first."""
    sheets = _parts(book, "xl/workbook.xml", "sheet")
    relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {node.get("Id"): node.get("Target", "") for node in relations}
    target = targets[sheets[0].get(RELATION)]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _date_styles(book: zipfile.ZipFile) -> frozenset[int]:
    """Which cell styles show a number as a date or time."""
    own = {int(node.get("numFmtId", "0")) for node in _parts(book, "xl/styles.xml", "numFmt")
           if re.search(r"[ymdh]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", node.get("formatCode", "").lower()))}
    formats = [list(node) for node in _parts(book, "xl/styles.xml", "cellXfs")]
    found = formats[0] if formats else []
    return frozenset(n for n, node in enumerate(found) if int(node.get("numFmtId", "0")) in DATE_FORMATS | own)


def _cells(row: ElementTree.Element, shared: list[str], dates: frozenset[int]) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(MAIN + "c"):
        place = _column(cell.get("r", "")) if cell.get("r") else len(cells)
        if place >= COLUMNS_MAX:
            raise WorkbookError(what=f"超过{COLUMNS_MAX}列")
        cells += [""] * (place + 1 - len(cells))
        cells[place] = _value(cell, shared, dates).strip()
    return cells


def _column(reference: str) -> int:
    """"C7" is column 2."""
    number = 0
    for letter in re.match(r"[A-Z]+", reference).group():  # type: ignore[union-attr]
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: ElementTree.Element, shared: list[str], dates: frozenset[int]) -> str:
    kind, node = cell.get("t", "n"), cell.find(MAIN + "v")
    if kind == "inlineStr":
        return _text_of(cell)
    text = (node.text or "") if node is not None else ""
    if kind == "s":
        return shared[int(text)] if text else ""
    if kind != "n" or not text:
        return text
    number = float(text)
    if int(cell.get("s", "0")) in dates:
        return _date(number)
    return str(int(number)) if number.is_integer() else text


def _date(number: float) -> str:
    """A day, a time of day, or both."""
    moment = DAY_ZERO + dt.timedelta(minutes=round(number * 1440))
    if number <= 1:
        return "24:00" if number > 0.9997 else f"{moment:%H:%M}"
    return f"{moment:%Y-%m-%d}" if number.is_integer() else f"{moment:%Y-%m-%d %H:%M}"


def _text_of(node: ElementTree.Element) -> str:
    """The text of all runs, without how they are read aloud."""
    aloud = {part for phonetic in node.iter(MAIN + "rPh") for part in phonetic.iter(MAIN + "t")}
    return "".join(part.text or "" for part in node.iter(MAIN + "t") if part not in aloud)
