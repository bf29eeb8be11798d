"""Confirmed, a file's good lines become orders: each with its mark in one transaction, so that a kill anywhere makes
nothing twice and forgets nothing. Stopped, it stops after the slice; taken up again, it goes on with the next line."""

from __future__ import annotations

import datetime as dt
import json
import uuid

from django.db import transaction
from django.db.models import F

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.channels.customers import customer_of
from youlu.domain.desk.importing.columns import KIND, Fault, RowReader
from youlu.domain.desk.importing.errors import ImportStateError
from youlu.domain.desk.importing.models import OrderImport, OrderImportRow
from youlu.domain.desk.importing.receiving import faults_kept
from youlu.domain.desk.orders.opening import Opened, order_written

SLICE = 50
SLICES = 10  # a job; then a new one at the end of the queue, so that nothing else waits long
KEEP = dt.timedelta(days=30)
State = OrderImport.State
FORGOTTEN = "放了30天没有建，内容已按期删除。要建请重传。"
STARTS = (State.CHECKED, State.STOPPED)


@transaction.atomic
def import_start(*, actor: Actor, import_id: uuid.UUID) -> None:
    """Make the orders, or go on making them. Whoever calls then asks for the job.

    Raises
    ------
    NotFoundError, ImportStateError
    """
    _move(actor, import_id, STARTS, State.RUNNING, "开始")


@transaction.atomic
def import_stop(*, actor: Actor, import_id: uuid.UUID) -> None:
    """After the slice in hand nothing more is made until somebody goes on."""
    _move(actor, import_id, (State.RUNNING,), State.STOPPED, "停下")


def _move(actor: Actor, import_id: uuid.UUID, froms: tuple[str, ...], to: str, act: str) -> None:
    actor.require("desk.supervise")
    if not OrderImport.objects.filter(id=import_id, state__in=froms).update(state=to):
        row = OrderImport.objects.filter(id=import_id).first()
        if row is None:
            raise NotFoundError()
        raise ImportStateError(state=row.get_state_display(), act=act)
    audit_record(actor=actor.id, action=f"import.{to}", object_type="import", object_id=str(import_id))


def import_make(import_id: uuid.UUID, *, slices: int = SLICES) -> bool:
    """Make some orders of a file that runs; whether there is more to make."""
    return all(_slice_make(import_id) for _ in range(slices))


@transaction.atomic
def _slice_make(import_id: uuid.UUID) -> bool:
    # The lock of the file: two workers make one after the other, and a stop waits for the slice in hand.
    file = OrderImport.objects.select_for_update().filter(id=import_id, state=State.RUNNING).first()
    if file is None:
        return False
    rows = list(OrderImportRow.objects.filter(file=file, is_bad=False, order_id=None).order_by("line")[:SLICE])
    reader = RowReader(file.head)
    actor = Actor(id=file.by, name="", permissions=frozenset({"desk.work"}))
    made = [_row_make(actor, reader, row) for row in rows]
    OrderImport.objects.filter(id=file.id).update(
        created=F("created") + sum(one is not None and not one.is_repeat for one in made),
        repeats=F("repeats") + sum(one is not None and one.is_repeat for one in made),
        bad=F("bad") + sum(one is None for one in made),
        state=State.RUNNING if len(rows) == SLICE else State.DONE)
    return len(rows) == SLICE


def _row_make(actor: Actor, reader: RowReader, row: OrderImportRow) -> Opened | None:
    """One line: an order with its mark, or its fault; the one that fails takes no other back."""
    read = reader.read(json.loads(row.cells))
    try:
        with transaction.atomic():
            if read.asked is None:
                _row_spoil(row, read.faults)
                return None
            party_id = customer_of(phone=read.phone, name=read.name)
            opened = order_written(actor=actor, asked=read.asked.of_party(party_id),
                                   key=f"import:{row.file_id}:{row.line}")
            OrderImportRow.objects.filter(id=row.id).update(order_id=opened.order_id, cells="")
            return opened
    except YouluError as error:
        _row_spoil(row, (Fault(KIND, "other", error.message),))
        return None


def _row_spoil(row: OrderImportRow, faults: tuple[Fault, ...]) -> None:
    """What was good when it was read is not any more: a kind was taken away, an item went into another's hands."""
    OrderImportRow.objects.filter(id=row.id).update(is_bad=True, faults=faults_kept(faults))


def imports_expire(*, batch: int = 5_000) -> int:
    """Drop the lines of files that came KEEP ago or more; what they made stays, and one that nobody confirmed says so.
    Returns how many lines went."""
    old = OrderImport.objects.filter(at__lt=clock.now() - KEEP).exclude(state__in=(State.READING, State.RUNNING))
    old.filter(state__in=STARTS).update(state=State.REFUSED, problem=FORGOTTEN)
    done = 0
    while ids := list(OrderImportRow.objects.filter(file__in=old).values_list("id", flat=True)[:batch]):
        done += OrderImportRow.objects.filter(id__in=ids).delete()[0]
    return done


def imports_at_work() -> list[tuple[uuid.UUID, str]]:
    """(id, state) of files that are being read or made: what a killed worker left is taken up by these."""
    return list(OrderImport.objects.filter(state__in=(State.READING, State.RUNNING)).order_by("at").values_list(
        "id", "state"))
