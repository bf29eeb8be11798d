"""Kept rates by API."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from youlu.domain.insight.rates import DAYS, DAYS_MAX, Rate, kept_read
from youlu.domain.mail.models import MailClass
from youlu.interfaces.api.fields import PROBLEMS, actor_of

router = Router(tags=["kept"])


class RateOut(Schema):
    """Mail due by a clock and how much of it was there by then; shares in per cent. Of fewer than ten, neither
    the share nor how many were kept is told (null).
    `no_standard`: promised for then, of no known standard."""

    standard_due: int
    standard_kept: int | None
    standard_pct: float | None
    committed_due: int
    committed_kept: int | None
    committed_pct: float | None
    no_standard: int


class DayOut(RateOut):
    day: str


class PrefectureOut(RateOut):
    prefecture: str


class KeptOut(Schema):
    """`is_made`: some of it was made up for a scenario."""

    first: str
    last: str
    is_made: bool
    whole: RateOut
    days: list[DayOut]
    prefectures: list[PrefectureOut]


@router.get("", response={200: KeptOut, **PROBLEMS})
def kept(
    request: HttpRequest, last: dt.date | None = None,
    days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = DAYS, mail_class: MailClass | None = None,
) -> KeptOut:
    """Kept rates by the published standard and by what was promised, of mail due on the days up to `last`."""
    page = kept_read(actor=actor_of(request), last=last, days=days, mail_class=mail_class or "")
    return KeptOut(
        first=page.first.isoformat(), last=page.last.isoformat(), is_made=page.is_made,
        whole=RateOut(**_out(page.whole)),
        days=[DayOut(day=day.isoformat(), **_out(rate)) for day, rate in page.days],
        prefectures=[PrefectureOut(prefecture=code, **_out(rate)) for code, rate in page.prefectures])


def _out(rate: Rate) -> dict[str, Any]:
    few_standard, few_committed = rate.standard_pct is None, rate.committed_pct is None
    return {
        "standard_due": rate.standard_due, "standard_kept": None if few_standard else rate.standard_kept,
        "standard_pct": _rounded(rate.standard_pct), "committed_due": rate.committed_due,
        "committed_kept": None if few_committed else rate.committed_kept,
        "committed_pct": _rounded(rate.committed_pct), "no_standard": rate.no_standard}


def _rounded(pct: float | None) -> float | None:
    return None if pct is None else round(pct, 2)
