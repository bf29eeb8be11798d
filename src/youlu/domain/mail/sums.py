"""Sums over all mail in flight, kept for the pages.

One pass over a million items takes the best part of a second: too long for every look at a page. The worker makes each
sum every ten seconds (longer where it takes long) and stores it, if it is slow at all; a page takes the stored one as
long as it is young and no closure came between, else makes its own. So with few items, or without a worker, every page
is exact.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from youlu.core.clock import real_now

SLOW_S = 0.1  # what is made faster is not stored
EVERY_S = 10.0
TOOK_SHARE = 20  # at most a twentieth of a worker goes into one sum

Rows = list[list[Any]]
_sums: dict[str, Callable[[], Rows]] = {}
_read: dict[str, tuple[dt.datetime | None, Rows | None]] = {}
# Whatever makes stored sums untrue at once: the epoch, and how far its recomputing has come.
_STATE = ("SELECT (SELECT epoch FROM network_epochcounter WHERE id = 1) || '.' ||"
          " (SELECT sum(epoch) FROM mail_watermark)")
_IS_MOVING = ("SELECT coalesce(min(w.epoch) < max(c.epoch), false) FROM mail_watermark w, network_epochcounter c"
              " WHERE c.id = 1")


def sum_of(name: str) -> Callable[[Callable[[], Rows]], Callable[[], Rows]]:
    """Decorate a sum (a list of rows of JSON values): it is then read from the store where that is young."""

    def decorate(make: Callable[[], Rows]) -> Callable[[], Rows]:
        _sums[name] = make
        return lambda: _stored(name) or make()

    return decorate


def _stored(name: str) -> Rows | None:
    """The stored rows, not to be changed: this process keeps what it read last; reading takes longer than asking."""
    last_at, last = _read.get(name, (None, None))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT made_at, CASE WHEN made_at IS DISTINCT FROM %s THEN rows END FROM mail_sum WHERE name = %s"
            f" AND state = ({_STATE}) AND made_at > %s - make_interval(secs => greatest(%s, took_s * %s))",
            [last_at, name, real_now(), 3 * EVERY_S, 3 * TOOK_SHARE])
        row = cursor.fetchone()
    if row is None:
        return None
    made_at, text = row
    rows: Rows | None = last if text is None else json.loads(text)
    _read[name] = made_at, rows
    return rows


def sums_make() -> int:
    """Make the sums that are due and store the slow ones; returns how many were made: none while a run of the loop
    moves what is summed, which would make them untrue at once and the run slower."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, state, extract(epoch FROM %s - made_at), took_s FROM mail_sum", [real_now()])
        stored = {name: (state, float(age), took_s) for name, state, age, took_s in cursor.fetchall()}
        cursor.execute(_STATE)
        state = cursor.fetchone()[0]
        cursor.execute(_IS_MOVING)
        if cursor.fetchone()[0]:
            return 0
    made = 0
    for name, make in _sums.items():
        was, age, took_s = stored.get(name, ("", 0.0, 0.0))
        if was == state and age < max(EVERY_S, took_s * TOOK_SHARE) - 1:
            continue
        begun = time.monotonic()
        rows = make()
        _store(name, state or "", rows, time.monotonic() - begun)
        made += 1
    return made


def _store(name: str, state: str, rows: Rows, took_s: float) -> None:
    with connection.cursor() as cursor:
        if took_s < SLOW_S:
            cursor.execute("DELETE FROM mail_sum WHERE name = %s", [name])
            return
        cursor.execute(
            "INSERT INTO mail_sum (name, state, made_at, took_s, rows) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (name) DO UPDATE SET state = excluded.state, made_at = excluded.made_at,"
            " took_s = excluded.took_s, rows = excluded.rows", [name, state, real_now(), took_s, json.dumps(rows)])
