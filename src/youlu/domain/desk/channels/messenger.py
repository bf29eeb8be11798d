"""A messenger's messages come in signed (Standard Webhooks): one about something open is added to it, another begins an
order. Who writes is known by a blind index alone; answers go out by `messages`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.db import connection

from youlu.core import clock
from youlu.core.crypto import blind_index
from youlu.core.idempotency import answer_once
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.channels.customers import customer_of
from youlu.domain.desk.channels.submitting import MESSAGES_MAX
from youlu.domain.desk.models import OrderSource, WorkOrder
from youlu.domain.desk.orders.messaging import message_add
from youlu.domain.desk.orders.opening import Asked, order_written
from youlu.domain.partners import signing
from youlu.domain.partners.errors import BadSignatureError

CHANNEL, KIND, TITLE = "messenger", "enquiry", "消息来询"
ACTOR = Actor(id="system:messenger", name="messenger", permissions=frozenset())


def message_believe(*, headers: Mapping[str, str], body: bytes) -> str:
    """The id of a message that our messenger's secret signed within five minutes.

    Raises
    ------
    BadSignatureError : also where no secret is set.
    """
    secret = settings.MESSENGER_SECRET
    try:
        return signing.verify([secret] if secret else [], headers, body, now_s=int(clock.real_now().timestamp()))
    except signing.SignatureError:
        raise BadSignatureError() from None


def message_take(*, message_id: str, sender: str, text: str, phone: str = "") -> uuid.UUID:
    """Keep a believed message once; returns the order that it is on.

    Parameters
    ----------
    sender : the messenger's own id of who writes, opaque to us
    phone : theirs, where the messenger knows it

    Raises
    ------
    BadPhoneError, MessageError, KeyReusedError
    """
    thread = blind_index(sender, field="desk.messenger")
    party_id = customer_of(phone=phone)

    def work() -> tuple[int, str]:
        with connection.cursor() as cursor:  # two messages of one sender at once are one order and one message
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4419))", [thread.hex()])
        open_one = _open_of(thread)
        if open_one is not None:
            message_add(order_id=open_one, by=ACTOR.id, text=text, most=MESSAGES_MAX, at=clock.now())
            return 200, str(open_one)
        asked = Asked(KIND, TITLE, text.strip(), CHANNEL, party_id, source=CHANNEL, thread=thread)
        return 201, str(order_written(actor=ACTOR, asked=asked, key=f"order {message_id}").order_id)

    body = json.dumps([thread.hex(), text, phone]).encode()
    _, order_id = answer_once(caller=CHANNEL, key=message_id, body=body, work=work)
    return uuid.UUID(order_id)


def _open_of(thread: bytes) -> uuid.UUID | None:
    """The newest order of the thread that is not closed."""
    return (OrderSource.objects.filter(caller=CHANNEL, thread=thread).exclude(order__state=WorkOrder.State.CLOSED)
            .order_by("-at").values_list("order_id", flat=True).first())
