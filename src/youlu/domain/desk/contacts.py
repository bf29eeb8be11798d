"""Telling customers by voice: an agent holds a few contacts under a lease and says what came of each."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.crypto import blind_index
from youlu.core.errors import NotFoundError
from youlu.core.idempotency import answer_once
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import scripts
from youlu.domain.desk.agreed import IS_AGREED
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.campaigns.topics import code_of
from youlu.domain.desk.errors import (
    ContactGoneError,
    NoTimeGivenError,
    OtherAgentError,
    RemarkError,
    UnknownResultError,
)
from youlu.domain.desk.models import Attempt, Contact, ContactItem, ContactMode, ContactState
from youlu.domain.desk.phone.dialling import contact_dial, number_is_open
from youlu.domain.desk.phone.errors import DialFirstError
from youlu.domain.desk.phone.exchange import exchange_is_set
from youlu.domain.desk.told import told_flush
from youlu.domain.messages.selectors import wording_said
from youlu.domain.messages.services import quiet_until
from youlu.domain.workforce.selectors import agent_of

HAND = 3  # the one on the phone and two ahead, so that work goes on without a network
LEASE = dt.timedelta(minutes=30)
TRIES_MAX = 3
TRY_AGAIN = dt.timedelta(hours=2)  # trade practice, unverified
ASKED_FOR = dt.timedelta(hours=1)  # later than that it is not the time that the customer asked for
REMARK_MAX = 200
OTHER_REASONS = {"wrong_number": "号码不对", "refused": "不用再联系", "hand_over": "转主管"}

# Due first; one whose holder's lease ran out is anybody's again. In the quiet hours nobody is rung up but who asked for
# a call at that time: the last result says so, whoever has held the contact since. Presence is part of the claim
# itself. The hand is drawn once, before the update: as a plain subquery the planner may run it again for every row.
CLAIM = f"""
WITH hand AS MATERIALIZED (
    SELECT c.id FROM desk_contact c
    WHERE c.mode = 'voice' AND c.state IN ('owed', 'claimed', 'unreached', 'scheduled')
      AND (%(may_ring)s OR (c.not_before > %(asked_since)s AND {IS_AGREED.format("c")}))
      AND ((c.state <> 'claimed' AND c.not_before <= %(now)s) OR (c.state = 'claimed' AND c.lease_until <= %(real)s))
    ORDER BY c.due_at, c.id LIMIT %(want)s FOR UPDATE SKIP LOCKED)
UPDATE desk_contact SET state = 'claimed', claimed_by = %(agent)s, lease_until = %(lease)s
FROM hand WHERE desk_contact.id = hand.id
AND EXISTS (SELECT 1 FROM workforce_presence p
            WHERE p.agent_id = %(agent)s AND p.until IS NULL AND p.is_taking AND p.site <> 'out')
RETURNING desk_contact.id
"""
# What was promised stays promised.
RELEASE = f"""
UPDATE desk_contact SET claimed_by = NULL, lease_until = NULL, state = CASE
    WHEN {IS_AGREED.format("desk_contact")} THEN 'scheduled' WHEN tries > 0 THEN 'unreached' ELSE 'owed' END
WHERE claimed_by = %s AND state = 'claimed'"""


def contact_next(*, actor: Actor) -> uuid.UUID | None:
    """The contact to call now: the one held longest, else one claimed; None when nobody waits or the agent is out."""
    held = contacts_hold(actor=actor, want=1)
    return held[0] if held else None


@transaction.atomic
def contacts_hold(*, actor: Actor, want: int = HAND) -> tuple[uuid.UUID, ...]:
    """Fill the agent's hand up to `want` contacts; returns what they hold, longest held first."""
    actor.require("contact.take")
    agent = agent_of(actor)
    real = clock.real_now()
    held = _held(agent.id, real)
    if len(held) < want:
        now = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, {"agent": agent.id, "lease": real + LEASE, "now": now, "real": real,
                                   "want": want - len(held), "may_ring": quiet_until(now) <= now,
                                   "asked_since": now - ASKED_FOR})
            claimed = [row[0] for row in cursor.fetchall()]
        Attempt.objects.bulk_create([Attempt(contact_id=contact_id, mode=ContactMode.VOICE, agent_id=agent.id,
                                             begun_at=clock.now()) for contact_id in claimed])
        held = _held(agent.id, real)
    return held


def contacts_held(*, actor: Actor) -> tuple[uuid.UUID, ...]:
    """What the agent holds now, first to call first; claims nothing."""
    actor.require("contact.take")
    return _held(agent_of(actor).id, clock.real_now())


def _held(agent_id: uuid.UUID, real: dt.datetime) -> tuple[uuid.UUID, ...]:
    return tuple(Contact.objects.filter(claimed_by=agent_id, state=ContactState.CLAIMED, lease_until__gt=real)
                 .order_by("due_at", "id").values_list("id", flat=True))


@transaction.atomic
def contacts_release(*, actor: Actor) -> int:
    """Give back what the agent holds: going out, logging off."""
    agent = agent_of(actor)
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [agent.id])
        return cursor.rowcount


@transaction.atomic
def call_ask(*, actor: Actor, contact_id: uuid.UUID) -> None:
    """Ask the exchange to call both ends (双呼); the number is not shown. Recorded once an attempt; where no exchange
    is registered that is all, and the page offers the number instead.

    Raises
    ------
    NotFoundError, ContactGoneError, NoNumberError, AgentOnPhoneError
    """
    agent = agent_of(actor)
    _held_check(agent.id, contact_id)
    attempt = _attempt_open(agent.id, contact_id)
    if attempt.call_asked_at is None:
        if exchange_is_set():
            contact_dial(agent=agent, contact=attempt.contact)
        Attempt.objects.filter(id=attempt.id).update(call_asked_at=clock.now())
        audit_record(actor=actor.id, action="call.ask", object_type="contact", object_id=str(contact_id))


def _held_check(agent_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    """What left the hand is somebody else's or nobody's, although a result that comes late still counts.

    Raises
    ------
    NotFoundError : it never was in this hand, or its result is there.
    ContactGoneError : not any more.
    """
    if contact_id in _held(agent_id, clock.real_now()):
        return
    if not Attempt.objects.filter(contact_id=contact_id, agent_id=agent_id, result="").exists():
        raise NotFoundError()
    raise ContactGoneError()


def contact_party(*, actor: Actor, contact_id: uuid.UUID) -> uuid.UUID:
    """The party of a contact the agent holds, whose number is to be shown; anybody else's is not found.

    Raises
    ------
    NotFoundError, ContactGoneError
    DialFirstError : the exchange has not tried, or has not failed.
    """
    _held_check(agent_of(actor).id, contact_id)
    if not number_is_open(contact_id=contact_id):
        raise DialFirstError()
    return Contact.objects.values_list("party_id", flat=True).get(id=contact_id)


@dataclass(frozen=True)
class ContactOutcome:
    """What became of the contact. `is_told_again_owed`: facts changed while the agent spoke: owed again."""

    contact_id: uuid.UUID
    state: str
    is_told_again_owed: bool


@dataclass(frozen=True)
class Said:
    """An agent's result: `revision` is the contact's that the page showed, `occurred_at` the phone's own clock."""

    result: str
    revision: int
    occurred_at: dt.datetime | None = None
    callback_at: dt.datetime | None = None
    other: str = ""
    remark: str = ""


def shelf_tag(*, actor: Actor) -> str:
    """By what the agent's phone marks results that wait on it: the same for ever, and says nothing to anybody else."""
    return blind_index(actor.id, field="desk.shelf").hex()[:16]


def contact_result(
    *, actor: Actor, contact_id: uuid.UUID, said: Said, key: str, whose: str = ""
) -> ContactOutcome:
    """Record what came of a contact, once a key, whenever it arrives.

    Raises
    ------
    NotFoundError : the agent never held the contact, or has given its result under another key.
    OtherAgentError : the phone marked it as somebody else's (`whose`, a `shelf_tag`).
    UnknownResultError, NoTimeGivenError, RemarkError, KeyReusedError, KeyBusyError
    """
    actor.require("contact.take")
    if whose and whose != shelf_tag(actor=actor):
        raise OtherAgentError()
    if len(said.remark) > REMARK_MAX:
        raise RemarkError(most=REMARK_MAX)
    if said.result not in Attempt.Result.values or not said.result:
        raise UnknownResultError()
    if said.result == Attempt.Result.OTHER and said.other not in OTHER_REASONS:
        raise UnknownResultError()
    body = json.dumps([str(contact_id), said.result, said.revision, said.other,
                       said.callback_at and said.callback_at.isoformat(),
                       *([said.remark] if said.remark else [])]).encode()

    def work() -> tuple[int, dict[str, object]]:
        outcome = _result_apply(actor, contact_id, said)
        return 200, {"state": outcome.state, "again": outcome.is_told_again_owed}

    _, answer = answer_once(caller=actor.id, key=key, body=body, work=work)
    told_flush()
    return ContactOutcome(contact_id, answer["state"], answer["again"])


def _result_apply(actor: Actor, contact_id: uuid.UUID, said: Said) -> ContactOutcome:
    agent = agent_of(actor)
    contact = Contact.objects.select_for_update().filter(id=contact_id).first()
    if contact is None:
        raise NotFoundError()
    attempt = _attempt_open(agent.id, contact_id)
    now = clock.now()
    at = min(max(said.occurred_at or now, attempt.begun_at), now)  # a phone's clock may be wrong, not absurd
    if said.result == Attempt.Result.SCHEDULED and (said.callback_at is None or said.callback_at <= at):
        raise NoTimeGivenError()
    Attempt.objects.filter(id=attempt.id).update(result=said.result, result_at=at, note=said.other,
                                                  remark=said.remark or None)
    again, is_told = False, said.result == Attempt.Result.TOLD
    _taken_back_settle(contact.id, said.revision if is_told else 0, at)
    if is_told:
        contact.wording_id = wording_said(code=_spoken(contact, said.revision), at=at)
        again = _told(contact, said.revision, at)
    elif contact.state in (ContactState.CLAIMED, ContactState.HELD) and contact.claimed_by == agent.id:
        _not_told(contact, said, at)
        if contact.state == ContactState.UNREACHED and not _may_go_on(contact):
            contact.state = ContactState.HELD
    contact.save()
    audit_record(actor=actor.id, action="contact.result", object_type="contact", object_id=str(contact_id),
                 result=said.result)
    return ContactOutcome(contact_id, contact.state, again)


def _attempt_open(agent_id: uuid.UUID, contact_id: uuid.UUID) -> Attempt:
    attempt = (Attempt.objects.select_for_update().filter(contact_id=contact_id, agent_id=agent_id, result="")
               .order_by("-begun_at", "-id").first())
    if attempt is None:
        raise NotFoundError()
    return attempt


def _may_go_on(contact: Contact) -> bool:
    """False where the contact's campaign was stopped, perhaps while the agent spoke."""
    return not contact.is_campaign or Campaign.objects.filter(
        outreach_id=contact.outreach_id, state=Campaign.State.RUNNING).exists()


def _spoken(contact: Contact, revision: int) -> str:
    """The code of the sentence that the agent's page showed."""
    if contact.is_campaign:
        return code_of(Campaign.objects.values_list("topic", flat=True).get(outreach_id=contact.outreach_id), "voice")
    owed = [scripts.Owed(*row) for row in ContactItem.objects.filter(
        contact_id=contact.id, told_at=None, revision__lte=revision).values_list("item_key", "was_at", "becomes_at")]
    return scripts.wording_code(scripts.worst(owed), "voice") if owed else ""


def _told(contact: Contact, revision: int, at: dt.datetime) -> bool:
    """Mark what the agent's page showed as told; True when something newer remains to be told."""
    items = ContactItem.objects.filter(contact_id=contact.id, told_at=None)
    items.filter(revision__lte=revision).update(told_at=at, is_recorded=False)
    remains = items.exists()
    if contact.state not in (ContactState.TOLD, ContactState.MOOT):
        contact.state = ContactState.OWED if remains else ContactState.TOLD
        contact.closed_at = None if remains else at
        contact.claimed_by = contact.lease_until = None
    return remains


# What was taken back while the agent spoke was said all the same; the flush owes the true time after it. What nobody
# can be saying any more is forgotten.
_TAKEN_BACK = """
WITH over AS (DELETE FROM desk_takenback WHERE contact_id = %(contact)s AND (revision <= %(revision)s
    OR NOT EXISTS (SELECT FROM desk_attempt WHERE contact_id = %(contact)s AND result = '')) RETURNING *)
INSERT INTO desk_contactitem (contact_id, item_key, was_at, becomes_at, revision, told_at, is_recorded)
SELECT contact_id, item_key, was_at, becomes_at, revision, %(at)s, false FROM over WHERE revision <= %(revision)s
ON CONFLICT (contact_id, item_key) DO NOTHING"""


def _taken_back_settle(contact_id: uuid.UUID, revision: int, at: dt.datetime) -> None:
    """`revision`: what was said, 0 where nothing was."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_BACK, {"contact": contact_id, "revision": revision, "at": at})


def _not_told(contact: Contact, said: Said, at: dt.datetime) -> None:
    contact.claimed_by = contact.lease_until = None
    if said.result == Attempt.Result.SCHEDULED:
        assert said.callback_at is not None  # noqa: S101
        contact.state, contact.not_before, contact.due_at = ContactState.SCHEDULED, said.callback_at, said.callback_at
    elif said.result == Attempt.Result.OTHER:
        contact.state, contact.closed_at = ContactState.OTHER, at
    else:
        contact.tries += 1
        given_up = contact.tries >= TRIES_MAX
        contact.state = ContactState.GIVEN_UP if given_up else ContactState.UNREACHED
        contact.not_before = at + TRY_AGAIN
        contact.closed_at = at if given_up else None
