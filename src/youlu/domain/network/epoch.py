"""The epoch and its lock: what was promised under one epoch is committed before the next one begins, or refused."""

from __future__ import annotations

from django.db import connection

from youlu.domain.network.models import EpochCounter

LOCK = 0x596F756C75  # "Youlu"; an advisory lock, so that a million acceptances do not queue for one row


def epoch_hold() -> int:
    """Keep the epoch as it is until the transaction ends (shared with others who hold it); returns it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        # A statement of its own: it sees what was committed while the lock was waited for.
        cursor.execute("SELECT epoch FROM network_epochcounter WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


def epoch_lock() -> None:
    """Wait until nobody holds the epoch and let nobody hold or raise it until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def epoch_raise() -> int:
    """Begin the next epoch in this transaction, once everybody who holds the current one is done; returns it."""
    epoch_lock()
    counter, _ = EpochCounter.objects.select_for_update().get_or_create(id=1)
    counter.epoch += 1
    counter.save(update_fields=["epoch"])
    return counter.epoch
