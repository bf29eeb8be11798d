"""The citizen follows an order without a login: a signed link and the last four digits of their telephone.

A wrong link, wrong digits and an order without a telephone get the same answer, in the same words; after five wrong
tries at a link within an hour there is none. Digits once right give a ticket that holds half an hour, so that they
stand in no address and need not be typed again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from dataclasses import dataclass

from django.core import signing
from django.db import connection, transaction

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.core.idempotency import answer_once, key_typed
from youlu.domain.desk.channels.mail.threads import follow_digits
from youlu.domain.desk.claims.reading import claim_told
from youlu.domain.desk.errors import FollowTriesError, RatingError
from youlu.domain.desk.models import FollowTry, OrderEvent, WorkOrder
from youlu.domain.desk.orders.links import order_linked
from youlu.domain.desk.orders.messaging import message_add
from youlu.domain.parties.selectors import phone_tail_matches

TRIES_MAX = 5
TRIES_WINDOW = dt.timedelta(hours=1)
TICKET_S = 1800
MESSAGES_MAX = 10  # of one order, by its customer
CITIZEN = "citizen"
MAIL = "mail"
# What a customer reads of the history; of these alone the words too.
TOLD = ("open", "dispatch", "report", "verify", "answer", "call_back", "close", "reopen", "message", "rate")
SAID = ("answer", "message")


@dataclass(frozen=True)
class FollowLine:
    at: dt.datetime
    code: str
    text: str


@dataclass(frozen=True)
class Followed:
    """What a citizen sees of their order: no name, no office, no clock to the minute."""

    number: int
    kind: str
    title: str
    state: str
    opened_at: dt.datetime
    due_at: dt.datetime
    is_paused: bool
    rating: int | None
    lines: tuple[FollowLine, ...]
    ticket: str
    claim: tuple[str, int] | None = None  # (state, fen): settled

    @property
    def is_closed(self) -> bool:
        return self.state == WorkOrder.State.CLOSED


def order_follow(*, link: str, phone_tail: str) -> Followed:
    """The order of a link for who knows the digits.

    Raises
    ------
    NotFoundError : wrong, unknown, or without a telephone.
    FollowTriesError : five wrong tries at this link within an hour.
    """
    tail = re.sub(r"\D", "", phone_tail)
    tried = hashlib.sha256(link.encode()).digest()
    # Under a lock of the link: a hundred guesses at once get no more tries than one after another. The count of a
    # wrong one has to outlive the error, so that it is raised after the transaction.
    with transaction.atomic():
        _throttle(tried)
        order = WorkOrder.objects.select_related("kind").filter(id=order_linked(link)).first()
        matches = phone_tail_matches(order.party_id if order else None, tail) or _is_in_our_letter(order, tail)
        if not matches or len(tail) != 4:
            FollowTry.objects.create(link=tried, tried_at=clock.real_now())
            order = None
    if order is None:
        raise NotFoundError()
    return _followed(order)


def order_followed(*, link: str, ticket: str) -> Followed:
    """The same once more, by the ticket; raises NotFoundError for one that is old or another link's."""
    return _followed(_by_ticket(link, ticket))


@transaction.atomic
def follow_message(*, link: str, ticket: str, text: str, key: str = "") -> None:
    """What the customer adds, once a key; an order that waited for them goes on.

    Raises
    ------
    NotFoundError, MessageError : empty, too long, too many, or the order is closed.
    """
    order = _by_ticket(link, ticket)

    def work() -> tuple[int, None]:
        message_add(order_id=order.id, by=CITIZEN, text=text, most=MESSAGES_MAX, at=clock.now())
        return 201, None

    answer_once(caller=f"follow:{order.id}", key=key_typed(key), body=text.encode(), work=work)


@transaction.atomic
def follow_rate(*, link: str, ticket: str, rating: int) -> None:
    """One to five, once, when the order has been answered.

    Raises
    ------
    NotFoundError, RatingError
    """
    order = _by_ticket(link, ticket)
    answered = WorkOrder.objects.filter(id=order.id, rating=None, answered_at__isnull=False)
    if rating not in range(1, 6) or not answered.update(rating=rating):
        raise RatingError()
    OrderEvent.objects.create(order_id=order.id, at=clock.now(), actor=CITIZEN, act="rate", detail=str(rating))


def follow_tries_forget() -> int:
    """Drop wrong tries that no longer count; returns how many."""
    done, _ = FollowTry.objects.filter(tried_at__lt=clock.real_now() - TRIES_WINDOW).delete()
    return done


def _is_in_our_letter(order: WorkOrder | None, digits: str) -> bool:
    """Who wrote by e-mail gave no telephone: our letter has the link and these."""
    return order is not None and order.channel == MAIL and hmac.compare_digest(follow_digits(order.id), digits)


def _throttle(tried: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4418))", [tried.hex()])
    since = clock.real_now() - TRIES_WINDOW
    if FollowTry.objects.filter(link=tried, tried_at__gt=since).count() >= TRIES_MAX:
        raise FollowTriesError()


def _ticket(order: WorkOrder) -> str:
    return signing.TimestampSigner(salt="desk.follow.ticket").sign(str(order.id))


def _by_ticket(link: str, ticket: str) -> WorkOrder:
    try:
        named = signing.TimestampSigner(salt="desk.follow.ticket").unsign(ticket, max_age=TICKET_S)
    except signing.BadSignature:
        raise NotFoundError() from None
    order = WorkOrder.objects.select_related("kind").filter(id=order_linked(link)).first()
    if order is None or str(order.id) != named:
        raise NotFoundError()
    return order


def _followed(order: WorkOrder) -> Followed:
    events = OrderEvent.objects.filter(order_id=order.id, act__in=TOLD).order_by("-id")[:100]
    lines = tuple(FollowLine(e.at, e.act, e.note if e.act in SAID else e.detail if e.act == "rate" else "")
                  for e in events)
    return Followed(order.number, order.kind.name, order.title, order.state, order.opened_at, order.due_at,
                    order.paused_at is not None, order.rating, lines, _ticket(order), claim_told(order.id))
