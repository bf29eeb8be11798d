"""Mail by API: take one item in or many, read one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field, ValidationError

from youlu.core.errors import YouluError
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.selectors import ItemPage, item_get
from youlu.domain.mail.services import Accepted, ItemInput, items_accept
from youlu.domain.mail.state import STATE_WORDS
from youlu.domain.network.selectors import CompoundRow, OfficeRow, compounds_find, offices_by_code
from youlu.domain.parties.selectors import parties_masked
from youlu.interfaces.api.clocks import ClocksOut, clocks_out
from youlu.interfaces.api.fields import (
    PROBLEMS,
    OfficeCode,
    OfficeOut,
    RowInvalidError,
    UnknownCodeError,
    actor_of,
    answered_once,
    body_of,
    iso,
    json_read,
    office_out,
    row_error,
    rows_within,
)

router = Router(tags=["items"])
BATCH_MAX = 500
Name = Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]


class ItemIn(Schema):
    """One item as a counter or a partner hands it in; without a number it gets one of ours."""

    model_config = ConfigDict(extra="forbid")

    origin: OfficeCode
    dest: OfficeCode
    mail_class: MailClass = MailClass.EXPRESS
    number: Annotated[str, Field(max_length=40)] = ""
    programme: Name = ""
    dest_compound: Annotated[Name, Field(description="小区名称，须由目的网点投递 / served by `dest`")] = ""
    sender_id: uuid.UUID | None = None
    addressee_id: uuid.UUID | None = None


class AcceptedOut(Schema):
    number: str
    arrive_by: str


class RowOut(Schema):
    """What became of one row: accepted, or refused with the reason."""

    row: int
    result: str
    number: str = ""
    arrive_by: str | None = None
    code: str = ""
    sentence: str = ""


class BatchOut(Schema):
    accepted: int
    refused: int
    rows: list[RowOut]


class ScanOut(Schema):
    kind: int
    name: str
    place: str
    occurred_at: str
    received_at: str
    is_void: bool


class RevisionOut(Schema):
    revision_no: int
    cause: str
    name: str
    reason: str
    computed_at: str
    arrive_by: str | None
    epoch: int


class LegOut(Schema):
    from_office: OfficeOut
    to_office: OfficeOut
    departs_at: str
    arrives_at: str
    trip_number: str
    route_name: str
    is_done: bool


class ItemOut(Schema):
    """One item; no personal data. Where `is_recalculating`, the expected time is being made anew."""

    number: str
    mail_class: str
    programme: str
    origin: OfficeOut
    dest: OfficeOut
    state: str
    state_name: str
    position: str
    since_at: str
    accepted_at: str
    committed_arrive_by: str
    expected_arrive_by: str | None
    told_arrive_by: str | None
    reason: str
    next_review_at: str | None
    is_recalculating: bool
    scans: list[ScanOut]
    revisions: list[RevisionOut]
    legs: list[LegOut]
    clocks: ClocksOut


@router.post("", response={201: AcceptedOut, **PROBLEMS})
def accept_one(request: HttpRequest, item: ItemIn) -> JsonResponse:
    """Take one item in: 201 says that the item and its promise are committed."""

    def work() -> tuple[int, Any]:
        accepted = _accept(request, [item])[0]
        if isinstance(accepted, YouluError):
            raise accepted
        return 201, {"number": accepted.number, "arrive_by": iso(accepted.arrive_by)}

    return answered_once(request, work)


@router.post("/batch", response={200: BatchOut, **PROBLEMS}, openapi_extra=body_of(ItemIn, many="items",
                                                                                   most=BATCH_MAX))
def accept_batch(request: HttpRequest) -> JsonResponse:
    """Take up to 500 items in; a row that is wrong does not stop the others, `row` counts from 1."""

    def work() -> tuple[int, Any]:
        rows = rows_within(_rows(json_read(request.body)), BATCH_MAX)
        answers = [_row_out(place, answer) for place, answer in enumerate(_accept(request, rows), 1)]
        refused = sum(answer["result"] == "refused" for answer in answers)
        return 200, {"accepted": len(answers) - refused, "refused": refused, "rows": answers}

    return answered_once(request, work)


@router.get("/{number}", response={200: ItemOut, **PROBLEMS})
def read_one(request: HttpRequest, number: str) -> ItemOut:
    """One item with its scans, the history of its promise and its planned way."""
    return _item_out(item_get(actor=actor_of(request), number=number))


def _rows(body: Any) -> list[Any]:
    rows = body.get("items") if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise RowInvalidError(field="items", what="要写成一个列表，例如{\"items\": [{\"origin\": …, \"dest\": …}]}")
    return rows


def _accept(request: HttpRequest, rows: Sequence[Any]) -> list[Accepted | YouluError]:
    """Read each row, hand the readable ones to the service together, give each its answer or its error."""
    read = [_read(row) for row in rows]
    inputs = _inputs(read)
    good = [place for place, one in enumerate(inputs) if isinstance(one, ItemInput)]
    accepted = items_accept(actor=actor_of(request),
                            items=[one for one in inputs if isinstance(one, ItemInput)])
    answers: dict[int, Accepted | YouluError] = {
        place: answer.error or answer for place, answer in zip(good, accepted, strict=True)}
    return [answers.get(place) or one for place, one in enumerate(inputs)]  # type: ignore[misc]


def _read(row: Any) -> ItemIn | YouluError:
    if isinstance(row, ItemIn):
        return row
    try:
        return ItemIn.model_validate(row)
    except ValidationError as error:
        return row_error(error)


def _inputs(read: list[ItemIn | YouluError]) -> list[ItemInput | YouluError]:
    """Codes and names to ids, a constant number of queries."""
    rows = [one for one in read if isinstance(one, ItemIn)]
    offices = offices_by_code({code for row in rows for code in (row.origin, row.dest)})
    found = compounds_find([row.dest_compound for row in rows if row.dest_compound])
    compounds: dict[str, Sequence[CompoundRow]] = {row.name: [row] for row in found.rows} | dict(found.ambiguous)
    people = parties_masked({key for row in rows for key in (row.sender_id, row.addressee_id) if key})
    return [_input(one, offices, compounds, people) if isinstance(one, ItemIn) else one for one in read]


def _input(
    row: ItemIn, offices: dict[str, OfficeRow], compounds: dict[str, Sequence[CompoundRow]], people: dict
) -> ItemInput | YouluError:
    for code in (row.origin, row.dest):
        if code not in offices:
            return UnknownCodeError(code=code)
    dest = offices[row.dest].id
    serving = [one for one in compounds.get("".join(row.dest_compound.split()), ()) if one.office_id == dest]
    if row.dest_compound and len(serving) != 1:
        what = f"“{row.dest_compound}”不是由{row.dest}投递的小区，请核对名称"
        return RowInvalidError(field="dest_compound", what=what)
    for field, key in (("sender_id", row.sender_id), ("addressee_id", row.addressee_id)):
        if key and key not in people:
            return RowInvalidError(field=field, what="没有这位客户，请核对编号")
    return ItemInput(
        offices[row.origin].id, dest, row.mail_class, row.number, row.programme, sender_id=row.sender_id,
        addressee_id=row.addressee_id, dest_compound_id=serving[0].id if serving else None,
        dest_segment_id=serving[0].segment_id if serving else None)


def _row_out(row: int, answer: Accepted | YouluError) -> dict[str, Any]:
    if isinstance(answer, YouluError):
        out = RowOut(row=row, result="refused", code=answer.code, sentence=answer.message)
    else:
        out = RowOut(row=row, result="accepted", number=answer.number, arrive_by=iso(answer.arrive_by))
    return out.model_dump()


def _item_out(page: ItemPage) -> ItemOut:
    row = page.row
    return ItemOut(
        number=row.number, mail_class=row.class_code, programme=row.programme, origin=office_out(row.origin_office_id),
        dest=office_out(row.dest_office_id), state=row.state, state_name=STATE_WORDS[row.state], position=row.position,
        since_at=iso(row.since), accepted_at=iso(row.accepted_at), committed_arrive_by=iso(row.committed),
        expected_arrive_by=iso(row.expected), told_arrive_by=iso(row.told), reason=row.reason,
        next_review_at=iso(row.next_review_at), is_recalculating=row.is_stale,
        scans=[ScanOut(kind=s.kind, name=s.label, place=s.place, occurred_at=iso(s.occurred_at),
                       received_at=iso(s.received_at), is_void=s.is_void) for s in page.scans],
        revisions=[RevisionOut(revision_no=r.revision_no, cause=r.cause, name=r.label, reason=r.reason,
                               computed_at=iso(r.computed_at), arrive_by=iso(r.arrive_by), epoch=r.epoch)
                   for r in page.revisions],
        legs=[LegOut(from_office=office_out(leg.from_office_id), to_office=office_out(leg.to_office_id),
                     departs_at=iso(leg.departs_at), arrives_at=iso(leg.arrives_at), trip_number=leg.trip_number,
                     route_name=leg.route_name, is_done=leg.is_done) for leg in page.legs],
        clocks=clocks_out(page.clocks))
