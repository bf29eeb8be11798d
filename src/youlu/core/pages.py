"""Keyset pages: a selector returns a slice and the cursor of the next one, never a queryset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
PAGE_ROWS = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`next_cursor` is opaque to the caller; None on the last page."""

    rows: tuple[Row, ...]
    next_cursor: str | None = None
