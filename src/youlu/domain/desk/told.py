"""After a customer was told: the items learn it, in a transaction of their own.

The loop locks items before contacts; whoever tells locks contacts first. Two transactions keep the two orders apart;
what a kill leaves between them is picked up by the next flush. A promise that changed in between was compared with
what had been told before it: who was told what is no longer so is owed the newer word from here.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.desk.models import ContactItem
from youlu.domain.desk.owing import Word, words_owe
from youlu.domain.mail.services import told_record

BATCH = 2_000


def told_flush() -> int:
    """Record on the items what their customers were told; returns how many."""
    flushed = 0
    while True:
        rows = list(ContactItem.objects.filter(told_at__isnull=False, is_recorded=False).order_by("item_key")
                    .values_list("contact_id", "item_key", "becomes_at", "told_at", "contact__outreach_id")[:BATCH])
        if rows:
            _record(rows)
            flushed += len(rows)
        if len(rows) < BATCH:
            return flushed


@transaction.atomic
def _record(rows: Sequence[tuple]) -> None:
    untrue = told_record(told=[(key, becomes_at) for _, key, becomes_at, _, _ in rows])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE desk_contactitem i SET is_recorded = true"
            " FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[]) AS s (contact_id, item_key, told_at)"
            " WHERE (i.contact_id, i.item_key, i.told_at) = (s.contact_id, s.item_key, s.told_at)",
            [[row[0] for row in rows], [row[1] for row in rows], [row[3] for row in rows]])
    outreach_of = {row[1]: row[4] for row in rows}
    if untrue:
        words_owe([Word(one.item_key, one.addressee_id, one.told, one.expected, outreach_of[one.item_key])
                   for one in untrue], at=clock.now())
