"""What an adoption would touch besides the roster: orders to give back, contacts to send, customers to tell."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, QuerySet

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.pushing import orders_give, orders_hand_over
from youlu.domain.desk.emergency.assumptions import Levers
from youlu.domain.desk.models import AgentNotice, OrderAlert, OrderEvent, WorkOrder
from youlu.domain.desk.orders.happening import alerts_raise

# Held by somebody who is out, or where the kind may not be done.
MISPLACED = """
FROM desk_workorder o LEFT JOIN workforce_presence p ON p.agent_id = o.taken_by AND p.until IS NULL
WHERE o.taken_by IS NOT NULL AND o.state = ANY(%(states)s)
  AND (p.site IS NULL OR NOT (p.site = ANY(o.sites)))"""
# What waits for its holder is anybody's again: whoever takes it reads in it what was found out, and answers.
TO_POOL = ("taken", "verified")
# What is with an office, or answered and owed a call-back or a responsibility, keeps its state: in the pool the office
# could not report on it any more, and the customer would be answered twice. It gets another holder, or keeps its own.
TO_ANOTHER = ("dispatched", "answered", "called_back", "fixed")
# Owed a call although a message would reach them; whom a message has failed already is called.
BY_MESSAGE = """
p.id = c.party_id AND c.mode = 'voice' AND c.state = 'owed' AND NOT c.is_campaign
  AND p.channel <> '' AND p.consent_message
  AND NOT EXISTS (SELECT 1 FROM desk_attempt a WHERE a.contact_id = c.id AND a.mode = 'message')"""


@dataclass(frozen=True)
class Effects:
    """Counts before the deed; `customers` wait for an answer that a plan puts last."""

    orders_returned: int
    contacts_to_message: int
    customers: int


def effects_of(levers: Levers) -> Effects:
    """Three counts."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {MISPLACED}", {"states": [*TO_POOL, *TO_ANOTHER]})
        (orders,) = cursor.fetchone()
        cursor.execute(f"SELECT count(*) FROM desk_contact c, parties_party p WHERE {BY_MESSAGE}")
        (contacts,) = cursor.fetchone()
    return Effects(orders, contacts, customers_waiting(levers).values("customer_key").distinct().count())


def customers_waiting(levers: Levers) -> QuerySet[WorkOrder]:
    """Orders that wait behind everything else and whose customer can be told."""
    return WorkOrder.objects.filter(kind_id__in=levers.defers, state__in=(WorkOrder.State.OPEN, WorkOrder.State.TAKEN),
                                    answered_at=None, party_id__isnull=False, customer_key__isnull=False)


@dataclass(frozen=True)
class Moved:
    """Orders that could not be worked where they were; `given` of them have somebody present, `stuck` nobody."""

    orders: int
    given: int
    stuck: int


def misplaced_move(*, actor: Actor, why: str) -> Moved:
    """Move every misplaced order to who is present and may do it, in the caller's transaction; for `why`.

    What nobody may have now waits in the pool. What cannot go there stays with its holder and stands on the
    supervisor's list.
    """
    at = clock.now()
    returned, handed = _misplaced(TO_POOL), _misplaced(TO_ANOTHER)
    WorkOrder.objects.filter(id__in=list(returned)).update(
        state=WorkOrder.State.OPEN, returned_from=F("taken_by"), taken_by=None, taken_at=None, known_by=None)
    OrderEvent.objects.bulk_create([OrderEvent(order_id=order_id, actor=actor.id, act="give_back", at=at, detail=why)
                                    for order_id in returned])
    given, went = orders_give(list(returned)), orders_hand_over(handed)
    AgentNotice.objects.bulk_create([
        AgentNotice(agent_id=who, order_id=order_id, what=AgentNotice.What.MOVED, at=at)
        for order_id, who in (returned | handed).items() if order_id in returned or order_id in went])
    stuck = WorkOrder.objects.filter(id__in=handed.keys() - went)
    alerts_raise([
        OrderAlert(order_id=order_id, what=OrderAlert.What.STUCK, due_at=due_at, at=at)
        for order_id, due_at in stuck.values_list("id", "due_at")])
    return Moved(len(returned) + len(handed), given + len(went), len(handed) - len(went))


def _misplaced(states: Sequence[str]) -> dict[uuid.UUID, uuid.UUID]:
    """By order, the agent who holds it; locked."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT o.id, o.taken_by {MISPLACED} ORDER BY o.id FOR UPDATE OF o", {"states": list(states)})
        return dict(cursor.fetchall())


def contacts_to_message() -> int:
    """Let messages tell whom they reach, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE desk_contact c SET mode = 'message' FROM parties_party p WHERE {BY_MESSAGE}")
        return cursor.rowcount
