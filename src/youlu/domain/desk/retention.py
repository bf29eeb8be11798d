"""What customers said at the desk is kept so many days after the work order was closed; who they are, see parties."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import Attempt, Claim, InboxLetter, OrderEvent, WorkOrder
from youlu.domain.desk.orders.attachments import attachments_drop
from youlu.domain.desk.orders.facts import batches

BATCH = 1_000
# Party ids whose work order is open, or was closed after the cutoff; who telephoned since, or was telephoned; who is
# still to be told something.
PARTY_BUSINESS = ("SELECT party_id FROM desk_workorder WHERE state <> 'closed' OR closed_at >= %(cutoff)s"
                  " UNION ALL SELECT party_id FROM desk_call WHERE begun_at >= %(cutoff)s OR outcome = 'live'"
                  " UNION ALL SELECT party_id FROM desk_contact"
                  " WHERE state IN ('owed', 'claimed', 'unreached', 'scheduled', 'held')")


def order_texts_expire(*, actor: Actor, dry_run: bool = False, batch: int = BATCH) -> int:
    """Empty body and notes of orders closed long ago, and what agents wrote besides a result; number, kind, times and
    outcome stay. Returns how many orders and such words."""
    actor.require("party.erase")
    cutoff = clock.now() - dt.timedelta(days=settings.KEEP_ORDER_TEXT_DAYS)
    due = WorkOrder.objects.filter(state=WorkOrder.State.CLOSED, closed_at__lt=cutoff)
    if dry_run:
        old = batches(due.iterator(chunk_size=batch), batch)
        return sum(len(_worded(some)) for some in old) + _remarks(cutoff).count()
    done, after = _remarks_expire(actor, cutoff), uuid.UUID(int=0)
    while found := list(due.filter(id__gt=after).order_by("id")[:batch]):
        after = found[-1].id
        done += _batch(actor, _worded(found))
        attachments_drop([order.id for order in found])
    return done


def _worded(orders: Sequence[WorkOrder]) -> list[uuid.UUID]:
    """Those of which any word is left: in what was asked, in the history, in a claim."""
    ids = [order.id for order in orders]
    events = OrderEvent.objects.filter(order_id__in=ids).only("order_id", "note").iterator()
    claims = Claim.objects.filter(order_id__in=ids).only("order_id", "note")
    noted = {one.order_id for one in events if one.note} | {one.order_id for one in claims if one.note}
    return [order.id for order in orders if order.body or order.id in noted]


def _remarks(cutoff: dt.datetime) -> QuerySet[Attempt]:
    return Attempt.objects.filter(remark__isnull=False, result_at__lt=cutoff)


@transaction.atomic
def _remarks_expire(actor: Actor, cutoff: dt.datetime) -> int:
    emptied = _remarks(cutoff).update(remark=None)
    if emptied:
        audit_record(actor=actor.id, action="contact.expire", object_type="contact", object_id="",
                     reason=f"保存期满{settings.KEEP_ORDER_TEXT_DAYS}天", count=emptied)
    return emptied


@transaction.atomic
def _batch(actor: Actor, ids: list[uuid.UUID]) -> int:
    if ids:
        WorkOrder.objects.filter(id__in=ids).update(body="")
        OrderEvent.objects.filter(order_id__in=ids).update(note="")
        Claim.objects.filter(order_id__in=ids).update(note="")
        InboxLetter.objects.filter(order_id__in=ids).update(message_id="")
        audit_record(actor=actor.id, action="order.expire", object_type="work_order", object_id=str(ids[0]),
                     reason=f"保存期满{settings.KEEP_ORDER_TEXT_DAYS}天", count=len(ids))
    return len(ids)
