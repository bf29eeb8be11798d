"""A campaign's messages, batch after batch: each batch is one transaction, so that a kill repeats and forgets nothing.

Locks: the campaign before its contacts, as whoever stops it does.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from youlu.core import clock
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.campaigns.running import campaign_halt, to_voice
from youlu.domain.desk.campaigns.saying import items_by_contact, values
from youlu.domain.desk.campaigns.topics import code_of
from youlu.domain.desk.item_facts import item_facts
from youlu.domain.desk.models import Attempt, Contact, ContactMode, ContactState
from youlu.domain.messages.services import MessageOrder, Outcome, messages_send, quiet_until

BATCH = 500


def campaigns_send(*, batches: int = 2) -> bool:
    """Send up to `batches` of 500 of each running campaign, the one due first; whether something is left to send."""
    running = Campaign.objects.filter(state=Campaign.State.RUNNING).order_by("due_at", "outreach_id")
    left = False
    for outreach_id in list(running.values_list("outreach_id", flat=True)):
        for _ in range(batches):
            if quiet_until(clock.now()) > clock.now():
                return False
            is_full = campaign_batch(outreach_id, most=BATCH) == BATCH
            if not is_full:
                break
        left = left or is_full
    return left


@transaction.atomic
def campaign_batch(outreach_id: uuid.UUID, *, most: int = BATCH) -> int:
    """One batch of one campaign; how many contacts it took up, 0 where it stands still."""
    campaign = Campaign.objects.select_for_update().get(outreach_id=outreach_id)
    if campaign.state != Campaign.State.RUNNING:
        return 0
    at = clock.now()
    contacts = list(Contact.objects.select_for_update(skip_locked=True).filter(
        outreach_id=outreach_id, mode=ContactMode.MESSAGE, state=ContactState.OWED, not_before__lte=at)
        .order_by("id")[:most])
    if not contacts:
        return 0
    outcomes = messages_send(orders=_orders(contacts, campaign.topic), at=at)
    if any(one.kind == "no_wording" for one in outcomes):
        campaign_halt(outreach_id, Campaign.Why.NO_WORDING)
        return 0
    _told(contacts, outcomes)
    silent = [c.id for c, one in zip(contacts, outcomes, strict=True) if one.kind in ("no_channel", "no_consent")]
    if silent:
        to_voice(outreach_id, silent)
    return len(contacts)


def _orders(contacts: Sequence[Contact], topic: str) -> list[MessageOrder]:
    items = items_by_contact(contact.id for contact in contacts)
    facts = item_facts({key for keys in items.values() for key in keys})
    return [MessageOrder(
        request_key=f"contact:{c.id}:{c.revision}", party_id=c.party_id, customer_key=bytes(c.customer_key),
        wording_code=code_of(topic, "message"), values=values(items.get(c.id, ()), facts)) for c in contacts]


def _told(contacts: Sequence[Contact], outcomes: Sequence[Outcome]) -> None:
    at = clock.now()
    told: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
    for contact, one in zip(contacts, outcomes, strict=True):
        if one.reaches:
            told[one.wording_id].append(contact.id)
    for wording_id, ids in told.items():
        Contact.objects.filter(id__in=ids).update(state=ContactState.TOLD, closed_at=at, wording_id=wording_id)
        Attempt.objects.bulk_create([Attempt(contact_id=i, mode=ContactMode.MESSAGE, begun_at=at, result_at=at,
                                             result=Attempt.Result.TOLD) for i in ids])


def message_failed(contact: Contact, why: str) -> None:
    """A message that did not arrive: one whose wording ended waits for the next version, any other is a call."""
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().get(outreach_id=contact.outreach_id)
        found = Contact.objects.select_for_update().get(id=contact.id)
        if found.state != ContactState.TOLD:
            return
        is_unsayable = why in ("withdrawn", "expired")
        if campaign.state == Campaign.State.DONE and not is_unsayable:  # not done after all: they are called
            campaign.state, campaign.ended_at = Campaign.State.RUNNING, None
            campaign.save()
        found.revision, found.closed_at, found.wording_id = found.revision + 1, None, None
        is_running = campaign.state == Campaign.State.RUNNING
        found.state = ContactState.OWED if is_running else ContactState.HELD
        found.save()
        if not is_unsayable:
            to_voice(campaign.outreach_id, [found.id])
        elif campaign.state == Campaign.State.DONE:
            campaign.state, campaign.why, campaign.ended_at = Campaign.State.STOPPED, Campaign.Why.NO_WORDING, None
            campaign.save()
