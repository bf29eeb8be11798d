"""Items with when they were promised and when they were there, for whoever counts: streamed, never held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection, transaction

from youlu.domain.mail.models import PARTITIONS, Place

ROWS_AT_ONCE = 5_000


class DueRow(NamedTuple):
    """`delivered_at` is None while it is not."""

    mail_class: str
    origin_office_id: int
    dest_office_id: int
    accepted_at: dt.datetime
    committed: dt.datetime
    delivered_at: dt.datetime | None


# Reads each partition from end to end: an index for a count of the night would be paid by every scan of the day.
_ROWS = f"""
SELECT mail_class, origin_office_id, dest_office_id, accepted_at, committed_arrive_by,
  CASE WHEN place = {int(Place.DELIVERED)} THEN place_since END
FROM mail_item_p{{p:02d}} WHERE place <> {int(Place.RETURNED)} AND accepted_at < %(until)s
  AND (accepted_at >= %(since)s OR (committed_arrive_by >= %(first)s AND committed_arrive_by < %(until)s))"""


def items_due(*, accepted_since: dt.datetime, due_from: dt.datetime, until: dt.datetime) -> Iterator[DueRow]:
    """Items accepted in [accepted_since, until) or committed for [due_from, until), one partition after the other.
    What went back to its sender is due to nobody."""
    for partition in range(PARTITIONS):
        with transaction.atomic(), connection.chunked_cursor() as cursor:
            cursor.execute(_ROWS.format(p=partition), {"since": accepted_since, "first": due_from, "until": until})
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield from map(DueRow._make, rows)
