"""By API: who must be looked at, what is asked for what could not be delivered, counts of ordinary mail."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from youlu.domain.mail.exceptions.actions import item_act
from youlu.domain.mail.exceptions.causes import Action
from youlu.domain.mail.exceptions.models import ExceptionKind
from youlu.domain.mail.exceptions.selectors import exceptions_as_of, exceptions_counted, exceptions_list
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.ordinary import PIECES_MAX, CountInput, ordinary_count, ordinary_days
from youlu.domain.network.selectors import offices_by_code
from youlu.interfaces.api.fields import PROBLEMS, OfficeCode, UnknownCodeError, actor_of, answered_once, iso

exceptions = Router(tags=["exceptions"])
ordinary = Router(tags=["ordinary"])
NAMES = {kind: kind.name.lower() for kind in ExceptionKind}
Code = Annotated[str, Field(pattern=r"^[0-9]{0,9}$")]


class ExceptionOut(Schema):
    number: str
    mail_class: str
    state: str
    position: str
    since_at: str
    committed_arrive_by: str
    expected_arrive_by: str | None
    listed_since_at: str


class ExceptionsOut(Schema):
    """`counts` of all kinds in the caller's area; `as_of` is the business time of the last refresh."""

    as_of: str | None
    counts: dict[str, int]
    rows: list[ExceptionOut]
    next_cursor: str | None


class ActionIn(Schema):
    model_config = ConfigDict(extra="forbid")
    action: Action
    note: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""


class ActionOut(Schema):
    action: str


class CountIn(Schema):
    """The whole day's number of a kind in a direction at an office: given again, it replaces the one before."""

    model_config = ConfigDict(extra="forbid")
    office: OfficeCode
    day: Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2170, 12, 31))]
    kind: Literal["letter", "printed", "small_packet"]
    direction: Literal["accepted", "dispatched", "arrived", "delivered"]
    pieces: Annotated[int, Field(ge=0, le=PIECES_MAX, strict=True)]


class CountsIn(Schema):
    model_config = ConfigDict(extra="forbid")
    counts: Annotated[list[CountIn], Field(min_length=1, max_length=1000)]


class CountedOut(Schema):
    counted: int


class DayOut(Schema):
    office: str
    office_name: str
    day: dt.date
    counts: list[dict[str, Any]]


class DaysOut(Schema):
    rows: list[DayOut]


@exceptions.get("", response={200: ExceptionsOut, **PROBLEMS})
def read_list(
    request: HttpRequest, kind: Literal["late", "astray", "silent", "risk", "no_way"] = "late", area: Code = "",
    mail_class: MailClass | None = None, cursor: str | None = None,
) -> ExceptionsOut:
    """Items of one kind that somebody must look at, most urgent first, fifty a page; `area` is a division code."""
    actor = actor_of(request)
    page = exceptions_list(actor=actor, kind=ExceptionKind[kind.upper()], area=area, cursor=cursor,
                           mail_class=str(mail_class or ""))
    counts = exceptions_counted(actor=actor, area=area)
    return ExceptionsOut(
        as_of=iso(exceptions_as_of()), counts={NAMES[one]: number for one, number in counts.items()},
        rows=[ExceptionOut(
            number=row.item.number, mail_class=row.item.class_code, state=row.item.state, position=row.item.position,
            since_at=iso(row.item.since), committed_arrive_by=iso(row.item.committed),
            expected_arrive_by=iso(row.item.expected), listed_since_at=iso(row.noted_at)) for row in page.rows],
        next_cursor=page.next_cursor)


@exceptions.post("/{number}/actions", response={201: ActionOut, **PROBLEMS})
def act(request: HttpRequest, number: str, asked: ActionIn) -> JsonResponse:
    """Ask for what the cause of an undelivered item allows; what it does not allow is refused with what it does."""

    def work() -> tuple[int, Any]:
        item_act(actor=actor_of(request), number=number, action=asked.action, note=asked.note)
        return 201, {"action": str(asked.action)}

    return answered_once(request, work)


@ordinary.post("", response={200: CountedOut, **PROBLEMS})
def count(request: HttpRequest, body: CountsIn) -> JsonResponse:
    """Write down how many ordinary letters an office handled: all or none of the rows."""

    def work() -> tuple[int, Any]:
        offices = offices_by_code({row.office for row in body.counts})
        for row in body.counts:
            if row.office not in offices:
                raise UnknownCodeError(code=row.office)
        return 200, {"counted": ordinary_count(actor=actor_of(request), counts=[
            CountInput(offices[row.office].id, row.day, row.kind, row.direction, row.pieces)
            for row in body.counts])}

    return answered_once(request, work)


@ordinary.get("", response={200: DaysOut, **PROBLEMS})
def read_days(request: HttpRequest) -> DaysOut:
    """Counts of the caller's area by day and office, newest first, at most sixty such rows."""
    return DaysOut(rows=[DayOut(
        office=row.office_code, office_name=row.office, day=row.day,
        counts=[{"kind": kind, "direction": direction, "pieces": pieces}
                for (kind, direction), pieces in sorted(row.pieces.items())])
        for row in ordinary_days(actor=actor_of(request))])
