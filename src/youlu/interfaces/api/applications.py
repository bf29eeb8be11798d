"""Applications of units, by token: one request, one answer, whatever the network does to it."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema

from youlu.domain.applications.selectors import application_of_unit
from youlu.domain.applications.services import application_submit_by_unit
from youlu.interfaces.api.fields import PROBLEMS, actor_of, answered_once

router = Router(tags=["applications"])


class ApplicationIn(Schema):
    """`answers` by the keys of the programme's form, as text."""

    programme: str
    answers: dict[str, str]


class SubmittedOut(Schema):
    number: str


class StationOut(Schema):
    state: str
    at: dt.datetime | None


class ApplicationOut(Schema):
    number: str
    programme: str
    state: str
    item_number: str
    demands: list[str]
    way: list[StationOut]


@router.post("", response={201: SubmittedOut, **PROBLEMS})
def submit(request: HttpRequest, body: ApplicationIn) -> JsonResponse:
    """Apply. The same `Idempotency-Key` with the same body gives the same number and makes no second application."""

    def work() -> tuple[int, dict[str, str]]:
        number = application_submit_by_unit(actor=actor_of(request), programme=body.programme, answers=body.answers)
        return 201, {"number": number}

    return answered_once(request, work)


@router.get("/{number}", response={200: ApplicationOut, **PROBLEMS})
def read(request: HttpRequest, number: str) -> ApplicationOut:
    """One of the caller's own; another's is not there."""
    status = application_of_unit(actor=actor_of(request), number=number)
    return ApplicationOut(
        number=status.number, programme=status.programme.code, state=status.state, item_number=status.item_number,
        demands=[demand.code for demand in status.demands],
        way=[StationOut(state=station.state, at=station.at) for station in status.way])
