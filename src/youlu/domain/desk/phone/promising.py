"""A time for a call back that the roster can hold: half hours of the desk's service hours, each with as many calls as
the people rostered then can make beside their other work."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.handover.facts import shift_end
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.hours import due_after
from youlu.domain.desk.orders.opening import Asked, order_receive, repeat_count
from youlu.domain.desk.orders.seeing import order_seen
from youlu.domain.desk.parameters import figures_now
from youlu.domain.desk.phone.errors import NoOneToCallError, NoTimeError, PromiseUnclosedError
from youlu.domain.desk.phone.exchange import exchange_actor
from youlu.domain.desk.phone.models import Call, CallBack
from youlu.domain.desk.phone.seeing import call_seen
from youlu.domain.parties.models import Party
from youlu.domain.partners.errors import BadMessageError
from youlu.domain.workforce.models import Activity, ShiftKind
from youlu.domain.workforce.rostering.reading import shifts_between
from youlu.domain.workforce.selectors import present_now

KIND = "call_back"
TITLE = "来电没等到，约了回电"
BY_HAND = "客服约了回电"
KEPT_STATES = (WorkOrder.State.ANSWERED, WorkOrder.State.CALLED_BACK, WorkOrder.State.FIXED, WorkOrder.State.CLOSED)
SLOT = dt.timedelta(minutes=30)
SLOT_MIN = 30
SOONEST = dt.timedelta(minutes=10)
HORIZON = dt.timedelta(hours=36)


def call_back_time(at: dt.datetime) -> dt.datetime | None:
    """The first half hour that still has room; None where nobody is rostered for one, or all are full."""
    people_at, booked = _people(at), _booked(at)
    figures = figures_now("call_back_share", "contact_service_s")
    each = figures["call_back_share"] * SLOT.total_seconds() / figures["contact_service_s"]
    for start in _slots(at):
        if booked[start] < int(people_at(start) * each) and _is_served(start):
            return start
    return None


def call_back_promise(call: Call) -> dt.datetime | None:
    """Promise the caller a time and write the order that keeps it; the time promised before, where the customer has one
    that is still open. None: no time can be promised, and nothing was. In the caller's transaction.

    Raises
    ------
    BadMessageError : nobody knows whom to call.
    """
    if call.party_id is None:
        raise BadMessageError(problem="号码保密的来电要回电，先请客户按出号码，写在number里")
    _lock()
    if (mine := CallBack.objects.filter(call=call).first()) is not None:
        return mine.promised_at
    if (held := promise_open(bytes(call.customer_key) if call.customer_key else None)) is not None:
        if call.order_id != held.order_id:
            repeat_count(actor=exchange_actor(), order_id=held.order_id, at=clock.now())
            call.order_id = call.order_id or held.order_id
        return held.promised_at
    promised_at = call_back_time(clock.now())
    if promised_at is None:
        return None
    promise = _promise(exchange_actor(), call.party_id, promised_at, call=call, title=TITLE, key=f"call_back {call.id}")
    call.order_id = call.order_id or promise.order_id
    return promised_at


@dataclass(frozen=True)
class Promise:
    """A promised call: the order that keeps it, and the instant from which on."""

    order_id: uuid.UUID
    promised_at: dt.datetime
    is_new: bool = False


@transaction.atomic
def order_call_back_promise(*, actor: Actor, order_id: uuid.UUID) -> Promise:
    """An agent promises the customer of an order a call back, without a call: the first time that the roster holds, or
    the one that the customer has already. The order's history says so, and an order of its own keeps it.

    Raises
    ------
    NotAllowedError, NotFoundError, NoOneToCallError, NoTimeError, PromiseUnclosedError
    """
    actor.require("desk.work")
    promise = _promised_by_hand(actor, order_seen(actor=actor, order_id=order_id).party_id)
    if promise.is_new:
        happened(order_id, actor, "promise", clock.now(), detail=f"{clock.local(promise.promised_at):%m-%d %H:%M}")
    return promise


@transaction.atomic
def live_call_back_promise(*, actor: Actor, call_id: uuid.UUID) -> Promise:
    """The same to who is on the agent's telephone; the call is then about that order, where it was about none.

    Raises
    ------
    NotAllowedError, NotFoundError, NoOneToCallError, NoTimeError, PromiseUnclosedError
    """
    actor.require("desk.work")
    call = Call.objects.select_for_update().get(id=call_seen(actor=actor, call_id=call_id).id)
    promise = _promised_by_hand(actor, call.party_id, call)
    Call.objects.filter(id=call.id, order_id=None).update(order_id=promise.order_id)
    return promise


def promise_open(customer_key: bytes | None) -> Promise | None:
    """The call that a customer is promised and has not had."""
    if customer_key is None:
        return None
    row = (CallBack.objects.filter(order__customer_key=customer_key).exclude(order__state__in=KEPT_STATES)
           .order_by("promised_at").first())
    return Promise(row.order_id, row.promised_at) if row else None


def _promised_by_hand(actor: Actor, party_id: uuid.UUID | None, call: Call | None = None) -> Promise:
    key = Party.objects.filter(id=party_id).values_list("phone_index", flat=True).first() if party_id else None
    if party_id is None or key is None:
        raise NoOneToCallError()
    _lock()
    if (held := promise_open(bytes(key))) is not None:
        return held
    if WorkOrder.objects.filter(customer_key=key, kind_id=KIND, item_key=None).exclude(
            state=WorkOrder.State.CLOSED).exists():
        raise PromiseUnclosedError()
    promised_at = call_back_time(clock.now())
    if promised_at is None:
        raise NoTimeError()
    return _promise(actor, party_id, promised_at, call=call, title=BY_HAND, key="")


def _promise(
    actor: Actor, party_id: uuid.UUID, promised_at: dt.datetime, *, call: Call | None, title: str, key: str
) -> Promise:
    opened = order_receive(actor=actor, key=key, asked=Asked(
        kind=KIND, title=title, party_id=party_id, not_before=promised_at, is_unproven=True))  # none is added to
    CallBack.objects.create(order_id=opened.order_id, call=call, promised_at=promised_at, made_at=clock.now(),
                            until_at=_due(opened.order_id))
    return Promise(opened.order_id, promised_at, is_new=True)


def _due(order_id: uuid.UUID) -> dt.datetime:
    return WorkOrder.objects.values_list("due_at", flat=True).get(id=order_id)


def _lock() -> None:
    """One promise after another: two at once may not take the last place of a half hour."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(412)")


def _slots(at: dt.datetime) -> Iterator[dt.datetime]:
    first = clock.midnight(clock.local(at).date())
    start = first + -(-(at + SOONEST - first) // SLOT) * SLOT
    while start < at + HORIZON:
        yield start
        start += SLOT


def _is_served(start: dt.datetime) -> bool:
    """Whether the desk's clock runs through the half hour."""
    return due_after("desk", start, SLOT_MIN).at == start + SLOT


def _people(at: dt.datetime) -> Callable[[dt.datetime], int]:
    """How many people work through the half hour from an instant: by the rosters in force; where there are none, who
    takes work now, until the shift ends."""
    watches = set(ShiftKind.objects.filter(activity=Activity.NIGHT_DUTY).values_list("code", flat=True))
    shifts = [(s.start_at, s.end_at) for s in shifts_between(at, at + HORIZON) if s.kind not in watches]
    if shifts:
        return lambda start: sum(begins <= start and start + SLOT <= ends for begins, ends in shifts)
    present, over_at = present_now(), shift_end(at)
    here = present.on_site_taking + present.at_home_taking
    return lambda start: here if start + SLOT <= over_at else 0


def _booked(at: dt.datetime) -> Counter[dt.datetime]:
    """Calls promised for each half hour and not yet made."""
    open_ = CallBack.objects.filter(promised_at__gte=at).exclude(order__state=WorkOrder.State.CLOSED)
    return Counter(open_.values_list("promised_at", flat=True))
