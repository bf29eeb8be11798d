"""Pull: the agent asks for the next order and gets the best they may do, under the same rules as push.

One statement: at most two rows are looked at under lock (the first of those whose case the agent knows, the first of
all), the better is taken; what others hold under lock is passed by. An order that waits for its knower, present
elsewhere, is passed by too.
"""

from __future__ import annotations

import uuid

from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.people import kinds_open_to
from youlu.domain.desk.assignment.reasons import Why
from youlu.domain.desk.models import OrderEvent
from youlu.domain.workforce.selectors import AgentRow, agent_of

DOABLE = """
    FROM desk_workorder w JOIN workforce_presence q ON q.agent_id = %(agent)s AND q.until IS NULL
    WHERE w.state = 'open' AND q.is_taking AND q.site = ANY(w.sites) AND w.kind_id = ANY(%(kinds)s)
      AND (w.not_before IS NULL OR w.not_before <= %(now)s)"""
IN_TURN = "ORDER BY w.priority DESC, w.due_at, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED"
WAITS_FOR_ANOTHER = """
      w.known_by IS NOT NULL AND w.known_by <> %(agent)s AND w.priority < 2 AND COALESCE(w.known_until > %(now)s, false)
      AND EXISTS (SELECT 1 FROM workforce_presence k WHERE k.agent_id = w.known_by AND k.until IS NULL
                  AND k.is_taking AND k.site = ANY(w.sites))"""
TAKE_NEXT = f"""
WITH known AS MATERIALIZED (
    SELECT w.id, w.priority {DOABLE} AND w.known_by = %(agent)s {IN_TURN}),
first AS MATERIALIZED (
    SELECT w.id, w.priority {DOABLE} AND (%(again)s OR w.returned_from IS DISTINCT FROM %(agent)s)
      AND NOT ({WAITS_FOR_ANOTHER}) {IN_TURN}),
best AS MATERIALIZED (
    SELECT id, code FROM (SELECT id, priority, 'known' AS code, 0 AS rank FROM known
                          UNION ALL SELECT id, priority, 'first', 1 FROM first) both_
    ORDER BY priority DESC, rank LIMIT 1)
UPDATE desk_workorder o SET state = 'taken', taken_by = %(agent)s, taken_at = %(now)s
FROM best, workforce_presence p
WHERE o.id = best.id AND o.state = 'open'
  AND p.agent_id = %(agent)s AND p.until IS NULL AND p.is_taking AND p.site = ANY(o.sites)
RETURNING o.id, best.code, o.opened_at,
  (SELECT count(*) FROM desk_workorder h WHERE h.taken_by = %(agent)s AND h.state IN ('taken', 'verified'))
"""


@transaction.atomic
def order_take_next(*, actor: Actor) -> uuid.UUID | None:
    """Take the order that is the agent's by the rules; None when there is none.

    What the agent gave back or let lie comes last: only when there is nothing else.
    """
    actor.require("desk.work")
    agent = agent_of(actor)
    return _take(actor, agent, again=False) or _take(actor, agent, again=True)


def _take(actor: Actor, agent: AgentRow, *, again: bool) -> uuid.UUID | None:
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(TAKE_NEXT, {"agent": agent.id, "now": at, "again": again,
                                   "kinds": kinds_open_to(agent.skills)})
        taken = cursor.fetchone()
    if taken is None:
        return None
    order_id, code, opened_at, load = taken
    why = Why(code, load=load, waited_min=max(int((at - opened_at).total_seconds() // 60), 0))
    OrderEvent.objects.create(order_id=order_id, actor=actor.id, act="take", at=at, why=why.row())
    return order_id
