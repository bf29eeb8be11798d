"""Start, stop, resume: a campaign's contacts are held or owed, by one statement each; nobody is forgotten by it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from math import ceil
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.agreed import IS_AGREED
from youlu.domain.desk.campaigns.errors import CampaignFieldError, CampaignStateError
from youlu.domain.desk.campaigns.models import NAME_MAX, Campaign
from youlu.domain.desk.campaigns.topics import topic_check, topics_current, unsayable
from youlu.domain.desk.models import OPEN_STATES, Contact, ContactMode, ContactState

State = Campaign.State
# Who is on the telephone keeps the contact: a result that comes later counts, and nobody else rings meanwhile. A time
# that was agreed with a customer is a promise, and stands.
HOLD = f"""
UPDATE desk_contact SET state = 'held' WHERE outreach_id = %(outreach)s AND (state IN ('owed', 'unreached')
    OR (state = 'claimed' AND NOT {IS_AGREED.format("desk_contact")}))"""
BACK = """
    state = CASE WHEN lease_until > %(real)s THEN 'claimed' WHEN tries > 0 THEN 'unreached' ELSE 'owed' END"""
RELEASE_MESSAGES = f"""
UPDATE desk_contact SET {BACK} WHERE outreach_id = %(outreach)s AND state = 'held' AND mode = 'message'"""
# Those already tried first: their place among the called is taken.
RELEASE_VOICES = f"""
UPDATE desk_contact SET {BACK} WHERE id IN (
    SELECT id FROM desk_contact WHERE outreach_id = %(outreach)s AND state = 'held' AND mode = 'voice'
    ORDER BY tries DESC, id LIMIT %(room)s)"""


def campaign_start(*, actor: Actor, outreach_id: uuid.UUID, plan: Sequence[tuple[str, int]] = ()) -> None:
    """Let a draft, or what was stopped, go out. `plan` is kept the first time: (instant, told by then).

    Raises
    ------
    NotFoundError, CampaignStateError, TopicError, NeedsItemsError
    """
    actor.require("outreach.run")
    with transaction.atomic():
        campaign = _locked(outreach_id, (State.DRAFT, State.STOPPED), "开始告知")
        at = clock.now()
        topic_check(campaign.topic, has_bare=campaign.has_bare, at=at)
        if campaign.started_at is None:
            campaign.started_at, campaign.plan = at, [list(point) for point in plan]
        campaign.state, campaign.why = State.RUNNING, Campaign.Why.NONE
        campaign.save()
        _release(campaign)
        _recorded(actor, campaign, "start")


def campaign_stop(*, actor: Actor, outreach_id: uuid.UUID) -> None:
    """Nothing more goes out and nobody new is called; what is in hand may be finished, agreed times are kept.

    Raises
    ------
    NotFoundError, CampaignStateError
    """
    actor.require("outreach.run")
    with transaction.atomic():
        campaign = _locked(outreach_id, (State.RUNNING,), "停下它")
        _hold(campaign, Campaign.Why.ASKED)
        _recorded(actor, campaign, "stop")


def campaign_drop(*, actor: Actor, outreach_id: uuid.UUID) -> None:
    """Give a campaign up for good: who was not told need not be any more, but for whom a time was agreed.

    Raises
    ------
    NotFoundError, CampaignStateError
    """
    actor.require("outreach.run")
    with transaction.atomic():
        campaign = _locked(outreach_id, (State.DRAFT, State.STOPPED), "取消它")
        Contact.objects.filter(outreach_id=outreach_id, state=ContactState.HELD).update(
            state=ContactState.MOOT, closed_at=clock.now(), claimed_by=None, lease_until=None)
        campaign.state, campaign.ended_at = State.DROPPED, clock.now()
        campaign.save()
        _recorded(actor, campaign, "drop")


def campaign_share(*, actor: Actor, outreach_id: uuid.UUID, voice_pct: int) -> None:
    """Change how many of the customers may be called; more are called at once, fewer from the next on.

    Raises
    ------
    NotFoundError, CampaignStateError, CampaignFieldError
    """
    actor.require("outreach.run")
    if not 0 <= voice_pct <= 100:
        raise CampaignFieldError(most=NAME_MAX)
    with transaction.atomic():
        campaign = _locked(outreach_id, (State.DRAFT, State.RUNNING, State.STOPPED, State.DONE), "改电话比例")
        campaign.voice_pct = voice_pct
        if campaign.state == State.DONE:
            campaign.state, campaign.ended_at = State.RUNNING, None
        campaign.save()
        if campaign.state == State.RUNNING:
            _release(campaign)
        _recorded(actor, campaign, "share", pct=voice_pct)


def campaigns_watch() -> None:
    """Stop what may not be said any more, end what is done; one short transaction a campaign."""
    running = list(Campaign.objects.filter(state=State.RUNNING))
    topics = topics_current(clock.now(), {one.topic for one in running}) if running else {}
    for one in running:
        why = unsayable(one, topics)
        is_open = Contact.objects.filter(outreach_id=one.outreach_id, state__in=OPEN_STATES).exists()
        if not why and is_open:
            continue
        with transaction.atomic():
            campaign = Campaign.objects.select_for_update().get(outreach_id=one.outreach_id)
            if campaign.state != State.RUNNING:
                continue
            if why and is_open:
                _hold(campaign, why)
            elif not Contact.objects.filter(outreach_id=one.outreach_id, state__in=OPEN_STATES).exists():
                campaign.state, campaign.ended_at = State.DONE, clock.now()
                campaign.save()


def to_voice(outreach_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]) -> None:
    """Whom no message reaches is called, as far as the share goes; beyond it they are held and counted. In the
    caller's transaction."""
    campaign = Campaign.objects.select_for_update().get(outreach_id=outreach_id)
    room = voice_room(campaign) if campaign.state == State.RUNNING else 0
    called, left = contact_ids[:room], contact_ids[room:]
    Contact.objects.filter(id__in=called).update(mode=ContactMode.VOICE, state=ContactState.OWED, closed_at=None)
    Contact.objects.filter(id__in=left).update(mode=ContactMode.VOICE, state=ContactState.HELD, closed_at=None)


def campaign_halt(outreach_id: uuid.UUID, why: str) -> None:
    """Stop from within: what it says may not be said. In the caller's transaction."""
    campaign = Campaign.objects.select_for_update().get(outreach_id=outreach_id)
    if campaign.state == State.RUNNING:
        _hold(campaign, why)


def voice_room(campaign: Campaign) -> int:
    """How many more may be called."""
    taken = Contact.objects.filter(outreach_id=campaign.outreach_id, mode=ContactMode.VOICE).exclude(
        state=ContactState.HELD).count()
    return max(ceil(campaign.customers * campaign.voice_pct / 100) - taken, 0)


def _release(campaign: Campaign) -> None:
    values: dict[str, Any] = {"outreach": campaign.outreach_id, "real": clock.real_now(), "room": voice_room(campaign)}
    with connection.cursor() as cursor:
        cursor.execute(RELEASE_MESSAGES, values)
        cursor.execute(RELEASE_VOICES, values)


def _hold(campaign: Campaign, why: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"outreach": campaign.outreach_id})
    campaign.state, campaign.why = State.STOPPED, why
    campaign.save()


def _locked(outreach_id: uuid.UUID, states: Sequence[str], act: str) -> Campaign:
    campaign = Campaign.objects.select_for_update().filter(outreach_id=outreach_id).first()
    if campaign is None:
        raise NotFoundError()
    if campaign.state not in states:
        raise CampaignStateError(state=gettext(campaign.get_state_display()), act=gettext(act))
    return campaign


def _recorded(actor: Actor, campaign: Campaign, act: str, **more: Any) -> None:
    audit_record(actor=actor.id, action=f"campaign.{act}", object_type="outreach",
                 object_id=str(campaign.outreach_id), **more)
