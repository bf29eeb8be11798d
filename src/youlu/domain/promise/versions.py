"""Versions of the standard times: taken in, looked through, put in force, discarded while nothing hangs on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.clock import hhmm
from youlu.core.pages import PAGE_ROWS, Page, cursor_number
from youlu.core.sheets import LineFault, table_write
from youlu.domain.access.selectors import Actor
from youlu.domain.promise.errors import (
    ListRefusedError,
    StandardActivatedError,
    StandardNotFoundError,
    StandardPeriodError,
    StandardRetroactiveError,
)
from youlu.domain.promise.holidays import Source
from youlu.domain.promise.models import StandardRow, StandardTable
from youlu.domain.promise.standard_lists import (
    CLASSES,
    place_out,
    standard_lines,
    standard_rows_out,
)
from youlu.domain.promise.standards import StandardBook, row_of

ROWS_A_STATEMENT = 5_000


@dataclass(frozen=True)
class VersionRow:
    """A version for pages. `state`: draft, ahead (activated, its days have not begun), in_force, over."""

    id: int
    title: str
    document_no: str
    address: str
    is_model: bool
    lines: int
    imported_at: dt.datetime
    imported_by: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    activated_at: dt.datetime | None
    activated_by: str
    state: str


@dataclass(frozen=True)
class StandardLineRow:
    """A line of a version for pages: codes of six digits or "*"."""

    id: int
    mail_class: str
    origin: str
    dest: str
    days: int
    unit: str
    cutoff: str
    due: str


def standard_import(*, actor: Actor, content: bytes, source: Source, is_model: bool = False) -> int:
    """Take a table in as a new version that is not yet in force; returns its number.

    Raises
    ------
    ListRefusedError : with every fault; nothing is stored.
    """
    actor.require("standard.edit")
    lines, faults = standard_lines(content)
    if not source.title.strip():
        faults = [LineFault(1, "没有写来源", "写明是哪一份文件公布的"), *faults]
    if faults:
        raise ListRefusedError.of(faults)
    with transaction.atomic():
        made = StandardTable.objects.create(
            title=source.title.strip()[:200], document_no=source.document_no[:80], address=source.address[:300],
            is_model=is_model, lines=len(lines), imported_at=clock.now(), imported_by=actor.name)
        StandardRow.objects.bulk_create((StandardRow(
            table=made, mail_class=line.mail_class, origin=line.origin, dest=line.dest, days=line.days, unit=line.unit,
            cutoff_min=line.cutoff_min, due_min=line.due_min) for line in lines), batch_size=ROWS_A_STATEMENT)
        audit_record(actor=actor.id, action="standard.import", object_type="standard_table", object_id=str(made.id),
                     lines=len(lines), source=made.title)
    return made.id


@transaction.atomic
def standard_activate(*, actor: Actor, version: int, valid_from: dt.date, valid_until: dt.date | None = None) -> None:
    """Put a version in force for mail accepted from a day on, today's what is accepted from now on.

    Raises
    ------
    StandardNotFoundError, StandardActivatedError, StandardRetroactiveError, StandardPeriodError
    """
    actor.require("standard.activate")
    if valid_from < clock.today():
        raise StandardRetroactiveError(date=valid_from)
    if valid_until is not None and valid_until <= valid_from:
        raise StandardPeriodError(until=valid_until, date=valid_from)
    done = StandardTable.objects.filter(id=version, activated_at__isnull=True).update(
        valid_from=valid_from, valid_until=valid_until, activated_at=clock.now(), activated_by=actor.name)
    if not done:
        raise _refusal(version)
    audit_record(actor=actor.id, action="standard.activate", object_type="standard_table", object_id=str(version),
                 valid_from=str(valid_from), valid_until=str(valid_until or ""))


@transaction.atomic
def standard_discard(*, actor: Actor, version: int) -> None:
    """Take away a version that was never in force.

    Raises
    ------
    StandardNotFoundError, StandardActivatedError
    """
    actor.require("standard.edit")
    table = StandardTable.objects.select_for_update().filter(id=version, activated_at__isnull=True).first()
    if table is None:
        raise _refusal(version)
    audit_record(actor=actor.id, action="standard.discard", object_type="standard_table", object_id=str(version),
                 lines=table.lines, source=table.title)
    table.delete()


def _refusal(version: int) -> Exception:
    if StandardTable.objects.filter(id=version).exists():
        return StandardActivatedError(version=version)
    return StandardNotFoundError()


def versions_list(*, actor: Actor) -> tuple[VersionRow, ...]:
    """Every version, the newest first."""
    actor.require("standard.read")
    book = StandardBook()
    return tuple(_version_row(table, book) for table in StandardTable.objects.order_by("-id"))


def version_get(*, actor: Actor, version: int) -> VersionRow:
    """
    Raises
    ------
    StandardNotFoundError
    """
    actor.require("standard.read")
    table = StandardTable.objects.filter(id=version).first()
    if table is None:
        raise StandardNotFoundError()
    return _version_row(table, StandardBook())


def _version_row(table: StandardTable, book: StandardBook) -> VersionRow:
    now = book.version_at(clock.now())
    state = "draft"
    if table.valid_from is not None:
        state = ("ahead" if table.valid_from > clock.today() else
                 "in_force" if now is not None and now.id == table.id else "over")
    return VersionRow(table.id, table.title, table.document_no, table.address, table.is_model, table.lines,
                      table.imported_at, table.imported_by, table.valid_from, table.valid_until, table.activated_at,
                      table.activated_by, state)


def version_lines(
    *, actor: Actor, version: int, origin: str = "", dest: str = "", mail_class: str = "", cursor: str | None = None,
) -> Page[StandardLineRow]:
    """The lines of a version that speak of a place, the broad ones first; `origin`, `dest`: code prefixes."""
    actor.require("standard.read")
    rows = StandardRow.objects.filter(table_id=version, id__gt=cursor_number(cursor))
    if origin:
        rows = rows.filter(origin__startswith=origin)
    if dest:
        rows = rows.filter(dest__startswith=dest)
    if mail_class in CLASSES:
        rows = rows.filter(mail_class=mail_class)
    found = list(rows.order_by("id")[:PAGE_ROWS + 1])
    shown = tuple(StandardLineRow(
        row.id, CLASSES.get(row.mail_class, row.mail_class), place_out(row.origin), place_out(row.dest), row.days,
        str(StandardRow.Unit(row.unit).label), hhmm(row.cutoff_min), hhmm(row.due_min))
        for row in found[:PAGE_ROWS])
    return Page(shown, str(shown[-1].id) if len(found) > PAGE_ROWS else None)


def version_answer(*, actor: Actor, version: int, origin: str, dest: str) -> tuple[tuple[str, int, str, str], ...]:
    """What a version says between two divisions: (class, days, unit, cut-off) of each class that it speaks of."""
    actor.require("standard.read")
    found = ((name, row_of(version, key, origin, dest)) for key, name in CLASSES.items())
    return tuple((name, row.days, str(StandardRow.Unit(row.unit).label), hhmm(row.cutoff_min))
                 for name, row in found if row is not None)


def version_export(*, actor: Actor, version: int) -> str:
    """A version as CSV that comes in again unchanged; no cell of it runs in a spreadsheet.

    Raises
    ------
    StandardNotFoundError
    """
    version_get(actor=actor, version=version)
    rows = StandardRow.objects.filter(table_id=version).order_by("id").iterator(chunk_size=ROWS_A_STATEMENT)
    return table_write(standard_rows_out(rows))
