"""Telling customers by message, in batches claimed by SKIP LOCKED; what a message cannot do becomes a call."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from youlu.core import clock
from youlu.core.events import events_drain
from youlu.domain.desk import scripts
from youlu.domain.desk.campaigns.sending import message_failed
from youlu.domain.desk.channels.mail.replying import letter_failed
from youlu.domain.desk.item_facts import item_facts
from youlu.domain.desk.models import (
    OPEN_STATES,
    Attempt,
    Contact,
    ContactItem,
    ContactMode,
    ContactState,
)
from youlu.domain.desk.told import told_flush
from youlu.domain.messages.services import MessageOrder, messages_send, quiet_until

BATCH = 500


@dataclass(frozen=True)
class SendCounts:
    """`is_blocked`: no approved wording, or quiet hours: nothing more can be sent now."""

    told: int
    to_voice: int
    is_blocked: bool
    is_done: bool


def contacts_send(*, batches: int = 10) -> SendCounts:
    """Send what is owed by message, up to `batches` of 500. Several may run at once; a kill repeats nothing."""
    told_flush()  # what a kill left
    told = to_voice = 0
    for _ in range(batches):
        if quiet_until(clock.now()) > clock.now():
            return SendCounts(told, to_voice, True, False)
        counts = _send_batch()
        told, to_voice = told + counts.told, to_voice + counts.to_voice
        told_flush()
        if counts.is_blocked or counts.is_done:
            return SendCounts(told, to_voice, counts.is_blocked, counts.is_done)
    return SendCounts(told, to_voice, False, False)


@transaction.atomic
def _send_batch() -> SendCounts:
    at = clock.now()
    contacts = list(Contact.objects.select_for_update(skip_locked=True, of=("self",)).select_related("outreach").filter(
        mode=ContactMode.MESSAGE, state=ContactState.OWED, not_before__lte=at, is_campaign=False)
        .order_by("due_at", "id")[:BATCH])
    if not contacts:
        return SendCounts(0, 0, False, True)
    outcomes = messages_send(orders=_orders(contacts), at=at)
    told = [c for c, o in zip(contacts, outcomes, strict=True) if o.reaches]
    for contact, outcome in zip(contacts, outcomes, strict=True):
        contact.wording_id = outcome.wording_id
    silent = [c.id for c, o in zip(contacts, outcomes, strict=True) if o.kind in ("no_channel", "no_consent")]
    _mark_told(told, at)
    Contact.objects.filter(id__in=silent).update(mode=ContactMode.VOICE)
    blocked = any(o.kind == "no_wording" for o in outcomes)
    return SendCounts(len(told), len(silent), blocked, False)


def _orders(contacts: Sequence[Contact]) -> list[MessageOrder]:
    items: dict[uuid.UUID, list[scripts.Owed]] = defaultdict(list)
    for contact_id, key, was_at, becomes_at in ContactItem.objects.filter(
            contact_id__in=[c.id for c in contacts], told_at=None).values_list(
            "contact_id", "item_key", "was_at", "becomes_at"):
        items[contact_id].append(scripts.Owed(key, was_at, becomes_at))
    facts = item_facts({owed.item_key for owing in items.values() for owed in owing})
    return [MessageOrder(
        request_key=f"contact:{c.id}:{c.revision}", party_id=c.party_id, customer_key=bytes(c.customer_key),
        wording_code=scripts.wording_code(scripts.worst(items[c.id]), "message"),
        values=scripts.values(items=items[c.id], facts=facts, party_id=c.party_id, reason=c.outreach.reason,
                              next_review_at=c.outreach.next_review_at)) for c in contacts]


def _mark_told(contacts: Sequence[Contact], at: dt.datetime) -> None:
    ids = [c.id for c in contacts]
    ContactItem.objects.filter(contact_id__in=ids, told_at=None).update(told_at=at, is_recorded=False)
    for wording_id in {c.wording_id for c in contacts}:
        Contact.objects.filter(id__in=[c.id for c in contacts if c.wording_id == wording_id]).update(
            state=ContactState.TOLD, closed_at=at, wording_id=wording_id)
    Attempt.objects.bulk_create([Attempt(contact_id=i, mode=ContactMode.MESSAGE, begun_at=at, result_at=at,
                                         result=Attempt.Result.TOLD) for i in ids])


def failed_messages_take() -> int:
    """Customers whose message will not arrive are owed a call; of one that another version said, the contact keeps
    which."""
    return events_drain("desk.message_failed", lambda topic, payload: (
        _reworded(payload) if topic == "messages.reworded" else _call_instead(payload)))


def _reworded(payload: dict[str, Any]) -> None:
    kind, contact_id, revision = [*payload["request_key"].split(":"), "", ""][:3]
    if kind == "contact":
        Contact.objects.filter(id=contact_id, revision=int(revision), state=ContactState.TOLD).update(
            wording_id=payload["wording_id"])


def _call_instead(payload: dict[str, Any]) -> None:
    kind, contact_id, _ = [*payload["request_key"].split(":"), "", ""][:3]
    contact = Contact.objects.filter(id=contact_id).first() if kind == "contact" else None
    letter_failed(payload["request_key"])
    if contact is None or contact.state != ContactState.TOLD:
        return
    if contact.is_campaign:
        message_failed(contact, payload["why"])
        return
    try:
        with transaction.atomic():
            Contact.objects.filter(id=contact.id).update(
                state=ContactState.OWED, mode=ContactMode.VOICE, closed_at=None, wording_id=None,
                revision=F("revision") + 1)
            ContactItem.objects.filter(contact_id=contact.id).update(told_at=None, is_recorded=False)
    except IntegrityError:  # the customer has an open contact meanwhile: it takes these items over
        _merge_into_open(contact)


def _merge_into_open(contact: Contact) -> None:
    open_ = Contact.objects.select_for_update().get(customer_key=contact.customer_key, state__in=OPEN_STATES,
                                                     is_campaign=False)
    open_.revision, open_.mode = open_.revision + 1, ContactMode.VOICE
    open_.save()
    known = set(ContactItem.objects.filter(contact_id=open_.id).values_list("item_key", flat=True))
    ContactItem.objects.bulk_create([
        ContactItem(contact_id=open_.id, item_key=i.item_key, was_at=i.was_at, becomes_at=i.becomes_at,
                    revision=open_.revision)
        for i in ContactItem.objects.filter(contact_id=contact.id) if i.item_key not in known])


def quiet_ends_at(at: dt.datetime) -> dt.datetime | None:
    """When sending goes on, if `at` is in the quiet hours."""
    until = quiet_until(at)
    return until if until > at else None

