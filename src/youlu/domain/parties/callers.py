"""Whoever telephones or writes: found by the number, or kept, by the name they gave or as somebody not asked yet. And
the way back: the number of one customer, for the exchange that dials it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection

from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.parties.errors import UnknownPartyError
from youlu.domain.parties.models import Party
from youlu.domain.parties.sealing import NewParty, phone_key
from youlu.domain.parties.selectors import UNNAMED
from youlu.domain.parties.services import party_create


@dataclass(frozen=True)
class CallerParty:
    """`key` is the blind index of the number: the same for everybody who shares it."""

    id: uuid.UUID
    key: bytes


def caller_party(*, actor: Actor, phone: str, name: str = "") -> CallerParty:
    """The oldest party of the number, made of `name` if there is none; in the caller's transaction.

    Raises
    ------
    BadPhoneError : it is no telephone number.
    """
    key = phone_key(phone)
    return CallerParty(_known(key) or _made(actor, phone, key, name), key)


def _made(actor: Actor, phone: str, key: bytes, name: str) -> uuid.UUID:
    """Under a lock of the number: two news of one stranger at once are one party."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5002))", [key.hex()])
    return _known(key) or party_create(actor=actor, party=NewParty(name=name or UNNAMED, phone=phone))


def _known(key: bytes) -> uuid.UUID | None:
    return Party.objects.filter(phone_index=key).order_by("id").values_list("id", flat=True).first()


def number_to_dial(*, actor: Actor, party_id: uuid.UUID, seen_on: str) -> str:
    """The number, for a machine that dials it and shows it to nobody; each asking is in the audit.

    Raises
    ------
    UnknownPartyError : there is no such party, or it has no number (any more).
    """
    actor.require("party.reveal")
    party = Party.objects.filter(id=party_id).first()
    if party is None or not party.phone:
        raise UnknownPartyError()
    audit_record(actor=actor.id, action="party.dial", object_type="party", object_id=str(party_id), seen_on=seen_on)
    return str(party.phone)
