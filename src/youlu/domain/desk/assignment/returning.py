"""The return timer: what somebody took and left untouched goes back into the pool, once a taking.

Untouched: since it was taken its holder did nothing to it. The minutes stand in the kind, with their source. The
holder finds a notice; from the second time on the supervisor finds the order on their list.
"""

from __future__ import annotations

import uuid

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.ids import uuid7
from youlu.domain.desk.models import AgentNotice, OrderAlert, OrderEvent
from youlu.domain.desk.orders.happening import alerts_raise
from youlu.domain.desk.orders.watching import ACTOR
from youlu.domain.workforce.selectors import agents_named

BATCH = 500
ALERT_FROM = 2
RETURN = """
WITH lying AS MATERIALIZED (
    SELECT w.id, w.taken_by FROM desk_workorder w
    JOIN desk_orderkind k ON k.code = w.kind_id
    JOIN workforce_agent a ON a.id = w.taken_by
    WHERE w.state = 'taken' AND w.paused_at IS NULL AND k.return_min > 0
      AND w.taken_at <= %(now)s - k.return_min * interval '1 minute'
      AND NOT EXISTS (SELECT 1 FROM desk_orderevent e WHERE e.order_id = w.id AND e.at >= w.taken_at
                      AND e.actor = 'user:' || a.user_id AND e.act NOT IN ('take', 'assign'))
    ORDER BY w.taken_at LIMIT %(batch)s FOR UPDATE OF w SKIP LOCKED)
UPDATE desk_workorder o SET state = 'open', taken_by = NULL, taken_at = NULL, known_by = NULL,
    returned_from = lying.taken_by, returns = o.returns + 1
FROM lying WHERE o.id = lying.id AND o.state = 'taken'
RETURNING o.id, o.returned_from, o.returns, o.due_at
"""


def orders_return() -> int:
    """Take back what lies untouched; returns how many orders."""
    total = 0
    while went := _batch():
        total += went
    return total


@transaction.atomic
def _batch() -> int:
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(RETURN, {"now": at, "batch": BATCH})
        rows = cursor.fetchall()
    names = agents_named({row[1] for row in rows}) if rows else {}
    OrderEvent.objects.bulk_create([OrderEvent(
        id=uuid7(), order_id=order_id, at=at, actor=ACTOR, act="returned", detail=_label(names, agent_id))
        for order_id, agent_id, _, _ in rows])
    AgentNotice.objects.bulk_create([AgentNotice(
        agent_id=agent_id, order_id=order_id, what=AgentNotice.What.RETURNED, at=at)
        for order_id, agent_id, _, _ in rows])
    alerts_raise([OrderAlert(
        order_id=order_id, what=OrderAlert.What.RETURNED, due_at=due_at, at=at)
        for order_id, _, returns, due_at in rows if returns >= ALERT_FROM])
    return len(rows)


def _label(names: dict, agent_id: uuid.UUID) -> str:
    agent = names.get(agent_id)
    return f"{agent.name} {agent.staff_no}" if agent else ""
