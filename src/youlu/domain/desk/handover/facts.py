"""The desk of a moment, in counts and references: what a handover says and keeps. No customer is in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db import connection

from youlu.core import clock
from youlu.domain.messages.models import Wording
from youlu.domain.network.selectors import closures_in_force
from youlu.domain.workforce.models import Site
from youlu.domain.workforce.rostering.reading import shifts_between
from youlu.domain.workforce.selectors import agents_all

# The desk's three shifts end here (workforce.trade.SHIFT_KINDS); the night is duty.
ENDS_MIN = (480, 960, 1_440)
NOT_WORTH = dt.timedelta(hours=2)  # who hands over so shortly before an end hands over to the shift after it
FAULTS = {"exchange": "热线总机", "two_ended": "双呼", "message": "发消息", "traces": "轨迹查询", "network": "网络"}
FIRST_EVER = dt.timedelta(hours=8)  # how far a desk looks back that never handed over
COUNTS = """
SELECT json_build_object(
  'orders', (SELECT json_build_object(
      'pool', count(*) FILTER (WHERE state = 'open'), 'in_hand', count(*) FILTER (WHERE state IN ('taken', 'verified')),
      'outside', count(*) FILTER (WHERE state = 'dispatched'), 'paused', count(*) FILTER (WHERE paused_at IS NOT NULL),
      'late', count(*) FILTER (WHERE paused_at IS NULL AND due_at < %(now)s),
      'due', count(*) FILTER (WHERE paused_at IS NULL AND due_at >= %(now)s AND due_at < %(until)s),
      'no_reply', count(*) FILTER (WHERE paused_at IS NULL AND replied_at IS NULL AND reply_due_at < %(now)s))
    FROM desk_workorder WHERE state <> 'closed'),
  'kinds', (SELECT coalesce(json_agg(row ORDER BY row->>'code'), '[]') FROM (
    SELECT json_build_object('code', kind_id, 'n', count(*),
      'late', count(*) FILTER (WHERE paused_at IS NULL AND due_at < %(now)s),
      'due', count(*) FILTER (WHERE paused_at IS NULL AND due_at >= %(now)s AND due_at < %(until)s)) AS row
    FROM desk_workorder WHERE state <> 'closed' GROUP BY kind_id) kinds),
  'contacts', (SELECT json_build_object(
      'voice', count(*) FILTER (WHERE mode = 'voice'), 'message', count(*) FILTER (WHERE mode = 'message'),
      'promised', count(*) FILTER (WHERE state = 'scheduled'), 'claimed', count(*) FILTER (WHERE state = 'claimed'))
    FROM desk_contact WHERE state IN ('owed', 'claimed', 'unreached', 'scheduled')),
  'alerts', (SELECT coalesce(json_object_agg(what, n), '{}') FROM (
    SELECT what, count(*) AS n FROM desk_orderalert WHERE seen_at IS NULL GROUP BY what) alerts),
  'watch', (SELECT json_build_object('plan', plan, 'basis', basis, 'adopted_at', adopted_at)
    FROM desk_emergencywatch WHERE left_at IS NULL))
"""


def shift_end(at: dt.datetime) -> dt.datetime:
    """When the shift that takes over at `at` ends: 08:00, 16:00 or 24:00, two hours off at least."""
    midnight = clock.midnight(clock.local(at).date())
    ends = (midnight + dt.timedelta(days=day, minutes=minute) for day in (0, 1) for minute in ENDS_MIN)
    return next(end for end in ends if end - at >= NOT_WORTH)


def desk_says(*, at: dt.datetime, since: dt.datetime | None, until: dt.datetime) -> dict[str, Any]:
    """Everything that the two sign, as JSON. `since`: when the shift that goes took over."""
    since = since or at - FIRST_EVER
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"now": at, "until": until})
        (counts,) = cursor.fetchone()
    return {**counts, "people": _people(), "next": _next(at, until), "closures": _closures(since),
            "wordings": _wordings(since)}


def _people() -> dict[str, list[dict[str, Any]]]:
    """Who is where, by number; the pages look their names up."""
    found: dict[str, list[dict[str, Any]]] = {site: [] for site in Site.values}
    for row in agents_all():
        found[row.site].append({"agent": str(row.id), "staff_no": row.staff_no, "taking": row.is_taking,
                                "reason": row.reason})
    return found


def _next(at: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    """Who is rostered for the shift that comes."""
    shifts = [shift for shift in shifts_between(at, until) if shift.end_at > at + NOT_WORTH / 2]
    return {"people": len({shift.agent_id for shift in shifts}), "sites": dict(Counter(s.site for s in shifts))}


def _closures(since: dt.datetime) -> list[dict[str, Any]]:
    return [{"closure": str(one.closure_id), "title": one.title, "document_no": one.document_no,
             "acts": [list(act) for act in one.acts], "is_new": one.changed_at >= since,
             "review_at": one.next_review_at.isoformat() if one.next_review_at else None}
            for one in closures_in_force()]


def _wordings(since: dt.datetime) -> list[dict[str, Any]]:
    """Sentences approved or withdrawn since: what agents may say has changed."""
    rows = Wording.objects.filter(approved_at__gte=since) | Wording.objects.filter(withdrawn_at__gte=since)
    return [{"code": code, "version": version, "state": state}
            for code, version, state in rows.order_by("code", "version").values_list("code", "version", "state")]

