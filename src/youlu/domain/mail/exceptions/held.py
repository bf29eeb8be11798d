"""A closure writes 114, force majeure, into the trace of what it keeps from being delivered."""

from __future__ import annotations

from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.mail.exceptions.causes import FORCE_MAJEURE
from youlu.domain.mail.exceptions.models import JobMark
from youlu.domain.mail.models import PARTITIONS, ScanKind
from youlu.domain.mail.revise import watermarks
from youlu.domain.network.selectors import epoch_current

MARK = "held"
DEVICE = "system:closure"  # no device has a colon
_WRITE = """
INSERT INTO mail_scan (item_key, device, sequence, kind, occurred_at, received_at, office_id, cause, body_digest)
SELECT i.item_key, %(device)s, r.epoch, %(kind)s, %(now)s, %(now)s, i.place_office_id, %(cause)s, ''
FROM mail_item_p{p:02d} i JOIN mail_promise_revision_p{p:02d} r USING (item_key, revision_no)
WHERE i.in_flight AND i.place IN (0, 2) AND i.place_office_id = i.dest_office_id AND r.cause = 'closure'
  AND r.epoch > %(after)s
ON CONFLICT DO NOTHING"""


def held_write() -> int:
    """Once every promise is made under the current epoch: a scan of kind HELD with cause 114 for each item that is at
    its last office and whose newest promise a closure of these epochs made. It moves nothing; returns how many."""
    epoch = epoch_current()
    after = JobMark.objects.filter(name=MARK).values_list("epoch", flat=True).first() or 0
    if after >= epoch or min(watermarks().values(), default=0) < epoch:
        return 0
    written = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [MARK])
        for partition in range(PARTITIONS):
            cursor.execute(_WRITE.format(p=partition), {
                "device": DEVICE, "kind": int(ScanKind.HELD), "now": clock.now(), "cause": FORCE_MAJEURE,
                "after": after})
            written += cursor.rowcount
        JobMark.objects.update_or_create(name=MARK, defaults={"epoch": epoch, "at": clock.now()})
    return written
