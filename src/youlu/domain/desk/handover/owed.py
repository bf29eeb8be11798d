"""What a shift hands on, as one question to the database: promises that stand, what is due, and whatever the shift
before handed on and nobody has dealt with.

Whether something is dealt with is read from the order or contact itself. What was handed on once is therefore owed for
as long as it is open, also when it has left the lists by which it was found: a call-back that an agent gave up, an
order whose due time was put off.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from youlu.core.pages import PAGE_ROWS, Page

# Of an item `i`, its order `o` and its contact `c`.
UNDONE = """(CASE WHEN i.contact_id IS NOT NULL THEN c.state IN ('owed', 'claimed', 'unreached', 'scheduled')
    WHEN i.what = 'call_back' THEN o.state NOT IN ('called_back', 'fixed', 'closed')
        AND NOT (o.kind_id = 'call_back' AND o.answered_at IS NOT NULL)
    WHEN i.what = 'reply' THEN o.replied_at IS NULL AND o.state <> 'closed'
    WHEN i.what = 'extend' THEN o.extend_to IS NOT NULL
    ELSE o.state <> 'closed' END)"""
JOINED = """desk_handoveritem i LEFT JOIN desk_workorder o ON o.id = i.order_id
    LEFT JOIN desk_contact c ON c.id = i.contact_id"""
# An order stands once, under the first of its reasons.
OWED = f"""
WITH before AS (
    SELECT i.order_id, i.contact_id, i.what, i.times, coalesce(o.due_at, c.due_at) AS due_at
    FROM {JOINED} WHERE i.handover_id = %(last)s AND {UNDONE}),
orders AS (
    SELECT o.id AS order_id, least(o.due_at, CASE WHEN o.replied_at IS NULL THEN o.reply_due_at END) AS due_at,
        CASE WHEN k.has_own_clock THEN 'regulator'
            WHEN o.kind_id = 'call_back' AND o.answered_at IS NULL THEN 'call_back' WHEN o.level > 0 THEN 'escalated'
            WHEN o.extend_to IS NOT NULL THEN 'extend' WHEN o.supervised_at IS NOT NULL THEN 'supervised'
            WHEN o.state = 'answered' AND k.needs_call_back THEN 'call_back'
            WHEN k.code = 'programme' THEN 'programme' WHEN o.due_at < %(until)s THEN 'due' ELSE 'reply' END AS what
    FROM desk_workorder o JOIN desk_orderkind k ON k.code = o.kind_id
    WHERE o.state <> 'closed' AND (o.due_at < %(until)s OR k.has_own_clock OR o.level > 0 OR o.extend_to IS NOT NULL
        OR o.supervised_at IS NOT NULL OR (o.state = 'answered' AND k.needs_call_back) OR k.code = 'programme'
        OR (k.code = 'call_back' AND o.answered_at IS NULL)
        OR (o.replied_at IS NULL AND o.paused_at IS NULL AND o.reply_due_at < %(until)s))),
contacts AS (
    SELECT c.id AS contact_id, c.due_at, CASE WHEN c.state = 'scheduled' THEN 'call_back' ELSE 'claimed' END AS what
    FROM desk_contact c WHERE c.mode = 'voice' AND c.state IN ('scheduled', 'claimed')),
owed AS (
    SELECT coalesce(n.order_id, b.order_id) AS order_id, NULL::uuid AS contact_id, coalesce(n.what, b.what) AS what,
        coalesce(n.due_at, b.due_at) AS due_at, coalesce(b.times, 0) + 1 AS times
    FROM orders n FULL JOIN (SELECT * FROM before WHERE order_id IS NOT NULL) b ON b.order_id = n.order_id
    UNION ALL
    SELECT NULL, coalesce(n.contact_id, b.contact_id), CASE b.what WHEN 'call_back' THEN b.what
        ELSE coalesce(n.what, b.what) END, coalesce(n.due_at, b.due_at), coalesce(b.times, 0) + 1
    FROM contacts n FULL JOIN (SELECT * FROM before WHERE contact_id IS NOT NULL) b ON b.contact_id = n.contact_id)
"""
COUNTED = f"""{OWED}
SELECT w.what, count(*), count(*) FILTER (WHERE w.due_at < %(now)s AND o.paused_at IS NULL),
    count(*) FILTER (WHERE w.times > 1)
FROM owed w LEFT JOIN desk_workorder o ON o.id = w.order_id GROUP BY w.what"""
KEPT = f"""{OWED}
INSERT INTO desk_handoveritem (id, handover_id, what, order_id, contact_id, due_at, times, came_between)
SELECT gen_random_uuid(), %(handover)s, what, order_id, contact_id, due_at, times, %(between)s FROM owed
ON CONFLICT DO NOTHING"""
CAME = f"""{OWED}
SELECT count(*) FROM owed w WHERE NOT EXISTS (SELECT 1 FROM desk_handoveritem i WHERE i.handover_id = %(last)s
    AND (i.order_id = w.order_id OR i.contact_id = w.contact_id))"""
# What a list shows of each; `i` is owed now, or an item that was handed on.
COLUMNS = f"""i.what, i.order_id, i.contact_id, i.due_at, i.times, {{between}} AS came_between, NOT {UNDONE} AS is_done,
    coalesce(o.state, c.state) AS state, coalesce(o.taken_by, c.claimed_by) AS holder, o.number, k.name, o.title,
    o.paused_at IS NOT NULL AS is_paused, c.tries, c.party_id, (SELECT a.agent_id FROM desk_attempt a
        WHERE a.contact_id = i.contact_id AND a.result = 'scheduled' ORDER BY a.id DESC LIMIT 1) AS promised_by"""
FIRST = "i.what <> 'call_back'"  # what a customer was promised stands on top of what is due
LIST_NOW = f"""{OWED}
SELECT {COLUMNS.format(between="false")} FROM owed i LEFT JOIN desk_workorder o ON o.id = i.order_id
    LEFT JOIN desk_contact c ON c.id = i.contact_id LEFT JOIN desk_orderkind k ON k.code = o.kind_id
WHERE i.times >= %(times)s ORDER BY {FIRST}, i.due_at, i.what, coalesce(i.order_id, i.contact_id)
OFFSET %(after)s LIMIT %(most)s"""
LIST_KEPT = f"""
SELECT {COLUMNS.format(between="i.came_between")} FROM {JOINED} LEFT JOIN desk_orderkind k ON k.code = o.kind_id
WHERE i.handover_id = %(handover)s
ORDER BY {FIRST}, i.due_at, i.id OFFSET %(after)s LIMIT %(most)s"""
COUNTED_KEPT = f"""
SELECT i.what, count(*), count(*) FILTER (WHERE {UNDONE}), count(*) FILTER (WHERE i.times > 1),
    count(*) FILTER (WHERE i.came_between)
FROM {JOINED} WHERE i.handover_id = %(handover)s GROUP BY i.what"""


@dataclass(frozen=True)
class OwedRow:
    """One thing handed on. `times`: handovers it went through, this one counted; `holder`: the agent who has it;
    `party_id`: the customer of a contact, to whom `promised_by` promised a call."""

    what: str
    order_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    due_at: dt.datetime
    times: int
    came_between: bool
    is_done: bool
    state: str
    holder: uuid.UUID | None
    number: int | None
    kind_name: str | None
    title: str | None
    is_paused: bool
    tries: int | None
    party_id: uuid.UUID | None = None
    promised_by: uuid.UUID | None = None


@dataclass(frozen=True)
class OwedCount:
    """Of one reason: `n` in all, of them `late` when counted, `carried` from a shift before, `left` undone now."""

    n: int
    late: int = 0
    carried: int = 0
    left: int = 0
    between: int = 0


def owed_counts(*, last: uuid.UUID | None, until: dt.datetime, now: dt.datetime) -> dict[str, OwedCount]:
    """By reason, of what would be handed on now."""
    return {what: OwedCount(n, late, carried, n)
            for what, n, late, carried in _asked(COUNTED, last=last, until=until, now=now)}


def kept_counts(handover_id: uuid.UUID) -> dict[str, OwedCount]:
    """By reason, of what was handed on."""
    return {what: OwedCount(n, carried=carried, left=left, between=between)
            for what, n, left, carried, between in _asked(COUNTED_KEPT, handover=handover_id)}


def owed_page(*, last: uuid.UUID | None, until: dt.datetime, after: int, carried_only: bool) -> Page[OwedRow]:
    """What would be handed on now: promised calls, then what is due first."""
    return _page(LIST_NOW, after, last=last, until=until, times=2 if carried_only else 1)


def kept_page(handover_id: uuid.UUID, *, after: int) -> Page[OwedRow]:
    """What was handed on, in the same order."""
    return _page(LIST_KEPT, after, handover=handover_id)


def came_since(*, handover_id: uuid.UUID, until: dt.datetime) -> int:
    """How many have come up that the handover does not hold yet."""
    return int(_asked(CAME, last=handover_id, until=until)[0][0])


def owed_keep(*, handover_id: uuid.UUID, last: uuid.UUID | None, until: dt.datetime, between: bool = False) -> int:
    """Write a row for each, in the caller's transaction; what stands already stays as it is. Returns how many came."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT, {"handover": handover_id, "last": last, "until": until, "between": between})
        return cursor.rowcount


def _page(statement: str, after: int, **values: Any) -> Page[OwedRow]:
    rows = _asked(statement, after=after, most=PAGE_ROWS + 1, **values)
    return Page(tuple(OwedRow(*row) for row in rows[:PAGE_ROWS]),
                str(after + PAGE_ROWS) if len(rows) > PAGE_ROWS else None)


def _asked(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
