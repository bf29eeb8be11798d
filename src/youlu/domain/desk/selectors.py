"""What the desk's pages show: the pool, an order with its customer, an agent's hand, the state of telling."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Q

from youlu.core import clock
from youlu.core.pages import PAGE_ROWS, Page, cursor_number
from youlu.domain.access.selectors import Actor
from youlu.domain.desk import scripts
from youlu.domain.desk.agreed import contacts_agreed
from youlu.domain.desk.assignment.people import rules
from youlu.domain.desk.assignment.queue import NoticeRow, notices_count, notices_of
from youlu.domain.desk.campaigns.saying import CampaignCard, campaign_cards
from youlu.domain.desk.claims.reading import ClaimPanel, ClaimRow, claim_panel
from youlu.domain.desk.emergency.assumptions import FIGURES
from youlu.domain.desk.item_facts import ItemFact, item_facts
from youlu.domain.desk.models import (
    OPEN_STATES,
    Attempt,
    Campaign,
    Contact,
    ContactItem,
    ContactMode,
    ContactState,
    Outreach,
    Parameter,
    WorkOrder,
)
from youlu.domain.desk.orders.alerts import AlertRow, alerts_count, alerts_list
from youlu.domain.desk.orders.applying import orders_of_application
from youlu.domain.desk.orders.attachments import AttachmentRow, attachments_of
from youlu.domain.desk.orders.finding import OrderFilter, order_list, orders_search
from youlu.domain.desk.orders.kinds import Subtype, order_kinds, subtypes_all
from youlu.domain.desk.orders.reading import (
    EventRow,
    KindPage,
    OrderCounts,
    OrderPage,
    kind_page,
    kinds_all,
    order_counts,
    order_page,
    order_row,
)
from youlu.domain.desk.orders.rows import OrderRow, order_rows
from youlu.domain.desk.orders.saved import ViewRow, views_of
from youlu.domain.desk.orders.turns import UnitNoticeRow, unit_notices_of
from youlu.domain.desk.phone.dialling import contacts_failed
from youlu.domain.desk.phone.exchange import exchange_is_set
from youlu.domain.desk.phone.models import Call
from youlu.domain.desk.phone.promising import promise_open
from youlu.domain.desk.phone.reading import AtPhone, CallsPage, at_phone, call_counts, calls_page, my_live
from youlu.domain.desk.trade import PARAMETERS
from youlu.domain.messages.errors import NoWordingError
from youlu.domain.messages.phrases import Segment
from youlu.domain.messages.selectors import wording_current
from youlu.domain.parties.models import Party
from youlu.domain.parties.selectors import MaskedParty, parties_masked, party_find_by_phone
from youlu.domain.workforce.selectors import AgentRow, agent_of, present_now

__all__ = [
    "AlertRow",
    "AtPhone",
    "AttachmentRow",
    "Call",
    "Caller",
    "CallsPage",
    "CardItem",
    "ClaimPanel",
    "ClaimRow",
    "ContactCard",
    "EventRow",
    "FigureRow",
    "Hand",
    "KindPage",
    "NoticeRow",
    "OrderCounts",
    "OrderFilter",
    "OrderPage",
    "OrderRow",
    "OutreachRow",
    "Subtype",
    "UnitNoticeRow",
    "ViewRow",
    "alerts_count",
    "alerts_list",
    "at_phone",
    "attachments_of",
    "call_counts",
    "caller_find",
    "calls_page",
    "claim_panel",
    "desk_figures",
    "exchange_is_set",
    "hand",
    "kind_page",
    "kinds_all",
    "my_live",
    "notices_count",
    "notices_of",
    "order_counts",
    "order_kinds",
    "order_list",
    "order_page",
    "order_row",
    "orders_of_application",
    "orders_search",
    "outreach_customers",
    "outreach_list",
    "parameters",
    "promise_open",
    "rules",
    "subtypes_all",
    "unit_notices_of",
    "views_of",
]


@dataclass(frozen=True)
class CardItem:
    number: str
    was_at: dt.datetime | None
    becomes_at: dt.datetime | None


@dataclass(frozen=True)
class ContactCard:
    """All an agent needs to tell one customer. `script` is empty where no wording is approved: nothing may be said."""

    id: uuid.UUID
    revision: int
    name: str  # 王*民
    phone_tail: str
    place: str  # 陇南康县
    tries: int
    state: str
    due_at: dt.datetime
    shift_days: int | None  # None: unknown
    script: tuple[Segment, ...]
    wording_version: int
    items: tuple[CardItem, ...]
    call_asked_at: dt.datetime | None
    callback_at: dt.datetime | None = None  # agreed with the customer
    subject: str = ""  # of a campaign; "" for word of a promise
    remark: str = ""  # what whoever called last wrote besides
    may_see_number: bool = False


@dataclass(frozen=True)
class Hand:
    """An agent's day: the cards held, first to call first; `share` is this agent's part of who waits."""

    agent: AgentRow
    cards: tuple[ContactCard, ...]
    told_today: int
    waiting: int
    share: int
    finish_at: dt.datetime | None


def hand(*, actor: Actor, held: Sequence[uuid.UUID]) -> Hand:
    """The cards of what the agent holds (see services.contacts_hold), with the pace of the day."""
    actor.require("contact.take")
    agent = agent_of(actor)
    now = clock.now()
    start_at = clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    results = (Attempt.objects.filter(agent_id=agent.id, result_at__gte=start_at, result_at__lte=now)
                .exclude(result="").order_by("result_at").values_list("result_at", flat=True))
    done = [at for at in results if at is not None]
    waiting = Contact.objects.filter(mode=ContactMode.VOICE, state__in=OPEN_STATES).count()
    present = present_now()
    share = -(-waiting // max(present.at_home_taking + present.on_site_taking, 1))
    return Hand(agent, _cards(agent, held), len(done), waiting, share, _finish_at(done, share, now))


def _finish_at(done: Sequence[dt.datetime], share: int, now: dt.datetime) -> dt.datetime | None:
    """At the pace of the last ten results; None before there is a pace."""
    recent = done[-10:]
    if len(recent) < 3 or not share:
        return None
    each = (recent[-1] - recent[0]) / (len(recent) - 1)
    return now + each * share if each else None


def _cards(agent: AgentRow, held: Sequence[uuid.UUID]) -> tuple[ContactCard, ...]:
    contacts = {c.id: c for c in Contact.objects.filter(id__in=held).select_related("outreach")}
    owed: dict[uuid.UUID, list[scripts.Owed]] = defaultdict(list)
    untold = ContactItem.objects.filter(contact_id__in=held, told_at=None)
    for contact_id, key, was_at, becomes_at in untold.values_list("contact_id", "item_key", "was_at", "becomes_at"):
        owed[contact_id].append(scripts.Owed(key, was_at, becomes_at))
    facts = item_facts({item.item_key for items in owed.values() for item in items})
    parties = parties_masked([c.party_id for c in contacts.values()])
    tries = {a.contact_id: a for a in Attempt.objects.filter(contact_id__in=held, agent_id=agent.id, result="")
             .order_by("begun_at")}
    failed = contacts_failed(held) if held and exchange_is_set() else set(held)
    told = campaign_cards([c for c in contacts.values() if c.is_campaign], staff_no=agent.staff_no)
    agreed = contacts_agreed(held)
    remarks = dict(Attempt.objects.filter(contact_id__in=held, remark__isnull=False).order_by("begun_at")
                   .values_list("contact_id", "remark"))
    cards = (replace(
        _campaign_card(contacts[i], told[i], parties.get(contacts[i].party_id), tries.get(i)) if i in told else
        _card(agent, contacts[i], owed[i], facts, parties.get(contacts[i].party_id), tries.get(i)),
        remark=remarks.get(i) or "", callback_at=contacts[i].not_before if i in agreed else None)
        for i in held if i in contacts and (i in told or owed[i]))
    return tuple(replace(card, may_see_number=card.id in failed) for card in cards)


def _campaign_card(
    contact: Contact, told: CampaignCard, party: MaskedParty | None, attempt: Attempt | None
) -> ContactCard:
    return ContactCard(
        id=contact.id, revision=contact.revision, name=party.name if party else "客户",
        phone_tail=party.phone_tail if party else "", place=told.place, tries=contact.tries, state=contact.state,
        due_at=contact.due_at, shift_days=None, script=told.script, wording_version=told.version,
        items=tuple(CardItem(number, None, at) for number, at in told.items),
        call_asked_at=attempt.call_asked_at if attempt else None, subject=told.subject)


def _card(
    agent: AgentRow, contact: Contact, owed: list[scripts.Owed], facts: dict[int, ItemFact], party: MaskedParty | None,
    attempt: Attempt | None,
) -> ContactCard:
    head = scripts.worst(owed)
    script, version = _script(agent, contact, owed, facts)
    fact = facts[head.item_key]
    rows = sorted(owed, key=lambda item: item.item_key != head.item_key)
    return ContactCard(
        id=contact.id, revision=contact.revision, name=party.name if party else "客户",
        phone_tail=party.phone_tail if party else "", place=fact.region + fact.place, tries=contact.tries,
        state=contact.state, due_at=contact.due_at, shift_days=scripts.shift_days(head), script=script,
        wording_version=version,
        items=tuple(CardItem(facts[i.item_key].number, i.was_at, i.becomes_at) for i in rows),
        call_asked_at=attempt.call_asked_at if attempt else None)


def _script(
    agent: AgentRow, contact: Contact, owed: list[scripts.Owed], facts: dict[int, ItemFact]
) -> tuple[tuple[Segment, ...], int]:
    try:
        wording = wording_current(code=scripts.wording_code(scripts.worst(owed), "voice"), at=clock.now())
    except NoWordingError:
        return (), 0
    return wording.say(scripts.values(
        items=owed, facts=facts, party_id=contact.party_id, reason=contact.outreach.reason,
        next_review_at=contact.outreach.next_review_at, staff_no=agent.staff_no)), wording.version


@dataclass(frozen=True)
class Caller:
    """Who calls: the masked people of a telephone, their open orders, what they are owed."""

    people: tuple[MaskedParty, ...]
    party_ids: tuple[uuid.UUID, ...]
    orders: tuple[OrderRow, ...]
    owed_contacts: int


def caller_find(*, actor: Actor, phone: str) -> Caller:
    """The caller by telephone, found by blind index; a stranger has no people.

    Raises
    ------
    BadPhoneError
    """
    actor.require("desk.read")
    ids = party_find_by_phone(phone)
    orders = WorkOrder.objects.filter(party_id__in=ids).exclude(state=WorkOrder.State.CLOSED)
    keys = {bytes(k) if k else i.bytes for i, k in Party.objects.filter(id__in=ids).values_list("id", "phone_index")}
    return Caller(tuple(parties_masked(ids).values()), ids, order_rows(list(orders.order_by("due_at")[:20])),
                  Contact.objects.filter(customer_key__in=keys, state__in=OPEN_STATES).count())


@dataclass(frozen=True)
class OutreachRow:
    """How far an outreach is, a closure's or a campaign. `told` of `customers`; the rest by how it stands."""

    id: uuid.UUID
    closure_id: uuid.UUID | None
    reason: str
    next_review_at: dt.datetime | None
    opened_at: dt.datetime
    customers: int
    told_message: int
    told_voice: int
    waiting_message: int
    waiting_voice: int
    given_up: int
    moot: int
    held: int = 0
    campaign_state: str = ""  # "": a closure's

    @property
    def campaign_label(self) -> str:
        return str(Campaign.State(self.campaign_state).label) if self.campaign_state else ""

    @property
    def told(self) -> int:
        return self.told_message + self.told_voice


def outreach_list(*, actor: Actor, cursor: str | None = None) -> Page[OutreachRow]:
    """A page of outreaches, newest first: two queries, however many customers."""
    actor.require("outreach.read")
    after = cursor_number(cursor)
    found = list(Outreach.objects.select_related("campaign").order_by("-opened_at", "-id")[after:after + PAGE_ROWS + 1])
    counts: dict[uuid.UUID, dict[tuple[str, str], int]] = defaultdict(dict)
    for outreach_id, mode, state, number in Contact.objects.filter(
            outreach_id__in=[o.id for o in found[:PAGE_ROWS]]).values_list("outreach_id", "mode", "state").annotate(
            number=Count("id")).order_by():
        counts[outreach_id][mode, state] = number
    return Page(tuple(_outreach_row(o, counts[o.id]) for o in found[:PAGE_ROWS]),
                str(after + PAGE_ROWS) if len(found) > PAGE_ROWS else None)


def outreach_customers(*, actor: Actor, closure_id: uuid.UUID) -> tuple[int, int]:
    """(customers told of a closure, customers that wait for a call). One who was told of the closing and of the
    opening was told twice, and is one customer."""
    actor.require("outreach.read")
    mine = Contact.objects.filter(outreach__closure_id=closure_id)
    found = mine.aggregate(
        told=Count("customer_key", distinct=True, filter=Q(state=ContactState.TOLD)),
        waiting=Count("customer_key", distinct=True, filter=Q(mode=ContactMode.VOICE, state__in=OPEN_STATES)))
    return found["told"], found["waiting"]


def _outreach_row(outreach: Outreach, counts: dict[tuple[str, str], int]) -> OutreachRow:
    def number(mode: str | None, states: Iterable[str]) -> int:
        wanted = set(states)
        return sum(n for (m, s), n in counts.items() if s in wanted and mode in (None, m))

    campaign = getattr(outreach, "campaign", None)
    return OutreachRow(
        outreach.id, outreach.closure_id, outreach.reason, outreach.next_review_at, outreach.opened_at,
        sum(counts.values()), number(ContactMode.MESSAGE, [ContactState.TOLD]),
        number(ContactMode.VOICE, [ContactState.TOLD]), number(ContactMode.MESSAGE, OPEN_STATES),
        number(ContactMode.VOICE, OPEN_STATES), number(None, [ContactState.GIVEN_UP, ContactState.OTHER]),
        number(None, [ContactState.MOOT]), number(None, [ContactState.HELD]), campaign.state if campaign else "")


@dataclass(frozen=True)
class FigureRow:
    """A figure of the trade with its source."""

    name: str
    value: float
    unit: str
    source: str


def parameters() -> tuple[FigureRow, ...]:
    return tuple(FigureRow(p.name, p.value, p.unit, p.source) for p in Parameter.objects.order_by("code"))


def desk_figures(codes: Iterable[str]) -> dict[str, FigureRow]:
    """Figures of the trade by code; one that the office has not written down is the trade's own."""
    known = {code: FigureRow(name, value, unit, source)
             for code, name, value, unit, source in [*PARAMETERS, *FIGURES]}
    codes = list(codes)
    known.update({p.code: FigureRow(p.name, p.value, p.unit, p.source)
                  for p in Parameter.objects.filter(code__in=codes)})
    return {code: known[code] for code in codes}
