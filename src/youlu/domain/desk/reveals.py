"""Showing personal data in plain on the page of an item, an application or a work order: whoever may see the object
(its own selector says) and may have data revealed (`party.reveal`), with a reason, into the audit."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import models

from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.selectors import application_sheet
from youlu.domain.desk.phone.dialling import number_is_open
from youlu.domain.desk.phone.errors import DialFirstError
from youlu.domain.desk.selectors import order_page
from youlu.domain.mail.selectors import item_get
from youlu.domain.parties.errors import MissingReasonError
from youlu.domain.parties.selectors import MaskedParty
from youlu.domain.parties.services import party_reveal

NOTE_MAX = 80


class RevealReason(models.TextChoices):
    CONTACT = "contact", "联系客户"
    DELIVERY = "delivery", "核对地址投递"
    COMPLAINT = "complaint", "处理投诉查询"
    IDENTITY = "identity", "核对身份"
    AUTHORITY = "authority", "有权机关依法查询"
    OTHER = "other", "其他"


EXPLAINED = (RevealReason.AUTHORITY, RevealReason.OTHER)  # say more than the choice
People = Mapping[str, MaskedParty]


@dataclass(frozen=True)
class Subject:
    """Whose data an object shows: `key` is the object's own number, `people` by their part in it."""

    kind: str
    key: str
    people: People
    may_see_phone: bool = True  # of an order: where the exchange cannot dial it


def reveal_subject(*, actor: Actor, kind: str, key: str) -> Subject:
    """Who may be revealed on this object.

    Raises
    ------
    NotAllowedError, and what the object's own selector raises for one that is not there or not theirs.
    """
    actor.require("party.reveal")
    if kind not in _PEOPLE:
        raise NotFoundError()
    number, people = _PEOPLE[kind](actor, key)
    return Subject(kind, number, people, kind != "order" or number_is_open(order_id=uuid.UUID(number)))


def revealed(*, actor: Actor, kind: str, key: str, who: str, field: str, reason: str, note: str = "") -> str:
    """The plain value of one field of one of the object's people; the audit has who asked, whose, which and why.

    Raises
    ------
    as `reveal_subject`; MissingReasonError, NotRevealableError, PersonalReasonError, TooManyRevealsError
    DialFirstError : an order's number before a call of two ends was tried and failed.
    """
    subject = reveal_subject(actor=actor, kind=kind, key=key)
    if who not in subject.people:
        raise NotFoundError()
    if field == "phone" and not subject.may_see_phone:
        raise DialFirstError()
    note = note.strip()[:NOTE_MAX]
    if reason not in RevealReason.values or (reason in EXPLAINED and not note):
        raise MissingReasonError()
    said = RevealReason(reason).label + (f"：{note}" if note else "")
    return party_reveal(actor=actor, party_id=subject.people[who].id, field=field, reason=said,
                        seen_on=f"{subject.kind}:{subject.key}")


def _of_item(actor: Actor, key: str) -> tuple[str, People]:
    page = item_get(actor=actor, number=key)
    both = {"addressee": page.addressee, "sender": page.sender}
    return page.row.number, {who: party for who, party in both.items() if party}


def _of_application(actor: Actor, key: str) -> tuple[str, People]:
    row = application_sheet(actor=actor, number=key).row
    return row.number, {"addressee": row.addressee} if row.addressee else {}


def _of_order(actor: Actor, key: str) -> tuple[str, People]:
    try:
        order_id = uuid.UUID(key)
    except ValueError:
        raise NotFoundError() from None
    page = order_page(actor=actor, order_id=order_id)
    # One telephone may be several people's.
    return str(order_id), {f"customer{nth or ''}": party for nth, party in enumerate(page.customer)}


_PEOPLE: dict[str, Callable[[Actor, str], tuple[str, People]]] = {
    "item": _of_item, "application": _of_application, "order": _of_order}
