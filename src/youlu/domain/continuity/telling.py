"""From the loop to the desk: under which outreach customers hear, and whether the people present can carry it."""

from __future__ import annotations

import datetime as dt
import uuid

from youlu.domain.continuity.hitting import Part
from youlu.domain.desk.models import Outreach
from youlu.domain.desk.owing import outreach_open, outreach_owe, outreach_spare, outreach_statistics
from youlu.domain.mail.models import PromiseRevision
from youlu.domain.network.models import Closure, TimetableRevision

MISSED_REASON = "运输衔接延误"
TIMETABLE_REASON = "邮路班期调整"


def outreach_begin(closure: Closure) -> uuid.UUID:
    """Open (or renew) the outreach of a closure, with the reason customers read."""
    return outreach_open(closure_id=closure.id, reason=closure.title, next_review_at=closure.next_review_at,
                         at=closure.declared_at)


def outreach_for(part: Part, *, at: dt.datetime) -> uuid.UUID:
    """The outreach that a partition's customers hear under: of the newest closure among its causes, else of the newest
    timetable, else the standing one of missed connections."""
    ids = {closure_id for closure_id in part.closure_ids if closure_id}
    newest = Closure.objects.filter(id__in=ids).order_by("-declared_epoch").first()
    if newest is not None:
        return outreach_begin(newest)
    if PromiseRevision.Cause.TIMETABLE in part.cause:
        return outreach_of_revision(at=at)
    standing = Outreach.objects.filter(closure_id__isnull=True).order_by("id").values_list("id", flat=True).first()
    return standing or outreach_open(closure_id=None, reason=MISSED_REASON, next_review_at=None, at=at)


def outreach_of_revision(*, at: dt.datetime) -> uuid.UUID:
    """The outreach of the newest timetable, made once; it carries the id of the draft that the timetable came from."""
    draft_id = TimetableRevision.objects.order_by("-id").values_list("draft_id", flat=True).first()
    return outreach_open(closure_id=draft_id, reason=TIMETABLE_REASON, next_review_at=None, at=at)


def customers_owe(part: Part, *, first: bool, at: dt.datetime) -> int:
    """Owe a word to the customers of a partition whose last told time is no longer true, spare those for whom it is
    true again; returns how many are owed one. Reads the transaction's `tell_due` and `tell_moot`."""
    owed = outreach_owe(outreach_id=outreach_for(part, at=at), at=at)
    if first:
        outreach_statistics()
    outreach_spare(at=at)
    return owed.customers
