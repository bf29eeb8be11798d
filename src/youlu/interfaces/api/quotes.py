"""问时限 by API: the three clocks of mail handed in now or then; the versions of the published standard."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from youlu.domain.mail.models import MailClass
from youlu.domain.network.selectors import offices_by_code
from youlu.domain.promise.selectors import Place, quote_make
from youlu.domain.promise.versions import VersionRow, versions_list
from youlu.interfaces.api.clocks import PlannedOut, StandardOut, standard_out
from youlu.interfaces.api.fields import (
    PROBLEMS,
    Instant,
    OfficeCode,
    OfficeOut,
    UnknownCodeError,
    actor_of,
    iso,
    office_out,
)

quotes = Router(tags=["quotes"])
standards = Router(tags=["standards"])


class QuoteOut(Schema):
    """The three clocks. `planned`: by the timetable alone; `promised`: under the closures in force, null where no time
    can be said now. Times of delivery are the ends of waves."""

    origin: OfficeOut
    dest: OfficeOut
    handed_in_at: str
    mail_class: str
    standard: StandardOut
    planned: PlannedOut
    promised: str | None
    reasons: list[str]
    next_review_at: str | None
    epoch: int


class VersionOut(Schema):
    version: int
    title: str
    document_no: str
    address: str
    is_model: bool
    lines: int
    state: str
    valid_from: str | None
    valid_until: str | None
    activated_at: str | None


@quotes.get("", response={200: QuoteOut, **PROBLEMS})
def quote(
    request: HttpRequest, origin: OfficeCode = "", dest: OfficeCode = "", mail_class: MailClass = MailClass.EXPRESS,
    at: Annotated[Instant | None, Query(description="交寄时间，不写就是现在 / when it is handed in, else now")] = None,
) -> QuoteOut:
    """When mail between two offices is due by the standard, by the timetable, and by what would be promised now."""
    actor_of(request).require("promise.quote")
    offices = offices_by_code({origin, dest})
    for code in (origin, dest):
        if code not in offices:
            raise UnknownCodeError(code=code)
    start, end = offices[origin].id, offices[dest].id
    found = quote_make(origin_office_id=start, dest=Place(end), at=at, mail_class=mail_class)
    return QuoteOut(
        origin=office_out(start), dest=office_out(end), handed_in_at=iso(found.at), mail_class=mail_class,
        standard=standard_out(found.standard), promised=iso(found.arrive_by), epoch=found.epoch,
        planned=PlannedOut(arrive_by=iso(found.undisturbed_arrive_by), timetable=found.timetable),
        reasons=[reason.title for reason in found.reasons], next_review_at=iso(found.next_review_at))


@standards.get("", response={200: list[VersionOut], **PROBLEMS})
def versions(request: HttpRequest) -> list[VersionOut]:
    """The versions of the standard times, the newest first."""
    return [_version_out(row) for row in versions_list(actor=actor_of(request))]


def _version_out(row: VersionRow) -> VersionOut:
    return VersionOut(
        version=row.id, title=row.title, document_no=row.document_no, address=row.address, is_model=row.is_model,
        lines=row.lines, state=row.state, valid_from=row.valid_from.isoformat() if row.valid_from else None,
        valid_until=row.valid_until.isoformat() if row.valid_until else None, activated_at=iso(row.activated_at))
