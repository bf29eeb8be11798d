"""The workbook: a sheet of orders, a sheet of their history, as many sheets of each as the rows need. Every cell is
text, and none begins as a formula does, also when the workbook is saved as a plain table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import xlsxwriter

from youlu.core.sheets import cell_safe
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.facts import (
    HEADINGS,
    HISTORY,
    HISTORY_WORDS,
    WORDS,
    batches,
    history_lines,
    order_lines,
)

BATCH = 500
ROWS_MAX = 1_048_576  # of a sheet, its heading among them: Excel's own
CELL_MAX = 32_000  # characters; Excel's own is 32,767
CUT = "……（还有{more}字，在网页上看）"
# Only what we write is text: nothing is guessed to be a formula, a number or an address.
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False,
           "strings_to_urls": False}


class Table:
    """Rows of one kind over as many sheets as they need, each with the headings; kept on disk row by row."""

    def __init__(self, book: xlsxwriter.Workbook, name: str, headings: tuple[str, ...], rows_max: int) -> None:
        self.book, self.name, self.headings, self.rows_max = book, name, headings, rows_max
        self.sheets = 0
        self._sheet()

    def write(self, line: Iterable[str]) -> None:
        if self.row == self.rows_max:
            self._sheet()
        for column, text in enumerate(line):
            if text:
                self.sheet.write_string(self.row, column, cell(text))
        self.row += 1

    def _sheet(self) -> None:
        self.sheets += 1
        self.sheet = self.book.add_worksheet(self.name if self.sheets == 1 else f"{self.name}{self.sheets}")
        self.sheet.freeze_panes(1, 1)
        self.row = 0
        self.write(self.headings)


def cell(text: str) -> str:
    """Text as a cell holds it; what is too long says how much is left out."""
    safe = cell_safe(text)
    return safe if len(safe) <= CELL_MAX else safe[:CELL_MAX] + CUT.format(more=len(safe) - CELL_MAX)


def workbook_build(
    path: Path, *, actor: Actor, orders: Iterable[WorkOrder], has_words: bool, told: Callable[[int], None],
    rows_max: int = ROWS_MAX,
) -> int:
    """Write the workbook to `path`, in memory of one batch; `told` hears how many orders are in. Returns that."""
    done = 0
    with xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)}) as book:
        facts = Table(book, "工单", (*HEADINGS, *(WORDS if has_words else ())), rows_max)
        history = Table(book, "经过", (*HISTORY, *(HISTORY_WORDS if has_words else ())), rows_max)
        for some in batches(orders, BATCH):
            for line in order_lines(actor, some, has_words=has_words):
                facts.write(line)
            for line in history_lines(some, has_words=has_words):
                history.write(line)
            done += len(some)
            told(done)
    return done
