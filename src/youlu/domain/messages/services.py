"""Wording's life, and one sentence to each customer: decided, rendered, kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Min, Q

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.messages.errors import (
    WordingPeriodError,
    WordingSamePersonError,
    WordingStateError,
    WordingTextError,
    WordingVariablesError,
)
from youlu.domain.messages.models import Message, Wording
from youlu.domain.messages.phrases import variables_in
from youlu.domain.messages.selectors import in_force, row_of
from youlu.domain.parties.models import Party

BODY_MAX = 500
REPEAT_WINDOW = dt.timedelta(hours=24)


@transaction.atomic
def wording_draft(
    *, actor: Actor, code: str, body: str, variables: Sequence[str], emphasised: Sequence[str] = ()
) -> uuid.UUID:
    """Write the next version of a code as a draft.

    Raises
    ------
    WordingTextError, WordingVariablesError
    """
    actor.require("messages.draft")
    if not 0 < len(body.strip()) <= BODY_MAX or "\0" in body:
        raise WordingTextError(most=BODY_MAX)
    try:
        foreign = sorted({*variables_in(body), *emphasised} - set(variables))
    except ValueError as error:
        foreign = [str(error)]
    if foreign:
        raise WordingVariablesError(names="、".join(foreign))
    last = Wording.objects.filter(code=code).aggregate(no=Max("version"))["no"] or 0
    wording = Wording.objects.create(code=code, version=last + 1, body=body, variables=list(variables),
                                     emphasised=list(emphasised), drafted_by=actor.id, drafted_at=clock.now())
    audit_record(actor=actor.id, action="wording.draft", object_type="wording", object_id=str(wording.id), code=code)
    return wording.id


@transaction.atomic
def wording_approve(
    *, actor: Actor, wording_id: uuid.UUID, valid_from: dt.datetime | None = None, valid_to: dt.datetime | None = None
) -> None:
    """Put a draft in force; the version before ends where this one starts, so that withdrawing revives nothing.

    Raises
    ------
    NotFoundError, WordingStateError, WordingPeriodError
    WordingSamePersonError : the actor wrote it.
    """
    actor.require("messages.approve")
    wording = _wording_locked(wording_id)
    if wording.state != Wording.State.DRAFT:
        raise WordingStateError(state=wording.get_state_display(), act="批准")
    if wording.drafted_by == actor.id:
        raise WordingSamePersonError()
    with connection.cursor() as cursor:  # two drafts of one code that are approved at once see one another
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5310))", [wording.code])
    starts_at = valid_from or clock.now()
    if valid_to is not None and valid_to <= max(starts_at, clock.now()):
        raise WordingPeriodError()
    approved = Wording.objects.filter(code=wording.code, state=Wording.State.APPROVED)
    approved.filter(Q(valid_to=None) | Q(valid_to__gt=starts_at), valid_from__lte=starts_at).update(valid_to=starts_at)
    # One that was approved for later keeps its time, and ends this one.
    holds = Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))
    later = approved.filter(holds, valid_from__gt=starts_at).aggregate(at=Min("valid_from"))["at"]
    ends_at = min((at for at in (valid_to, later) if at), default=None)
    wording.state, wording.valid_from, wording.valid_to = Wording.State.APPROVED, starts_at, ends_at
    wording.approved_by, wording.approved_at = actor.id, clock.now()
    wording.save()
    audit_record(actor=actor.id, action="wording.approve", object_type="wording", object_id=str(wording_id))


@transaction.atomic
def wording_withdraw(*, actor: Actor, wording_id: uuid.UUID, reason: str) -> None:
    """Take a version back everywhere at once: waits for sends in flight, and none starts after."""
    actor.require("messages.approve")
    wording = _wording_locked(wording_id)
    if wording.state == Wording.State.WITHDRAWN:
        raise WordingStateError(state=wording.get_state_display(), act="撤回")
    wording.state, wording.withdrawn_reason = Wording.State.WITHDRAWN, reason
    wording.withdrawn_by, wording.withdrawn_at = actor.id, clock.now()
    wording.save()
    audit_record(actor=actor.id, action="wording.withdraw", object_type="wording", object_id=str(wording_id),
                 reason=reason)


def _wording_locked(wording_id: uuid.UUID) -> Wording:
    wording = Wording.objects.select_for_update().filter(id=wording_id).first()
    if wording is None:
        raise NotFoundError()
    return wording


@dataclass(frozen=True)
class MessageOrder:
    """One sentence asked for. `request_key` is the asker's: the same key never sends twice. `channel`: the way in which
    the customer asked and is answered, whatever they agreed to be told besides; "": the party's own."""

    request_key: str
    party_id: uuid.UUID
    customer_key: bytes
    wording_code: str
    values: Mapping[str, str]
    channel: str = ""
    is_asked: bool = False  # for by the customer: said although they were told the same last


@dataclass(frozen=True)
class Outcome:
    """`kind`: sent, queued (quiet hours, or the hook's turn), repeat (what was said last, within the window),
    no_wording, no_channel, no_consent. Only the first three mean that the customer hears it. `wording_id`: the version
    that says it."""

    request_key: str
    kind: str
    wording_id: uuid.UUID | None = None

    @property
    def reaches(self) -> bool:
        return self.kind in ("sent", "queued", "repeat")


def message_send(*, order: MessageOrder, at: dt.datetime | None = None) -> Outcome:
    """Send one message; see `messages_send`."""
    return messages_send(orders=[order], at=at)[0]


@transaction.atomic
def messages_send(*, orders: Sequence[MessageOrder], at: dt.datetime | None = None) -> tuple[Outcome, ...]:
    """Decide, render and keep a batch of messages: one outcome an order, in order.

    Parameters
    ----------
    at : business instant of sending, now by default.
    """
    at = at or clock.now()
    wordings = wordings_shared({order.wording_code for order in orders}, at)
    parties = {row[0]: row[1:] for row in Party.objects.filter(id__in={o.party_id for o in orders})
               .values_list("id", "channel", "consent_message", "email_index")}
    said = _said_last(orders, at - REPEAT_WINDOW)
    not_before = quiet_until(at)
    made: list[Message] = []
    outcomes = []
    for order in orders:
        kind, message = _decide(order, wordings, _way(order, parties.get(order.party_id)), said, at, not_before)
        wording = wordings.get(order.wording_code)
        outcomes.append(Outcome(order.request_key, kind, wording.id if wording is not None else None))
        if message is not None:
            said[order.customer_key] = bytes(message.text_digest)
            made.append(message)
    Message.objects.bulk_create(made, ignore_conflicts=True)
    return tuple(outcomes)


def _way(order: MessageOrder, party: tuple[Any, ...] | None) -> tuple[str, bool]:
    """Channel, and whether the customer agreed to it: who asked by a letter agreed to an answer by one."""
    channel, consents, email = party or ("", False, None)
    if order.channel == Message.Channel.MAIL:
        return (order.channel, True) if email is not None else ("", False)
    return channel, consents


def messages_take_back(*, request_keys: Sequence[str]) -> set[str]:
    """Stop those that have not gone out, in the caller's transaction; returns the keys of those that have. What is
    being handed over at this moment counts as gone."""
    rows = Message.objects.filter(request_key__in=list(request_keys))
    rows.filter(Q(lease_until=None) | Q(lease_until__lte=clock.real_now()), state=Message.State.QUEUED).update(
        state=Message.State.STOPPED, last_fault="taken_back", values={})
    gone = rows.filter(state__in=(Message.State.QUEUED, Message.State.SENT))
    return set(gone.values_list("request_key", flat=True))


def quiet_until(at: dt.datetime) -> dt.datetime:
    """`at` itself, or the end of the quiet hours it falls in: nobody is written to or rung up in them."""
    from_min, to_min = settings.QUIET_HOURS  # local minutes of the day; over midnight where they end before they begin
    local = clock.local(at)
    minute = local.hour * 60 + local.minute
    over_midnight = from_min > to_min
    is_quiet = (minute >= from_min or minute < to_min) if over_midnight else from_min <= minute < to_min
    if not is_quiet:
        return at
    day = local.date() + dt.timedelta(days=over_midnight and minute >= from_min)
    return clock.midnight(day) + dt.timedelta(minutes=to_min)


def text_digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


def wordings_shared(codes: set[str], at: dt.datetime) -> dict[str, Wording]:
    """Current wordings, share-locked to the end of the transaction: a withdrawal waits, then finds none unsent."""
    ids = Wording.objects.filter(in_force(at), code__in=codes).values("id")
    locked = Wording.objects.raw(
        "SELECT * FROM customer_messages_wording WHERE id = ANY(%s) ORDER BY code, version FOR SHARE",
        [[row["id"] for row in ids]])
    # Read again under the lock: it may have been withdrawn between the two statements.
    return {w.code: w for w in locked
            if w.state == Wording.State.APPROVED and (w.valid_to is None or w.valid_to > at)}


def _said_last(orders: Sequence[MessageOrder], since: dt.datetime) -> dict[bytes, bytes]:
    """Customer -> digest of what they were told last. What was said before that is not true any more: a time that is
    promised again after another is said again."""
    rows = Message.objects.filter(customer_key__in={o.customer_key for o in orders}, made_at__gte=since).exclude(
        state__in=(Message.State.FAILED, Message.State.STOPPED)).order_by("customer_key", "-made_at", "-id").distinct(
        "customer_key").values_list("customer_key", "text_digest")
    return {bytes(key): bytes(digest) for key, digest in rows}


def _decide(
    order: MessageOrder, wordings: dict[str, Wording], party: tuple[str, bool], said: Mapping[bytes, bytes],
    at: dt.datetime, not_before: dt.datetime,
) -> tuple[str, Message | None]:
    channel, consents = party
    if not channel:
        return "no_channel", None
    if not consents:
        return "no_consent", None
    wording = wordings.get(order.wording_code)
    if wording is None:
        return "no_wording", None
    text = row_of(wording).text(order.values)
    digest = text_digest(text)
    if said.get(order.customer_key) == digest and not order.is_asked:
        return "repeat", None
    at_once = channel == Message.Channel.INBOX and not_before <= at
    if channel == Message.Channel.MAIL:
        not_before = at  # a letter rings nobody awake
    message = Message(
        request_key=order.request_key, party_id=order.party_id, customer_key=order.customer_key, channel=channel,
        wording=wording, text=text, text_digest=digest, made_at=at, not_before=not_before,
        values={} if at_once else dict(order.values),
        state=Message.State.SENT if at_once else Message.State.QUEUED, sent_at=at if at_once else None,
    )
    return ("sent" if at_once else "queued"), message
