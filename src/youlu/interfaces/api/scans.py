"""Scans by API: one, a list, or lines of JSON; each row is answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field, ValidationError

from youlu.core.errors import YouluError
from youlu.domain.mail.models import ScanKind
from youlu.domain.mail.scans import BATCH_MAX, ScanInput, ScanOutcome, scans_ingest
from youlu.domain.network.selectors import OfficeRow, offices_by_code
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


class CorrectsIn(Schema):
    """The scan that did not happen."""

    model_config = ConfigDict(extra="forbid")
    device: Device
    sequence: Sequence


class ScanIn(Schema):
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
def ingest(request: HttpRequest) -> ScansOut:
    """Keep one scan, a list of up to 1,000, or as many lines (NDJSON): 200 says that what is stored is committed.

    A scan's own key is (number, device, sequence): send again whatever was not answered, nothing is kept twice.
    """
    rows = [_read(row) for row in rows_within(_rows(request), BATCH_MAX)]
    offices = offices_by_code({row.office for row in rows if isinstance(row, ScanIn) and row.office})
    inputs = [_input(row, offices) if isinstance(row, ScanIn) else row for row in rows]
    scans = [one for one in inputs if isinstance(one, ScanInput)]
    outcomes = iter(scans_ingest(actor=actor_of(request), scans=scans))
    answers = [next(outcomes) if isinstance(one, ScanInput) else ScanOutcome("refused", one) for one in inputs]
    counts = {result: sum(answer.result == result for answer in answers)
              for result in ("stored", "duplicate", "refused")}
    return ScansOut(**counts, rows=[_row_out(place, answer) for place, answer in enumerate(answers, 1)])


def _rows(request: HttpRequest) -> list[Any]:
    if (request.content_type or "") in LINES:
        return [_line(line) for line in request.body.split(b"\n") if line.strip()]
    body = json_read(request.body)
    return body if isinstance(body, list) else [body]


def _line(line: bytes) -> Any:
    try:
        return json_read(line)
    except NotJsonError as error:
        return error


def _read(row: Any) -> ScanIn | YouluError:
    if isinstance(row, YouluError):
        return row
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


def _row_out(row: int, outcome: ScanOutcome) -> ScanRowOut:
    if outcome.error is None:
        return ScanRowOut(row=row, result=outcome.result)
    return ScanRowOut(row=row, result=outcome.result, code=outcome.error.code, sentence=outcome.error.message)
