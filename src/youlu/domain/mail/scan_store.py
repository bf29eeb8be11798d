"""Scans as they are given and as they are kept: each once, under its key (item, device, sequence)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from youlu.core import clock
from youlu.core.bulk import array_quoted, array_text, cursor_raw
from youlu.domain.mail.fold import Event
from youlu.domain.mail.models import ScanKind
from youlu.domain.network.trips import leg_key


@dataclass(frozen=True, slots=True)
class ScanInput:
    """One scan as a device sends it. A departure names the trip, its service date and the stop's sequence."""

    number: str
    device: str
    sequence: int
    kind: ScanKind
    occurred_at: dt.datetime
    office_id: int | None = None
    trip_key: int | None = None
    service_date: dt.date | None = None
    stop_seq: int | None = None
    cause: int | None = None
    corrects: tuple[str, int] | None = None

    @property
    def leg(self) -> int | None:
        if self.trip_key is None or self.service_date is None or self.stop_seq is None:
            return None
        return leg_key(self.trip_key, self.service_date, self.stop_seq)

    def digest(self) -> bytes:
        """Of all that the scan says but its key; a changed body under the same key is told by it."""
        return _digest(self, self.leg, self.occurred_at.isoformat())


def _digest(scan: ScanInput, leg: int | None, at: str) -> bytes:
    """JSON with spaces after commas, the instant as it was given: as every digest in the store was made."""
    office, cause = scan.office_id, scan.cause
    corrects = "null" if scan.corrects is None else json.dumps(scan.corrects)
    body = (f'[{int(scan.kind)}, "{at}", {"null" if office is None else office}, {"null" if leg is None else leg},'
            f' {"null" if cause is None else cause}, {corrects}]')
    return hashlib.blake2b(body.encode(), digest_size=16).digest()


class KeyedScan(NamedTuple):
    """A checked scan under its key (item, device, sequence); `at` is its instant as text."""

    name: tuple[int, str, int]
    scan: ScanInput
    leg: int | None
    at: str
    digest: bytes

    def event(self) -> Event:
        scan = self.scan
        return Event(scan.occurred_at, scan.device, scan.sequence, scan.kind, scan.office_id, self.leg, scan.corrects)


def scan_keyed(scan: ScanInput, item_key: int, leg: int | None) -> KeyedScan:
    at = scan.occurred_at.isoformat()
    return KeyedScan((item_key, scan.device, scan.sequence), scan, leg, at, _digest(scan, leg, at))


# What was there already is named, not what is new: nearly all of what comes is new.
_INSERT = """
WITH given AS MATERIALIZED (
  SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::smallint[], %s::timestamptz[], %s::integer[],
    %s::bigint[], %s::smallint[], %s::text[], %s::bigint[], %s::bytea[]) WITH ORDINALITY
    AS g(item_key, device, sequence, kind, occurred_at, office_id, leg, cause, c_device, c_sequence, digest, nth)),
fresh AS (
  INSERT INTO mail_scan (item_key, device, sequence, kind, occurred_at, received_at, office_id, leg, cause,
    corrects_device, corrects_sequence, body_digest)
  SELECT item_key, device, sequence, kind, occurred_at, %s::timestamptz, office_id, leg, cause, c_device, c_sequence,
    digest FROM given ORDER BY nth ON CONFLICT DO NOTHING RETURNING item_key, device, sequence)
SELECT nth - 1 FROM given LEFT JOIN fresh USING (item_key, device, sequence) WHERE fresh.item_key IS NULL"""
_KEPT = """
SELECT g.nth - 1, s.body_digest FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) WITH ORDINALITY
  AS g(item_key, device, sequence, nth) JOIN mail_scan s USING (item_key, device, sequence)"""


def scans_store(rows: Sequence[KeyedScan]) -> list[str]:
    """Keep what is new; says of each row, in the order given: 'stored', 'duplicate', or 'changed' where its key holds
    a scan that says something else.

    Call it inside a transaction. Rows go in in the order of their keys, so that no two callers wait for each other.
    """
    first: dict[tuple[int, str, int], KeyedScan] = {}
    for row in sorted(rows, key=itemgetter(0)):
        first.setdefault(row.name, row)
    there = _insert(list(first.values())) if first else {}
    outcomes = []
    for row in rows:
        kept = first[row.name]
        if row is kept and row.name not in there:
            outcomes.append("stored")
        else:
            outcomes.append("duplicate" if there.get(row.name, kept.digest) == row.digest else "changed")
    return outcomes


def _insert(rows: list[KeyedScan]) -> dict[tuple[int, str, int], bytes]:
    """Insert rows of distinct keys; returns the digests under the keys that were there already."""
    scans = [row.scan for row in rows]
    values = [
        array_text([row.name[0] for row in rows]), array_quoted([s.device for s in scans]),
        array_text([s.sequence for s in scans]), array_text([int(s.kind) for s in scans]),
        array_text([row.at for row in rows]), array_text([s.office_id for s in scans]),
        array_text([row.leg for row in rows]), array_text([s.cause for s in scans]),
        array_quoted([s.corrects and s.corrects[0] for s in scans]),
        array_text([s.corrects and s.corrects[1] for s in scans]),
        '{"\\\\x' + '","\\\\x'.join([row.digest.hex() for row in rows]) + '"}',
    ]
    with cursor_raw() as cursor:
        cursor.execute(_INSERT, [*values, clock.now()], prepare=True)
        there = [rows[nth] for nth, in cursor.fetchall()]
        if not there:
            return {}
        cursor.execute(_KEPT, [array_text([row.name[0] for row in there]),
                               array_quoted([row.name[1] for row in there]),
                               array_text([row.name[2] for row in there])], prepare=True)
        return {there[nth].name: bytes(digest) for nth, digest in cursor.fetchall()}
