"""Customers who wait for an answer that the plan puts last hear so, by message, in the approved wording."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from youlu.core import clock
from youlu.domain.desk.emergency.assumptions import levers_of
from youlu.domain.desk.emergency.effects import customers_waiting
from youlu.domain.desk.models import EmergencyWatch, WorkOrder
from youlu.domain.messages.phrases import until_phrase
from youlu.domain.messages.services import MessageOrder, messages_send

WORDING = "deferred.message"
BATCH = 500


@dataclass(frozen=True)
class Told:
    """`told` will hear it; `silent` have no channel or no consent; `no_wording`: nobody may be told anything yet."""

    told: int
    silent: int
    no_wording: int


def customers_tell() -> Told:
    """Tell each waiting customer once a watch; a second run finds the same messages and sends none twice."""
    watch = EmergencyWatch.objects.filter(left_at=None).first()
    levers = levers_of(watch.plan) if watch else None
    if watch is None or levers is None:
        return Told(0, 0, 0)
    kinds: list[str] = []
    # Each customer's most urgent order, without its sealed words.
    waiting = list(customers_waiting(levers).order_by("customer_key", "due_at", "id").distinct("customer_key")
                   .only("id", "number", "party_id", "customer_key", "due_at"))
    for first in range(0, len(waiting), BATCH):
        part = [_message(watch, order) for order in waiting[first:first + BATCH]]
        kinds += [outcome.kind for outcome in messages_send(orders=part)]
    told = sum(kind in ("sent", "queued", "repeat") for kind in kinds)
    return Told(told, sum(kind in ("no_channel", "no_consent") for kind in kinds), kinds.count("no_wording"))


def _message(watch: EmergencyWatch, order: WorkOrder) -> MessageOrder:
    assert order.party_id is not None  # noqa: S101
    return MessageOrder(
        request_key=f"emergency:{watch.id}:{order.id}", party_id=order.party_id,
        customer_key=bytes(order.customer_key or b""), wording_code=WORDING,
        values={"number": str(order.number), "reply_by": half_day(max(order.due_at, watch.horizon_ends_at))})


def half_day(at: dt.datetime) -> str:
    """As customers hear it: to the half day, 7月14日12时前, 18时前 or 24时前."""
    local = clock.local(at)
    midnight = clock.midnight(local.date())
    if local > midnight:
        local = midnight + dt.timedelta(hours=12 if local.hour < 12 else 18 if local.hour < 18 else 24)
    return until_phrase(local)
