"""Figures of the desk for the operator's monitor."""

from __future__ import annotations

from youlu.core.gauges import counts
from youlu.core.metrics import Family
from youlu.domain.desk.channels.mail.gauges import inbox_gauges

WAITING = ("SELECT mode, count(*) FROM desk_contact WHERE state IN ('owed', 'claimed', 'unreached', 'scheduled')"
           " GROUP BY mode")


def desk_gauges() -> list[Family]:
    """Customers who are owed word; the inboxes."""
    return [Family("contacts_owed", "Customers who are owed word, by message or by voice.", "gauge",
                   counts(WAITING, "mode")), *inbox_gauges()]
