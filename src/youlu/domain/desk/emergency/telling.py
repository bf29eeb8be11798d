"""Customers who wait for an answer that the plan puts last hear so, by message, in the approved wording; and when the
night is over, until when they get it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from youlu.core import clock
from youlu.domain.desk.emergency.assumptions import levers_of
from youlu.domain.desk.emergency.effects import customers_waiting
from youlu.domain.desk.models import EmergencyWatch, WorkOrder
from youlu.domain.messages.phrases import until_phrase
from youlu.domain.messages.services import MessageOrder, messages_send, messages_take_back

WORDING, RESUMED = "deferred.message", "resumed.message"
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
        part = [_order(order, _key(watch, order), WORDING, max(order.due_at, watch.horizon_ends_at))
                for order in waiting[first:first + BATCH]]
        kinds += [outcome.kind for outcome in messages_send(orders=part)]
    return _counted(kinds)


def customers_retell() -> Told:
    """After a leave: whom the night told "later" and who still waits hears the time that now holds, once a watch. A
    deferral that has not gone out yet is taken back instead: who did not hear it needs no other."""
    watch = EmergencyWatch.objects.order_by("-adopted_at").first()
    levers = levers_of(watch.plan) if watch else None
    if watch is None or watch.left_at is None or levers is None:
        return Told(0, 0, 0)
    from_at = watch.normal_from_at or watch.left_at
    kinds: list[str] = []
    waiting = list(customers_waiting(levers).filter(opened_at__lte=watch.left_at).order_by("id")
                   .only("id", "number", "party_id", "customer_key", "due_at"))
    for first in range(0, len(waiting), BATCH):
        part = {_key(watch, order): order for order in waiting[first:first + BATCH]}
        heard = messages_take_back(request_keys=list(part))
        kinds += [outcome.kind for outcome in messages_send(orders=[
            _order(order, f"resumed:{watch.id}:{order.id}", RESUMED, max(order.due_at, from_at))
            for key, order in part.items() if key in heard])]
    return _counted(kinds)


def _counted(kinds: Sequence[str]) -> Told:
    told = sum(kind in ("sent", "queued", "repeat") for kind in kinds)
    return Told(told, sum(kind in ("no_channel", "no_consent") for kind in kinds), kinds.count("no_wording"))


def _key(watch: EmergencyWatch, order: WorkOrder) -> str:
    return f"emergency:{watch.id}:{order.id}"


def _order(order: WorkOrder, key: str, wording_code: str, reply_by: dt.datetime) -> MessageOrder:
    assert order.party_id is not None  # noqa: S101
    return MessageOrder(request_key=key, party_id=order.party_id, customer_key=bytes(order.customer_key or b""),
                        wording_code=wording_code,
                        values={"number": str(order.number), "reply_by": half_day(reply_by)})


def half_day(at: dt.datetime) -> str:
    """As customers hear it: to the half day, 7月14日12时前, 18时前 or 24时前."""
    local = clock.local(at)
    midnight = clock.midnight(local.date())
    if local > midnight:
        local = midnight + dt.timedelta(hours=12 if local.hour < 12 else 18 if local.hour < 18 else 24)
    return until_phrase(local)
