"""People wanted a half hour: written by the forecast, a person, or from above."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.ids import uuid7
from youlu.domain.workforce.models import StaffNeed
from youlu.domain.workforce.rostering.facts import Wanted

NEED_SQL = """
INSERT INTO workforce_staffneed (id, start_at, channel, skill, expected, people, source)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (start_at, channel, skill) DO UPDATE
SET expected = excluded.expected, people = excluded.people, source = excluded.source
"""


@transaction.atomic
def needs_set(rows: Iterable[Wanted], *, source: str, expected: Iterable[float] = ()) -> int:
    """Write people wanted, over what was said before; returns how many half hours. Called from jobs and from above.

    Raises
    ------
    ValueError : a channel nobody knows, a start that is no half hour, people below 0.
    """
    wanted, arrivals = list(rows), list(expected)
    for row in wanted:
        local = clock.local(row.start_at)
        if row.channel not in StaffNeed.Channel.values or local.minute % 30 or local.second or not row.people >= 0:
            raise ValueError(f"need of {row.channel!r} at {local:%m-%d %H:%M}: {row.people}")
    values = [(uuid7(), row.start_at, row.channel, row.skill, arrivals[n] if arrivals else 0.0, row.people, source)
              for n, row in enumerate(wanted)]
    with connection.cursor() as cursor:
        cursor.executemany(NEED_SQL, values)
    return len(values)
