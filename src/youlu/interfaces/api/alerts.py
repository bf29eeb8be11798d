"""What is closed, for other programs: CAP 1.2 and GTFS-Realtime; with a token, or public where the post says so."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.security.base import AuthBase

from youlu.domain.access.selectors import Actor
from youlu.domain.continuity.alerts import cap_list, cap_message, realtime_feed
from youlu.interfaces.api.api import token_auth
from youlu.interfaces.api.fields import PROBLEMS, actor_of

CAP, PROTOBUF = "application/cap+xml; charset=utf-8", "application/x-protobuf"


class PublicOrToken(AuthBase):
    """Everybody may read what is closed where YOULU_ALERTS_PUBLIC is 1; otherwise the holder of a token."""

    openapi_type = "http"

    def __call__(self, request: HttpRequest) -> Actor | None:
        if settings.ALERTS_PUBLIC:
            return Actor("public", "public", frozenset({"closure.read"}))
        return token_auth(request)


router = Router(tags=["alerts"], auth=PublicOrToken())


class CapEntryOut(Schema):
    """`url` is the message; `kind` Alert, Update or Cancel."""

    identifier: str
    kind: str
    sent: str
    headline: str
    url: str


class CapListOut(Schema):
    rows: list[CapEntryOut]
    next_cursor: str | None


@router.get("/cap", response={200: CapListOut, **PROBLEMS})
def messages(request: HttpRequest, cursor: uuid.UUID | None = None) -> CapListOut:
    """The newest CAP message of each closure, newest first, fifty a page."""
    page = cap_list(actor=actor_of(request), cursor=str(cursor) if cursor else None)
    return CapListOut(next_cursor=page.next_cursor, rows=[
        CapEntryOut(identifier=row.identifier, kind=row.kind, sent=row.sent, headline=row.headline,
                    url=request.build_absolute_uri(f"/api/v1/alerts/cap/{row.closure_id}/{row.epoch}"))
        for row in page.rows])


@router.get("/cap/{uuid:closure_id}", response={200: None, **PROBLEMS})
def newest(request: HttpRequest, closure_id: uuid.UUID) -> HttpResponse:
    """The newest message of a closure (application/cap+xml)."""
    return HttpResponse(cap_message(actor=actor_of(request), closure_id=closure_id), content_type=CAP)


@router.get("/cap/{uuid:closure_id}/{int:epoch}", response={200: None, **PROBLEMS})
def one(request: HttpRequest, closure_id: uuid.UUID, epoch: int) -> HttpResponse:
    """One message of a closure as it was sent; `references` of a later one lead here."""
    return HttpResponse(cap_message(actor=actor_of(request), closure_id=closure_id, epoch=epoch), content_type=CAP)


@router.get("/gtfs-realtime", response={200: None, **PROBLEMS})
def realtime(request: HttpRequest) -> HttpResponse:
    """Alerts of open closures (application/x-protobuf); their ids are those of the GTFS export."""
    return HttpResponse(realtime_feed(actor=actor_of(request)), content_type=PROTOBUF)
