"""What goes back to who wrote by e-mail: that the letter came, that there is an answer, in the approved wordings; as a
letter that threads with theirs."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from django.conf import settings

from youlu.core import clock
from youlu.domain.desk.channels.mail.models import InboxLetter
from youlu.domain.desk.channels.mail.threads import follow_digits, order_mark
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.messages.mailing import Cover, sending_domain
from youlu.domain.messages.services import MessageOrder, message_send

CHANNEL = "mail"
# The writer's own subject is not sent back: a letter under a false name would make us carry its words to somebody.
SUBJECT = "【邮政】工单{number} [{mark}]"
DIGITS = "查询码：{digits}"
KEYS = ("received", "answer")


def letter_send(order: WorkOrder, code: str, request_key: str, **more: str) -> str:
    """Order a letter about the order, in the caller's transaction; returns what the history says of it. Its sentence
    may be that of yesterday's letter, and what it encloses is another: it goes all the same."""
    if order.party_id is None:
        return "没有邮箱，没有回信"
    link = f"{settings.PUBLIC_BASE_URL.rstrip('/')}/follow/{follow_link(order.id)}"
    outcome = message_send(order=MessageOrder(
        request_key=request_key, party_id=order.party_id, customer_key=bytes(order.customer_key or b""),
        wording_code=code, channel=CHANNEL, is_asked=True,
        values={"number": str(order.number), "link": link, **more}))
    return {"no_wording": "没有批准的口径，没有回信", "no_channel": "没有邮箱，没有回信"}.get(outcome.kind, "回了信")


def cover_of(request_key: str) -> Cover | None:
    """What goes around the sentence of a message about an order that came by letter; None for any other."""
    kind, order_id, rest = [*request_key.split(":", 2), "", ""][:3]
    if kind not in KEYS:
        return None
    order = WorkOrder.objects.filter(id=uuid.UUID(order_id), channel=CHANNEL).first()
    if order is None:
        return None
    mark = order_mark(order.number)
    once = hashlib.sha256(request_key.encode()).hexdigest()[:16]
    theirs = InboxLetter.objects.filter(order=order).order_by("-id").values_list("message_id", flat=True).first()
    # The digits stand in no row: with the link of a message's text they would open the order to whoever reads rows.
    digits = DIGITS.format(digits=follow_digits(order.id))
    return Cover(SUBJECT.format(number=order.number, mark=mark), f"<{mark}.{once}@{sending_domain()}>", theirs or "",
                 f"{_answer(order, rest)}\n\n{digits}" if kind == "answer" else digits)


def letter_failed(request_key: str) -> None:
    """A letter of ours did not arrive: the order says so, and somebody telephones."""
    kind, order_id, _ = [*request_key.split(":", 2), "", ""][:3]
    if kind in KEYS and WorkOrder.objects.filter(id=order_id, channel=CHANNEL).exists():
        OrderEvent.objects.create(order_id=order_id, at=clock.now(), actor="system:mail", act="unsent",
                                  detail="试过几次，对方的邮件服务器没有收")


def _answer(order: WorkOrder, at: str) -> str:
    """The words of the answer of that instant, read when the letter goes out: they wait nowhere else."""
    answers = OrderEvent.objects.filter(order=order, act="answer", at=dt.datetime.fromisoformat(at))
    return answers.order_by("-id").values_list("note", flat=True).first() or ""
