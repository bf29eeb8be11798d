"""Closures by API: declare, look, extend, lift, ask what one would do."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from youlu.domain.continuity.inputs import ClosureInput, MeasureInput
from youlu.domain.continuity.selectors import ClosureRow, MeasureLine, closure_get, closures_list, preview_get
from youlu.domain.continuity.services import closure_declare, closure_extend, closure_lift, preview_ask
from youlu.domain.continuity.zones import scope_of, zones_find
from youlu.domain.mail.models import MailClass
from youlu.interfaces.api.fields import PROBLEMS, Instant, actor_of, answered_once, iso

router = Router(tags=["closures"])
MEASURES_MAX = 2000
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class MeasureIn(Schema):
    """One act on one place. `place` is what people call it: an office or division by name or code, a compound by
    name, a leg as 甲-乙, a route or segment by code."""

    model_config = ConfigDict(extra="forbid")
    act: Literal["acceptance", "dispatch", "transit", "delivery", "counter"]
    zone: Literal["compound", "segment", "office", "leg", "route", "division"]
    place: Line
    starts_at: Instant
    ends_at: Instant | None = None
    mail_classes: list[MailClass] = []
    exempt_programmes: list[Line] = []


class ClosureIn(Schema):
    """A disruption under one document of one authority; `scope` (division-code prefix) is worked out if left out."""

    model_config = ConfigDict(extra="forbid")
    cause: Literal["lockdown", "landslide", "flood", "snow", "other"]
    title: Line
    authority: Line
    document_no: Line
    scope: Annotated[str, Field(pattern=r"^\d{0,9}$")] | None = None
    next_review_at: Instant | None = None
    measures: Annotated[list[MeasureIn], Field(min_length=1, max_length=MEASURES_MAX)]


class LiftIn(Schema):
    """By the authority that closed; without `measure_ids` the whole closure."""

    model_config = ConfigDict(extra="forbid")
    authority: Line
    document_no: Line
    measure_ids: list[uuid.UUID] | None = None


class ExtendIn(Schema):
    model_config = ConfigDict(extra="forbid")
    authority: Line
    document_no: Line
    ends_at: Instant | None = None
    next_review_at: Instant | None = None


class DeclaredOut(Schema):
    closure_id: uuid.UUID


class ChangedOut(Schema):
    measures: int


class ClosureOut(Schema):
    closure_id: uuid.UUID
    cause: str
    title: str
    authority: str
    document_no: str
    scope: str
    declared_at: str
    next_review_at: str | None
    lifted_at: str | None
    acts: list[str]
    open_measures: int


class MeasureOut(Schema):
    measure_id: uuid.UUID
    act: str
    zone: str
    place: str
    starts_at: str
    ends_at: str | None
    mail_classes: list[str]
    exempt_programmes: list[str]
    is_open: bool


class ClosureFullOut(ClosureOut):
    measures: list[MeasureOut]


class ClosuresOut(Schema):
    rows: list[ClosureOut]
    next_cursor: str | None


class PreviewAskedOut(Schema):
    preview_id: uuid.UUID


class PreviewOut(Schema):
    """`state` asked, done or failed; `result` once done."""

    state: str
    result: dict[str, Any] | None


@router.post("", response={201: DeclaredOut, **PROBLEMS})
def declare(request: HttpRequest, closure: ClosureIn) -> JsonResponse:
    """Put a closure in force: 201 says that it is committed; promises follow within seconds."""

    def work() -> tuple[int, Any]:
        declared = closure_declare(actor=actor_of(request), closure=_input(closure))
        return 201, {"closure_id": str(declared)}

    return answered_once(request, work)


@router.get("", response={200: ClosuresOut, **PROBLEMS})
def read_list(request: HttpRequest, open_only: bool = True, cursor: uuid.UUID | None = None) -> ClosuresOut:
    """Closures of the caller's scope, newest first, fifty a page."""
    page = closures_list(actor=actor_of(request), open_only=open_only,
                         cursor=str(cursor) if cursor else None)
    return ClosuresOut(rows=[ClosureOut(**_row(row)) for row in page.rows], next_cursor=page.next_cursor)


@router.post("/previews", response={202: PreviewAskedOut, **PROBLEMS})
def preview(request: HttpRequest, closure: ClosureIn) -> JsonResponse:
    """Ask what a closure would do; nothing comes into force. Read the answer at /closures/previews/{preview_id}."""

    def work() -> tuple[int, Any]:
        asked = preview_ask(actor=actor_of(request), closure=_input(closure))
        return 202, {"preview_id": str(asked)}

    return answered_once(request, work)


@router.get("/previews/{uuid:preview_id}", response={200: PreviewOut, **PROBLEMS})
def preview_read(request: HttpRequest, preview_id: uuid.UUID) -> PreviewOut:
    """The answer to a preview that the caller asked for."""
    row = preview_get(actor=actor_of(request), preview_id=preview_id)
    return PreviewOut(state=row.state, result=row.result)


@router.get("/{uuid:closure_id}", response={200: ClosureFullOut, **PROBLEMS})
def read_one(request: HttpRequest, closure_id: uuid.UUID) -> ClosureFullOut:
    """One closure with its measures, open ones first."""
    row, measures = closure_get(actor=actor_of(request), closure_id=closure_id)
    return ClosureFullOut(**_row(row), measures=[_measure_out(measure) for measure in measures])


@router.post("/{uuid:closure_id}/lift", response={200: ChangedOut, **PROBLEMS})
def lift(request: HttpRequest, closure_id: uuid.UUID, order: LiftIn) -> JsonResponse:
    """Lift a closure, or in part the measures named."""

    def work() -> tuple[int, Any]:
        return 200, {"measures": closure_lift(
            actor=actor_of(request), closure_id=closure_id, authority=order.authority,
            document_no=order.document_no, measure_ids=order.measure_ids)}

    return answered_once(request, work)


@router.post("/{uuid:closure_id}/extend", response={200: ChangedOut, **PROBLEMS})
def extend(request: HttpRequest, closure_id: uuid.UUID, order: ExtendIn) -> JsonResponse:
    """Give every open measure another end (none: open, then with the next review)."""

    def work() -> tuple[int, Any]:
        return 200, {"measures": closure_extend(
            actor=actor_of(request), closure_id=closure_id, authority=order.authority,
            document_no=order.document_no, ends_at=order.ends_at, next_review_at=order.next_review_at)}

    return answered_once(request, work)


def _input(closure: ClosureIn) -> ClosureInput:
    zones = zones_find([(m.zone, m.place) for m in closure.measures], scope=closure.scope or "")
    measures = tuple(
        MeasureInput(m.act, zone.kind, zone.ref, m.starts_at, m.ends_at, tuple(str(c) for c in m.mail_classes),
                     tuple(m.exempt_programmes)) for m, zone in zip(closure.measures, zones, strict=True))
    scope = scope_of(zones) if closure.scope is None else closure.scope
    return ClosureInput(closure.cause, closure.title, closure.authority, closure.document_no, scope, measures,
                        closure.next_review_at)


def _row(row: ClosureRow) -> dict[str, Any]:
    return {"closure_id": row.id, "cause": row.cause, "title": row.title, "authority": row.authority,
            "document_no": row.document_no, "scope": row.scope, "declared_at": iso(row.declared_at),
            "next_review_at": iso(row.next_review_at), "lifted_at": iso(row.lifted_at), "acts": list(row.acts),
            "open_measures": row.open_measures}


def _measure_out(line: MeasureLine) -> MeasureOut:
    return MeasureOut(
        measure_id=line.id, act=line.act, zone=line.zone_kind, place=line.zone_name, starts_at=iso(line.starts_at),
        ends_at=iso(line.ends_at), mail_classes=list(line.mail_classes),
        exempt_programmes=list(line.exempt_programmes), is_open=line.is_open)
