"""From a contact of a campaign to the sentence that says it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from youlu.core import clock
from youlu.domain.desk.campaigns.models import Campaign, CampaignRow
from youlu.domain.desk.campaigns.topics import Topic, topics_current
from youlu.domain.desk.item_facts import ItemFact, item_facts
from youlu.domain.desk.models import Contact
from youlu.domain.desk.scripts import BRANCH
from youlu.domain.messages.phrases import Segment, until_phrase


def items_by_contact(contact_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[int]]:
    """The items a campaign speaks of, by contact, each once, in the order of the list."""
    found: dict[uuid.UUID, dict[int, None]] = defaultdict(dict)
    rows = CampaignRow.objects.filter(contact_id__in=list(contact_ids), item_key__isnull=False).order_by("id")
    for contact_id, key in rows.values_list("contact_id", "item_key"):
        found[contact_id][key or 0] = None
    return {contact_id: list(keys) for contact_id, keys in found.items()}


def values(keys: Sequence[int], facts: Mapping[int, ItemFact], *, staff_no: str = "") -> dict[str, str]:
    """The variables of a campaign's sentence; those about items only where there are items."""
    said = {"branch": BRANCH, "staff_no": staff_no}
    if not keys:
        return said
    head = facts[keys[0]]
    more = f"等{len(keys)}件" if len(keys) > 1 else ""
    return said | {"item": head.number + more, "place": head.region + head.place,
                   "becomes": until_phrase(head.expected_at) if head.expected_at else "时间还不确定"}


@dataclass(frozen=True)
class CampaignCard:
    """What an agent needs to tell one customer of a campaign. `script` is empty where nothing may be said."""

    subject: str
    place: str
    script: tuple[Segment, ...]
    version: int
    items: tuple[tuple[str, dt.datetime | None], ...]


def campaign_cards(contacts: Sequence[Contact], *, staff_no: str) -> dict[uuid.UUID, CampaignCard]:
    """Cards by contact; a handful of questions, none where there is no contact."""
    if not contacts:
        return {}
    outreaches = {row.outreach_id: row for row in Campaign.objects.filter(
        outreach_id__in={c.outreach_id for c in contacts}).select_related("outreach")}
    topics = topics_current(clock.now(), {row.topic for row in outreaches.values()})
    items = items_by_contact(c.id for c in contacts)
    facts = item_facts({key for keys in items.values() for key in keys})
    return {c.id: _card(outreaches[c.outreach_id], topics, items.get(c.id, []), facts, staff_no) for c in contacts}


def _card(
    campaign: Campaign, topics: Mapping[str, Topic], keys: list[int], facts: Mapping[int, ItemFact], staff_no: str
) -> CampaignCard:
    topic = topics.get(campaign.topic)
    script: tuple[Segment, ...] = ()
    if topic is not None and (keys or not topic.names_items):
        script = topic.voice.say(values(keys, facts, staff_no=staff_no))
    head = facts[keys[0]] if keys else None
    items = tuple((facts[key].number, facts[key].expected_at) for key in keys)
    return CampaignCard(campaign.outreach.reason, head.region + head.place if head else "", script,
                        topic.voice.version if topic and script else 0, items)
