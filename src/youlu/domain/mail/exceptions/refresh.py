"""Bringing the list of items that somebody must look at up to date, one hash partition after another."""

from __future__ import annotations

from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.mail.exceptions.models import JobMark
from youlu.domain.mail.models import PARTITIONS
from youlu.domain.mail.state import astray_sql, silent_at_sql

MARK = "exceptions"
# What holds already is left as it is, so that a refresh in which nothing changed writes nothing.
_REFRESH = f"""
WITH looked AS MATERIALIZED (
  SELECT i.item_key, i.place_office_id, i.dest_office_id, i.committed_arrive_by AS due_at, i.expected_arrive_by,
    CASE WHEN i.place = 1 OR i.next_departure_at < %(now)s THEN {silent_at_sql("i")} < %(now)s ELSE false END
      AS is_silent, {astray_sql("i")} AS is_astray,
    i.expected_arrive_by > i.committed_arrive_by OR i.is_overloaded AS is_at_risk
  FROM mail_item_p{{p:02d}} i WHERE i.in_flight),
fresh AS MATERIALIZED (
  SELECT k.kind, l.item_key, l.due_at, coalesce(here.division_code, dest.division_code) AS here_division,
    dest.division_code AS dest_division
  FROM looked l JOIN network_office dest ON dest.id = l.dest_office_id
  LEFT JOIN network_office here ON here.id = l.place_office_id
  CROSS JOIN LATERAL (VALUES (0, %(now)s > l.due_at), (1, l.is_astray), (2, l.is_silent),
    (3, %(now)s <= l.due_at AND l.is_at_risk), (4, l.expected_arrive_by IS NULL)) AS k(kind, holds)
  WHERE k.holds AND (l.is_astray OR l.is_silent OR l.expected_arrive_by IS NULL OR %(now)s > l.due_at
    OR l.is_at_risk)),
gone AS (
  DELETE FROM mail_exception e WHERE e.partition_no = {{p}}
    AND NOT EXISTS (SELECT FROM fresh f WHERE f.kind = e.kind AND f.item_key = e.item_key))
INSERT INTO mail_exception (kind, item_key, due_at, here_division, dest_division, partition_no, noted_at)
SELECT kind, item_key, due_at, here_division, dest_division, {{p}}, %(now)s FROM fresh
ON CONFLICT (kind, item_key) DO UPDATE SET due_at = excluded.due_at, here_division = excluded.here_division
WHERE (mail_exception.due_at, mail_exception.here_division) <> (excluded.due_at, excluded.here_division)"""
_COUNT = """
INSERT INTO mail_exception_count (kind, here_division, dest_division, items)
SELECT kind, here_division, dest_division, count(*) FROM mail_exception GROUP BY 1, 2, 3"""


def exceptions_refresh() -> None:
    """Look at every item in flight. Two at once wait for each other, and the second finds little to do."""
    now = clock.now()
    with connection.cursor() as cursor:
        for partition in range(PARTITIONS):
            with transaction.atomic():
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [MARK])
                cursor.execute(_REFRESH.format(p=partition), {"now": now})
        with transaction.atomic():
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [MARK])
            cursor.execute("DELETE FROM mail_exception_count")
            cursor.execute(_COUNT)
            JobMark.objects.update_or_create(name=MARK, defaults={"at": now})
