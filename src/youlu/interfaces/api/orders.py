"""Work orders of programs: one written down, the state of one's own, a message to it."""

from __future__ import annotations

import uuid
from typing import Annotated

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from youlu.domain.desk.channels.submitting import order_submit, order_submitted, order_submitted_message
from youlu.domain.desk.errors import ItemNotKnownError
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.orders.messaging import MESSAGE_MAX
from youlu.domain.desk.orders.opening import TITLE_MAX, Asked
from youlu.engines.codes.item_key import ItemNumberError, item_key, number_compact
from youlu.interfaces.api.fields import PROBLEMS, Instant, actor_of, iso, key_of

router = Router(tags=["orders"])
NO_NUL = r"^[^\x00]*$"


Line = Annotated[str, Field(max_length=40, pattern=NO_NUL)]
Title = Annotated[str, Field(min_length=1, max_length=TITLE_MAX, pattern=NO_NUL,
                             description="一句话，不写姓名和电话 / one sentence without personal data")]
Text = Annotated[str, Field(max_length=4_000, pattern=NO_NUL)]
Said = Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX, pattern=NO_NUL)]


class CustomerIn(Schema):
    """By telephone; nobody gave it before: a new customer of that name."""

    model_config = ConfigDict(extra="forbid")
    phone: Line
    name: Line = ""


class OrderIn(Schema):
    """`kind` as the desk's kinds are coded (chase, complaint…); no personal data in `title`; `letter_no`, `letter_at`
    belong to kinds that count from a letter; `subtype` to complaints (delay, loss, shortage, damage, attitude,
    false_sign, fee), where it is known."""

    model_config = ConfigDict(extra="forbid")
    kind: Line
    subtype: Line = ""
    title: Title
    text: Text = ""
    item: Line = ""
    customer: CustomerIn | None = None
    needs_compensation: bool = False
    letter_no: Line = ""
    letter_at: Instant | None = None


class OrderMadeOut(Schema):
    """`is_repeat`: the matter had an open order, and this contact was counted on it. `link`: the end of the address
    /follow/… by which a customer with a telephone follows it."""

    id: uuid.UUID
    is_repeat: bool
    link: str


class OrderOut(Schema):
    """`answers` only where the caller was the first to ask about the matter."""

    id: uuid.UUID
    number: int
    kind: str
    state: str
    opened_at: str
    reply_due_at: str
    due_at: str
    is_paused: bool
    answered_at: str | None
    closed_at: str | None
    link: str
    answers: list[str]


class MessageIn(Schema):
    model_config = ConfigDict(extra="forbid")
    text: Said


class MessageOut(Schema):
    id: uuid.UUID


@router.post("", response={200: OrderMadeOut, 201: OrderMadeOut, **PROBLEMS})
def submit(request: HttpRequest, body: OrderIn) -> HttpResponse:
    """Write an order down. The same `Idempotency-Key` with the same body gives the same order and makes no second."""
    asked = Asked(body.kind, body.title, body.text, item_key=_item_key(body.item), outside_no=body.letter_no,
                  needs_compensation=body.needs_compensation, clock_from=body.letter_at,
                  subtype=body.subtype)
    customer = body.customer
    opened = order_submit(actor=actor_of(request), asked=asked, key=key_of(request),
                          phone=customer.phone if customer else "", name=customer.name if customer else "")
    return JsonResponse({"id": str(opened.order_id), "is_repeat": opened.is_repeat,
                         "link": follow_link(opened.order_id)}, status=200 if opened.is_repeat else 201)


@router.get("/{uuid:order_id}", response={200: OrderOut, **PROBLEMS})
def read(request: HttpRequest, order_id: uuid.UUID) -> OrderOut:
    """One of the caller's own; another's is not there."""
    one = order_submitted(actor=actor_of(request), order_id=order_id)
    return OrderOut(
        id=one.id, number=one.number, kind=one.kind, state=one.state, opened_at=iso(one.opened_at),
        reply_due_at=iso(one.reply_due_at), due_at=iso(one.due_at), is_paused=one.is_paused,
        answered_at=iso(one.answered_at), closed_at=iso(one.closed_at), link=one.link, answers=list(one.answers))


@router.post("/{uuid:order_id}/messages", response={201: MessageOut, **PROBLEMS})
def message(request: HttpRequest, order_id: uuid.UUID, body: MessageIn) -> HttpResponse:
    """Add a message to one of the caller's own, once a key; an order that waited for the customer goes on."""
    order_submitted_message(actor=actor_of(request), order_id=order_id, text=body.text, key=key_of(request))
    return JsonResponse({"id": str(order_id)}, status=201)


def _item_key(number: str) -> int | None:
    if not number.strip():
        return None
    try:
        return item_key(number_compact(number))
    except ItemNumberError:
        raise ItemNotKnownError() from None
