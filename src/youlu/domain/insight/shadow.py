"""旁路对照: what our promises would have been worth, for mail that another system carried and we only watched.

For items in shadow that were delivered within a period: the promise of their acceptance against the delivery, the ways
that were planned against the trips that were scanned. Counted inside the database; no figure is given of fewer than ten
items, nor can one be had by subtraction: small groups are one line, and a line that would still be too small takes the
smallest of the others with it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from youlu.core import clock
from youlu.core.pages import LEAST_TOLD, PAGE_ROWS, Page, cursor_number
from youlu.domain.access.selectors import Actor

REST = ""  # the key of the line of all small groups

# `days` between the promised day and the day of delivery; a leg counts as seen when the item was scanned departing
# with its trip on its day, since nobody scans single items at the stops between.
_DONE = """
WITH done AS (
  SELECT left(o.division_code, 4) || '-' || left(d.division_code, 4) AS flow, w.cause,
    i.place_since <= i.committed_arrive_by AS kept,
    (i.place_since AT TIME ZONE 'Asia/Shanghai')::date
      - (i.committed_arrive_by AT TIME ZONE 'Asia/Shanghai')::date AS days, p.legs, p.seen
  FROM mail_item i
  JOIN network_office o ON o.id = i.origin_office_id JOIN network_office d ON d.id = i.dest_office_id
  JOIN mail_promise_revision r ON r.item_key = i.item_key AND r.revision_no = 1
  CROSS JOIN LATERAL (
    SELECT count(*) AS legs, count(*) FILTER (WHERE l.was_seen) AS seen FROM (
      SELECT EXISTS (SELECT FROM mail_scan s WHERE s.item_key = i.item_key AND s.kind = 1
                     AND s.leg >> 16 = n.planned >> 16) AS was_seen
      FROM unnest(r.planned_legs) AS n(planned)) l) p
  CROSS JOIN LATERAL (SELECT CASE
      WHEN EXISTS (SELECT FROM mail_scan s WHERE s.item_key = i.item_key AND s.kind = 5) THEN 'undelivered'
      ELSE coalesce((SELECT v.cause FROM mail_promise_revision v
        WHERE v.item_key = i.item_key AND v.revision_no > 1
        ORDER BY v.cause IN ('closure', 'lift') DESC, v.revision_no DESC LIMIT 1), 'none') END AS cause) w
  WHERE i.shadow_source <> '' AND (%(source)s = '' OR i.shadow_source = %(source)s) AND i.place = 3
    AND i.place_since >= %(begin)s AND i.place_since < %(end)s
    AND (o.division_code LIKE %(scope)s OR d.division_code LIKE %(scope)s)),
sums AS (
  SELECT {key} AS key, count(*) AS items, count(*) FILTER (WHERE kept) AS kept,
    count(*) FILTER (WHERE days <= -2) AS early2, count(*) FILTER (WHERE days = -1) AS early1,
    count(*) FILTER (WHERE days = 0 AND kept) AS day0, count(*) FILTER (WHERE days = 0 AND NOT kept) AS late0,
    count(*) FILTER (WHERE days = 1) AS late1, count(*) FILTER (WHERE days = 2) AS late2,
    count(*) FILTER (WHERE days > 2) AS late3, coalesce(sum(legs), 0) AS legs, coalesce(sum(seen), 0) AS seen
  FROM done GROUP BY 1),
marked AS (
  SELECT *, coalesce(sum(items) FILTER (WHERE items < %(least)s) OVER (), 0) AS small,
    row_number() OVER (PARTITION BY items < %(least)s ORDER BY items, key) AS nth FROM sums),
pooled AS (
  SELECT CASE WHEN items < %(least)s OR (small BETWEEN 1 AND %(least)s - 1 AND nth = 1) THEN '' ELSE key END AS key,
    items, kept, early2, early1, day0, late0, late1, late2, late3, legs, seen FROM marked)
SELECT key, sum(items), sum(kept), sum(early2), sum(early1), sum(day0), sum(late0), sum(late1), sum(late2), sum(late3),
  sum(legs), sum(seen)
FROM pooled GROUP BY key HAVING sum(items) >= %(least)s
ORDER BY key = '', sum(items) DESC, key LIMIT %(limit)s OFFSET %(offset)s"""


@dataclass(frozen=True)
class ShadowRow:
    """Delivered items of one group. `key` is a flow ("6101-6212", prefectures), a cause, or REST.

    The seven counts after `kept` say by how many days the delivery was off the promised one and add up to `items`.
    """

    key: str
    items: int
    kept: int
    early2: int  # two days or more before the promised one
    early1: int
    on_day: int  # in time on the promised day
    late_wave: int  # on the promised day, after the wave that was promised
    late1: int
    late2: int
    late3: int  # three days or more
    legs: int  # planned at acceptance
    legs_seen: int

    @property
    def late(self) -> int:
        return self.items - self.kept

    @property
    def kept_share(self) -> float:
        return self.kept / self.items

    @property
    def path_share(self) -> float | None:
        """Of the planned legs, those whose trip the item was seen to leave with; None where none was planned."""
        return self.legs_seen / self.legs if self.legs else None


@dataclass(frozen=True)
class ShadowReport:
    """`total` is None for fewer than ten delivered items: then nothing else is said either."""

    first_date: dt.date
    last_date: dt.date
    total: ShadowRow | None
    causes: tuple[ShadowRow, ...]
    flows: Page[ShadowRow]


def shadow_report(
    *, actor: Actor, first_date: dt.date, last_date: dt.date, source: str = "", cursor: str | None = None
) -> ShadowReport:
    """Deliveries from the first day to the last, both included; `cursor` is how many flows were shown."""
    actor.require("shadow.read")
    asked = {
        "source": source, "least": LEAST_TOLD, "scope": f"{actor.scope}%", "begin": clock.midnight(first_date),
        "end": clock.midnight(last_date + dt.timedelta(days=1))}
    total = _sums("'all'", asked, limit=1)
    begin = cursor_number(cursor)
    flows = _sums("flow", asked, limit=PAGE_ROWS + 1, offset=begin)
    more = str(begin + PAGE_ROWS) if len(flows) > PAGE_ROWS else None
    return ShadowReport(first_date, last_date, total[0] if total else None, tuple(_sums("cause", asked, limit=20)),
                        Page(tuple(flows[:PAGE_ROWS]), more))


def _sums(key: str, asked: dict[str, Any], *, limit: int, offset: int = 0) -> list[ShadowRow]:
    with connection.cursor() as cursor:
        cursor.execute(_DONE.format(key=key), {**asked, "limit": limit, "offset": offset})
        return [ShadowRow(row[0], *(int(value) for value in row[1:])) for row in cursor.fetchall()]
