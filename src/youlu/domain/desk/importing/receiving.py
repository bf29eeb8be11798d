"""A file comes in and is read by a job: every line is checked and kept before anybody is asked to confirm."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.db.models import Max

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import YouluError
from youlu.core.ids import uuid7
from youlu.core.sheets import table_rows
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.importing.columns import ITEM, Fault, RowRead, RowReader
from youlu.domain.desk.importing.errors import ImportFileError
from youlu.domain.desk.importing.models import OrderImport, OrderImportPart, OrderImportRow
from youlu.domain.mail.traces.selectors import items_in_shadow

SIZE_MAX = 16_000_000  # bytes
LINES_MAX = 100_000
PART = 48_000  # bytes: small enough that a new key rewrites a thousand at once
SLICE = 1_000
State = OrderImport.State


@transaction.atomic
def import_receive(*, actor: Actor, content: bytes) -> tuple[uuid.UUID, bool]:
    """Keep a file; (its id, whether it had come before). Whoever calls then asks for the job that reads it.

    Raises
    ------
    ImportFileError : empty or too large.
    """
    actor.require("desk.supervise")
    if not 0 < len(content) <= SIZE_MAX:
        raise ImportFileError(most_mb=SIZE_MAX // 1_000_000)
    row = OrderImport(digest=hashlib.sha256(content).digest(), by=actor.id, at=clock.now())
    OrderImport.objects.bulk_create([row], ignore_conflicts=True)
    kept = OrderImport.objects.exclude(state=State.REFUSED).get(digest=row.digest)
    if kept.id != row.id:
        return kept.id, True
    OrderImportPart.objects.bulk_create([
        OrderImportPart(id=uuid7(), file=row, nth=nth, body=base64.b64encode(content[at:at + PART]).decode())
        for nth, at in enumerate(range(0, len(content), PART))])
    audit_record(actor=actor.id, action="import.receive", object_type="import", object_id=str(row.id),
                 size=len(content))
    return row.id, False


def import_read(import_id: uuid.UUID) -> None:
    """Check every line and keep it, a slice a transaction; begun again after a kill it goes on behind the last slice
    that is there."""
    file = OrderImport.objects.filter(id=import_id, state=State.READING).first()
    if file is None:
        return
    content = b"".join(base64.b64decode(part.body) for part in OrderImportPart.objects.filter(file=file).order_by(
        "nth").iterator())
    try:
        _lines_keep(file, table_rows(content))
    except YouluError as error:
        _refuse(file, error.message)
        return
    with transaction.atomic():
        found = OrderImportRow.objects.filter(file=file)
        OrderImport.objects.filter(id=file.id, state=State.READING).update(
            state=State.CHECKED, total=found.count(), bad=found.filter(is_bad=True).count())
        OrderImportPart.objects.filter(file=file).delete()


def _lines_keep(file: OrderImport, lines: Iterator[tuple[int, list[str]]]) -> None:
    head = next(lines, (0, list[str]()))[1]
    reader = RowReader(head)
    OrderImport.objects.filter(id=file.id).update(head=head)
    last = OrderImportRow.objects.filter(file=file).aggregate(line=Max("line"))["line"] or 0
    kept = OrderImportRow.objects.filter(file=file).count()
    rest = ((line, cells) for line, cells in lines if line > last)
    while part := list(islice(rest, SLICE)):
        kept += len(part)
        if kept > LINES_MAX:
            raise ImportFileError(most_mb=SIZE_MAX // 1_000_000)
        _slice_keep(file, [(line, cells, reader.read(cells)) for line, cells in part])


def _slice_keep(file: OrderImport, part: Sequence[tuple[int, list[str], RowRead]]) -> None:
    keys = [one.asked.item_key for _, _, one in part if one.asked and one.asked.item_key is not None]
    shadow = items_in_shadow(keys) if keys else frozenset()
    rows = []
    for line, cells, one in part:
        faults = one.faults
        if one.asked and one.asked.item_key in shadow:
            faults = (Fault(ITEM, "shadow"),)
        rows.append(OrderImportRow(file=file, line=line, cells=json.dumps(cells, ensure_ascii=False),
                                   is_bad=bool(faults), faults=faults_kept(faults)))
    with transaction.atomic():
        OrderImportRow.objects.bulk_create(rows)
        file.total += len(rows)
        file.bad += sum(row.is_bad for row in rows)
        OrderImport.objects.filter(id=file.id).update(total=file.total, bad=file.bad)


@transaction.atomic
def _refuse(file: OrderImport, why: str) -> None:
    OrderImportRow.objects.filter(file=file).delete()
    OrderImportPart.objects.filter(file=file).delete()
    OrderImport.objects.filter(id=file.id).update(state=State.REFUSED, problem=why, total=0, bad=0)


def faults_kept(faults: Sequence[Fault]) -> str:
    return json.dumps([[one.column, one.code, one.value] for one in faults], ensure_ascii=False) if faults else ""


def faults_read(kept: str) -> tuple[Fault, ...]:
    return tuple(Fault(*one) for one in json.loads(kept or "[]"))
