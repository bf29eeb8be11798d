"""Tables as people's programs write and read them: text in UTF-8 or GB18030 in; out without anything that a
spreadsheet would run."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def cell_safe(text: str) -> str:
    """The text of a cell; what a spreadsheet would take for a formula is marked as text by an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def encoding_of(file: IO[bytes]) -> str:
    """utf-8-sig, unless some byte cannot be; then gb18030, in which Chinese spreadsheets save. Reads it through, and
    goes back to its begin."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    finally:
        file.seek(0)
    return "utf-8-sig"


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a text file in either encoding, one after the other, whatever its size."""
    with path.open("rb") as file:
        yield from lines_in(file, errors="strict")


def lines_in(file: IO[bytes], *, errors: str = "replace") -> Iterator[str]:
    """The same of a file that is open, such as one that was sent; it stays open."""
    text = io.TextIOWrapper(file, encoding=encoding_of(file), errors=errors, newline="")
    try:
        yield from text
    finally:
        if not file.closed:  # else whoever opened it was done before the last line was asked for
            text.detach()


@dataclass(frozen=True)
class LineFault:
    """What is wrong with one line of a table, and what to do."""

    line: int
    what: str
    cure: str

    def __str__(self) -> str:
        return f"第{self.line}行：{self.what}。{self.cure}。"


def table_read(content: bytes) -> list[tuple[int, list[str]]]:
    """All rows of `table_rows`."""
    return list(table_rows(content))


def table_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text in either encoding, or of the first sheet of an Excel workbook (.xlsx), each with its
    line number, one after the other; blank rows are left out.

    Raises
    ------
    WorkbookError : it begins like a workbook and is none.
    """
    from youlu.core.workbook import WorkbookError, workbook_rows  # whoever only writes tables needs no web framework

    if content.startswith(b"PK"):
        yield from ((line, cells) for line, cells in workbook_rows(content) if any(cells))
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    # Strict: a quote that nobody closes would otherwise take all lines up to the next one into its cell, unsaid.
    reader = csv.reader(io.StringIO(text.replace("\0", "\ufffd"), newline=""), strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise WorkbookError(what=f"第{reader.line_num}行读不下去，可能缺一个引号") from error


def line_write(cells: Iterable[str]) -> str:
    """One line of CSV, as a table that streams needs it, without anything that a spreadsheet would run."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell_safe(cell) for cell in cells])
    return out.getvalue()


def table_write(rows: Iterable[Iterable[object]]) -> str:
    """CSV that no spreadsheet runs, with the mark by which Excel knows UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    csv.writer(out, lineterminator="\r\n").writerows([cell_safe(str(cell)) for cell in row] for row in rows)
    return out.getvalue()
