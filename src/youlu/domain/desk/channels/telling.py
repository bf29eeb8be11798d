"""Whoever wrote by a program, a messenger, a public page or a letter hears the same way that there is an answer, in the
approved wording, with the link by which they read it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from youlu.domain.desk.channels.mail.replying import letter_send
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.messages.services import MessageOrder, message_send

WORDING = "answered.message"
LETTERS, LETTER_WORDING = "mail", "answered.mail"
CHANNELS = ("api", "messenger", "form", "track", LETTERS)


def answer_tell(order: WorkOrder, at: dt.datetime) -> str:
    """Send the message of the answer of that instant, in the caller's transaction; "" where nobody waits for one, else
    what the history says of it."""
    if order.channel not in CHANNELS or order.party_id is None:
        return ""
    if order.channel == LETTERS:
        return letter_send(order, LETTER_WORDING, f"answer:{order.id}:{at.isoformat()}")
    link = f"{settings.PUBLIC_BASE_URL.rstrip('/')}/follow/{follow_link(order.id)}"
    outcome = message_send(order=MessageOrder(
        request_key=f"answer:{order.id}:{at.isoformat()}", party_id=order.party_id,
        customer_key=bytes(order.customer_key or b""),
        wording_code=WORDING, values={"number": str(order.number), "link": link}))
    return "发了消息" if outcome.reaches else "消息发不出，请打电话"
