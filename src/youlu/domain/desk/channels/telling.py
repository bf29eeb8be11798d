"""Whoever agreed to messages hears that their order is there and that there is an answer, in the approved wording, with
the link by which they follow it; whoever wrote a letter hears by letter."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from youlu.domain.desk.channels.mail.replying import letter_send
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.messages.services import MessageOrder, Outcome, message_send

WORDING = "answered.message"
LETTERS, LETTER_WORDING = "mail", "answered.mail"
CHANNELS = ("api", "messenger", "form", "track", LETTERS)


# What the desk asks of itself: whoever it is about did not ask, and waits for no answer of it.
OURS = ("contact", "coordination", "call_back")


def is_theirs(order: WorkOrder) -> bool:
    """Whether a customer who can follow it asked for the order: the link opens by the last digits of a telephone, and
    who has none is known by their own id."""
    return (order.party_id is not None and order.kind_id not in OURS
            and bytes(order.customer_key or b"") not in (b"", order.party_id.bytes))


def link_send(order: WorkOrder, *, code: str, request_key: str, is_asked: bool = False) -> Outcome:
    """Send the sentence with the order's link to its customer, in the caller's transaction."""
    assert order.party_id is not None  # noqa: S101
    link = f"{settings.PUBLIC_BASE_URL.rstrip('/')}/follow/{follow_link(order.id)}"
    return message_send(order=MessageOrder(
        request_key=request_key, party_id=order.party_id, customer_key=bytes(order.customer_key or b""),
        wording_code=code, values={"number": str(order.number), "link": link}, is_asked=is_asked))


def answer_tell(order: WorkOrder, at: dt.datetime) -> str:
    """Send the message of the answer of that instant, in the caller's transaction; "" where nobody waits for one, else
    what the history says of it. Who wrote waits for one in any case; who telephoned or came, where they agreed."""
    if order.party_id is None:
        return ""
    if order.channel == LETTERS:
        return letter_send(order, LETTER_WORDING, f"answer:{order.id}:{at.isoformat()}")
    wrote = order.channel in CHANNELS
    if not (wrote or is_theirs(order)):
        return ""
    # A second answer is told in the same sentence, and is another.
    outcome = link_send(order, code=WORDING, request_key=f"answer:{order.id}:{at.isoformat()}", is_asked=True)
    if outcome.reaches:
        return "发了消息"
    return "消息发不出，请打电话" if wrote or outcome.kind == "no_wording" else ""
