"""Files of orders as pages show them: how far each is, its first lines, its bad ones, those as a file to mend."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.pages import PAGE_ROWS, Page
from youlu.core.sheets import cell_safe
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.importing.columns import COLUMNS, ITEM, KIND, TITLE, Fault, places_of
from youlu.domain.desk.importing.models import OrderImport, OrderImportRow
from youlu.domain.desk.importing.receiving import faults_read

LIST_MAX, FIRST_MAX = 50, 10
MORE = ("哪一列", "哪里不对", "怎么改", "写的是")
State = OrderImport.State


@dataclass(frozen=True)
class ImportRow:
    id: uuid.UUID
    at: dt.datetime
    who: str
    state: str
    state_label: str
    problem: str
    total: int
    bad: int
    created: int
    repeats: int

    @property
    def good(self) -> int:
        return self.total - self.bad

    @property
    def done(self) -> int:
        return self.created + self.repeats

    @property
    def left(self) -> int:
        return self.good - self.done

    @property
    def is_at_work(self) -> bool:
        return self.state in (State.READING, State.RUNNING)


@dataclass(frozen=True)
class BadLine:
    line: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class FirstLine:
    """A good line before it is made, without who it is about."""

    line: int
    kind: str
    title: str
    item: str


@dataclass(frozen=True)
class ImportPage:
    row: ImportRow
    first: tuple[FirstLine, ...]
    bad: Page[BadLine]


def imports_list(*, actor: Actor) -> tuple[ImportRow, ...]:
    """Files, newest first."""
    actor.require("desk.supervise")
    return _rows(OrderImport.objects.order_by("-at", "-id")[:LIST_MAX])


def import_page(*, actor: Actor, import_id: uuid.UUID, cursor: str | None = None) -> ImportPage:
    """Raises NotFoundError."""
    file = _file(actor, import_id)
    row = _rows([file])[0]
    first = _first(file) if row.state in (State.CHECKED, State.STOPPED) else ()
    after = int(cursor) if cursor and cursor.isascii() and cursor.isdecimal() and len(cursor) < 9 else 0
    bad = list(OrderImportRow.objects.filter(file=file, is_bad=True, line__gt=after).order_by("line")[:PAGE_ROWS + 1])
    shown = tuple(BadLine(one.line, faults_read(one.faults)) for one in bad[:PAGE_ROWS])
    return ImportPage(row, first, Page(shown, str(shown[-1].line) if len(bad) > PAGE_ROWS else None))


def _first(file: OrderImport) -> tuple[FirstLine, ...]:
    places = places_of(file.head)
    found = OrderImportRow.objects.filter(file=file, is_bad=False, order_id=None).order_by("line")[:FIRST_MAX]

    def cell(cells: list[str], name: str) -> str:
        place = places.get(name, len(cells))
        return cells[place] if place < len(cells) else ""

    return tuple(FirstLine(one.line, *(cell(cells, name) for name in (KIND, TITLE, ITEM)))
                 for one in found for cells in [json.loads(one.cells)])


def import_bad_lines(*, actor: Actor, import_id: uuid.UUID) -> Iterator[str]:
    """The lines of a CSV to mend and send again: the bad rows as they came, what is wrong and how to mend it behind
    them; nothing that a spreadsheet would run. The download is audited.

    Raises
    ------
    NotFoundError
    """
    file = _file(actor, import_id)
    audit_record(actor=actor.id, action="import.download", object_type="import", object_id=str(import_id))
    return _bad_lines(file)


def _bad_lines(file: OrderImport) -> Iterator[str]:
    yield "\ufeff" + _line([*file.head, *MORE])
    for row in OrderImportRow.objects.filter(file=file, is_bad=True).order_by("line").iterator(chunk_size=1_000):
        cells = json.loads(row.cells or "[]")
        faults = faults_read(row.faults)
        yield _line([*(cells + [""] * len(file.head))[:len(file.head)],
                     *("；".join(part) for part in ([one.column for one in faults], [one.what for one in faults],
                                                   [one.cure for one in faults],
                                                   [one.value for one in faults if one.value]))])


def import_template() -> str:
    """A CSV with the columns and two made-up rows."""
    rows = (COLUMNS, ("催投", "药品邮件三天没动", "客户说家里等着用", "", "", "", "", "", "", ""),
            ("投诉", "外包装破损", "当面验视时发现", "", "", "", "", "", "否", "损毁"))
    return "\ufeff" + "".join(_line(row) for row in rows)


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell_safe(cell) for cell in cells])
    return out.getvalue()


def _file(actor: Actor, import_id: uuid.UUID) -> OrderImport:
    actor.require("desk.supervise")
    file = OrderImport.objects.filter(id=import_id).first()
    if file is None:
        raise NotFoundError()
    return file


def _rows(files: Iterable[OrderImport]) -> tuple[ImportRow, ...]:
    found = list(files)
    names = actor_names(one.by for one in found)
    return tuple(ImportRow(one.id, one.at, names.get(one.by, ""), one.state, one.get_state_display(), one.problem,
                           one.total, one.bad, one.created, one.repeats) for one in found)
