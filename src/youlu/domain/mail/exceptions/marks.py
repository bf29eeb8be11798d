"""What a page says of an item beyond its own row: one query, however many items."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from youlu.domain.mail.state import astray_sql, silent_at_sql

WHY = {"missed": "运输衔接延误", "timetable": "邮路班期调整"}
# Being recalculated: due by itself, or in a partition that lags the epoch.
_MARKS = f"""
SELECT i.item_key, {silent_at_sql("i")}, {astray_sql("i")},
  i.place < 3 AND (EXISTS (SELECT FROM mail_recalc_due d WHERE d.item_key = i.item_key)
    OR (w.epoch < e.epoch AND i.epoch < e.epoch)),
  newest.cause, c.title, c.next_review_at
FROM mail_item i
CROSS JOIN (SELECT epoch FROM network_epochcounter WHERE id = 1) e
LEFT JOIN mail_watermark w ON w.partition_no = right(i.tableoid::regclass::text, 2)::smallint
LEFT JOIN LATERAL (SELECT r.cause, r.closure_id FROM mail_promise_revision r WHERE r.item_key = i.item_key
  ORDER BY r.revision_no DESC LIMIT 1) newest ON true
LEFT JOIN network_closure c ON c.id = newest.closure_id
WHERE i.item_key = ANY(%s::bigint[])"""


@dataclass(frozen=True)
class Marks:
    """When it counts as silent, whether it is off its way, whether its promise is being recalculated; why the promise
    is what it is (the closure's title, or in words) and when the closure is next looked at."""

    silent_at: dt.datetime | None
    is_astray: bool
    is_stale: bool
    reason: str
    next_review_at: dt.datetime | None


def item_marks(keys: list[int]) -> dict[int, Marks]:
    """By item key."""
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, [keys])
        return {key: Marks(silent_at, is_astray, bool(is_stale), *_reason(cause, title, review))
                for key, silent_at, is_astray, is_stale, cause, title, review in cursor.fetchall()}


def _reason(cause: str | None, title: str | None, review: dt.datetime | None) -> tuple[str, dt.datetime | None]:
    return (title or "", review) if cause == "closure" else (WHY.get(cause or "", ""), None)
