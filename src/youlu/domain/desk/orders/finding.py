"""Finding orders: by view, by filter, by words as one types; pages by key, the same few questions for any number."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet

from youlu.core import clock
from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import MARKED, WorkOrder
from youlu.domain.desk.orders.kinds import kinds_divided, subtypes_all
from youlu.domain.desk.orders.rows import OrderRow, order_rows
from youlu.domain.desk.orders.seeing import NOBODY, seen_by, units_of
from youlu.domain.desk.orders.subtypes import NONE
from youlu.domain.desk.orders.words import ASKED_MAX, GRAM, grams_asked, holds, plain
from youlu.domain.workforce.errors import NotAnAgentError
from youlu.domain.workforce.selectors import agent_of

State = WorkOrder.State
NUMBER_DIGITS_MAX = 12  # beyond it, it is no number of an order
NUMBERED_MAX = 500
NEAR = 5_000
ITEM_BEGINS = re.compile(r"[A-Z]{2}\d{2,9}[A-Z]{0,2}")
VIEWS = ("open", "mine", "all", "late", "unit", "closed")
DUE = ("late", "soon", "today")
SOON = dt.timedelta(hours=1)
HEAVY = ("body", "grams")  # sealed words and the index of the title: no list shows them


@dataclass(frozen=True)
class OrderFilter:
    """What a list shows. `view` is one of VIEWS; the rest narrows it, "" for any."""

    view: str = "open"
    kind: str = ""
    subtype: str = ""  # of a divided kind; NONE: nobody has said
    state: str = ""
    due: str = ""
    unit: int | None = None
    text: str = ""
    marked: str = ""  # supervised, chased, repeated, extend, paused

    @classmethod
    def of(cls, query: Mapping[str, str]) -> OrderFilter:
        """From what an address says; what it says wrongly is left out."""
        unit = query.get("unit", "")
        view, state, due = query.get("view", ""), query.get("state", ""), query.get("due", "")
        marked = query.get("marked", "")
        return cls(view if view in VIEWS else "open", query.get("kind", "")[:40], query.get("subtype", "")[:40],
                   state if state in State.values else "", due if due in DUE else "",
                   int(unit) if unit.isascii() and unit.isdecimal() and len(unit) < 10 else None,
                   query.get("q", "").replace("\0", "").strip()[:ASKED_MAX], marked if marked in MARKED else "")

    def query(self) -> dict[str, str]:
        """The same as an address says it; what is as usual is left out."""
        said = {"view": self.view, "kind": self.kind, "subtype": self.subtype, "state": self.state, "due": self.due,
                "unit": str(self.unit) if self.unit is not None else "", "q": self.text, "marked": self.marked}
        return {name: value for name, value in said.items() if value and (name, value) != ("view", "open")}


def order_list(
    *, actor: Actor, view: str = "open", cursor: str | None = None, chosen: OrderFilter | None = None
) -> Page[OrderRow]:
    """A page of orders, due first. `view`: open (waiting), mine, all (not closed), late, unit, closed."""
    if not actor.can("desk.list"):
        actor.require("desk.unit")
    chosen = chosen or OrderFilter(view=view)
    found = _first(orders_found(actor, chosen, numbered_max=NUMBERED_MAX), chosen, cursor)
    more = found[PAGE_ROWS - 1] if len(found) > PAGE_ROWS else None
    return Page(order_rows(found[:PAGE_ROWS]), f"{more.due_at.isoformat()}_{more.id}" if more else None)


def _first(rows: QuerySet[WorkOrder], chosen: OrderFilter, cursor: str | None) -> list[WorkOrder]:
    """The rows of a page and one more.

    Words among all the closed orders are looked for first in the NEAR orders due next, then by their index. The
    database guesses wrongly which of the two is less: of characters that always stand together it takes each for a
    chance of its own, and would gather tens of thousands of orders to show fifty.
    """
    place = _place(cursor)
    after, many = _after(rows, place), PAGE_ROWS + 1
    if chosen.view != "closed" or not is_words(chosen.text):
        return list(after[:many])
    due = WorkOrder.objects.filter(due_at__gte=place[0]) if place else WorkOrder.objects.all()
    for edge in due.order_by("due_at", "id").values_list("due_at", flat=True)[NEAR:NEAR + 1]:
        near = list(after.filter(due_at__lte=edge)[:many])
        if len(near) == many:
            return near
    # No index is in this order: the words' own is what is left to use.
    return list(after.order_by(ExpressionWrapper(F("due_at") + dt.timedelta(), DateTimeField()), "id")[:many])


def orders_found(actor: Actor, chosen: OrderFilter, *, numbered_max: int | None = None) -> QuerySet[WorkOrder]:
    """Orders of the filter that the actor sees, due first; of those that a number's beginning finds
    so many at most, where a page shows the first."""
    which = _of_view(actor, chosen.view) & _narrowed(chosen, numbered_max)
    # Titles and due times of all the desk's work, without a customer, are for whoever holds desk.list.
    seen = Q() if actor.can("desk.list") else seen_by(actor)
    return WorkOrder.objects.filter(seen, which).defer(*HEAVY).order_by("due_at", "id")


def _of_view(actor: Actor, view: str) -> Q:
    if view == "mine":
        return Q(taken_by=agent_of(actor).id) & ~Q(state=State.CLOSED)
    return {
        "open": Q(state=State.OPEN), "closed": Q(state=State.CLOSED),
        "late": Q(due_at__lt=clock.now(), paused_at=None) & ~Q(state=State.CLOSED),
        "unit": units_of(actor) & ~Q(state=State.CLOSED),
    }.get(view, ~Q(state=State.CLOSED))


def _narrowed(chosen: OrderFilter, numbered_max: int | None) -> Q:
    which, now = MARKED.get(chosen.marked, Q()), clock.now()
    if chosen.kind:
        which &= Q(kind_id=chosen.kind)
    if chosen.subtype:
        which &= _of_subtype(chosen.subtype)
    if chosen.state:
        which &= Q(state=chosen.state)
    if chosen.unit is not None:
        which &= Q(unit_office_id=chosen.unit)
    if chosen.due == "late":
        which &= Q(due_at__lt=now, paused_at=None)
    elif chosen.due == "soon":
        which &= Q(due_at__gte=now, due_at__lt=now + SOON, paused_at=None)
    elif chosen.due == "today":
        which &= Q(due_at__lt=clock.midnight(clock.today() + dt.timedelta(days=1)))
    return which & text_asked(chosen.text, numbered_max) if chosen.text else which


def _of_subtype(code: str) -> Q:
    """With its kind, by whose index it is found; of a code that there is not, nothing."""
    if code == NONE:
        return Q(kind_id__in=kinds_divided(), subtype="")
    return Q(kind_id__in=[one.kind for one in subtypes_all() if one.code == code], subtype=code)


def text_asked(text: str, numbered_max: int | None) -> Q:
    """Digits: an order's or an item's number, or its beginning, so many at most. Two letters and digits: an item's.
    Words: a title that holds them all."""
    asked = plain(text)
    compact = asked.replace(" ", "").upper()
    if not asked:
        return Q()
    if ITEM_BEGINS.fullmatch(compact):
        return Q(id__in=_few(_of_item(compact), numbered_max))
    if compact.isascii() and compact.isdecimal():
        return Q(id__in=_few(_numbered(compact), numbered_max).union(_few(_of_item(compact), numbered_max), all=True))
    words = Q(grams__contains=grams_asked(asked))
    for word in asked.split(" "):
        if len(word) > GRAM:  # what a shorter one asks for is in the index as it stands
            words &= holds("title", word)
    return words


def is_words(text: str) -> bool:
    """Whether the text asks for words of a title, not for a number."""
    asked = plain(text)
    compact = asked.replace(" ", "").upper()
    return bool(asked) and not ITEM_BEGINS.fullmatch(compact) and not (compact.isascii() and compact.isdecimal())


def _of_item(begins: str) -> Q:
    # The second condition is the index's own: without it the planner may not use it.
    return Q(item_number__startswith=begins) & ~Q(item_number="")


def _few(which: Q, most: int | None) -> QuerySet[WorkOrder, Any]:
    """Ids by the number's own index, some hundreds of a list: in one statement with the list's order the planner would
    walk all orders by their due time and look at each number."""
    return WorkOrder.objects.filter(which).order_by().values("id")[:most]


def _numbered(digits: str) -> Q:
    """Order numbers that begin with these digits, as ranges of the index."""
    if digits.startswith("0") or len(digits) > NUMBER_DIGITS_MAX:
        return NOBODY
    which, low = Q(number=int(digits)), int(digits)
    for more in range(1, NUMBER_DIGITS_MAX - len(digits) + 1):
        if len(digits) + more >= 6:  # the first order is 100001
            which |= Q(number__gte=low * 10**more, number__lt=(low + 1) * 10**more)
    return which


def _place(cursor: str | None) -> tuple[dt.datetime, uuid.UUID] | None:
    """Where the cursor stands; whatever else somebody writes there is the first page."""
    due, _, last = (cursor or "").partition("_")
    try:
        due_at, last_id = dt.datetime.fromisoformat(due), uuid.UUID(last)
    except ValueError:
        return None
    return (due_at, last_id) if due_at.tzinfo is not None else None


def _after(rows: QuerySet[WorkOrder], place: tuple[dt.datetime, uuid.UUID] | None) -> QuerySet[WorkOrder]:
    if place is None:
        return rows
    due_at, last_id = place
    return rows.filter(Q(due_at__gte=due_at) & (Q(due_at__gt=due_at) | Q(due_at=due_at, id__gt=last_id)))


def orders_search(*, actor: Actor, text: str, limit: int = 10) -> tuple[OrderRow, ...]:
    """Work orders that are not closed and whose title holds the words, or of that number; due first."""
    actor.require("desk.list")
    rows = WorkOrder.objects.filter(text_asked(text, NUMBERED_MAX) & ~Q(state=State.CLOSED)).order_by("due_at", "id")
    return order_rows(list(rows.defer(*HEAVY)[:limit]))


def is_agent(actor: Actor) -> bool:
    try:
        return bool(agent_of(actor))
    except NotAnAgentError:
        return False

