"""Who is owed word of a changed promise: a few set-based statements inside the caller's transaction.

The caller leaves its rows in a temporary table of the session, one hash partition at a time:
`tell_due (item_key bigint, party_id uuid, was_at timestamptz, becomes_at timestamptz, outreach_id uuid)`. A customer is
a telephone (blind index) or, without one, a party. Rows are locked in the order contact, then its items, contacts by
customer.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from youlu.core.postgres_features import server_version, uuid7_expression
from youlu.domain.desk.models import Outreach

TOLD_WINDOW = dt.timedelta(hours=24)
TELL_WITHIN = dt.timedelta(hours=24)  # trade practice, unverified: the due time of a contact
# What a campaign tells is no word of a promise: its contacts are none of these.
OPEN = "NOT is_campaign AND state IN ('owed', 'claimed', 'unreached', 'scheduled')"

FRESH_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS desk_tell_fresh (
    item_key bigint, party_id uuid, was_at timestamptz, becomes_at timestamptz, outreach_id uuid, customer_key bytea,
    by_message boolean
) ON COMMIT DROP"""

REACHABLE = """
INSERT INTO desk_tell_fresh
SELECT DISTINCT ON (t.item_key) t.item_key, p.id, t.was_at, t.becomes_at, t.outreach_id,
       COALESCE(p.phone_index, uuid_send(p.id)), p.channel <> '' AND p.consent_message
FROM tell_due t JOIN parties_party p ON p.id = t.party_id
WHERE p.phone_index IS NOT NULL OR (p.channel <> '' AND p.consent_message)
ORDER BY t.item_key"""

# Locks stand in statements of their own: within one, rows that others just changed would be seen half old.
LOCK_CUSTOMERS = f"""
SELECT 1 FROM desk_contact c
WHERE {OPEN} AND c.customer_key IN (SELECT customer_key FROM desk_tell_fresh) ORDER BY c.customer_key FOR UPDATE"""

# Not new to the customer: what they were told last within the window, or what already waits to be told. A scenario's
# clock may stand still: of two words of one instant the later contact's is the last.
DROP_KNOWN = f"""
DELETE FROM desk_tell_fresh f
WHERE EXISTS (
    SELECT 1 FROM (SELECT i.told_at, i.becomes_at FROM desk_contactitem i
                   WHERE i.item_key = f.item_key AND i.told_at IS NOT NULL
                   ORDER BY i.told_at DESC, i.contact_id DESC LIMIT 1) said
    WHERE said.told_at > %(since)s AND said.becomes_at IS NOT DISTINCT FROM f.becomes_at)
OR EXISTS (
    SELECT 1 FROM desk_contactitem i JOIN desk_contact c ON c.id = i.contact_id
    WHERE i.item_key = f.item_key AND i.told_at IS NULL AND {OPEN}
      AND i.becomes_at IS NOT DISTINCT FROM f.becomes_at)"""

# A customer whose items changed for several reasons hears the one of the newest closure; a missed connection that
# joins what waits to be said leaves its reason.
CONTACTS = f"""
WITH merged AS (
    INSERT INTO desk_contact AS c (id, outreach_id, customer_key, party_id, mode, state, opened_at, due_at,
                                   not_before, revision, tries)
    SELECT {{uuid7}}, (array_agg(o.id ORDER BY o.closure_id IS NULL, o.id DESC))[1], f.customer_key,
           (array_agg(f.party_id ORDER BY f.by_message DESC, f.party_id))[1],
           CASE WHEN bool_or(f.by_message) THEN 'message' ELSE 'voice' END, 'owed', %(at)s, %(due)s, %(at)s, 1, 0
    FROM desk_tell_fresh f JOIN desk_outreach o ON o.id = f.outreach_id GROUP BY f.customer_key ORDER BY f.customer_key
    ON CONFLICT (customer_key) WHERE {OPEN} DO UPDATE SET
        outreach_id = CASE WHEN EXISTS (SELECT FROM desk_outreach o WHERE o.id = excluded.outreach_id
                                        AND o.closure_id IS NULL) THEN c.outreach_id ELSE excluded.outreach_id END,
        revision = c.revision + 1, due_at = LEAST(c.due_at, excluded.due_at)
    RETURNING c.mode, c.revision)
SELECT count(*), count(*) FILTER (WHERE mode = 'message'), count(*) FILTER (WHERE revision > 1) FROM merged"""

ITEMS = f"""
INSERT INTO desk_contactitem AS i (contact_id, item_key, was_at, becomes_at, revision, is_recorded)
SELECT c.id, f.item_key, f.was_at, f.becomes_at, c.revision, false
FROM desk_tell_fresh f JOIN desk_contact c ON c.customer_key = f.customer_key AND {OPEN}
ON CONFLICT (contact_id, item_key) DO UPDATE SET
    was_at = CASE WHEN i.told_at IS NULL THEN i.was_at ELSE excluded.was_at END,
    becomes_at = excluded.becomes_at, revision = excluded.revision, told_at = NULL, is_recorded = false"""

LOCK_MOOT = f"""
WITH mine AS MATERIALIZED (
    SELECT DISTINCT i.contact_id FROM tell_moot m JOIN desk_contactitem i USING (item_key) WHERE i.told_at IS NULL)
SELECT c.id, EXISTS (SELECT FROM desk_attempt a WHERE a.contact_id = c.id AND a.result = '')
FROM mine JOIN desk_contact c ON c.id = mine.contact_id WHERE {OPEN}
ORDER BY c.customer_key FOR UPDATE OF c"""

# Somebody holds the contact and may be speaking: what they then say they said was said.
KEEP_SPOKEN = """
INSERT INTO desk_takenback AS t (contact_id, item_key, was_at, becomes_at, revision)
SELECT i.contact_id, i.item_key, i.was_at, i.becomes_at, i.revision
FROM tell_moot m JOIN desk_contactitem i USING (item_key) WHERE i.contact_id = ANY(%(spoken)s) AND i.told_at IS NULL
ON CONFLICT (contact_id, item_key) DO UPDATE SET becomes_at = excluded.becomes_at, revision = excluded.revision"""

DROP_MOOT = """
DELETE FROM desk_contactitem i USING tell_moot m
WHERE i.item_key = m.item_key AND i.contact_id = ANY(%(held)s) AND i.told_at IS NULL"""

CLOSE_MOOT = """
UPDATE desk_contact c SET state = 'moot', closed_at = %(at)s, claimed_by = NULL, lease_until = NULL
WHERE c.id = ANY(%(held)s)
  AND NOT EXISTS (SELECT 1 FROM desk_contactitem i WHERE i.contact_id = c.id AND i.told_at IS NULL)"""


@dataclass(frozen=True)
class OweCounts:
    """Of one call: `customers` new or changed contacts, `message` of them by message, `merged` into an open one,
    `items` to be told, `spared` rows that need no telling: told or owed the same already, or nobody to be reached."""

    customers: int
    message: int
    merged: int
    items: int
    spared: int

    @property
    def voice(self) -> int:
        return self.customers - self.message


def outreach_open(
    *, closure_id: uuid.UUID | None, reason: str, next_review_at: dt.datetime | None, at: dt.datetime
) -> uuid.UUID:
    """The outreach of a closure, made once: a second call (a resumed job, an extension) renews reason and review."""
    outreach, made = Outreach.objects.get_or_create(closure_id=closure_id, defaults={
        "reason": reason, "next_review_at": next_review_at, "opened_at": at}) if closure_id else (
        Outreach.objects.create(reason=reason, next_review_at=next_review_at, opened_at=at), True)
    if not made:
        Outreach.objects.filter(id=outreach.id).update(reason=reason, next_review_at=next_review_at)
    return outreach.id


class Word(NamedTuple):
    """A row of `tell_due`: the time of an item that its customer was told, the true one, and under which outreach."""

    item_key: int
    party_id: uuid.UUID | None
    was_at: dt.datetime | None
    becomes_at: dt.datetime | None
    outreach_id: uuid.UUID


def words_owe(words: Sequence[Word], *, at: dt.datetime) -> OweCounts:
    """Owe these words; for a few that were found one by one, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS tell_due")
        cursor.execute(
            "CREATE TEMP TABLE tell_due (item_key bigint, party_id uuid, was_at timestamptz, becomes_at timestamptz,"
            " outreach_id uuid) ON COMMIT DROP")
        cursor.execute(
            "INSERT INTO tell_due SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::timestamptz[], %s::timestamptz[],"
            " %s::uuid[])", [list(column) for column in zip(*words, strict=True)])
    return outreach_owe(at=at)


def outreach_owe(*, at: dt.datetime) -> OweCounts:
    """Turn the rows of `tell_due` into contacts, in the caller's transaction. The same rows again change nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tell_due")
        (rows,) = cursor.fetchone()
        cursor.execute(FRESH_TABLE)
        cursor.execute("TRUNCATE desk_tell_fresh")
        cursor.execute(REACHABLE)
        fresh = cursor.rowcount
        cursor.execute(LOCK_CUSTOMERS)
        cursor.execute(DROP_KNOWN, {"since": at - TOLD_WINDOW})
        fresh -= cursor.rowcount
        if not fresh:
            return OweCounts(0, 0, 0, 0, rows)
        cursor.execute(CONTACTS.format(uuid7=uuid7_expression(server_version())),
                       {"at": at, "due": at + TELL_WITHIN})
        customers, message, merged = cursor.fetchone()
        cursor.execute(ITEMS)
        return OweCounts(customers, message, merged, cursor.rowcount, rows - fresh)


@dataclass(frozen=True)
class SpareCounts:
    items: int
    contacts: int  # closed: nothing of them is left to tell


def outreach_statistics() -> None:
    """Tell the planner how large the tables of contacts have grown: a run can fill them from nothing in seconds,
    long before the server's own analysis comes by, and its later statements would be planned for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE desk_contact, desk_contactitem")


def outreach_spare(*, at: dt.datetime) -> SpareCounts:
    """Take back what need not be told any more: items of the session's `tell_moot (item_key bigint)`, whose promise
    is again what the customer was last told (a lift before the call)."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_MOOT)
        rows = cursor.fetchall()
        held, spoken = [row[0] for row in rows], [row[0] for row in rows if row[1]]
        if spoken:
            cursor.execute(KEEP_SPOKEN, {"spoken": spoken})
        cursor.execute(DROP_MOOT, {"held": held})
        items = cursor.rowcount
        cursor.execute(CLOSE_MOOT, {"held": held, "at": at})
        return SpareCounts(items, cursor.rowcount)
