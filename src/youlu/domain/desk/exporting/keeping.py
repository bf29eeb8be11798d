"""Asking for a workbook, making it, handing it out, forgetting it.

Made by a job where it is long, from the beginning again where a worker was killed in the middle; three times, then it
says that it failed. Sealed in parts like every word of a customer; only who asked for it has it, for three days.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.core.ids import uuid7
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor, actor_of_user
from youlu.domain.desk.exporting.building import workbook_build
from youlu.domain.desk.exporting.errors import ExportReasonError, ExportsManyError
from youlu.domain.desk.exporting.models import OrderExport, OrderExportPart
from youlu.domain.desk.orders.finding import OrderFilter, orders_found

State = OrderExport.State
AT_WORK = (State.WAITING, State.RUNNING)
PART = 48_000  # bytes: small enough that a new key rewrites a thousand at once
PARTS_AT_ONCE = 50
AT_ONCE_MAX = 500  # so many orders are made while the browser waits
OPEN_MAX = 3
TRIES_MAX = 3
KEEP = dt.timedelta(days=3)
BATCH = 500
FOLDER = "youlu-export-"
MAKING_MOST_S = 86_400  # no workbook is written for longer
REASONS = ("contact", "complaint", "authority", "other")
FAILED = "试了三次没导成。缩小范围再导；还不行，把这一行的时间告诉系统管理员。"
LOST = "您现在的岗位不能导出这些工单。"


@transaction.atomic
def export_ask(*, actor: Actor, chosen: OrderFilter, has_words: bool = False, reason: str = "") -> uuid.UUID:
    """Ask for the filter's orders as a workbook; `has_words`: with what customers and agents wrote, in plain.

    Raises
    ------
    NotAllowedError : for the words, without `party.reveal`.
    ExportReasonError, ExportsManyError
    """
    actor.require("desk.supervise")
    if has_words:
        actor.require("party.reveal")
        if reason not in REASONS:
            raise ExportReasonError()
    if OrderExport.objects.filter(by=actor.id, state__in=AT_WORK).count() >= OPEN_MAX:
        raise ExportsManyError()
    row = OrderExport.objects.create(
        by=actor.id, at=clock.now(), query=json.dumps(chosen.query()), has_words=has_words,
        reason=reason if has_words else "", total=orders_found(actor, chosen).count())
    audit_record(actor=actor.id, action="order.export", object_type="export", object_id=str(row.id),
                 query=replace(chosen, text="").query(), is_searched=bool(chosen.text), has_words=has_words,
                 reason=row.reason, orders=row.total)
    return row.id


def export_is_short(export_id: uuid.UUID) -> bool:
    """Whether it may be made while the browser waits."""
    return OrderExport.objects.filter(id=export_id, total__lte=AT_ONCE_MAX).exists()


def exports_at_work() -> list[uuid.UUID]:
    """What waits, and what a killed worker left, the longest waiting first."""
    return list(OrderExport.objects.filter(state__in=AT_WORK).order_by("at", "id").values_list("id", flat=True))


def export_make(export_id: uuid.UUID) -> None:
    """Make the file; of one that is not waited for, nothing."""
    row = _begun(export_id)
    if row is None:
        return
    actor = _asker(row)
    if actor is None:
        _ended(row, State.FAILED, problem=LOST)
        return
    orders = orders_found(actor, export_filter(row))
    if row.has_words:
        orders = orders.defer(None).defer("grams")
    with tempfile.TemporaryDirectory(prefix=FOLDER) as folder:
        path = Path(folder) / "orders.xlsx"
        done = workbook_build(path, actor=actor, orders=orders.iterator(chunk_size=BATCH), has_words=row.has_words,
                              told=lambda so_far: _progress(row, so_far))
        _store(row, path, done)


def export_file(*, actor: Actor, export_id: uuid.UUID) -> tuple[Iterator[bytes], int]:
    """The file, part by part, and its size; who asked for it alone has it, with the words only as long as they may read
    such, and the audit knows.

    Raises
    ------
    NotFoundError, NotAllowedError
    """
    row = _own(actor, export_id)
    if row.has_words:
        actor.require("party.reveal")
    if row.state != State.DONE:
        raise NotFoundError()
    audit_record(actor=actor.id, action="export.download", object_type="export", object_id=str(row.id))
    return _parts(row), row.size


def export_own(*, actor: Actor, export_id: uuid.UUID) -> OrderExport:
    return _own(actor, export_id)


def export_filter(row: OrderExport) -> OrderFilter:
    """What was asked for; of one whose file is gone, everything."""
    return OrderFilter.of(json.loads(row.query))


def exports_own(*, actor: Actor) -> tuple[OrderExport, ...]:
    """What the actor asked for, newest first."""
    actor.require("desk.supervise")
    return tuple(OrderExport.objects.filter(by=actor.id).defer("query").order_by("-at", "-id")[:20])


def exports_expire() -> int:
    """Drop files that were made KEEP ago; returns how many. That they were asked for stays. What a worker that was
    killed on this machine left of one it was making goes as well."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with suppress(FileNotFoundError):  # one that was being made is done meanwhile
            if time.time() - left.stat().st_mtime > MAKING_MOST_S:
                shutil.rmtree(left)
    old = OrderExport.objects.filter(state=State.DONE, ended_at__lt=clock.now() - KEEP)
    ids = list(old.values_list("id", flat=True))
    for export_id in ids:
        with transaction.atomic():
            OrderExportPart.objects.filter(export_id=export_id).delete()
            OrderExport.objects.filter(id=export_id).update(state=State.GONE, query="{}", size=0)
    return len(ids)


def _own(actor: Actor, export_id: uuid.UUID) -> OrderExport:
    actor.require("desk.supervise")
    row = OrderExport.objects.filter(id=export_id, by=actor.id).first()
    if row is None:
        raise NotFoundError()
    return row


@transaction.atomic
def _begun(export_id: uuid.UUID) -> OrderExport | None:
    row = OrderExport.objects.select_for_update(skip_locked=True).filter(id=export_id, state__in=AT_WORK).first()
    if row is None:
        return None
    row.tries += 1
    if row.tries > TRIES_MAX:
        _ended(row, State.FAILED, problem=FAILED)
        return None
    OrderExportPart.objects.filter(export=row).delete()
    OrderExport.objects.filter(id=row.id).update(state=State.RUNNING, tries=row.tries, done=0)
    return row


def _asker(row: OrderExport) -> Actor | None:
    """Who asked, with what they may now: a post that was lost meanwhile exports nothing."""
    user = User.objects.filter(id=row.by.partition(":")[2], is_active=True).first()
    actor = actor_of_user(user) if user else None
    try:
        if actor is not None:
            actor.require("desk.supervise")
            if row.has_words:
                actor.require("party.reveal")
    except NotAllowedError:
        return None
    return actor


def _progress(row: OrderExport, done: int) -> None:
    OrderExport.objects.filter(id=row.id).update(done=done)


def _ended(row: OrderExport, state: str, *, problem: str = "", **more: int) -> None:
    OrderExport.objects.filter(id=row.id).update(state=state, problem=problem, ended_at=clock.now(), **more)


@transaction.atomic
def _store(row: OrderExport, path: Path, done: int) -> None:
    with path.open("rb") as file:
        nth, parts = 0, []
        while chunk := file.read(PART):
            parts.append(OrderExportPart(id=uuid7(), export=row, nth=nth, body=base64.b64encode(chunk).decode()))
            nth += 1
            if len(parts) == PARTS_AT_ONCE:
                OrderExportPart.objects.bulk_create(parts)
                parts = []
        OrderExportPart.objects.bulk_create(parts)
    _ended(row, State.DONE, done=done, total=done, size=path.stat().st_size)


def _parts(row: OrderExport) -> Iterator[bytes]:
    parts = OrderExportPart.objects.filter(export=row).order_by("nth").values_list("body", flat=True)
    for body in parts.iterator(chunk_size=PARTS_AT_ONCE):
        yield base64.b64decode(body)
