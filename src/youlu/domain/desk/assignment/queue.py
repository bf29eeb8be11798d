"""An order that waits: its place in the pool and who could do it now. And what an agent is told of their work."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.matching import Waiting, able
from youlu.domain.desk.assignment.people import FREE, free_of, rules
from youlu.domain.desk.models import AgentNotice, WorkOrder
from youlu.domain.desk.trade import SKILL_NAMES
from youlu.domain.workforce.selectors import agent_of

AHEAD_MAX = 1_000
NOTICES_MAX = 20
# One question: a page asks it of every order that waits.
PLACE = f"""
SELECT q.ahead, q.load_max, f.* FROM (SELECT
    (SELECT count(*) FROM (
        SELECT FROM desk_workorder w WHERE w.state = 'open' AND w.priority > %(priority)s
        UNION ALL SELECT FROM desk_workorder w WHERE w.state = 'open' AND w.priority = %(priority)s
            AND (w.due_at, w.id) < (%(due)s, %(id)s) LIMIT %(most)s) before) AS ahead,
    (SELECT value FROM desk_parameter WHERE code = 'push_load_max') AS load_max) q
LEFT JOIN ({FREE}) f ON true
"""


@dataclass(frozen=True)
class QueuePlace:
    """`ahead`: orders before it, AHEAD_MAX at most; `able`: agents present who may do it, `full` of them with full
    hands; `skills`: what it asks for."""

    ahead: int
    able: int
    full: int
    skills: tuple[str, ...]

    @property
    def is_far(self) -> bool:
        return self.ahead >= AHEAD_MAX


def queue_place(order: WorkOrder) -> QueuePlace | None:
    """None for an order that does not wait in the pool."""
    if order.state != WorkOrder.State.OPEN:
        return None
    with connection.cursor() as cursor:
        cursor.execute(PLACE, {"priority": order.priority, "due": order.due_at, "id": order.id, "most": AHEAD_MAX})
        rows = cursor.fetchall()
    ahead, load_max = rows[0][0], rows[0][1] or rules()["push_load_max"]
    one = Waiting(order.id, tuple(order.sites), frozenset(order.kind.skills), order.priority, order.opened_at)
    fit = [agent for agent in (free_of(row[2:]) for row in rows if row[2] is not None) if able(one, agent)]
    return QueuePlace(ahead, len(fit), sum(agent.load >= load_max for agent in fit),
                      tuple(SKILL_NAMES.get(skill, skill) for skill in sorted(one.skills)))


@dataclass(frozen=True)
class NoticeRow:
    id: uuid.UUID
    what: str
    label: str
    order_id: uuid.UUID
    number: int
    title: str
    kind_name: str
    at: dt.datetime


def notices_of(*, actor: Actor) -> tuple[NoticeRow, ...]:
    """What the desk did with the agent's work and they have not seen, newest first."""
    agent = agent_of(actor)
    rows = AgentNotice.objects.filter(agent_id=agent.id, seen_at=None).order_by("-id").values_list(
        "id", "what", "order_id", "order__number", "order__title", "order__kind__name", "at")
    return tuple(NoticeRow(row[0], row[1], AgentNotice.What(row[1]).label, *row[2:]) for row in rows[:NOTICES_MAX])


def notices_count(agent_id: uuid.UUID) -> int:
    """What the agent has not seen, NOTICES_MAX at most."""
    return AgentNotice.objects.filter(agent_id=agent_id, seen_at=None)[:NOTICES_MAX].count()


@transaction.atomic
def notices_seen(*, actor: Actor, notice_ids: Sequence[uuid.UUID]) -> int:
    """Take them off the agent's own list; returns how many."""
    agent = agent_of(actor)
    return AgentNotice.objects.filter(agent_id=agent.id, id__in=list(notice_ids), seen_at=None).update(
        seen_at=clock.now())
