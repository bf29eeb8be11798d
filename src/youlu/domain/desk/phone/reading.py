"""What pages show of the telephone: the call at one's own, and the desk's page of calls and promises."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from youlu.core import clock
from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.reasons import Why, why_of
from youlu.domain.desk.models import OPEN_STATES, Contact, WorkOrder
from youlu.domain.desk.orders.rows import OrderRow, order_rows
from youlu.domain.desk.phone.dialling import is_lapsed
from youlu.domain.desk.phone.exchange import exchange_is_set
from youlu.domain.desk.phone.models import Call
from youlu.domain.desk.phone.saying import span
from youlu.domain.desk.phone.seeing import calls_seen
from youlu.domain.parties.selectors import MaskedParty, parties_masked, parties_of_same_phone
from youlu.domain.workforce.selectors import agent_of, agents_named

ORDERS_MAX = 10
PROMISES = 100
RINGS_FOR = dt.timedelta(minutes=1)  # an offer that the exchange has not taken up is no call of this agent's
# A promise is kept by the first call to the customer, or by what the order says of one.
DONE_AT = """least((SELECT min(c.rang_at) FROM desk_call c WHERE c.order_id = b.order_id AND c.direction = 'out'),
    o.answered_at, o.closed_at)"""
LISTED = f"""
SELECT b.order_id, o.number, b.promised_at, b.until_at, o.taken_by, o.party_id, d.done_at
FROM desk_callback b JOIN desk_workorder o ON o.id = b.order_id
CROSS JOIN LATERAL (SELECT {DONE_AT} AS done_at) d
WHERE b.promised_at >= %(since)s ORDER BY d.done_at IS NOT NULL, b.promised_at, b.order_id LIMIT %(most)s"""
COUNTED = f"""
SELECT (SELECT count(*) FROM desk_call WHERE direction = 'in' AND begun_at >= %(since)s),
  (SELECT count(*) FROM desk_call WHERE direction = 'in' AND begun_at >= %(since)s AND answered_at IS NOT NULL),
  (SELECT count(*) FROM desk_call WHERE direction = 'in' AND begun_at >= %(since)s AND outcome = 'abandoned'),
  (SELECT count(*) FROM desk_call WHERE outcome = 'live' AND direction = 'in' AND answered_at IS NULL),
  count(*), count(*) FILTER (WHERE d.done_at <= b.until_at),
  count(*) FILTER (WHERE d.done_at > b.until_at OR (d.done_at IS NULL AND b.until_at < %(now)s))
FROM desk_callback b JOIN desk_workorder o ON o.id = b.order_id
CROSS JOIN LATERAL (SELECT {DONE_AT} AS done_at) d WHERE b.promised_at >= %(since)s AND b.promised_at < %(end)s"""


@dataclass(frozen=True)
class AtPhone:
    """The call at an agent's telephone, and who it is: masked people, their open orders, whether they are owed word."""

    call: Call
    people: tuple[MaskedParty, ...]
    orders: tuple[OrderRow, ...]
    owed_contacts: int

    @property
    def state(self) -> str:
        """dialling, ringing or talking."""
        return "talking" if self.call.answered_at else "ringing" if self.call.rang_at or self.is_in else "dialling"

    @property
    def why(self) -> Why | None:
        return why_of(self.call.why)

    @property
    def is_in(self) -> bool:
        return self.call.direction == Call.Direction.IN


def my_live(*, actor: Actor) -> Call | None:
    """The newest call at the agent's telephone; None when there is none.

    Raises
    ------
    NotAnAgentError
    """
    actor.require("desk.read")
    me, now = agent_of(actor).id, clock.now()
    rows = (Call.objects.filter(Q(agent_id=me) | Q(agent_id=None, offered_to=me, offered_at__gt=now - RINGS_FOR))
            .filter(outcome=Call.Outcome.LIVE).order_by("-begun_at", "-id")[:5])
    return next((call for call in rows if not is_lapsed(call, now)), None)


def at_phone(call: Call) -> AtPhone:
    """Everything that the agent needs to know of who calls."""
    people = parties_of_same_phone(call.party_id) if call.party_id else {}
    orders: list[WorkOrder] = []
    owed = 0
    if call.customer_key is not None:
        found = WorkOrder.objects.filter(customer_key=call.customer_key).exclude(state=WorkOrder.State.CLOSED)
        orders = list(found.order_by("due_at", "id")[:ORDERS_MAX])
        owed = Contact.objects.filter(customer_key=call.customer_key, state__in=OPEN_STATES).count()
    return AtPhone(call, tuple(people.values()), order_rows(orders), owed)


@dataclass(frozen=True)
class CallRow:
    """A call in the desk's list; `talk_s` from answer to hang-up."""

    id: uuid.UUID
    direction: str
    direction_label: str
    outcome: str
    outcome_label: str
    begun_at: dt.datetime
    customer: str
    phone: str
    agent: str
    order_id: uuid.UUID | None
    talk: str  # 3:12
    wait: str
    why: Why | None


@dataclass(frozen=True)
class PromiseRow:
    """A promised call back. `state`: waiting, due, kept, late (made, but after the time) or broken."""

    order_id: uuid.UUID
    number: int
    promised_at: dt.datetime
    until_at: dt.datetime
    holder: str
    customer: str
    done_at: dt.datetime | None
    state: str


@dataclass(frozen=True)
class CallCounts:
    """Of today: calls that came, were answered, were given up by who called; those that wait now. Promises for today:
    all, kept, and broken or kept too late."""

    came: int
    answered: int
    abandoned: int
    waiting: int
    promised: int
    kept: int
    broken: int


@dataclass(frozen=True)
class CallsPage:
    counts: CallCounts
    promises: tuple[PromiseRow, ...]
    calls: Page[CallRow]
    has_exchange: bool


def call_counts() -> CallCounts:
    """Figures of the day so far."""
    start = clock.midnight(clock.today())
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"since": start, "end": start + dt.timedelta(days=1), "now": clock.now()})
        return CallCounts(*cursor.fetchone())


def calls_page(*, actor: Actor, cursor: str | None = None) -> CallsPage:
    """Today's figures, promises from yesterday on, and calls, newest first: a supervisor's of the whole desk, an
    agent's of their own telephone, since yesterday."""
    rows = Call.objects.filter(calls_seen(actor)).order_by("-begun_at", "-id")
    if not actor.can("desk.supervise"):  # one agent's may be thin: nobody walks all calls for a page of them
        rows = rows.filter(begun_at__gte=_yesterday())
    place = _place(cursor)
    if place is not None:
        begun_at, last = place
        rows = rows.filter(Q(begun_at__lt=begun_at) | Q(begun_at=begun_at, id__lt=last))
    found = list(rows[:PAGE_ROWS + 1])
    more = found[PAGE_ROWS - 1] if len(found) > PAGE_ROWS else None
    return CallsPage(call_counts(), _promises(), Page(
        _rows(found[:PAGE_ROWS]), f"{more.begun_at.isoformat()}_{more.id}" if more else None), exchange_is_set())


def _yesterday() -> dt.datetime:
    return clock.midnight(clock.today() - dt.timedelta(days=1))


def _place(cursor: str | None) -> tuple[dt.datetime, uuid.UUID] | None:
    """Where the cursor stands; whatever else somebody writes there is the first page."""
    begun, _, last = (cursor or "").partition("_")
    try:
        at, last_id = dt.datetime.fromisoformat(begun), uuid.UUID(last)
    except ValueError:
        return None
    return (at, last_id) if at.tzinfo is not None else None


def _rows(calls: list[Call]) -> tuple[CallRow, ...]:
    agents = agents_named({call.agent_id for call in calls if call.agent_id})
    people = parties_masked({call.party_id for call in calls if call.party_id})
    return tuple(_row(call, agents, people) for call in calls)


def _row(call: Call, agents: dict, people: dict[uuid.UUID, MaskedParty]) -> CallRow:
    person = people.get(call.party_id) if call.party_id else None
    agent = agents.get(call.agent_id)
    return CallRow(
        call.id, call.direction, str(call.get_direction_display()), call.outcome, str(call.get_outcome_display()),
        call.begun_at, person.name if person else "", person.phone if person else "", agent.name if agent else "",
        call.order_id, span(call.answered_at, call.ended_at),
        span(call.begun_at, call.answered_at or call.ended_at), why_of(call.why))


def _promises() -> tuple[PromiseRow, ...]:
    """Those not kept yet first, due first."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(LISTED, {"since": _yesterday(), "most": PROMISES})
        rows = cursor.fetchall()
    agents = agents_named({row[4] for row in rows if row[4]}) if rows else {}
    people = parties_masked({row[5] for row in rows if row[5]}) if rows else {}
    return tuple(PromiseRow(
        order_id, number, promised_at, until_at, agents[taken_by].name if taken_by in agents else "",
        people[party_id].name if party_id in people else "", done_at,
        promise_state(promised_at, until_at, done_at, now))
        for order_id, number, promised_at, until_at, taken_by, party_id, done_at in rows)


def promise_state(
    promised_at: dt.datetime, until_at: dt.datetime, done_at: dt.datetime | None, now: dt.datetime
) -> str:
    if done_at is not None:
        return "kept" if done_at <= until_at else "late"
    return "broken" if now > until_at else "due" if now >= promised_at else "waiting"
