"""An order that waits: its place in the pool and who could do it now. And what an agent is told of their work."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.matching import Waiting, able
from youlu.domain.desk.assignment.people import agents_free, rules
from youlu.domain.desk.models import AgentNotice, WorkOrder
from youlu.domain.desk.trade import SKILL_NAMES
from youlu.domain.workforce.selectors import agent_of

AHEAD_MAX = 1_000
NOTICES_MAX = 20


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
    before = (Q(priority__gt=order.priority) | Q(priority=order.priority, due_at__lt=order.due_at)
              | Q(priority=order.priority, due_at=order.due_at, id__lt=order.id))
    ahead = WorkOrder.objects.filter(before, state=WorkOrder.State.OPEN).order_by()[:AHEAD_MAX].count()
    skills = frozenset(order.kind.skills)
    fit = [agent for agent in agents_free() if able(
        Waiting(order.id, tuple(order.sites), skills, order.priority, order.opened_at), agent)]
    load_max = int(rules()["push_load_max"])
    return QueuePlace(ahead, len(fit), sum(agent.load >= load_max for agent in fit),
                      tuple(SKILL_NAMES.get(skill, skill) for skill in sorted(skills)))


@dataclass(frozen=True)
class NoticeRow:
    id: uuid.UUID
    what: str
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
    return tuple(NoticeRow(*row) for row in rows[:NOTICES_MAX])


@transaction.atomic
def notices_seen(*, actor: Actor, notice_ids: Sequence[uuid.UUID]) -> int:
    """Take them off the agent's own list; returns how many."""
    agent = agent_of(actor)
    return AgentNotice.objects.filter(agent_id=agent.id, id__in=list(notice_ids), seen_at=None).update(
        seen_at=clock.now())
