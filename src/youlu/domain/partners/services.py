"""Registering partners, queueing messages for them, believing theirs."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.events import event_publish
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.partners import signing, transport
from youlu.domain.partners.envelope import Envelope, envelope_read, envelope_write
from youlu.domain.partners.errors import (
    BadMessageError,
    BadSignatureError,
    MessageReusedError,
    PartnerExistsError,
    UnknownPartnerError,
)
from youlu.domain.partners.models import IncomingMessage, OutgoingMessage, Partner, Statement
from youlu.domain.partners.selectors import STATEMENT_TOPIC

log = logging.getLogger(__name__)
RETRY_FIRST_S = 5
RETRY_MAX_S = 120
LEASE_S = 60
Post = Callable[[str, dict[str, str], bytes], str]


@dataclass(frozen=True)
class PartnerKeys:
    """Shown once. `secret_in` is what the partner signs with, `secret_out` what it verifies ours by."""

    secret_in: str
    secret_out: str


@dataclass(frozen=True)
class Receipt:
    message_id: str
    again: bool  # it had come before; nothing was done


@transaction.atomic
def partner_register(
    *, actor: Actor, code: str, name: str, url: str, keys: PartnerKeys | None = None
) -> PartnerKeys:
    """Make a partner; keys are made unless the agency brought its own."""
    actor.require("partner.admin")
    if Partner.objects.filter(code=code).exists():
        raise PartnerExistsError(partner=code)
    keys = keys or PartnerKeys(signing.secret_make(), signing.secret_make())
    Partner.objects.create(code=code, name=name, url=url, secret_in=keys.secret_in, secret_out=keys.secret_out)
    audit_record(actor=actor.id, action="partner.register", object_type="partner", object_id=code, url=url)
    return keys


@transaction.atomic
def partner_move(*, actor: Actor, code: str, url: str) -> None:
    """Send to another address from now on, waiting messages at once."""
    actor.require("partner.admin")
    if not Partner.objects.filter(code=code).update(url=url):
        raise UnknownPartnerError()
    OutgoingMessage.objects.filter(partner=code, sent_at=None).update(next_try_at=clock.real_now())
    audit_record(actor=actor.id, action="partner.move", object_type="partner", object_id=code, url=url)


@transaction.atomic
def partner_key_rotate(*, actor: Actor, code: str) -> str:
    """A new key for them to sign with; the present one stays good until the next rotation."""
    actor.require("partner.admin")
    partner = Partner.objects.select_for_update().filter(code=code).first()
    if partner is None:
        raise UnknownPartnerError()
    partner.secret_in_former, partner.secret_in = partner.secret_in, signing.secret_make()
    partner.save(update_fields=["secret_in", "secret_in_former"])
    audit_record(actor=actor.id, action="partner.key_rotate", object_type="partner", object_id=code)
    return partner.secret_in


def message_queue(*, partner: str, topic: str, data: dict[str, Any]) -> uuid.UUID:
    """Write a message for a partner in the caller's transaction; the job sends it. `data` holds references only."""
    assert connection.in_atomic_block, "a message is queued with the deed that it tells"  # noqa: S101
    made_at, now = clock.now(), clock.real_now()
    message = OutgoingMessage(
        id=uuid7(), partner_id=partner, topic=topic, body=envelope_write(topic, made_at, data),
        made_on=clock.local(made_at).date(), made_at=now, next_try_at=now,
    )
    message.save(force_insert=True)
    return message.id


@transaction.atomic
def message_receive(*, partner: str, headers: Mapping[str, str], body: bytes) -> Receipt:
    """Believe a signed message, keep it once, and tell its subscribers ("partner.message").

    Raises
    ------
    BadSignatureError : unknown partner, wrong key, altered body or a time more than five minutes off.
    BadMessageError, MessageReusedError
    """
    message_id = message_believe(partner=partner, headers=headers, body=body)
    envelope = envelope_read(body)
    if not _keep(partner, message_id, envelope, body):
        return Receipt(message_id, again=True)
    if envelope.topic == STATEMENT_TOPIC:
        _statement_keep(partner, envelope)
    event_publish("partner.message", {
        "partner": partner, "message_id": message_id, "topic": envelope.topic,
        "made_at": envelope.made_at.isoformat(), "data": envelope.data,
    })
    return Receipt(message_id, again=False)


def message_believe(*, partner: str, headers: Mapping[str, str], body: bytes) -> str:
    """The id of a message that the partner signed; nothing is kept.

    Raises
    ------
    BadSignatureError
    """
    known = Partner.objects.filter(code=partner, active=True).first()
    secrets = [known.secret_in, known.secret_in_former] if known else []
    try:
        return signing.verify([s for s in secrets if s], headers, body, now_s=int(clock.real_now().timestamp()))
    except signing.SignatureError as error:
        log.warning("a message for %s was not believed: %s", partner if known else "an unknown partner", error)
        raise BadSignatureError() from None


def _keep(partner: str, message_id: str, envelope: Envelope, body: bytes) -> bool:
    """Insert the message; False if the same one is there already (then its count of copies grows)."""
    made = IncomingMessage.objects.bulk_create([IncomingMessage(
        partner_id=partner, message_id=message_id, topic=envelope.topic, body=body.decode(),
        made_on=envelope.made_on, received_at=clock.real_now(),
    )], ignore_conflicts=True)
    kept = IncomingMessage.objects.get(partner=partner, message_id=message_id)
    if kept.id == made[0].id:
        return True
    if hashlib.sha256(kept.body.encode()).digest() != hashlib.sha256(body).digest():
        raise MessageReusedError()
    IncomingMessage.objects.filter(id=kept.id).update(copies=F("copies") + 1)
    return False


def _statement_keep(partner: str, envelope: Envelope) -> None:
    counts = {side: envelope.data.get(side) for side in ("in", "out")}
    if not all(isinstance(side, dict) for side in counts.values()):
        raise BadMessageError(problem="对账单缺少in或out")
    try:
        day = dt.date.fromisoformat(envelope.data["date"])
    except (KeyError, TypeError, ValueError):
        raise BadMessageError(problem="对账单缺少date，格式如2022-07-29") from None
    Statement.objects.update_or_create(
        partner_id=partner, made_on=day, defaults={"counts": counts, "received_at": clock.real_now()})


@dataclass(frozen=True)
class SendCounts:
    sent: int
    failed: int


def outbox_send(*, limit: int = 50, post: Post = transport.post) -> SendCounts:
    """Send what is due, at least once each, one partner's failure not holding up another's messages.

    After a failure the partner's other messages of this round are left for its next try: a partner that is down
    costs one timeout, not one per message. Once it answers again, what had been put off is due at once.
    """
    sent, down, up = 0, dict[str, str](), set[str]()
    for message in _claim(limit):
        code = message.partner.code
        problem = down.get(code) or _try(message, post)
        if problem:
            down[code] = problem
            _put_off(message, problem)
        else:
            up.add(code)
            sent += 1
    OutgoingMessage.objects.filter(partner__in=up - down.keys(), sent_at=None, attempts__gt=0).update(
        next_try_at=clock.real_now())
    return SendCounts(sent, len(down))


def _claim(limit: int) -> list[OutgoingMessage]:
    """Due messages, each for this sender alone until its lease ends; a killed sender's come back by themselves."""
    now = clock.real_now()
    with transaction.atomic():
        due = list(
            OutgoingMessage.objects.select_for_update(skip_locked=True, of=("self",)).select_related("partner")
            .filter(sent_at=None, next_try_at__lte=now, partner__active=True).order_by("made_at", "id")[:limit])
        OutgoingMessage.objects.filter(id__in=[message.id for message in due]).update(
            next_try_at=now + dt.timedelta(seconds=LEASE_S))
    return due


def _try(message: OutgoingMessage, post: Post) -> str:
    """Post one message and note it as sent; what went wrong, else ""."""
    partner, body, now = message.partner, message.body.encode(), clock.real_now()
    headers = signing.headers_for(partner.secret_out, message_id=f"msg_{message.id.hex}",
                                  timestamp_s=int(now.timestamp()), body=body)
    problem = post(partner.url, headers, body)
    if not problem:
        OutgoingMessage.objects.filter(id=message.id).update(
            sent_at=clock.real_now(), attempts=F("attempts") + 1, last_problem="")
    return problem


def _put_off(message: OutgoingMessage, problem: str) -> None:
    pause_s = min(RETRY_FIRST_S * 2 ** min(message.attempts, 16), RETRY_MAX_S)
    OutgoingMessage.objects.filter(id=message.id, sent_at=None).update(
        attempts=F("attempts") + 1, last_problem=problem,
        next_try_at=clock.real_now() + dt.timedelta(seconds=pause_s),
    )
