"""Bags (总包) and vehicles' runs (封车) by API: scans that move all they hold, lists, differences."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from typing import Annotated, Any, Literal

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field, ValidationError

from youlu.core.errors import YouluError
from youlu.domain.mail.bags.differences import difference_settle
from youlu.domain.mail.bags.ingest import BATCH_MAX, CONTENTS_MAX, ContainerScanInput, container_scans_ingest
from youlu.domain.mail.bags.models import ContainerScanKind
from youlu.domain.mail.bags.numbers import container_numbers_allocate
from youlu.domain.mail.bags.selectors import ContainerRow, DifferenceRow, container_get, differences_list
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.scans import ScanOutcome
from youlu.domain.network.selectors import OfficeRow, offices_by_code
from youlu.interfaces.api.fields import (
    PROBLEMS,
    Instant,
    OfficeCode,
    RowInvalidError,
    UnknownCodeError,
    actor_of,
    answered_once,
    body_of,
    iso,
    json_read,
    row_error,
    rows_within,
)
from youlu.interfaces.api.scans import INT_MAX, CorrectsIn, Device, ScanRowOut, ScansOut, Sequence

router = Router(tags=["containers"])
KINDS = {kind.name.lower(): kind for kind in ContainerScanKind}
Number = Annotated[str, Field(min_length=1, max_length=40)]
Numbers = Annotated[list[Number], Field(max_length=CONTENTS_MAX)]


class ContainerScanIn(Schema):
    """One scan of a bag or of a vehicle's run (路单). `to`: of a seal the bag's destination, of a load where it gets
    off. `found`: all that an unsealing found; without it the list is believed."""

    model_config = ConfigDict(extra="forbid")
    number: Number
    device: Device
    sequence: Sequence
    kind: Literal["sealed", "loaded", "departed", "arrived", "unsealed", "void"]
    occurred_at: Instant
    office: OfficeCode | None = None
    to: OfficeCode | None = None
    trip_key: Annotated[int, Field(ge=0, le=INT_MAX, strict=True)] | None = None
    service_date: Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2170, 12, 31))] | None = None
    stop_seq: Annotated[int, Field(ge=0, le=0xFFFF, strict=True)] | None = None
    contents: Numbers = []
    found: Numbers | None = None
    damaged: Numbers = []
    seal: Annotated[str, Field(max_length=40, pattern=r"^[^\x00]*$")] = ""
    weight_g: Annotated[int, Field(ge=0, le=INT_MAX, strict=True)] | None = None
    mail_class: MailClass | None = None
    corrects: CorrectsIn | None = None


class NumbersIn(Schema):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["bag", "vehicle"] = "bag"
    count: Annotated[int, Field(ge=1, le=1000)] = 1


class NumbersOut(Schema):
    numbers: list[str]


class DifferenceOut(Schema):
    difference_id: uuid.UUID
    container: str
    subject: str
    kind: str
    kind_name: str
    office: str
    found_at: str
    outcome: str
    outcome_name: str
    settled_by: str
    settled_at: str | None
    note: str


class DifferencesOut(Schema):
    rows: list[DifferenceOut]
    next_cursor: str | None


class SettleIn(Schema):
    model_config = ConfigDict(extra="forbid")
    outcome: Literal["found", "sent_on", "returned", "claimed", "mistaken"]
    note: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class SettledOut(Schema):
    outcome: str


class ContainerStepOut(Schema):
    name: str
    place: str
    occurred_at: str
    is_void: bool


class ContainerOut(Schema):
    """`state` sealed, open or unknown; `inside` the vehicle's run it is on now."""

    number: str
    kind: str
    state: str
    origin: str
    dest: str
    position: str
    since_at: str | None
    inside: str
    seal: str
    weight_g: int | None
    mail_class: str
    items: int
    bags: int
    scans: list[ContainerStepOut]
    contents: list[str]
    differences: list[DifferenceOut]


@router.post("/scans", response={200: ScansOut, **PROBLEMS}, openapi_extra=body_of(ContainerScanIn, most=BATCH_MAX))
def ingest(request: HttpRequest) -> ScansOut:
    """Keep one scan of a container or a list of up to 200: 200 says that what is stored is committed, and that all
    the items inside have moved.

    A scan's own key is (number, device, sequence): send again whatever was not answered, nothing is kept twice.
    """
    body = json_read(request.body)
    read = [_read(row) for row in rows_within(body if isinstance(body, list) else [body], BATCH_MAX)]
    offices = offices_by_code({code for row in read if isinstance(row, ContainerScanIn)
                               for code in (row.office, row.to) if code})
    inputs = [_input(row, offices) if isinstance(row, ContainerScanIn) else row for row in read]
    outcomes = iter(container_scans_ingest(
        actor=actor_of(request), scans=[one for one in inputs if isinstance(one, ContainerScanInput)]))
    answers = [next(outcomes) if isinstance(one, ContainerScanInput) else ScanOutcome("refused", one)
               for one in inputs]
    counts = Counter(answer.result for answer in answers)
    rows = [ScanRowOut(row=nth, result=a.result, code=a.error.code if a.error else "",
                       sentence=a.error.message if a.error else "") for nth, a in enumerate(answers, 1)]
    return ScansOut(stored=counts["stored"], duplicate=counts["duplicate"], refused=counts["refused"], rows=rows)


@router.post("/numbers", response={201: NumbersOut, **PROBLEMS})
def allocate(request: HttpRequest, asked: NumbersIn) -> JsonResponse:
    """New numbers for bags or for vehicles' runs, never issued twice."""

    def work() -> tuple[int, Any]:
        return 201, {"numbers": container_numbers_allocate(
            actor=actor_of(request), is_vehicle=asked.kind == "vehicle", count=asked.count)}

    return answered_once(request, work)


@router.get("/differences", response={200: DifferencesOut, **PROBLEMS})
def differences(request: HttpRequest, open_only: bool = True, cursor: str | None = None) -> DifferencesOut:
    """What unsealing found otherwise than the list, newest first, fifty a page."""
    page = differences_list(actor=actor_of(request), is_open=open_only, cursor=cursor)
    return DifferencesOut(rows=[_difference(row) for row in page.rows], next_cursor=page.next_cursor)


@router.post("/differences/{uuid:difference_id}", response={200: SettledOut, **PROBLEMS})
def settle(request: HttpRequest, difference_id: uuid.UUID, said: SettleIn) -> JsonResponse:
    """Say what became of a difference."""

    def work() -> tuple[int, Any]:
        difference_settle(actor=actor_of(request), difference_id=difference_id, outcome=said.outcome, note=said.note)
        return 200, {"outcome": said.outcome}

    return answered_once(request, work)


@router.get("/{number}", response={200: ContainerOut, **PROBLEMS})
def read_one(request: HttpRequest, number: str) -> ContainerOut:
    """One bag or vehicle's run: where it is, what it holds, what was found otherwise."""
    page = container_get(actor=actor_of(request), number=number)
    return ContainerOut(
        **_row(page.row), contents=list(page.contents), differences=[_difference(row) for row in page.differences],
        scans=[ContainerStepOut(name=s.word, place=s.place, occurred_at=iso(s.occurred_at), is_void=s.is_void)
               for s in page.scans])


def _read(row: Any) -> ContainerScanIn | YouluError:
    try:
        return ContainerScanIn.model_validate(row)
    except ValidationError as error:
        return row_error(error)


def _input(row: ContainerScanIn, offices: dict[str, OfficeRow]) -> ContainerScanInput | YouluError:
    for code in (row.office, row.to):
        if code and code not in offices:
            return UnknownCodeError(code=code)
    if row.kind == "void" and row.corrects is None:
        return RowInvalidError(field="corrects", what="更正要写明更正哪一条（device和sequence）")
    corrects = (row.corrects.device, row.corrects.sequence) if row.corrects else None
    return ContainerScanInput(
        row.number, row.device, row.sequence, KINDS[row.kind], row.occurred_at,
        office_id=offices[row.office].id if row.office else None, to_office_id=offices[row.to].id if row.to else None,
        trip_key=row.trip_key, service_date=row.service_date, stop_seq=row.stop_seq, contents=tuple(row.contents),
        found=None if row.found is None else tuple(row.found), damaged=tuple(row.damaged), seal=row.seal,
        weight_g=row.weight_g, mail_class=str(row.mail_class or ""), corrects=corrects)


def _row(row: ContainerRow) -> dict[str, Any]:
    return {"number": row.number, "kind": "vehicle" if row.is_vehicle else "bag", "state": row.state,
            "origin": row.origin, "dest": row.dest, "position": row.position, "since_at": iso(row.since),
            "inside": row.inside, "seal": row.seal, "weight_g": row.weight_g, "mail_class": row.mail_class,
            "items": row.items, "bags": row.bags}


def _difference(row: DifferenceRow) -> DifferenceOut:
    return DifferenceOut(
        difference_id=row.id, container=row.container, subject=row.subject, kind=row.kind.name.lower(),
        kind_name=str(row.kind.label), office=row.office, found_at=iso(row.found_at), outcome=row.outcome,
        outcome_name=row.outcome_name, settled_by=row.settled_by, settled_at=iso(row.settled_at), note=row.note)
