"""Late, wrong way, silent, at risk, no way: one function decides, for pages, lists, counts and customers alike."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from youlu.domain.mail.models import Place

SILENT_AFTER = dt.timedelta(hours=12)  # past the next planned scan, where the leg's own history is too short


class ItemState(StrEnum):
    """As the marks show it."""

    KEPT = "kept"
    RISK = "risk"
    LATE = "late"
    NO_WAY = "noway"
    SILENT = "none"
    ASTRAY = "astray"


STATE_WORDS = {ItemState.KEPT: "守时", ItemState.RISK: "有风险", ItemState.LATE: "逾限", ItemState.NO_WAY: "待定",
               ItemState.SILENT: "静默", ItemState.ASTRAY: "错向"}


def item_state(
    *, place: int, since: dt.datetime, committed: dt.datetime, expected: dt.datetime | None,
    silent_at: dt.datetime | None, is_astray: bool, now: dt.datetime, is_overloaded: bool = False,
) -> ItemState:
    """Worst first: past its committed time, no time known, off its way, silent, expected too late or on a trip that
    cannot carry all that is planned on it, kept.

    Parameters
    ----------
    silent_at : when it counts as silent, by `SILENT_AT_SQL`; None: nothing is due to be heard of it.
    """
    if place in (Place.DELIVERED, Place.RETURNED):
        return ItemState.KEPT if since <= committed else ItemState.LATE
    if now > committed:
        return ItemState.LATE
    if expected is None:
        return ItemState.NO_WAY
    if is_astray:
        return ItemState.ASTRAY
    if silent_at is not None and now > silent_at:
        return ItemState.SILENT
    return ItemState.RISK if expected > committed or is_overloaded else ItemState.KEPT


# When an item counts as silent. Waiting for a trip: past the planned departure by more than the leg's departures are
# ever scanned late. Aboard: since the departure for longer than the leg's rides ever take to the next scan, or 12 hours
# past the planned arrival where too few were seen. `{i}` is the item's row.
SILENT_AT = """
CASE {i}.place
  WHEN 0 THEN {i}.next_departure_at + coalesce((SELECT s.lag_p99_s * interval '1 second' FROM mail_leg_silence s
    WHERE s.trip_key = ({i}.planned_legs[{i}.legs_done + 1] >> 32)::integer
      AND s.stop_seq = ({i}.planned_legs[{i}.legs_done + 1] & 65535)::integer), interval '12 hours')
  WHEN 1 THEN coalesce({i}.place_since + (SELECT s.ride_p99_s * interval '1 second' FROM mail_leg_silence s
      WHERE s.trip_key = ({i}.place_leg >> 32)::integer AND s.stop_seq = ({i}.place_leg & 65535)::integer),
    (SELECT (date '2000-01-01' + ({i}.place_leg >> 16 & 65535)::integer)::timestamp AT TIME ZONE 'Asia/Shanghai'
       + t.arr_min[({i}.place_leg & 65535)::integer + 2] * interval '1 minute' + interval '12 hours'
     FROM network_trip t WHERE t.trip_key = ({i}.place_leg >> 32)::integer
       AND t.from_date <= date '2000-01-01' + ({i}.place_leg >> 16 & 65535)::integer
       AND (t.until_date IS NULL OR t.until_date > date '2000-01-01' + ({i}.place_leg >> 16 & 65535)::integer)))
END"""
# Last seen, and still, at an office that its way did not lead by.
ASTRAY = """
({i}.place = 0 AND EXISTS (SELECT FROM mail_astray a WHERE a.item_key = {i}.item_key
  AND a.office_id = {i}.place_office_id AND a.since = {i}.place_since))"""
_STATE = """
CASE WHEN {i}.place IN (3, 4) THEN CASE WHEN {i}.place_since <= {i}.committed_arrive_by THEN 'kept' ELSE 'late' END
     WHEN %(now)s > {i}.committed_arrive_by THEN 'late'
     WHEN {i}.expected_arrive_by IS NULL THEN 'noway'
     WHEN {astray} THEN 'astray'
     WHEN %(now)s > {silent_at} THEN 'none'
     WHEN {i}.expected_arrive_by > {i}.committed_arrive_by OR {i}.is_overloaded THEN 'risk'
     ELSE 'kept' END"""


def silent_at_sql(row: str) -> str:
    """The instant as an expression over the item's row, whatever the query calls it."""
    return SILENT_AT.format(i=row)


def astray_sql(row: str) -> str:
    return ASTRAY.format(i=row)


def state_sql(row: str) -> str:
    """`item_state` in SQL, for lists and counts; a test compares the two on random items."""
    return _STATE.format(i=row, astray=astray_sql(row), silent_at=silent_at_sql(row))


STATE_SQL = state_sql("mail_item")
