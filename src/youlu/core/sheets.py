"""Tables as people's programs write and read them: text in UTF-8 or GB18030 in; out without anything that a
spreadsheet would run."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def cell_safe(text: str) -> str:
    """The text of a cell; what a spreadsheet would take for a formula is marked as text by an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def encoding_of(path: Path) -> str:
    """utf-8-sig, unless some byte cannot be; then gb18030, in which Chinese spreadsheets save."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a text file in either encoding, one after the other, whatever its size."""
    with path.open(encoding=encoding_of(path), newline="") as file:
        yield from file
