"""What an adoption would touch besides the roster: orders to give back, contacts to send, customers to tell."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from youlu.domain.desk.emergency.assumptions import Levers
from youlu.domain.desk.models import WorkOrder

# Held by somebody who is out, or where the kind may not be done.
MISPLACED = """
FROM desk_workorder o LEFT JOIN workforce_presence p ON p.agent_id = o.taken_by AND p.until IS NULL
WHERE o.state = 'taken' AND (p.site IS NULL OR NOT (p.site = ANY(o.sites)))"""
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
        cursor.execute(f"SELECT count(*) {MISPLACED}")
        (orders,) = cursor.fetchone()
        cursor.execute(f"SELECT count(*) FROM desk_contact c, parties_party p WHERE {BY_MESSAGE}")
        (contacts,) = cursor.fetchone()
    return Effects(orders, contacts, customers_waiting(levers).values("customer_key").distinct().count())


def customers_waiting(levers: Levers) -> QuerySet[WorkOrder]:
    """Orders that wait behind everything else and whose customer can be told."""
    return WorkOrder.objects.filter(kind_id__in=levers.defers, state__in=(WorkOrder.State.OPEN, WorkOrder.State.TAKEN),
                                    answered_at=None, party_id__isnull=False, customer_key__isnull=False)


def misplaced_return() -> dict[uuid.UUID, uuid.UUID]:
    """Put misplaced orders back into the pool, in the caller's transaction; by order, the agent who held it."""
    with connection.cursor() as cursor:
        # Locked by a statement of its own, which also tells whose they were.
        cursor.execute(f"SELECT o.id, o.taken_by {MISPLACED} ORDER BY o.id FOR UPDATE OF o")
        held = dict(cursor.fetchall())
        cursor.execute("""
            UPDATE desk_workorder SET state = 'open', returned_from = taken_by, taken_by = NULL, taken_at = NULL,
                known_by = NULL WHERE id = ANY(%s)""", [list(held)])
    return held


def contacts_to_message() -> int:
    """Let messages tell whom they reach, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE desk_contact c SET mode = 'message' FROM parties_party p WHERE {BY_MESSAGE}")
        return cursor.rowcount
