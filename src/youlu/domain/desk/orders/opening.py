"""Orders begin: written down once a key, with both clocks; who asks again about the same is counted, not doubled."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Greatest

from youlu.core import clock
from youlu.core.audit import audit_entry
from youlu.core.bulk import objects_insert
from youlu.core.idempotency import Written, answer_once, answer_written
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.selectors import application_of_item
from youlu.domain.desk.assignment.knowing import known_agent, known_wait
from youlu.domain.desk.channels.names import AT_DESK
from youlu.domain.desk.errors import (
    DeskChannelError,
    OutsideNumberError,
    TitleError,
    UnknownKindError,
    UnknownSubtypeError,
)
from youlu.domain.desk.models import OrderSource, WorkOrder
from youlu.domain.desk.orders.happening import event_of, happened
from youlu.domain.desk.orders.hours import kind_clocked
from youlu.domain.desk.orders.registering import opened_news
from youlu.domain.desk.orders.subtypes import subtype_filled
from youlu.domain.desk.orders.words import grams
from youlu.domain.mail.traces.errors import ShadowItemError
from youlu.domain.mail.traces.selectors import item_in_shadow
from youlu.domain.parties.models import Party
from youlu.domain.workforce.models import Site
from youlu.engines.codes.item_key import item_number

TITLE_MAX = 80
URGENT_FROM = 3  # contacts about the same from which on it is everybody's first
AGES_OF_CASE = dt.timedelta(days=60)


@dataclass(frozen=True)
class Asked:
    """What somebody asks for. `clock_from` and `outside_no` are a letter's, for kinds with a clock of their own."""

    kind: str
    title: str
    body: str = ""
    channel: str = "phone"
    party_id: uuid.UUID | None = None
    item_key: int | None = None
    closure_id: uuid.UUID | None = None
    needs_compensation: bool = False
    outside_no: str = ""
    clock_from: dt.datetime | None = None
    not_before: dt.datetime | None = None  # promised for then: clocks run from there, and nobody is given it before
    source: str = ""  # the program or messenger that it came by, whose order it then is
    thread: bytes = b""
    is_unproven: bool = False  # nobody has shown that an order about the same is theirs: none is added to
    consent: str = ""  # the version of the sentence that whoever asks agreed to
    application_id: uuid.UUID | None = None  # under a programme; that of the item, where none is named
    subtype: str = ""  # of a kind that is divided; "": nobody has said yet

    def of_party(self, party_id: uuid.UUID | None) -> Asked:
        return replace(self, party_id=party_id)

    def digest_text(self) -> bytes:
        # The first six as they were before there were more: a key that was stored then still fits its body.
        more: list[object] = []
        more += [self.outside_no, self.clock_from.isoformat() if self.clock_from else ""] if self.outside_no else []
        more += [self.not_before.isoformat()] if self.not_before else []
        more += [str(self.application_id)] if self.application_id else []
        more += [{"subtype": self.subtype}] if self.subtype else []
        return json.dumps([self.kind, self.title, self.body, str(self.party_id), self.item_key,
                           self.needs_compensation, *more]).encode()


@dataclass(frozen=True)
class Opened:
    """`is_repeat`: the order was there already, and the contact was counted on it."""

    order_id: uuid.UUID
    is_repeat: bool


def order_open(
    *, actor: Actor, kind: str, title: str, body: str = "", channel: str = "phone", party_id: uuid.UUID | None = None,
    item_key: int | None = None, closure_id: uuid.UUID | None = None, needs_compensation: bool = False, key: str = "",
    subtype: str = "",
) -> uuid.UUID:
    """Write an order down by whatever channel; returns its id."""
    actor.require("desk.work")
    return order_written(actor=actor, key=key, asked=Asked(
        kind, title, body, channel, party_id, item_key, closure_id, needs_compensation, subtype=subtype)).order_id


def order_receive(*, actor: Actor, asked: Asked, key: str = "") -> Opened:
    """Write down what somebody asks for, once a key. `needs_compensation` keeps any kind of work from going home.

    Raises
    ------
    UnknownKindError, UnknownSubtypeError, TitleError, OutsideNumberError, DeskChannelError, KeyReusedError,
    ShadowItemError
    """
    actor.require("desk.work")
    if asked.channel not in AT_DESK:
        raise DeskChannelError()
    return order_written(actor=actor, asked=asked, key=key)


def order_written(*, actor: Actor, asked: Asked, key: str) -> Opened:
    """The same for whoever has looked at what the actor may: the desk's own doors."""
    if asked.item_key is not None and item_in_shadow(asked.item_key):
        raise ShadowItemError()
    order = order_drafted(asked)
    caller, key, body = actor.id, key or str(order.id), asked.digest_text()
    if _subject(order) is None:  # nothing that another could be about
        _, answer = answer_written(caller=caller, key=key, body=body, written=_opened(actor, order, asked))
    else:
        _, answer = answer_once(caller=caller, key=key, body=body, work=lambda: _receive(actor, order, asked))
    return Opened(uuid.UUID(answer["order_id"]), answer.get("is_repeat", False))


def order_drafted(asked: Asked) -> WorkOrder:
    """The order with its clocks, not yet stored and without a number."""
    clocked = kind_clocked(asked.kind)
    if clocked is None:
        raise UnknownKindError(kind=asked.kind)
    row = clocked.kind
    if asked.subtype and asked.subtype not in clocked.subtypes:
        raise UnknownSubtypeError(kind=row.name)
    title = asked.title.strip()
    if not title or len(title) > TITLE_MAX:
        raise TitleError(most=TITLE_MAX)
    at = clock.now()
    if row.has_own_clock and (asked.outside_no.strip() or asked.clock_from) and not _is_a_case(asked, at):
        raise OutsideNumberError(days=AGES_OF_CASE.days)
    due = clocked.due(asked.clock_from if row.has_own_clock and asked.clock_from else asked.not_before or at)
    return WorkOrder(
        kind=row, subtype=asked.subtype, title=title, grams=grams(title), body=asked.body, channel=asked.channel,
        party_id=asked.party_id, item_key=asked.item_key,
        item_number=item_number(asked.item_key) if asked.item_key is not None else "",
        application_id=asked.application_id or application_of_item(asked.item_key),
        closure_id=asked.closure_id, opened_at=at, reply_due_at=due.reply.at, due_at=due.close.at, warn_at=due.warn_at,
        reply_warn_at=due.reply_warn_at, is_due_assumed=due.is_assumed, customer_key=customer_key(asked.party_id),
        outside_no=asked.outside_no.strip()[:60], letter_at=asked.clock_from if row.has_own_clock else None,
        not_before=asked.not_before,
        sites=[site for site in row.sites if not asked.needs_compensation or site == Site.ON_SITE])


def _is_a_case(asked: Asked, at: dt.datetime) -> bool:
    """A number and the day it is from, and that neither tomorrow nor last year."""
    from_ = asked.clock_from
    return bool(asked.outside_no.strip()) and from_ is not None and at - AGES_OF_CASE <= from_ <= at


def _receive(actor: Actor, order: WorkOrder, asked: Asked) -> tuple[int, dict[str, object]] | Written:
    """Under a lock of what it is about: two contacts about the same at once are one order and one repeat."""
    _lock_subject(order)
    known = None if asked.is_unproven else _same_matter(order)
    if known is not None:
        repeat_count(actor=actor, order_id=known.id, at=order.opened_at, words=order.body, channel=order.channel)
        subtype_filled(actor=actor, order=known, subtype=order.subtype, at=order.opened_at)
        if asked.source:
            objects_insert(_source(known.id, asked, order.opened_at), unless_there=True)
        return 200, {"order_id": str(known.id), "is_repeat": True}
    order.known_by = known_agent(item_key=order.item_key, customer_key=order.customer_key)
    if order.known_by is not None:
        order.known_until = order.opened_at + known_wait()
    return _opened(actor, order, asked)


def _opened(actor: Actor, order: WorkOrder, asked: Asked) -> Written:
    """All that one deed stores, for one statement with its key; the database numbers the order."""
    entry = audit_entry(actor=actor.id, action="order.open", object_type="order", object_id=str(order.id),
                        kind=order.kind_id, **({"consent": asked.consent} if asked.consent else {}))
    source = (_source(order.id, asked, order.opened_at),) if asked.source else ()
    return Written(201, {"order_id": str(order.id), "is_repeat": False},
                   (order, event_of(order.id, actor, "open", order.opened_at), entry, *source, *opened_news(order)))


def _source(order_id: uuid.UUID, asked: Asked, at: dt.datetime) -> OrderSource:
    return OrderSource(order_id=order_id, caller=asked.source, thread=asked.thread, at=at)


def _subject(order: WorkOrder) -> int | uuid.UUID | bytes | memoryview | None:
    """What the order is about: an item, else an application, else a customer."""
    return order.item_key if order.item_key is not None else order.application_id or order.customer_key


def _lock_subject(order: WorkOrder) -> None:
    subject = _subject(order)
    name = f"{order.kind_id} {subject.hex() if isinstance(subject, bytes) else subject}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 411))", [name])


def _same_matter(order: WorkOrder) -> WorkOrder | None:
    """An open order of the same kind about the same item; without one, about the same application; without either, of
    the same customer about neither."""
    if order.item_key is not None:
        about = Q(item_key=order.item_key)
    elif order.application_id is not None:
        about = Q(application_id=order.application_id, item_key=None)
    elif order.customer_key is not None:
        about = Q(customer_key=order.customer_key, item_key=None, application_id=None)
    else:
        return None
    return (WorkOrder.objects.filter(about, kind_id=order.kind_id, outside_no=order.outside_no)
            .exclude(state=WorkOrder.State.CLOSED).only("id", "kind_id", "repeats").order_by("opened_at").first())


def repeat_count(*, actor: Actor, order_id: uuid.UUID, at: dt.datetime, words: str = "", channel: str = "") -> None:
    """Count one more contact about an order that is open: from the second on it is urgent, then everybody's first."""
    least = Case(When(repeats__gte=URGENT_FROM - 2, then=Value(2)), default=Value(1))
    WorkOrder.objects.filter(id=order_id).update(repeats=F("repeats") + 1, priority=Greatest(F("priority"), least))
    happened(order_id, actor, "repeat", at, words, channel)


def customer_key(party_id: uuid.UUID | None) -> bytes | None:
    if party_id is None:
        return None
    index = Party.objects.filter(id=party_id).values_list("phone_index", flat=True).first()
    return bytes(index) if index is not None else party_id.bytes
