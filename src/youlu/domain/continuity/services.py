"""Declaring, extending and lifting closures: each one transaction with the next epoch and the deferred job."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.continuity.errors import (
    AlreadyLiftedError,
    ClosureInvalidError,
    ClosureNotFoundError,
    OtherAuthorityError,
)
from youlu.domain.continuity.inputs import ClosureInput, MeasureInput, closure_check
from youlu.domain.continuity.models import Notice, Preview
from youlu.domain.continuity.telling import outreach_begin
from youlu.domain.network.epoch import epoch_raise
from youlu.domain.network.models import Closure, Measure


@transaction.atomic
def closure_declare(*, actor: Actor, closure: ClosureInput) -> uuid.UUID:
    """Put a closure in force: its measures, the next epoch, and the job that makes promises true again."""
    actor.require("closure.declare")
    now = clock.now()
    closure_check(closure, now=now)
    _scope_check(actor, closure.scope)
    epoch = epoch_raise()
    row = Closure.objects.create(
        id=uuid7(), cause=closure.cause, title=closure.title.strip(), authority=closure.authority.strip(),
        document_no=closure.document_no.strip(), scope=closure.scope, declared_at=now, declared_by=actor.id,
        next_review_at=closure.next_review_at, declared_epoch=epoch)
    Measure.objects.bulk_create(_measure(row.id, measure, epoch) for measure in closure.measures)
    _notice(row, epoch, Notice.Act.DECLARED, row.document_no)
    outreach_begin(row)
    audit_record(actor=actor.id, action="closure.declare", object_type="closure", object_id=str(row.id),
                 measures=len(closure.measures), epoch=epoch, document_no=row.document_no)
    apply_defer()
    return row.id


@transaction.atomic
def closure_lift(
    *, actor: Actor, closure_id: uuid.UUID, authority: str, document_no: str,
    measure_ids: Iterable[uuid.UUID] | None = None,
) -> int:
    """Lift a closure, or in part only the measures named; the organ that closed is the one that opens."""
    row = _closure_locked(actor, closure_id, authority)
    open_measures = row.measures.filter(until_epoch__isnull=True)
    chosen = open_measures if measure_ids is None else open_measures.filter(id__in=list(measure_ids))
    if not chosen.exists():
        raise AlreadyLiftedError()
    epoch = epoch_raise()
    lifted = chosen.update(until_epoch=epoch)
    act = Notice.Act.LIFTED_PART
    if not row.measures.filter(until_epoch__isnull=True).exists():
        act, row.lifted_at = Notice.Act.LIFTED, clock.now()
        row.save(update_fields=["lifted_at"])
    _notice(row, epoch, act, document_no)
    audit_record(actor=actor.id, action="closure.lift", object_type="closure", object_id=str(row.id),
                 measures=lifted, epoch=epoch, document_no=document_no)
    apply_defer()
    return lifted


@transaction.atomic
def closure_extend(
    *, actor: Actor, closure_id: uuid.UUID, authority: str, document_no: str, ends_at: dt.datetime | None,
    next_review_at: dt.datetime | None,
) -> int:
    """Give every open measure of a closure another end (None: open) and the closure another review."""
    row = _closure_locked(actor, closure_id, authority)
    old = list(row.measures.filter(until_epoch__isnull=True))
    if not old:
        raise AlreadyLiftedError()
    if ends_at is not None and any(ends_at <= measure.starts_at for measure in old):
        raise ClosureInvalidError(what="结束时间早于开始时间，请核对。")
    if ends_at is None and next_review_at is None:
        raise ClosureInvalidError(what="未定结束时间的中断要写下次研判时间，客户会在那时得到答复。")
    epoch = epoch_raise()
    row.measures.filter(until_epoch__isnull=True).update(until_epoch=epoch)
    Measure.objects.bulk_create(
        Measure(id=uuid7(), closure_id=row.id, act=m.act, zone_kind=m.zone_kind, zone_ref=m.zone_ref,
                mail_classes=m.mail_classes, exempt_programmes=m.exempt_programmes, starts_at=m.starts_at,
                ends_at=ends_at, from_epoch=epoch) for m in old)
    row.next_review_at = next_review_at
    row.save(update_fields=["next_review_at"])
    _notice(row, epoch, Notice.Act.EXTENDED, document_no)
    audit_record(actor=actor.id, action="closure.extend", object_type="closure", object_id=str(row.id), epoch=epoch,
                 ends_at=ends_at and ends_at.isoformat(), document_no=document_no)
    apply_defer()
    return len(old)


def preview_ask(*, actor: Actor, closure: ClosureInput) -> uuid.UUID:
    """Ask what a closure would do; the worker answers into the row."""
    actor.require("closure.declare")
    closure_check(closure, now=clock.now())
    _scope_check(actor, closure.scope)
    with transaction.atomic():
        row = Preview.objects.create(closure=closure.as_json(), actor=actor.id, asked_at=clock.real_now())
        preview_defer(str(row.id))
    return row.id


def apply_defer() -> None:
    """Queue the run that makes promises true under the current epoch, in the caller's transaction."""
    from procrastinate.contrib.django import app

    app.configure_task("continuity.apply").defer()


def preview_defer(preview_id: str) -> None:
    from procrastinate.contrib.django import app

    app.configure_task("continuity.preview", priority=10).defer(preview_id=preview_id)


def _measure(closure_id: uuid.UUID, measure: MeasureInput, epoch: int) -> Measure:
    return Measure(
        id=uuid7(), closure_id=closure_id, act=measure.act, zone_kind=measure.zone_kind, zone_ref=measure.zone_ref,
        mail_classes=list(measure.mail_classes), exempt_programmes=list(measure.exempt_programmes),
        starts_at=measure.starts_at, ends_at=measure.ends_at, from_epoch=epoch)


def _notice(row: Closure, epoch: int, act: Notice.Act, document_no: str) -> None:
    """Keep when and by which paper this state of the closure was made known: what feeds of alerts date their messages
    by, and what its page tells of how it went."""
    Notice.objects.create(closure_id=row.id, epoch=epoch, at=clock.now(), next_review_at=row.next_review_at, act=act,
                          document_no=document_no.strip())


def _scope_check(actor: Actor, scope: str) -> None:
    if not scope.startswith(actor.scope):
        raise ClosureInvalidError(what="这个范围不归您管。请改成您辖区内的行政区，或报上级登记。")


def _closure_locked(actor: Actor, closure_id: uuid.UUID, authority: str) -> Closure:
    actor.require("closure.declare")
    row = Closure.objects.select_for_update().filter(id=closure_id, scope__startswith=actor.scope).first()
    if row is None:
        raise ClosureNotFoundError()
    if row.authority != authority.strip():
        raise OtherAuthorityError(authority=row.authority)
    return row
