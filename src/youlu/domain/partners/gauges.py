"""Figures of the exchange with partners for the operator's monitor."""

from __future__ import annotations

from youlu.core.gauges import one
from youlu.core.metrics import Family


def partners_gauges() -> list[Family]:
    """Messages to partners that are not through."""
    return [one("partner_outbox", "Messages to partners that are not through yet.",
                "SELECT count(*) FROM partners_outgoingmessage WHERE sent_at IS NULL")]
