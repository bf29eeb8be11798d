"""What pages show of closures: the list, one with its measures and run, a preview's answer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor
from youlu.domain.continuity.apply import partitions_behind
from youlu.domain.continuity.errors import ClosureNotFoundError
from youlu.domain.continuity.models import ApplyRun, Notice, Preview
from youlu.domain.mail.models import PARTITIONS
from youlu.domain.network.models import Closure, Compound, DeliverySegment, Measure, Office, Route


@dataclass(frozen=True)
class ClosureRow:
    id: uuid.UUID
    cause: str
    cause_label: str
    title: str
    authority: str
    document_no: str
    scope: str
    declared_at: dt.datetime
    next_review_at: dt.datetime | None
    lifted_at: dt.datetime | None
    acts: tuple[str, ...]  # labels, each once
    open_measures: int
    run: RunRow | None  # that of its declaration
    lift_run: RunRow | None  # that of its end


@dataclass(frozen=True)
class RunRow:
    """How the promises stand under an epoch: `done` of `of` partitions; figures so far."""

    epoch: int
    done: int
    of: int
    is_finished: bool
    seconds: float | None
    looked_at: int
    hit: int
    revised: int
    later: int
    earlier: int
    unknown: int
    contacts: int
    takeovers: int
    capacity: Any


@dataclass(frozen=True)
class MeasureLine:
    """A measure as a person reads it."""

    id: uuid.UUID
    act: str
    act_label: str
    zone_kind: str
    zone_kind_label: str
    zone_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    mail_classes: tuple[str, ...]
    exempt_programmes: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True)
class NoticeLine:
    """What was done with a closure, when, by which paper ("" where none was written down)."""

    at: dt.datetime
    act: str
    act_label: str
    document_no: str


def closures_list(
    *, actor: Actor, open_only: bool = True, lifted_only: bool = False, cursor: str | None = None
) -> Page[ClosureRow]:
    """Closures of the actor's scope, newest first: those in force, those lifted, or (neither) all."""
    actor.require("closure.read")
    rows = Closure.objects.filter(scope__startswith=actor.scope).order_by("-id")
    if open_only or lifted_only:
        rows = rows.filter(lifted_at__isnull=not lifted_only)
    if cursor:
        rows = rows.filter(id__lt=uuid.UUID(cursor))
    found = list(rows[:PAGE_ROWS + 1])
    page = _rows(found[:PAGE_ROWS])
    return Page(page, str(found[PAGE_ROWS - 1].id) if len(found) > PAGE_ROWS else None)


def closures_search(*, actor: Actor, text: str, limit: int = 10) -> tuple[ClosureRow, ...]:
    """Closures of the actor's scope whose title or document number holds the words, newest first."""
    actor.require("closure.read")
    named = Q(title__contains=text) | Q(document_no__contains=text)
    return _rows(list(Closure.objects.filter(named, scope__startswith=actor.scope).order_by("-id")[:limit]))


def closures_open() -> int:
    """How many closures are in force, anywhere."""
    return Closure.objects.filter(lifted_at__isnull=True).count()


def closure_get(*, actor: Actor, closure_id: uuid.UUID) -> tuple[ClosureRow, tuple[MeasureLine, ...]]:
    """One closure with its measures (open ones first).

    Raises
    ------
    ClosureNotFoundError : not there, or not in the actor's scope.
    """
    actor.require("closure.read")
    row = Closure.objects.filter(id=closure_id, scope__startswith=actor.scope).first()
    if row is None:
        raise ClosureNotFoundError()
    measures = sorted(Measure.objects.filter(closure_id=row.id), key=lambda m: (m.until_epoch is not None, m.id))
    names = _zone_names(measures)
    lines = tuple(
        MeasureLine(m.id, m.act, Measure.Act(m.act).label, m.zone_kind, Measure.Zone(m.zone_kind).label,
                    names.get((m.zone_kind, m.zone_ref), m.zone_ref), m.starts_at, m.ends_at, tuple(m.mail_classes),
                    tuple(m.exempt_programmes), m.until_epoch is None) for m in measures)
    return _rows([row])[0], lines


def closure_notices(*, actor: Actor, closure_id: uuid.UUID) -> tuple[NoticeLine, ...]:
    """What was done with a closure of the actor's scope, the last first."""
    actor.require("closure.read")
    mine = Closure.objects.filter(scope__startswith=actor.scope).values("id")
    return tuple(NoticeLine(row.at, row.act, str(Notice.Act(row.act).label), row.document_no) for row in
                 Notice.objects.filter(closure_id=closure_id, closure_id__in=mine).order_by("-epoch"))


def run_latest() -> RunRow | None:
    """The newest run: what a progress bar shows."""
    row = ApplyRun.objects.order_by("-epoch").first()
    return _run(row) if row else None


def is_behind() -> bool:
    """Whether some promises are still being recalculated."""
    return bool(partitions_behind())


def preview_get(*, actor: Actor, preview_id: uuid.UUID) -> Preview:
    """A preview of the actor's own asking."""
    row = Preview.objects.filter(id=preview_id, actor=actor.id).first()
    if row is None:
        raise ClosureNotFoundError()
    return row


def _rows(closures: list[Closure]) -> tuple[ClosureRow, ...]:
    """Rows with their runs and what is open of their measures, which may be hundreds each: counted, not read."""
    ended = [row.id for row in closures if row.lifted_at is not None]
    ends = dict(Notice.objects.filter(closure_id__in=ended, act=Notice.Act.LIFTED).values_list(
        "closure_id", "epoch")) if ended else {}
    epochs = [row.declared_epoch for row in closures] + list(ends.values())
    runs = {row.epoch: _run(row) for row in ApplyRun.objects.filter(epoch__in=epochs)}
    acts: defaultdict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    open_ = Measure.objects.filter(closure__in=closures, until_epoch=None).values("closure_id", "act")
    for found in open_.annotate(n=Count("id")):
        acts[found["closure_id"]][found["act"]] = found["n"]
    return tuple(ClosureRow(
        row.id, row.cause, str(Closure.Cause(row.cause).label), row.title, row.authority, row.document_no, row.scope,
        row.declared_at, row.next_review_at, row.lifted_at,
        tuple(str(act.label) for act in Measure.Act if act in acts[row.id]), sum(acts[row.id].values()),
        runs.get(row.declared_epoch), runs.get(ends.get(row.id, -1))) for row in closures)


def _run(row: ApplyRun) -> RunRow:
    seconds = (row.finished_at - row.started_at).total_seconds() if row.finished_at else None
    return RunRow(row.epoch, min(row.partitions_done, PARTITIONS), PARTITIONS, row.finished_at is not None, seconds,
                  row.looked_at, row.hit, row.revised, row.later, row.earlier, row.unknown, row.contacts,
                  row.takeovers, row.capacity)


def _zone_names(measures: list[Measure]) -> dict[tuple[str, str], str]:
    """(zone kind, ref) -> the name of the place; one query per kind."""
    names: dict[tuple[str, str], str] = {}
    models: dict[str, Any] = {"compound": Compound, "segment": DeliverySegment, "office": Office, "route": Route}
    for kind, model in models.items():
        ids = {int(m.zone_ref) for m in measures if m.zone_kind == kind}
        rows = model.objects.filter(id__in=ids).values_list("id", "name")
        names.update({(kind, str(key)): name for key, name in rows})
    ends = {int(end) for m in measures if m.zone_kind == "leg" for end in m.zone_ref.split("-")}
    offices = dict(Office.objects.filter(id__in=ends).values_list("id", "name"))
    for m in measures:
        if m.zone_kind == "leg":
            u, v = (int(end) for end in m.zone_ref.split("-"))
            names[m.zone_kind, m.zone_ref] = f"{offices.get(u, u)}—{offices.get(v, v)}"
    return names
