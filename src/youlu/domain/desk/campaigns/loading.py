"""A list becomes a campaign: one held contact a customer, in one transaction, nobody twice.

That nobody is contacted twice within a campaign is a constraint of the database, whatever is loaded again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.numbered import numbered
from youlu.core.postgres_features import server_version, uuid7_expression
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.campaigns.errors import CampaignEmptyError, CampaignFieldError
from youlu.domain.desk.campaigns.lists import FAULTS, Listed, Target
from youlu.domain.desk.campaigns.models import NAME_MAX, Campaign
from youlu.domain.desk.campaigns.topics import topic_check
from youlu.domain.desk.owing import outreach_open

FAULTS_KEPT = 5_000  # beyond it the list itself is wrong; how many there were is counted

LIST_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS desk_campaign_list (line integer, item_key bigint, party_id uuid, by_voice boolean)
ON COMMIT DROP"""
WHO = """
SELECT COALESCE(p.phone_index, uuid_send(p.id)) AS key, t.line, t.item_key, t.by_voice, p.id AS party_id,
       p.channel <> '' AND p.consent_message AS by_message
FROM desk_campaign_list t JOIN parties_party p ON p.id = t.party_id
WHERE p.phone_index IS NOT NULL OR (p.channel <> '' AND p.consent_message)"""
# Who said to an agent that they want no more calls is left alone.
REFUSED = """
SELECT FROM desk_contact r JOIN desk_attempt a ON a.contact_id = r.id
WHERE r.customer_key = who.key AND r.state = 'other' AND a.note = 'refused'"""
CONTACTS = f"""
INSERT INTO desk_contact (id, outreach_id, customer_key, party_id, mode, state, opened_at, due_at, not_before, revision,
                          tries, is_campaign)
SELECT {{uuid7}}, %(outreach)s, who.key, (array_agg(who.party_id ORDER BY who.by_message DESC, who.party_id))[1],
       CASE WHEN bool_or(who.by_message) AND NOT bool_or(who.by_voice) THEN 'message' ELSE 'voice' END, 'held',
       %(at)s, %(due)s, %(at)s, 1, 0, true
FROM ({WHO}) who WHERE NOT EXISTS ({REFUSED}) GROUP BY who.key ORDER BY who.key"""
ROWS = f"""
INSERT INTO desk_campaignrow (contact_id, line, item_key)
SELECT DISTINCT c.id, who.line, who.item_key FROM ({WHO}) who
JOIN desk_contact c ON c.outreach_id = %(outreach)s AND c.customer_key = who.key AND c.is_campaign"""
COUNTS = f"""
SELECT (SELECT count(*) FROM desk_campaign_list) - count(*), count(*) FILTER (WHERE EXISTS ({REFUSED})),
       EXISTS (SELECT FROM desk_contact c WHERE c.outreach_id = %(outreach)s AND NOT EXISTS (
               SELECT FROM desk_campaignrow w WHERE w.contact_id = c.id AND w.item_key IS NOT NULL))
FROM ({WHO}) who"""


@dataclass(frozen=True)
class Asked:
    """What a supervisor asks for: a name (their own, customers hear the topic's sentence), by when, how."""

    name: str
    topic: str
    due_at: dt.datetime
    voice_pct: int
    source: str
    source_name: str = ""


@transaction.atomic
def campaign_open(*, actor: Actor, asked: Asked, listed: Listed) -> uuid.UUID:
    """Make the draft with its held contacts; nothing goes out before it is started. Returns the outreach's id.

    Raises
    ------
    CampaignFieldError, CampaignEmptyError, TopicError, NeedsItemsError
    """
    actor.require("outreach.run")
    at = clock.now()
    name = asked.name.strip()
    if not 0 < len(name) <= NAME_MAX or asked.due_at <= at or not 0 <= asked.voice_pct <= 100:
        raise CampaignFieldError(most=NAME_MAX)
    outreach_id = outreach_open(closure_id=None, reason=name, next_review_at=None, at=at)
    customers, rows, left_out, has_bare = _load(outreach_id, listed.targets, at, asked.due_at)
    if not customers:
        raise CampaignEmptyError(why=_why_empty(listed, left_out))
    topic_check(asked.topic, has_bare=has_bare, at=at)
    if len(listed.faults) > FAULTS_KEPT:
        left_out["faults"] = len(listed.faults)
    Campaign.objects.create(
        outreach_id=outreach_id, topic=asked.topic, source=asked.source, source_name=asked.source_name,
        due_at=asked.due_at, voice_pct=asked.voice_pct, customers=customers, rows=rows, has_bare=has_bare,
        faults=[list(fault) for fault in listed.faults[:FAULTS_KEPT]], left_out=left_out, made_by=actor.id,
        made_at=at)
    audit_record(actor=actor.id, action="campaign.open", object_type="outreach", object_id=str(outreach_id),
                 source=asked.source, customers=customers, faults=len(listed.faults))
    return outreach_id


def _load(
    outreach_id: uuid.UUID, targets: Sequence[Target], at: dt.datetime, due_at: dt.datetime
) -> tuple[int, int, dict[str, int], bool]:
    """(customers, rows, left out, whether somebody has no item)."""
    values: dict[str, Any] = {"outreach": outreach_id, "at": at, "due": due_at}
    with connection.cursor() as cursor:
        cursor.execute(LIST_TABLE)
        cursor.execute("TRUNCATE desk_campaign_list")
        with cursor.copy("COPY desk_campaign_list FROM STDIN") as copy:
            for one in targets:
                copy.write_row((one.line, one.item_key, one.party_id, one.by_voice))
        cursor.execute("ANALYZE desk_campaign_list")
        cursor.execute(CONTACTS.format(uuid7=uuid7_expression(server_version())), values)
        customers = cursor.rowcount
        cursor.execute(ROWS, values)
        rows = cursor.rowcount
        cursor.execute(COUNTS, values)
        unreachable, refused, has_bare = cursor.fetchone()
    left_out = {"unreachable": unreachable, "refused": refused}
    return customers, rows, {code: n for code, n in left_out.items() if n}, has_bare


def _why_empty(listed: Listed, left_out: dict[str, int]) -> str:
    """The commonest cause, in a word."""
    if listed.faults:
        (code, n), = Counter(code for _, code in listed.faults).most_common(1)
        return numbered("%(n)s行%(what)s", n) % {"n": n, "what": gettext(FAULTS[code][0])}
    if left_out.get("refused"):
        return gettext("都说过不用再联系")
    return gettext("都没有电话，也没有同意收消息") if left_out else gettext("名单是空的")
