"""From the loop to the desk: under which outreach customers hear, and whether the people present can carry it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection

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


def outreach_for(cause: str, closure_id: uuid.UUID | None, *, at: dt.datetime) -> uuid.UUID:
    """The outreach that a revision's customer hears under: of the closure that caused it, of the newest timetable, else
    the standing one of missed connections."""
    closure = Closure.objects.filter(id=closure_id).first() if closure_id else None
    if closure is not None:
        return outreach_begin(closure)
    if cause == PromiseRevision.Cause.TIMETABLE:
        return outreach_of_revision(at=at)
    standing = Outreach.objects.filter(closure_id__isnull=True).order_by("id").values_list("id", flat=True).first()
    return standing or outreach_open(closure_id=None, reason=MISSED_REASON, next_review_at=None, at=at)


def outreach_of_revision(*, at: dt.datetime) -> uuid.UUID:
    """The outreach of the newest timetable, made once; it carries the id of the draft that the timetable came from."""
    draft_id = TimetableRevision.objects.order_by("-id").values_list("draft_id", flat=True).first()
    return outreach_open(closure_id=draft_id, reason=TIMETABLE_REASON, next_review_at=None, at=at)


# Each row under the outreach of what changed its promise: mail that missed its connection while a closure was lifted
# is not late by the closure.
_TELL_DUE = """
CREATE TEMP TABLE tell_due ON COMMIT DROP AS
SELECT t.item_key, t.party_id, t.was_at, t.becomes_at, u.outreach_id
FROM told_untrue t JOIN unnest(%s::text[], %s::uuid[], %s::uuid[]) AS u(cause, closure_id, outreach_id)
  ON t.cause = u.cause AND t.closure_id IS NOT DISTINCT FROM u.closure_id"""


def customers_owe(part: Part, *, first: bool, at: dt.datetime) -> int:
    """Owe a word to the customers of a partition whose last told time is no longer true, spare those for whom it is
    true again; returns how many are owed one. Reads the transaction's `told_untrue` and `tell_moot`."""
    # In one order everywhere: each renews a row that a declaration may be renewing.
    reasons = sorted(set(zip(part.cause, part.closure_ids, strict=True)), key=str)
    under = [(cause, closure_id, outreach_for(cause, closure_id, at=at)) for cause, closure_id in reasons]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS tell_due")
        cursor.execute(_TELL_DUE, [[row[column] for row in under] for column in range(3)])
        cursor.execute("ANALYZE tell_due")
    owed = outreach_owe(at=at)
    if first:
        outreach_statistics()
    outreach_spare(at=at)
    return owed.customers
