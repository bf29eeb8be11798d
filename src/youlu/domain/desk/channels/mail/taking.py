"""A letter becomes an order, or a message on the open order that it answers: in one transaction, once, with its files,
the line in the history and the answer that it came."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from youlu.core import clock
from youlu.core.idempotency import answer_once
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.desk.channels.mail.errors import UNFETCHED
from youlu.domain.desk.channels.mail.inboxes import InboxSetup
from youlu.domain.desk.channels.mail.letters import Letter
from youlu.domain.desk.channels.mail.models import InboxLetter
from youlu.domain.desk.channels.mail.replying import letter_send
from youlu.domain.desk.channels.mail.threads import order_numbered
from youlu.domain.desk.channels.submitting import MESSAGES_MAX
from youlu.domain.desk.errors import AttachmentsFullError
from youlu.domain.desk.models import OrderEvent, WorkOrder
from youlu.domain.desk.orders.attachments import PER_ORDER, SIZE_MAX, attachment_keep
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.messaging import message_add
from youlu.domain.desk.orders.opening import Asked, order_written
from youlu.domain.parties.callers import writer_party
from youlu.domain.parties.models import Party
from youlu.domain.parties.sealing import email_key

CHANNEL, TITLE, UNTITLED = "mail", "电子邮件来信", "（没有主题）"
ACTOR = Actor(id="system:mail", name="mail", permissions=frozenset())
TEXT_MAX = 20_000  # characters of a letter that are kept
KEPT = dt.timedelta(days=30)
NO_TEXT = "（信里没有文字）"
Outcome = InboxLetter.Outcome


@dataclass(frozen=True)
class Left:
    """Files that were not taken: too large, of no kind that is taken, beyond the number that is; `is_cut`: words."""

    large: int = 0
    odd: int = 0
    many: int = 0
    is_cut: bool = False

    @property
    def files(self) -> int:
        return self.large + self.odd + self.many

    def said(self) -> str:
        reasons = [(self.large, f"{self.large}个超过{SIZE_MAX // 1_000_000} MB"),
                   (self.odd, f"{self.odd}个不是图片或PDF"), (self.many, f"{self.many}个超出{PER_ORDER}个"),
                   (self.is_cut, f"正文只收前{TEXT_MAX}字")]
        return "，".join(words for count, words in reasons if count)


@dataclass(frozen=True, repr=False)
class Content:
    """What was fetched of a letter. `files` are as `attachments.cleaned` gives them."""

    text: str
    files: Sequence[tuple[bytes, tuple[str, str]]]
    left: Left


@dataclass(frozen=True)
class Place:
    """Where the letter lies."""

    inbox: InboxSetup
    uidvalidity: int
    uid: int


def letter_take(letter: Letter, content: Content, place: Place) -> uuid.UUID:
    """Keep the letter once; returns the order that it is on.

    Raises
    ------
    KeyBusyError : another worker is at this letter. And what `order_written` raises.
    """
    def work() -> tuple[int, str]:
        order_id = _answered_order(letter)
        outcome = Outcome.MESSAGE if order_id else Outcome.ORDER
        if order_id is None:
            order_id = _opened(letter, content, place)
        else:
            message_add(order_id=order_id, by=ACTOR.id, text=content.text or NO_TEXT, most=MESSAGES_MAX,
                        longest=TEXT_MAX, at=clock.now())
        left = _files_kept(order_id, content)
        letter_note(letter, place, outcome, order_id=order_id)
        _said_back(order_id, letter, left, is_new=outcome == Outcome.ORDER)
        return 201, str(order_id)

    _, order_id = answer_once(caller=CHANNEL, key=letter.key.hex(), body=b"", work=work)
    return uuid.UUID(order_id)


def letter_note(letter: Letter | None, place: Place, outcome: Outcome, *, key: bytes = b"", why: str = "",
                order_id: uuid.UUID | None = None) -> None:
    """Write down how a letter was dealt with; `key` where there is no letter to be made out."""
    values = {"outcome": outcome, "why": why, "order_id": order_id, "uidvalidity": place.uidvalidity, "uid": place.uid,
              "sender": email_key(letter.sender) if letter else None, "inbox_id": place.inbox.name,
              "message_id": letter.message_id if letter and order_id else "", "at": clock.real_now()}
    InboxLetter.objects.update_or_create(key=letter.key if letter else key, defaults=values)


def letter_is_known(key: bytes) -> bool:
    """Whether it is on an order already; with that the mail server's own marks may be lost."""
    return InboxLetter.objects.filter(key=key, order__isnull=False).exists()


def letter_is_unfetchable(place_key: bytes) -> bool:
    """Whether the letter at this place broke the talk with the server before: it is not fetched again."""
    return InboxLetter.objects.filter(key=place_key, why=UNFETCHED).exists()


def sender_is_flooding(sender: str) -> bool:
    since = clock.real_now() - dt.timedelta(hours=1)
    return (InboxLetter.objects.filter(sender=email_key(sender), at__gt=since).exclude(outcome=Outcome.FLOOD).count()
            >= settings.INBOX_LETTERS_HOURLY)


def letters_forget() -> int:
    """Drop what is known of letters that became nothing, KEPT later; returns how many."""
    done, _ = InboxLetter.objects.filter(order=None, at__lt=clock.real_now() - KEPT).delete()
    return done


def _answered_order(letter: Letter) -> uuid.UUID | None:
    """The open order whose number stands in the letter with its mark, if it came by letter from the same address.
    Locked: nobody closes it before the message is in it."""
    number = order_numbered(letter.answers)
    if number is None:
        return None
    order = (WorkOrder.objects.select_for_update().filter(number=number, channel=CHANNEL)
             .exclude(state=WorkOrder.State.CLOSED).first())
    if order is None or order.party_id is None or not Party.objects.filter(
            id=order.party_id, email_index=email_key(letter.sender)).exists():
        return None
    full = OrderEvent.objects.filter(order_id=order.id, act="message").count() >= MESSAGES_MAX
    return None if full else order.id


def _opened(letter: Letter, content: Content, place: Place) -> uuid.UUID:
    """One letter is one order, also where the sender has another open one: who puts somebody's address on a letter
    writes into nothing that was there before."""
    party = writer_party(actor=actor_of_system("desk.channels"), email=letter.sender, name=letter.name)
    body = f"{letter.subject or UNTITLED}\n\n{content.text or NO_TEXT}"
    asked = Asked(place.inbox.kind, TITLE, body, CHANNEL, party.id, is_unproven=True)
    return order_written(actor=ACTOR, asked=asked, key=f"order {letter.key.hex()}").order_id


def _files_kept(order_id: uuid.UUID, content: Content) -> Left:
    many = 0
    for file, kind in content.files:
        try:
            attachment_keep(ACTOR, order_id, file, *kind)
        except AttachmentsFullError:
            many += 1
    left = Left(content.left.large, content.left.odd, content.left.many + many, content.left.is_cut)
    if said := left.said():
        happened(order_id, ACTOR, "left_out", clock.now(), detail=said)
    return left


def _said_back(order_id: uuid.UUID, letter: Letter, left: Left, *, is_new: bool) -> None:
    """That a new one is written down; of a message only that files of it were not taken."""
    if not is_new and not left.files:
        return
    order = WorkOrder.objects.get(id=order_id)
    code = "received_less.mail" if left.files else "received.mail"
    said = letter_send(order, code, f"received:{order_id}:{letter.key.hex()[:16]}", files=str(left.files))
    happened(order_id, ACTOR, "received", clock.now(), detail=said)
