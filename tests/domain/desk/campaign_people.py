"""A topic that may be said, a list of people with mail, and a campaign of them."""

from __future__ import annotations

import datetime as dt
import uuid

from tests import people
from tests.domain.desk.conftest import NOON

from youlu.domain.desk.campaigns.lists import Listed, Target
from youlu.domain.desk.campaigns.loading import Asked, campaign_open
from youlu.domain.desk.campaigns.running import campaign_start
from youlu.domain.desk.campaigns.topics import topic_draft
from youlu.domain.messages.services import wording_approve
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.services import parties_create_bulk

TOPIC = "录取通知书"
MESSAGE = "【邮政】您的录取通知书正在路上，请保持电话畅通。"
VOICE = "您好，我是{branch}客服，工号{staff_no}。您的录取通知书正在路上。"
THURSDAY = NOON + dt.timedelta(days=6, hours=3)


def topic_make(name: str = TOPIC, message: str = MESSAGE, voice: str = VOICE) -> tuple[uuid.UUID, uuid.UUID]:
    made = topic_draft(actor=people.chen_supervisor(), name=name, message=message, voice=voice)
    for wording_id in made:
        wording_approve(actor=people.liu_supervisor(), wording_id=wording_id)
    return made


def customers(count: int, *, first: int = 0, channel: str = "inbox", consents: bool = True) -> list[uuid.UUID]:
    return parties_create_bulk(actor=people.chen_supervisor(), parties=[
        NewParty(name=f"客户{n}", phone=f"139{n:08d}", channel=channel, consent_message=consents, synthetic=True)
        for n in range(first, first + count)])


def asked(**more: object) -> Asked:
    return Asked(**{"name": "录取通知书提醒", "topic": TOPIC, "due_at": THURSDAY, "voice_pct": 100,  # type: ignore[arg-type]
                    "source": "file", **more})


def campaign(parties: list[uuid.UUID], *, by_voice: bool = False, start: bool = True, **more: object) -> uuid.UUID:
    outreach_id = campaign_open(actor=people.chen_supervisor(), asked=asked(**more), listed=Listed(
        [Target(party, line=n, by_voice=by_voice) for n, party in enumerate(parties, 2)]))
    if start:
        campaign_start(actor=people.chen_supervisor(), outreach_id=outreach_id)
    return outreach_id
