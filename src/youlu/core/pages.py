"""Keyset pages: a selector returns a slice and the cursor of the next one, never a queryset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
PAGE_ROWS = 50
CURSOR_DIGITS = 9
# Where people are counted, or what is theirs, fewer than this are told as no number.
LEAST_TOLD = 10


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`next_cursor` is opaque to the caller; None on the last page."""

    rows: tuple[Row, ...]
    next_cursor: str | None = None


def cursor_number(cursor: str | None) -> int:
    """A cursor that is a number, as a selector made it; 0 for none, and for whatever else somebody writes there."""
    written = cursor or ""
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= CURSOR_DIGITS else 0
