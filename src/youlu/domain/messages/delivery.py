"""Handing queued messages over: to the inbox when the quiet hours end, to the HTTP hook with a signature, to the mail
server as letters."""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import connection, transaction
from standardwebhooks.webhooks import Webhook

from youlu.core import clock
from youlu.core.events import event_publish
from youlu.domain.messages.mailing import FINAL, NO_ADDRESS, Postbox
from youlu.domain.messages.models import Message, Wording
from youlu.domain.messages.selectors import row_of
from youlu.domain.messages.services import quiet_until, text_digest, wordings_shared
from youlu.domain.parties.models import Party

log = logging.getLogger(__name__)
LEASE_S = 60
TIMEOUT_S = 5.0
# After each refusal; then the message has failed and its customer is owed a call.
RETRY_AFTER_S = (5, 30, 120, 600, 1800)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

CLAIM_SQL = """
WITH hand AS MATERIALIZED (
    SELECT id FROM customer_messages_message
    WHERE state = 'queued' AND not_before <= %(now)s AND (channel <> 'hook' OR %(may_ring)s)
      AND (next_try_at IS NULL OR next_try_at <= %(real)s) AND (lease_until IS NULL OR lease_until <= %(real)s)
    ORDER BY not_before LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE customer_messages_message m SET lease_until = %(lease)s, tries = tries + 1
FROM hand WHERE m.id = hand.id
RETURNING m.id
"""


def messages_deliver(*, limit: int = 50, client: httpx.Client | None = None) -> int:
    """Deliver up to `limit` waiting messages; returns how many were taken.

    A message is claimed under a lease, posted, then marked: a process killed between posting and marking posts it
    again under the same `webhook-id`, by which the receiver knows it.
    """
    claimed = _claim(limit)
    with client or httpx.Client(timeout=TIMEOUT_S) as http, Postbox() as postbox:
        for message in Message.objects.filter(id__in=claimed).select_related("wording").order_by("not_before", "id"):
            _deliver(message, http, postbox)
    return len(claimed)


def _claim(limit: int) -> list[uuid.UUID]:
    """What was due before the quiet hours and did not get out waits for the morning: a message wakes people."""
    real, now = clock.real_now(), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL, {"lease": real + dt.timedelta(seconds=LEASE_S), "now": now, "real": real,
                                   "may_ring": quiet_until(now) <= now, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def _deliver(message: Message, http: httpx.Client, postbox: Postbox) -> None:
    # A mail server knows no repeat: who was slower than their lease, and is overtaken, sends nothing a second time.
    if not Message.objects.select_for_update(skip_locked=True).filter(
            id=message.id, state=Message.State.QUEUED).exists():
        return
    # The lock is held while posting, on purpose: a withdrawal returns only when nothing of its version is under way.
    current = wordings_shared({message.wording.code}, clock.now()).get(message.wording.code)
    if current is None or (current.id != message.wording_id and not _reword(message, current)):
        withdrawn = message.wording.state == Wording.State.WITHDRAWN
        _settle(message, Message.State.STOPPED, "withdrawn" if withdrawn else "expired")
    elif message.channel == Message.Channel.INBOX:
        _settle(message, Message.State.SENT)
    else:
        is_letter = message.channel == Message.Channel.MAIL
        fault = postbox.post(message) if is_letter else _post(message, http)
        if not fault:
            _settle(message, Message.State.SENT)
        elif message.tries > len(RETRY_AFTER_S) or fault in FINAL:
            _settle(message, Message.State.FAILED, fault)
        else:
            again_at = clock.real_now() + dt.timedelta(seconds=RETRY_AFTER_S[message.tries - 1])
            Message.objects.filter(id=message.id).update(next_try_at=again_at, lease_until=None, last_fault=fault)


def _reword(message: Message, current: Wording) -> bool:
    """Say it in the version that is in force now; False where that one asks for what the asker did not give.

    A message waits for hours, through a night or while the hook refuses it. Its version may have ended meanwhile: the
    customer then hears today's sentence, and the asker which one it was. Where none is in force, or today's cannot be
    filled, nothing is said and the asker is told, as after a withdrawal: what is still owed is owed by a call, or
    waits for the next version where it is a campaign's.
    """
    try:
        text = row_of(current).text(message.values)
    except KeyError:
        return False
    message.wording, message.text, message.text_digest = current, text, text_digest(text)
    message.save(update_fields=["wording", "text", "text_digest"])
    event_publish("messages.reworded", {"request_key": message.request_key, "wording_id": str(current.id)})
    return True


def _post(message: Message, http: httpx.Client) -> str:
    """Post to the hook; "" when it was taken, else what went wrong in a word (never the answer: it may echo)."""
    url = settings.MESSAGE_HOOK_URL
    parts = urlsplit(url)
    if not url or not settings.MESSAGE_HOOK_SECRET or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
        return "no_hook"
    phone = Party.objects.filter(id=message.party_id).values_list("phone", flat=True).first()
    if not phone:  # erased meanwhile
        return NO_ADDRESS
    body = json.dumps({"type": "message.send", "timestamp": clock.real_now().isoformat(),
                       "data": {"message_id": str(message.id), "to": phone, "text": message.text}}, ensure_ascii=False)
    sent_at = clock.real_now()
    headers = {
        "content-type": "application/json", "webhook-id": str(message.id),
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(settings.MESSAGE_HOOK_SECRET).sign(str(message.id), sent_at, body),
    }
    try:
        answer = http.post(url, content=body.encode(), headers=headers)
    except httpx.HTTPError as error:
        return type(error).__name__
    return "" if answer.is_success else f"status_{answer.status_code}"


def _settle(message: Message, state: Message.State, fault: str = "") -> None:
    sent_at = clock.now() if state == Message.State.SENT else None
    settled = Message.objects.filter(id=message.id, state=Message.State.QUEUED).update(
        state=state, sent_at=sent_at, lease_until=None, last_fault=fault, values={})
    if settled and state != Message.State.SENT:
        log.warning("message %s is %s: %s", message.id, state, fault)
        event_publish("messages.failed", {"request_key": message.request_key, "why": fault})
