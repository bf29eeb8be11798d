"""One order with everything that its page shows, and how the pool stands."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Q

from youlu.core import clock
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.applications.selectors import ApplicationLink, application_linked
from youlu.domain.desk.assignment.queue import QueuePlace, queue_place
from youlu.domain.desk.assignment.reasons import Why, why_of
from youlu.domain.desk.channels.mail.showing import WRITER, words_shown
from youlu.domain.desk.channels.mail.words import folded
from youlu.domain.desk.errors import UnknownKindError
from youlu.domain.desk.models import OPEN_STATES, Contact, OrderEvent, OrderKind, ServiceHours, WorkOrder
from youlu.domain.desk.orders.happening import acts_open_to
from youlu.domain.desk.orders.life import EVENT_NAMES, Act, Life, life_of
from youlu.domain.desk.orders.rows import OrderRow, order_rows
from youlu.domain.desk.orders.seeing import order_seen, seen_by
from youlu.domain.desk.orders.subtypes import SubtypeCount, subtype_counts
from youlu.domain.desk.phone.saying import calls_said
from youlu.domain.desk.trade import HOURS, SKILL_NAMES
from youlu.domain.messages.selectors import MessageRow, messages_of_parties
from youlu.domain.parties.selectors import MaskedParty, parties_of_same_phone
from youlu.domain.workforce.errors import NotAnAgentError
from youlu.domain.workforce.models import Site
from youlu.domain.workforce.selectors import agent_of

EVENTS_MAX = 200
RELATED_MAX = 10
SAID_MAX = 5
CALL_EVENTS = ("call", "dial")  # their detail is the call's id


@dataclass(frozen=True)
class EventRow:
    at: dt.datetime
    act: str
    note: str
    who: str = ""
    detail: str = ""
    code: str = ""
    why: Why | None = None
    lasted: str = ""  # of a call, 3:12
    tail: str = ""  # of a letter: what it quotes, and its signature


@dataclass(frozen=True)
class OrderPage:
    """One order with its customer on top: masked people of the telephone, what they were told, what they are owed."""

    row: OrderRow
    body: str
    needs_responsibility: bool
    is_mine: bool
    events: tuple[EventRow, ...]
    customer: tuple[MaskedParty, ...]
    said: tuple[MessageRow, ...]
    owed_contacts: int
    item_key: int | None = None
    acts: tuple[Act, ...] = ()
    related: tuple[OrderRow, ...] = ()
    life: Life | None = None
    queue: QueuePlace | None = None
    subject: str = ""  # of a letter
    tail: str = ""
    application: ApplicationLink | None = None  # where the actor may see it
    customer_key: bytes | None = None
    outside_due_at: dt.datetime | None = None  # by then the sender of the case answers who complained

    @property
    def may_have_files(self) -> bool:
        """The history says whether a file was added; a page of it that is full may have left that behind."""
        return len(self.events) == EVENTS_MAX or any(event.code == "attach" for event in self.events)

    @property
    def why(self) -> Why | None:
        """Why whoever has the order has it."""
        return next((event.why for event in self.events if event.why), None) if self.row.taken_by else None


def order_row(*, actor: Actor, order_id: uuid.UUID) -> OrderRow:
    """Raises NotFoundError: it is not there, or not theirs."""
    return order_rows([order_seen(actor=actor, order_id=order_id)])[0]


def order_page(*, actor: Actor, order_id: uuid.UUID) -> OrderPage:
    """Raises NotFoundError: it is not there, or not theirs."""
    order = order_seen(actor=actor, order_id=order_id)
    people = parties_of_same_phone(order.party_id) if order.party_id else {}
    of_desk = actor.can("desk.read")  # an office asked about one order does not see what else the customer was told
    said = messages_of_parties(party_ids=people, limit=SAID_MAX) if of_desk and people else ()
    key = order.customer_key
    owed = Contact.objects.filter(customer_key=key, state__in=OPEN_STATES).count() if key and of_desk else 0
    shown = words_shown(order)
    is_mine = actor.can("desk.work") and order.taken_by is not None and order.taken_by == _agent_id(actor)
    return OrderPage(
        order_rows([order])[0], shown.said, order.kind.needs_responsibility, is_mine, events_of(order_id),
        tuple(people.values()), said, owed, order.item_key, acts_open_to(actor, order),
        _related(actor, order), life_of(order.kind), queue_place(order) if of_desk else None, shown.subject,
        shown.tail,
        application_linked(actor=actor, application_id=order.application_id), bytes(key) if key else None,
        _outside_due(order))


def _outside_due(order: WorkOrder) -> dt.datetime | None:
    days = order.kind.outside_days
    return order.letter_at + dt.timedelta(days=days) if order.letter_at and days else None


def events_of(order_id: uuid.UUID) -> tuple[EventRow, ...]:
    """The history, newest first, with the names of who acted."""
    events = list(OrderEvent.objects.filter(order_id=order_id).order_by("-id")[:EVENTS_MAX])
    names = actor_names(e.actor for e in events)
    calls = calls_said(e.detail for e in events if e.act in CALL_EVENTS)
    rows = []
    for e in events:
        detail, lasted = calls.get(e.detail, ("", "")) if e.act in CALL_EVENTS else (e.detail, "")
        note, tail = folded(e.note) if e.actor == WRITER and e.act == "message" else (e.note, "")
        rows.append(EventRow(e.at, EVENT_NAMES.get(e.act, e.act), note, names.get(e.actor, ""), detail, e.act,
                             why_of(e.why), lasted, tail))
    return tuple(rows)


def _related(actor: Actor, order: WorkOrder) -> tuple[OrderRow, ...]:
    """Other orders about the same item or of the same customer, newest first, of those the actor sees."""
    about = Q()
    if order.item_key is not None:
        about |= Q(item_key=order.item_key)
    if order.application_id is not None:
        about |= Q(application_id=order.application_id)
    if order.customer_key is not None:
        about |= Q(customer_key=order.customer_key)
    if not about:
        return ()
    found = WorkOrder.objects.filter(seen_by(actor), about).exclude(id=order.id)
    return order_rows(list(found.order_by("-opened_at")[:RELATED_MAX]))


def _agent_id(actor: Actor) -> uuid.UUID | None:
    try:
        return agent_of(actor).id
    except NotAnAgentError:
        return None


@dataclass(frozen=True)
class OrderCounts:
    waiting: int
    taken: int
    late: int  # 超时
    site_only: int  # waiting, and not for people at home


def order_counts() -> OrderCounts:
    now, state = clock.now(), WorkOrder.State
    row = WorkOrder.objects.exclude(state=state.CLOSED).aggregate(
        waiting=Count("id", filter=Q(state=state.OPEN)), taken=Count("id", filter=~Q(state=state.OPEN)),
        late=Count("id", filter=Q(due_at__lt=now, paused_at=None)),
        site_only=Count("id", filter=Q(state=state.OPEN) & ~Q(sites__contains=[Site.AT_HOME.value])))
    return OrderCounts(**row)


@dataclass(frozen=True)
class KindPage:
    """A kind with its life, its clocks and where its figures are from."""

    code: str
    name: str
    first_reply_min: int
    close_min: int
    warn_min: int
    reply_hours: str
    close_hours: str
    sites_label: str
    skills: tuple[str, ...]
    handling_s: int
    needs_call_back: bool
    needs_responsibility: bool
    has_own_clock: bool
    reopen_days: int
    return_min: int
    return_source: str
    source: str
    life: Life
    open_by_state: dict[str, int]
    subtypes: tuple[SubtypeCount, ...] = ()
    again_min: int = 0
    pass_on_days: int = 0
    outside_days: int = 0


def kinds_all(*, actor: Actor) -> tuple[OrderKind, ...]:
    actor.require("desk.supervise")
    return tuple(OrderKind.objects.order_by("first_reply_min", "code"))


def kind_page(*, actor: Actor, code: str) -> KindPage:
    """Raises UnknownKindError."""
    actor.require("desk.supervise")
    kind = OrderKind.objects.filter(code=code).first()
    if kind is None:
        raise UnknownKindError(kind=code[:40])
    counts = dict(WorkOrder.objects.filter(kind=kind).exclude(state=WorkOrder.State.CLOSED)
                  .values_list("state").annotate(n=Count("id")))
    hours = {row[0]: row[1] for row in HOURS} | dict(ServiceHours.objects.values_list("code", "name"))
    return KindPage(
        kind.code, kind.name, kind.first_reply_min, kind.close_min, kind.warn_min,
        hours.get(kind.reply_calendar, kind.reply_calendar), hours.get(kind.close_calendar, kind.close_calendar),
        "、".join(str(Site(site).label) for site in kind.sites),
        tuple(SKILL_NAMES.get(skill, skill) for skill in kind.skills),
        kind.handling_s, kind.needs_call_back, kind.needs_responsibility, kind.has_own_clock, kind.reopen_days,
        kind.return_min, kind.return_source, kind.source, life_of(kind), counts,
        subtype_counts(kind), kind.again_min, kind.pass_on_days, kind.outside_days)
