"""Orders that the public writes without a login: on the form, or on the page of an item they have shown to be theirs.

The form's telephone number is only said: its order is never folded onto one that is there, the item it names is looked
at by nobody, and what is known of either stays unsaid. The tracking page has had the item's number and the digits of
one of its two people: their own order about the same is added to.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from youlu.core import clock
from youlu.core.idempotency import answer_once, key_typed
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.channels.customers import customer_of
from youlu.domain.desk.errors import AskedTooOftenError, AskTextError, BadItemNumberError, UnknownKindError
from youlu.domain.desk.models import OrderKind, OrderSource, WorkOrder
from youlu.domain.desk.orders.following import CITIZEN, MESSAGES_MAX
from youlu.domain.desk.orders.links import follow_link
from youlu.domain.desk.orders.messaging import MESSAGE_MAX, message_add
from youlu.domain.desk.orders.opening import Asked, customer_key, order_written
from youlu.domain.desk.orders.subtypes import subtype_filled
from youlu.domain.mail.traces.selectors import item_in_shadow
from youlu.domain.mail.tracking import Tracking
from youlu.domain.parties.sealing import phone_key
from youlu.engines.codes.item_key import ItemNumberError, item_key, number_compact

FORM, TRACK = "form", "track"
BY_FORM = Actor(id="system:form", name="form", permissions=frozenset())
BY_TRACK = Actor(id="system:track", name="track", permissions=frozenset())
ASKED_A_DAY = 10  # orders of one telephone, or of one person of an item, by such a door
DAY = dt.timedelta(days=1)
CONSENT = "2026-11"  # the sentence agreed to on the form, in the audit of the order


@dataclass(frozen=True)
class Taken:
    """What whoever asked is told. `link` is "" where theirs was added to an order that was there: they have it, or
    hear it from the desk."""

    number: int
    link: str


def kinds_public() -> tuple[tuple[str, str], ...]:
    """(code, the public's words for it) of the kinds that the public may ask for, in a steady order."""
    return tuple(OrderKind.objects.exclude(public_name="").order_by("public_rank", "code")
                 .values_list("code", "public_name"))


def order_ask(
    *, kind: str, text: str, phone: str, name: str = "", item: str = "", subtype: str = "", key: str = "",
) -> Taken:
    """Write down what the form says, once a key; whoever sends it agreed that the post keeps it.

    Parameters
    ----------
    item : its number as it was typed, or ""; that there is no such item is not said
    subtype : of a divided kind, or ""

    Raises
    ------
    UnknownKindError, UnknownSubtypeError, AskTextError, BadItemNumberError, BadPhoneError, AskedTooOftenError,
    KeyReusedError
    """
    title, said = _title(kind), _words(text)
    number, about = _item(item)
    thread = phone_key(phone)
    if about is None and number:
        said = f"{said}\n邮件号：{number}"
    asked = Asked(kind, title, said, FORM, None, about, source=FORM, thread=thread, is_unproven=True, consent=CONSENT,
                  subtype=subtype)
    return _once(BY_FORM, key, [kind, said, str(about), thread.hex(), *_said(subtype)],
                 lambda order_key: _form_work(asked, phone, name, order_key))


def order_ask_tracked(*, found: Tracking, kind: str, text: str, subtype: str = "", key: str = "") -> Taken:
    """The same about an item whose number and digits were right; added to what its customer asked about it before.

    Raises
    ------
    UnknownKindError, UnknownSubtypeError, AskTextError, MessageError, AskedTooOftenError, KeyReusedError
    """
    title, said = _title(kind), _words(text)
    asked = Asked(kind, title, said, TRACK, found.party_id, found.row.item_key, source=TRACK,
                  thread=found.party_id.bytes, is_unproven=True, subtype=subtype)
    return _once(BY_TRACK, key, [kind, said, str(found.row.item_key), str(found.party_id), *_said(subtype)],
                 lambda order_key: _track_work(asked, order_key))


def _once(actor: Actor, key: str, body: list[str], work: Callable[[str], dict[str, object]]) -> Taken:
    key = key_typed(key)
    _, answer = answer_once(caller=actor.id, key=key, body=json.dumps(body).encode(),
                            work=lambda: (201, work(f"order {key}")))
    order_id = uuid.UUID(answer["order_id"])
    number = WorkOrder.objects.values_list("number", flat=True).get(id=order_id)
    return Taken(number, "" if answer["is_added"] else follow_link(order_id))


def _said(subtype: str) -> list[str]:
    """A key that was stored before there were sub-types still fits its body."""
    return [subtype] if subtype else []


def _form_work(asked: Asked, phone: str, name: str, key: str) -> dict[str, object]:
    _within_day(asked)
    return _written(BY_FORM, asked.of_party(customer_of(phone=phone, name=name)), key)


def _track_work(asked: Asked, key: str) -> dict[str, object]:
    _within_day(asked)
    known = _own_open(asked)
    if known is None:
        return _written(BY_TRACK, asked, key)
    at = clock.now()
    message_add(order_id=known.id, by=CITIZEN, text=asked.body, most=MESSAGES_MAX, at=at)
    subtype_filled(actor=BY_TRACK, order=known, subtype=asked.subtype, at=at)
    return {"order_id": str(known.id), "is_added": True}


def _written(actor: Actor, asked: Asked, key: str) -> dict[str, object]:
    return {"order_id": str(order_written(actor=actor, asked=asked, key=key).order_id), "is_added": False}


def _within_day(asked: Asked) -> None:
    """Under a lock of who asks: ten a day, however many come at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4420))", [asked.source + asked.thread.hex()])
    since = clock.now() - DAY
    if OrderSource.objects.filter(caller=asked.source, thread=asked.thread, at__gt=since).count() >= ASKED_A_DAY:
        raise AskedTooOftenError(most=ASKED_A_DAY)


def _own_open(asked: Asked) -> WorkOrder | None:
    """An open order of the kind about the item, of the same customer: never of whoever is at the item's other end."""
    return (WorkOrder.objects.filter(kind_id=asked.kind, item_key=asked.item_key,
                                     customer_key=customer_key(asked.party_id))
            .exclude(state=WorkOrder.State.CLOSED).only("id", "kind_id").order_by("opened_at").first())


def _title(kind: str) -> str:
    """The kind in the public's words: what they wrote themselves may name somebody, and stays sealed."""
    found = OrderKind.objects.filter(code=kind).exclude(public_name="").values_list("public_name", flat=True).first()
    if found is None:
        raise UnknownKindError(kind=kind)
    return found


def _words(text: str) -> str:
    said = text.strip()
    if not 0 < len(said) <= MESSAGE_MAX:
        raise AskTextError(most=MESSAGE_MAX)
    return said


def _item(number: str) -> tuple[str, int | None]:
    """(compact number, its key); the key is None for a number not given, and for mail that another system carries."""
    if not number.strip():
        return "", None
    compact = number_compact(number)
    try:
        key = item_key(compact)
    except ItemNumberError:
        raise BadItemNumberError() from None
    return compact, None if item_in_shadow(key) else key
