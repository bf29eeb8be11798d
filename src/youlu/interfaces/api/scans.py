"""Scans by API: one, a list, or lines of JSON; each row is answered."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from youlu.core.errors import YouluError
from youlu.core.once import reading
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.models import ScanKind
from youlu.domain.mail.scans import BATCH_MAX, ScanInput, ScanOutcome, scans_ingest
from youlu.domain.network.selectors import OfficeRow, offices_by_code
from youlu.domain.network.trips import trip_book
from youlu.interfaces.api.fields import (
    PROBLEMS,
    Instant,
    NotJsonError,
    OfficeCode,
    RowInvalidError,
    UnknownCodeError,
    actor_of,
    body_of,
    json_read,
    row_error,
    rows_within,
)

router = Router(tags=["scans"])
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
KINDS = {kind.name.lower(): kind for kind in ScanKind}
BIGINT_MAX, INT_MAX = 2**63 - 1, 2**31 - 1
# No colon: names with one are the system's own (its acceptance scans).
Device = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="字母、数字、点、横线，64个以内")]
Sequence = Annotated[int, Field(ge=0, le=BIGINT_MAX, strict=True)]


class CorrectsIn(BaseModel):
    """The scan that did not happen."""

    model_config = ConfigDict(extra="forbid")
    device: Device
    sequence: Sequence


class ScanIn(BaseModel):
    """One scan as a device sends it. A departure names the trip, its service date and the stop's sequence."""

    model_config = ConfigDict(extra="forbid")
    number: Annotated[str, Field(min_length=1, max_length=40)]
    device: Device
    sequence: Sequence
    kind: Literal["accepted", "departed", "arrived", "out", "delivered", "undelivered", "returned", "void"]
    occurred_at: Instant
    office: OfficeCode | None = None
    trip_key: Annotated[int, Field(ge=0, le=INT_MAX, strict=True)] | None = None
    service_date: Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2170, 12, 31))] | None = None
    stop_seq: Annotated[int, Field(ge=0, le=0xFFFF, strict=True)] | None = None
    cause: Annotated[int, Field(ge=100, le=999, description="EMSEVT未妥投原因")] | None = None
    corrects: CorrectsIn | None = None


# Longer lists are not read to the end before they are refused.
SCANS = TypeAdapter(Annotated[list[ScanIn], Field(max_length=BATCH_MAX)])


class ScanRowOut(Schema):
    """What became of one row: stored, duplicate (it was here already) or refused with the reason."""

    row: int
    result: str
    code: str = ""
    sentence: str = ""


class ScansOut(Schema):
    stored: int
    duplicate: int
    refused: int
    rows: list[ScanRowOut]


@router.post("", response={200: ScansOut, **PROBLEMS}, openapi_extra=body_of(ScanIn, most=BATCH_MAX, lines=LINES[0]))
def ingest(request: HttpRequest) -> HttpResponse:
    """Keep one scan, a list of up to 1,000, or as many lines (NDJSON): 200 says that what is stored is committed.

    A scan's own key is (number, device, sequence): send again whatever was not answered, nothing is kept twice.
    """
    return _answered(rows_keep(actor_of(request), rows_within(_rows(request), BATCH_MAX)))


def rows_keep(actor: Actor, rows: list[ScanIn | YouluError]) -> list[ScanOutcome]:
    """Keep what could be read, in one transaction; what could not is answered with its error."""
    with reading():  # codes and times of one revision, asked for once
        offices = offices_by_code({row.office for row in rows if isinstance(row, ScanIn) and row.office})
        book = trip_book()
    inputs = [_input(row, offices) if isinstance(row, ScanIn) else row for row in rows]
    scans = [one for one in inputs if isinstance(one, ScanInput)]
    outcomes = iter(scans_ingest(actor=actor, scans=scans, book=book))
    return [next(outcomes) if isinstance(one, ScanInput) else ScanOutcome("refused", one) for one in inputs]


def _rows(request: HttpRequest) -> list[ScanIn | YouluError]:
    """The rows, read and checked in one go where all are right, else one by one to say what is wrong with which."""
    if (request.content_type or "") in LINES:
        return [_line(line) for line in request.body.split(b"\n") if line.strip()]
    try:
        return list(SCANS.validate_json(request.body))
    except ValidationError:
        body = json_read(request.body)
    return [row_read(row) for row in rows_within(body if isinstance(body, list) else [body], BATCH_MAX)]


def _line(line: bytes) -> ScanIn | YouluError:
    try:
        return ScanIn.model_validate_json(line)
    except ValidationError:
        try:
            return row_read(json_read(line))
        except NotJsonError as error:
            return error


def row_read(row: Any) -> ScanIn | YouluError:
    """One row as it was sent, or what is wrong with it."""
    try:
        return ScanIn.model_validate(row)
    except ValidationError as error:
        return row_error(error)


def _input(row: ScanIn, offices: dict[str, OfficeRow]) -> ScanInput | YouluError:
    if row.office and row.office not in offices:
        return UnknownCodeError(code=row.office)
    if row.kind == "void" and row.corrects is None:
        return RowInvalidError(field="corrects", what="更正要写明更正哪一条（device和sequence）")
    corrects = (row.corrects.device, row.corrects.sequence) if row.corrects else None
    return ScanInput(
        row.number, row.device, row.sequence, KINDS[row.kind], row.occurred_at,
        office_id=offices[row.office].id if row.office else None, trip_key=row.trip_key,
        service_date=row.service_date, stop_seq=row.stop_seq, cause=row.cause, corrects=corrects)


def _answered(answers: list[ScanOutcome]) -> HttpResponse:
    """As ScansOut describes it, written at once: validating a thousand rows of our own would cost more than reading
    theirs."""
    found = Counter([answer.result for answer in answers])
    counts = {result: found[result] for result in ("stored", "duplicate", "refused")}
    rows = [{"row": nth, "result": answer.result, "code": answer.error.code if answer.error else "",
             "sentence": answer.error.message if answer.error else ""} for nth, answer in enumerate(answers, 1)]
    return HttpResponse(json.dumps({**counts, "rows": rows}, ensure_ascii=False), content_type="application/json")
