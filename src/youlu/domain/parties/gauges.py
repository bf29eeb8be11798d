"""Figures of personal data for the operator's monitor: how much of it is looked at, by nobody's name."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from youlu.core.clock import real_now
from youlu.core.ids import uuid7_floor
from youlu.core.metrics import Family

_BY_FIELD = """
SELECT facts ->> 'field', count(*) FROM core_auditentry WHERE action = 'party.reveal' AND id > %s GROUP BY 1"""
_MOST = """
SELECT coalesce(max(n), 0), count(*) FROM (
  SELECT count(*) AS n FROM core_auditentry WHERE action = 'party.reveal' AND id > %s GROUP BY actor) AS each"""


def party_gauges() -> list[Family]:
    """Reveals of the last 24 hours: by field, the most by one person, how many people. Who they are is in the audit."""
    since = uuid7_floor(real_now() - dt.timedelta(hours=24))
    with connection.cursor() as cursor:
        cursor.execute(_BY_FIELD, [since])
        fields: list[tuple[dict[str, str], float]] = [({"field": field}, n) for field, n in cursor.fetchall()]
        cursor.execute(_MOST, [since])
        most, people = cursor.fetchone()
    return [
        Family("reveals_day", "Personal data shown in plain in the last 24 hours, by field.", "gauge", fields),
        Family("reveals_day_most", "The most of them by one person or token.", "gauge", [({}, most)]),
        Family("reveals_day_people", "How many people and tokens asked.", "gauge", [({}, people)]),
    ]
