"""Whoever telephones or writes: found by the number or the address, or kept, by the name they gave or as somebody not
asked yet. And the way back: the number of one customer for the exchange that dials it, the address for a letter."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection

from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.parties.errors import UnknownPartyError
from youlu.domain.parties.models import Party
from youlu.domain.parties.sealing import NewParty, email_key, phone_key
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
    return CallerParty(_known(phone_index=key) or _made(actor, NewParty(name=name or UNNAMED, phone=phone),
                                                        phone_index=key), key)


def writer_party(*, actor: Actor, email: str, name: str = "") -> CallerParty:
    """The same by the address of who writes.

    Raises
    ------
    BadEmailError : it is no e-mail address.
    """
    key = email_key(email)
    return CallerParty(_known(email_index=key) or _made(actor, NewParty(name=name or UNNAMED, email=email),
                                                        email_index=key), key)


def _made(actor: Actor, party: NewParty, **index: bytes) -> uuid.UUID:
    """Under a lock of the index: two news of one stranger at once are one party."""
    with connection.cursor() as cursor:
        (key,) = index.values()
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5002))", [key.hex()])
    return _known(**index) or party_create(actor=actor, party=party)


def _known(**index: bytes) -> uuid.UUID | None:
    return Party.objects.filter(**index).order_by("id").values_list("id", flat=True).first()


def address_to_write(party_id: uuid.UUID) -> str:
    """The e-mail address for a machine that writes to it and shows it to nobody; "" where there is none (any more)."""
    return Party.objects.filter(id=party_id).values_list("email", flat=True).first() or ""


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
