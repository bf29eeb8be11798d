"""A time for a call back that the roster can hold: half hours of the desk's service hours, each with as many calls as
the people rostered then can make beside their other work."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterator

from django.db import connection

from youlu.core import clock
from youlu.domain.desk.handover.facts import shift_end
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.hours import due_after
from youlu.domain.desk.orders.opening import Asked, order_receive
from youlu.domain.desk.parameters import figures_now
from youlu.domain.desk.phone.exchange import exchange_actor
from youlu.domain.desk.phone.models import Call, CallBack
from youlu.domain.partners.errors import BadMessageError
from youlu.domain.workforce.models import Activity, ShiftKind
from youlu.domain.workforce.rostering.reading import shifts_between
from youlu.domain.workforce.selectors import present_now

KIND = "call_back"
TITLE = "来电没等到，约了回电"
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
    held = CallBack.objects.filter(call=call).first()
    promised_at = held.promised_at if held else call_back_time(clock.now())
    if held or promised_at is None:
        return promised_at
    opened = order_receive(actor=exchange_actor(), key=f"call_back {call.id}", asked=Asked(
        kind=KIND, title=TITLE, party_id=call.party_id, not_before=promised_at))
    if opened.is_repeat:
        return CallBack.objects.get(order_id=opened.order_id).promised_at
    call.order_id = call.order_id or opened.order_id
    CallBack.objects.create(order_id=opened.order_id, call=call, promised_at=promised_at, made_at=clock.now(),
                            until_at=_due(opened.order_id))
    return promised_at


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
