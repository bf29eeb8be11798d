"""Storing new promises of one hash partition: revisions, items, what customers are owed to hear, the watermark, all in
the caller's one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from youlu.domain.mail.flight import instants
from youlu.domain.promise.compute import Promises
from youlu.domain.promise.held import Held

NULL = "\\N"
_NEW = """
CREATE TEMP TABLE revise_new (item_key bigint, position_no integer, arrive_by timestamptz, arrival_at timestamptz,
  legs bigint[], legs_done smallint, departs timestamptz, cause text, closure_id uuid) ON COMMIT DROP"""
# The rows are locked by a statement of its own, which also keeps what they said before: FOR UPDATE inside the
# statement that updates can silently lose a row that another transaction is just changing.
_LOCKED = """
CREATE TEMP TABLE revise_locked (item_key bigint, position_no integer, revision_no integer, place smallint,
  place_office_id integer, place_leg bigint, place_since timestamptz, addressee_id uuid, told timestamptz,
  shadow_source text)
  ON COMMIT DROP"""
_LOCK = """
INSERT INTO revise_locked SELECT i.item_key, i.position_no, i.revision_no, i.place, i.place_office_id, i.place_leg,
  i.place_since, i.addressee_id, i.told_arrive_by, i.shadow_source
FROM mail_item_p{p:02d} i WHERE i.item_key IN (SELECT item_key FROM revise_new) ORDER BY i.item_key FOR UPDATE"""
_REVISIONS = """
INSERT INTO mail_promise_revision
SELECT n.item_key, l.revision_no + 1, %(epoch)s, n.cause, n.closure_id, %(at)s, l.place, l.place_office_id, l.place_leg,
  l.place_since, n.arrive_by, n.arrival_at, n.legs
FROM revise_new n JOIN revise_locked l USING (item_key, position_no)"""
_ITEMS = """
UPDATE mail_item_p{p:02d} i SET expected_arrive_by = n.arrive_by, arrival_at = n.arrival_at, planned_legs = n.legs,
  legs_done = n.legs_done, next_departure_at = n.departs, epoch = %(epoch)s, revision_no = l.revision_no + 1
FROM revise_new n JOIN revise_locked l USING (item_key, position_no) WHERE i.item_key = n.item_key"""
# Moved since it was read: refused, and queued to be computed again from where it is.
_MOVED = """
INSERT INTO mail_recalc_due SELECT n.item_key, %(epoch)s, n.cause, n.closure_id
FROM revise_new n JOIN revise_locked l USING (item_key) WHERE l.position_no <> n.position_no AND l.place < 3
ON CONFLICT (item_key) DO UPDATE SET epoch = excluded.epoch, cause = excluded.cause, closure_id = excluded.closure_id"""
_SETTLED = """
DELETE FROM mail_recalc_due d USING revise_new n LEFT JOIN revise_locked l USING (item_key)
WHERE d.item_key = n.item_key AND d.epoch <= %(epoch)s AND (l.item_key IS NULL OR l.position_no = n.position_no)"""
# Due, but delivered or returned meanwhile: nothing to compute. Who is just being scanned is left for the next run.
_GONE = """
WITH gone AS MATERIALIZED (
  SELECT i.item_key FROM mail_item_p{p:02d} i JOIN mail_recalc_due_p{p:02d} d USING (item_key)
  WHERE i.place >= 3 ORDER BY i.item_key FOR UPDATE OF i SKIP LOCKED)
DELETE FROM mail_recalc_due_p{p:02d} d USING gone WHERE d.item_key = gone.item_key"""
# The one door to telling: mail in shadow does not pass it.
_TELL = """
CREATE TEMP TABLE told_untrue ON COMMIT DROP AS
SELECT n.item_key, l.addressee_id AS party_id, l.told AS was_at, n.arrive_by AS becomes_at, n.cause, n.closure_id
FROM revise_new n JOIN revise_locked l USING (item_key, position_no)
WHERE l.addressee_id IS NOT NULL AND l.told IS DISTINCT FROM n.arrive_by AND l.shadow_source = ''"""
# Back to what they were last told, before they were told otherwise: nobody needs to hear of it.
_MOOT = """
CREATE TEMP TABLE tell_moot ON COMMIT DROP AS
SELECT n.item_key FROM revise_new n JOIN revise_locked l USING (item_key, position_no)
WHERE l.told IS NOT DISTINCT FROM n.arrive_by"""


@dataclass(frozen=True)
class Committed:
    """`revised` rows were stored; `moved` were refused because the item moved meanwhile and are due again."""

    revised: int
    moved: int


def revisions_commit(
    *, partition: int, epoch: int, at: dt.datetime, held: Held, promises: Promises, cause: Sequence[str],
    closure_ids: Sequence[uuid.UUID | None],
) -> Committed:
    """Store the promises of `held` (all of one partition) as revisions under `epoch`.

    Call it in a transaction that holds the epoch. Leaves a temporary table `told_untrue (item_key, party_id, was_at,
    becomes_at, cause, closure_id)` of customers whose last told time is no longer true, and `tell_moot (item_key)` of
    items that are promised what was last told, until the transaction ends. Items in shadow are never in `told_untrue`.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS revise_new, revise_locked, told_untrue, tell_moot")  # of this transaction
        cursor.execute(_NEW)
        cursor.execute(_LOCKED)
        _copy_new(cursor, held, promises, cause, closure_ids)
        values: dict[str, Any] = {"epoch": epoch, "at": at}
        cursor.execute(_LOCK.format(p=partition))
        cursor.execute("ANALYZE revise_new, revise_locked")
        cursor.execute(_REVISIONS, values)
        revised = cursor.rowcount
        cursor.execute(_ITEMS.format(p=partition), values)
        if cursor.rowcount != revised:
            raise RuntimeError(f"partition {partition}: {revised} revisions but {cursor.rowcount} items")
        cursor.execute(_MOVED, values)
        moved = cursor.rowcount
        cursor.execute(_SETTLED, values)
        cursor.execute(_GONE.format(p=partition))
        cursor.execute(_TELL)
        cursor.execute(_MOOT)
        cursor.execute("ANALYZE told_untrue, tell_moot")
    return Committed(revised, moved)


def _copy_new(
    cursor, held: Held, promises: Promises, cause: Sequence[str], closure_ids: Sequence[uuid.UUID | None]
) -> None:
    """COPY in text made by hand: adapting half a million leg keys one by one would cost more than the sweep."""
    legs, offset = promises.legs.astype("U20").tolist(), promises.legs_offset.tolist()
    columns = zip(held.item_key.tolist(), held.position_no.tolist(), _times(promises.arrive_by_s),
                  _times(promises.arrival_s), offset[:-1], offset[1:], promises.legs_done.tolist(),
                  _times(promises.next_departure_s), cause, closure_ids, strict=True)
    lines = [
        f"{key}\t{position}\t{by}\t{arrival}\t{{{','.join(legs[begin:end])}}}\t{done}\t{departs}\t{why}"
        f"\t{closure or NULL}\n"
        for key, position, by, arrival, begin, end, done, departs, why, closure in columns
    ]
    with cursor.copy("COPY revise_new FROM STDIN") as copy:
        copy.write("".join(lines))


def _times(seconds: NDArray[np.int64]) -> list[str]:
    """Unix seconds as PostgreSQL reads them in COPY; NULL where no time is known. Each distinct one is written once."""
    distinct, nth = np.unique(seconds, return_inverse=True)
    texts = [NULL if at is None else at.isoformat() for at in instants(distinct)]
    return [texts[number] for number in nth.ravel().tolist()]


def watermark_raise(*, partition: int, epoch: int) -> None:
    """Say that every item of the partition has been looked at under `epoch`."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mail_watermark SET epoch = greatest(epoch, %s) WHERE partition_no = %s",
                       [epoch, partition])


def watermarks() -> dict[int, int]:
    """Partition -> the epoch its items were last looked at under."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT partition_no, epoch FROM mail_watermark ORDER BY partition_no")
        return dict(cursor.fetchall())
