"""Connections missed by the clock: who stands at an office though the next planned departure has left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from django.db import connection

from youlu.domain.mail.flight import UNKNOWN_S, Flight
from youlu.domain.mail.models import Place

MISSED_GRACE = dt.timedelta(hours=1)  # scans of a departure come late; before that nothing is concluded


def missed_find(*, now: dt.datetime, parts: Sequence[Flight]) -> int:
    """Queue items whose next planned departure left without them, among what is in flight; returns how many are new."""
    latest = now - MISSED_GRACE
    missed = np.concatenate([
        part.held.item_key[(part.held.place == Place.OFFICE) & (part.departs_s != UNKNOWN_S)
                           & (part.departs_s < latest.timestamp())] for part in parts])
    if not len(missed):
        return 0
    with connection.cursor() as cursor:  # what the arrays say is looked at again in the rows
        cursor.execute(
            "INSERT INTO mail_recalc_due (item_key, epoch, cause) SELECT item_key, i.epoch, 'missed'"
            " FROM unnest(%s::bigint[]) AS k(item_key) JOIN mail_item i USING (item_key)"
            " WHERE i.place = 0 AND i.next_departure_at < %s ON CONFLICT DO NOTHING", [missed.tolist(), latest])
        return cursor.rowcount
