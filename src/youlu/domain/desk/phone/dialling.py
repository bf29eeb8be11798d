"""Calls of two ends (双呼): the exchange rings the agent, then the customer, and shows the official number. The message
that asks it to holds no number; it fetches that itself when it dials, and the audit knows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import Q

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import Contact, WorkOrder
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.seeing import order_seen
from youlu.domain.desk.phone.errors import AgentOnPhoneError, CallGoneError, NoExchangeError, NoNumberError
from youlu.domain.desk.phone.exchange import EXCHANGE, exchange_actor, exchange_is_set, news_read
from youlu.domain.desk.phone.folding import RINGING, agent_as
from youlu.domain.desk.phone.hearing import DIAL_WITHIN
from youlu.domain.desk.phone.models import Call
from youlu.domain.parties.callers import number_to_dial
from youlu.domain.parties.models import Party
from youlu.domain.partners.errors import BadMessageError
from youlu.domain.partners.services import message_queue
from youlu.domain.workforce.selectors import AgentRow, agent_of

TOPIC = "call.two_ended"
NUMBER = "call.number"


@transaction.atomic
def order_dial(*, actor: Actor, order_id: uuid.UUID) -> uuid.UUID:
    """Have the exchange call the agent and the order's customer; returns the call. Pressed twice, it is one call.

    Raises
    ------
    NotFoundError, NotAnAgentError, NoExchangeError, NoNumberError, AgentOnPhoneError
    """
    actor.require("desk.work")
    order = order_seen(actor=actor, order_id=order_id)
    call, is_new = _begin(agent_of(actor), order.party_id, order=order)
    if is_new:
        happened(order_id, actor, "dial", call.begun_at, detail=str(call.id))
        audit_record(actor=actor.id, action="call.ask", object_type="order", object_id=str(order_id))
    return call.id


def contact_dial(*, agent: AgentRow, contact: Contact) -> uuid.UUID:
    """The same for a contact in the agent's hand, in the caller's transaction."""
    call, _ = _begin(agent, contact.party_id, contact=contact)
    return call.id


def _begin(
    agent: AgentRow, party_id: uuid.UUID | None, *, order: WorkOrder | None = None, contact: Contact | None = None
) -> tuple[Call, bool]:
    """The call, and whether it is new: under a lock of the agent, who has one mouth."""
    if not exchange_is_set():
        raise NoExchangeError()
    key = Party.objects.filter(id=party_id).values_list("phone_index", flat=True).first() if party_id else None
    if key is None:
        raise NoNumberError()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 414))", [str(agent.id)])
    at = clock.now()
    live = _live(agent.id, at)
    if live is not None:
        same = (live.order_id, live.contact_id) == (order and order.id, contact and contact.id)
        if same and live.direction == Call.Direction.OUT:
            return live, False
        raise AgentOnPhoneError()
    call_id = uuid7()
    call = Call.objects.create(
        id=call_id, exchange=EXCHANGE, reference=str(call_id), direction=Call.Direction.OUT, party_id=party_id,
        customer_key=key, agent_id=agent.id, agent_as=agent_as(RINGING, at, agent.id), order=order, contact=contact,
        begun_at=at, heard_at=at)
    message_queue(partner=EXCHANGE, topic=TOPIC, data={
        "call": str(call_id), "agent": agent.staff_no, "until": clock.local(at + DIAL_WITHIN).isoformat()})
    return call, True


def _live(agent_id: uuid.UUID, at: dt.datetime) -> Call | None:
    """What the agent has on the telephone; what the exchange never began does not count."""
    live = Call.objects.filter(agent_id=agent_id, outcome=Call.Outcome.LIVE).order_by("-begun_at")
    return next((call for call in live if not is_lapsed(call, at)), None)


def is_lapsed(call: Call, at: dt.datetime) -> bool:
    return call.direction == Call.Direction.OUT and call.rang_at is None and call.heard_at < at - DIAL_WITHIN


def number_is_open(*, order_id: uuid.UUID | None = None, contact_id: uuid.UUID | None = None) -> bool:
    """Whether the customer's number may be shown to be dialled by hand: where there is no exchange, or after a call of
    two ends about this order or contact that failed."""
    return not exchange_is_set() or bool(
        orders_failed([order_id]) if order_id else contacts_failed([contact_id]) if contact_id else ())


def orders_failed(order_ids: Iterable[uuid.UUID]) -> set[uuid.UUID | None]:
    """Those of the orders that a call of two ends was tried for, and failed."""
    return set(Call.objects.filter(_failed(), order_id__in=list(order_ids)).values_list("order_id", flat=True))


def contacts_failed(contact_ids: Iterable[uuid.UUID]) -> set[uuid.UUID | None]:
    """The same of contacts."""
    return set(Call.objects.filter(_failed(), contact_id__in=list(contact_ids)).values_list("contact_id", flat=True))


def _failed() -> Q:
    """Calls of two ends that reached nobody, were lost, or were never begun by the exchange."""
    lapsed = Q(outcome=Call.Outcome.LIVE, rang_at=None, heard_at__lt=clock.now() - DIAL_WITHIN)
    return Q(direction=Call.Direction.OUT) & (
        Q(outcome__in=(Call.Outcome.UNREACHED, Call.Outcome.SILENT, Call.Outcome.ABANDONED)) | lapsed)


@transaction.atomic
def call_number(*, headers: Mapping[str, str], body: bytes) -> str:
    """The customer's number of a two-ended call that is to be dialled now, for the exchange alone.

    Raises
    ------
    BadSignatureError, BadMessageError, CallTimeError
    NotFoundError : no such call of ours.
    CallGoneError : it has ended, or nobody waits for it any more.
    """
    news = news_read(headers=headers, body=body)
    if news.topic != NUMBER:
        raise BadMessageError(problem=f"type要是{NUMBER}")
    call = Call.objects.filter(exchange=EXCHANGE, reference=news.reference, direction=Call.Direction.OUT).first()
    if call is None or call.party_id is None:
        raise NotFoundError()
    if call.outcome != Call.Outcome.LIVE or call.answered_at is not None or clock.now() > call.begun_at + DIAL_WITHIN:
        raise CallGoneError()
    return number_to_dial(actor=exchange_actor(), party_id=call.party_id, seen_on=f"call:{call.id}")
