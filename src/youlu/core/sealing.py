"""The chain over the audit: one job seals what has been written; whoever verifies sees what was touched since.

A seal is an HMAC over the seal before it, its own number and the row's mark, so that a row cannot be altered, taken
out, put in or moved without the key, which is not in the database. A chain that was cut off at its end is still a
whole chain: therefore its head is also written to a file outside the database (the anchor), and to the log.

Between a deed and its sealing (a minute) a row can still be taken out unseen; that is the price of writers who never
wait for one another.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from youlu.core.audit import MARKED, audit_key, mark_of
from youlu.core.clock import real_now

log = logging.getLogger("youlu.audit")
BATCH = 10_000
LOCK = 0x617564  # "aud": one sealer at a time
START = bytes(32)
COLUMNS = ", ".join(MARKED)


@dataclass(frozen=True)
class Finding:
    """`seal_no` None where the row is not sealed yet, or no row is meant."""

    kind: str  # altered, foreign, broken, missing, cut, anchor
    seal_no: int | None
    what: str


@dataclass
class Verified:
    """`sealed` and `waiting` count rows; `anchors` the lines outside the database that were compared."""

    sealed: int = 0
    waiting: int = 0
    anchors: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.findings


def audit_seal(*, limit: int = BATCH) -> int:
    """Seal up to `limit` rows and anchor the head; returns how many were sealed. 0 too when another one is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        number, seal = _head(cursor)
        anchor_write(number, seal)  # a sealer killed between commit and anchor left this owing
        cursor.execute("SELECT id, mark FROM core_auditentry WHERE seal_no IS NULL ORDER BY id LIMIT %s", [limit])
        rows = cursor.fetchall()
        ids, numbers, seals = [], [], []
        for row_id, mark in rows:
            number += 1
            seal = seal_of(seal, number, bytes(mark or b""))
            ids.append(row_id)
            numbers.append(number)
            seals.append(seal)
        cursor.execute(
            "UPDATE core_auditentry a SET seal_no = s.number, seal = s.seal"
            " FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[]) AS s (id, number, seal) WHERE a.id = s.id",
            [ids, numbers, seals])
    anchor_write(number, seal)
    return len(rows)


def seal_of(before: bytes, number: int, mark: bytes) -> bytes:
    return hmac.digest(audit_key(), b"seal\0" + before + number.to_bytes(8, "big") + mark, hashlib.sha256)


def _head(cursor: Any) -> tuple[int, bytes]:
    cursor.execute("SELECT seal_no, seal FROM core_auditentry WHERE seal_no IS NOT NULL ORDER BY seal_no DESC LIMIT 1")
    row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else (0, START)


def anchor_write(number: int, seal: bytes) -> None:
    """Append the head of the chain to the anchor file, unless it stands there already."""
    path = Path(settings.AUDIT_ANCHOR_FILE)
    last = _last_line(path)
    if number == 0 or (last is not None and last.get("seal_no", 0) >= number):
        return
    line = json.dumps({"seal_no": number, "seal": seal.hex(), "at": real_now().isoformat()})
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    log.info("audit sealed to %s %s", number, seal.hex())


def _last_line(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 400))
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return None
    for line in reversed(lines):
        read = _anchor_read(line)
        if read is not None:
            return read
    return None


def _anchor_read(line: bytes | str) -> dict[str, Any] | None:
    try:
        read = json.loads(line)
    except ValueError:
        return None
    return read if isinstance(read, dict) and isinstance(read.get("seal_no"), int) else None


def anchors_read(paths: Sequence[Path]) -> dict[int, str]:
    """Seal number -> seal in hex, of all lines of the files; a line that was cut off in writing counts for nothing."""
    found: dict[int, str] = {}
    for path in paths:
        if path.exists():
            for line in path.read_text().splitlines():
                read = _anchor_read(line)
                if read is not None:
                    found[read["seal_no"]] = str(read.get("seal"))
    return found


def audit_verify(*, anchor_files: Sequence[Path] | None = None, findings_max: int = 100) -> Verified:
    """Walk the whole chain and compare it with the anchors; stops adding findings after `findings_max`."""
    anchors = anchors_read(anchor_files if anchor_files is not None else [Path(settings.AUDIT_ANCHOR_FILE)])
    result = Verified(anchors=len(anchors))
    number, seal = 0, START
    for seal_no, kept, mark, *values in _rows("seal_no IS NOT NULL", "seal_no"):
        findings = result.findings if len(result.findings) < findings_max else []
        result.sealed += 1
        if seal_no != number + 1:
            findings.append(Finding("missing", number + 1, f"rows {number + 1} to {seal_no - 1} are gone"))
        number = seal_no
        _mark_check(findings, seal_no, mark, values)
        if seal_of(seal, number, bytes(mark or b"")) != bytes(kept or b""):
            findings.append(Finding("broken", number, "the seal does not follow from the one before"))
        seal = bytes(kept or b"")
        if anchors.get(number, seal.hex()) != seal.hex():
            findings.append(Finding("anchor", number, "the seal is not the one that was anchored"))
    _end_check(result, anchors, number)
    for _none, _seal, mark, *values in _rows("seal_no IS NULL", "id"):
        result.waiting += 1
        _mark_check(result.findings, None, mark, values)
    return result


def _mark_check(findings: list[Finding], seal_no: int | None, mark: Any, values: list[Any]) -> None:
    if mark is None:
        findings.append(Finding("foreign", seal_no, f"entry {values[0]} has no mark of ours"))
    elif mark_of(tuple(values)) != bytes(mark):
        findings.append(Finding("altered", seal_no, f"entry {values[0]} does not say what it said"))


def _end_check(result: Verified, anchors: dict[int, str], number: int) -> None:
    last = max(anchors, default=0)
    if number < last:
        result.findings.append(Finding("cut", last, f"the chain ends at {number}, it had reached {last}"))
    elif number and not anchors:
        result.findings.append(Finding("anchor", None, "there is no anchor: an end cut off would not show"))


def _rows(where: str, order: str) -> Iterator[tuple[Any, ...]]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT seal_no, seal, mark, {COLUMNS} FROM core_auditentry WHERE {where} ORDER BY {order}")  # noqa: S608
        while rows := cursor.fetchmany(2_000):
            for row in rows:
                *head, facts = row
                yield (*head, json.loads(facts) if isinstance(facts, str) else facts)
