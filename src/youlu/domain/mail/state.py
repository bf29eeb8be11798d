"""Late, at risk, silent, no way, moved: one function decides, for pages, lists, counts and customers alike."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from youlu.domain.mail.models import Place

SILENT_AFTER = dt.timedelta(hours=12)


class ItemState(StrEnum):
    """As the five marks show it."""

    KEPT = "kept"
    RISK = "risk"
    LATE = "late"
    NO_WAY = "noway"
    SILENT = "none"


STATE_WORDS = {ItemState.KEPT: "守时", ItemState.RISK: "有风险", ItemState.LATE: "逾限", ItemState.NO_WAY: "待定",
               ItemState.SILENT: "静默"}


def item_state(
    *, place: int, since: dt.datetime, committed: dt.datetime, expected: dt.datetime | None,
    next_departure_at: dt.datetime | None, now: dt.datetime,
) -> ItemState:
    """Worst first: past its committed time, no time known, silent, expected too late, kept."""
    if place in (Place.DELIVERED, Place.RETURNED):
        return ItemState.KEPT if since <= committed else ItemState.LATE
    if now > committed:
        return ItemState.LATE
    if expected is None:
        return ItemState.NO_WAY
    if next_departure_at is not None and now > next_departure_at + SILENT_AFTER:
        return ItemState.SILENT
    return ItemState.RISK if expected > committed else ItemState.KEPT


# The same in SQL, for lists and counts; a test compares the two on random items.
STATE_SQL = """
CASE WHEN place IN (3, 4) THEN CASE WHEN place_since <= committed_arrive_by THEN 'kept' ELSE 'late' END
     WHEN %(now)s > committed_arrive_by THEN 'late'
     WHEN expected_arrive_by IS NULL THEN 'noway'
     WHEN next_departure_at IS NOT NULL AND %(now)s > next_departure_at + interval '12 hours' THEN 'none'
     WHEN expected_arrive_by > committed_arrive_by THEN 'risk'
     ELSE 'kept' END"""
