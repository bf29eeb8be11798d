"""Making, revealing and erasing customers. Names and numbers never reach the audit, a log or an error."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from youlu.core.audit import audit_record
from youlu.core.clock import real_now
from youlu.core.ids import uuid7_floor
from youlu.core.models import AuditEntry
from youlu.domain.access.selectors import Actor
from youlu.domain.parties.errors import (
    MissingReasonError,
    NotRevealableError,
    PartyInBusinessError,
    PersonalReasonError,
    TooManyRevealsError,
    UnknownPartyError,
)
from youlu.domain.parties.models import Party
from youlu.domain.parties.retention import ERASED_NAME, party_in_business
from youlu.domain.parties.sealing import COLUMNS, ENCRYPTED, NewParty, sealed

REVEAL = "party.reveal"
_PHONE_LIKE = re.compile(r"1[3-9]\d{9}|\d{6}(?:19|20)\d{9}[\dXx]")
COPY_SQL = f"COPY parties_party ({', '.join(COLUMNS)}) FROM STDIN"
COPY_BINARY_TYPES = ("uuid", "text", "text", "text", "text", "text", "text", "bytea", "bytea", "bytea", "int4",
                     "text", "text", "bool", "bool")


def party_create(*, actor: Actor, party: NewParty) -> uuid.UUID:
    """Make one party; returns its id."""
    return parties_create_bulk(actor=actor, parties=[party])[0]


@transaction.atomic
def parties_create_bulk(*, actor: Actor, parties: Iterable[NewParty]) -> list[uuid.UUID]:
    """Make many parties by COPY, all or none, with one audit row; returns their ids in order.

    Raises
    ------
    BadPhoneError, BadEmailError, MissingNameError : of the first party that is wrong; nothing is made.
    """
    actor.require("party.edit")
    ids: list[uuid.UUID] = []
    with connection.cursor() as cursor, cursor.copy(COPY_SQL + " (FORMAT BINARY)") as copy:
        copy.set_types(COPY_BINARY_TYPES)
        for new in parties:
            copy.write_row(sealed(new))
            ids.append(new.id)
    if ids:
        audit_record(actor=actor.id, action="party.create", object_type="party", object_id=str(ids[0]),
                     count=len(ids))
    return ids


@transaction.atomic
def party_reveal(*, actor: Actor, party_id: uuid.UUID, field: str, reason: str, seen_on: str = "") -> str:
    """The plain value of one field ("" if none), with an audit row that names actor, field, reason and the object
    (`seen_on`, "item:EZ…") it was asked for on; never the value.

    Raises
    ------
    NotAllowedError, MissingReasonError, PersonalReasonError, NotRevealableError, UnknownPartyError
    TooManyRevealsError : the actor has used up a day's number (`YOULU_REVEALS_DAILY`).
    """
    actor.require("party.reveal")
    if field not in ENCRYPTED:
        raise NotRevealableError()
    if not reason.strip():
        raise MissingReasonError()
    party = Party.objects.filter(id=party_id).first()
    if party is None:
        raise UnknownPartyError()
    value = getattr(party, field) or ""
    if _PHONE_LIKE.search(reason) or any(one and one in reason for one in (party.name, value)):
        raise PersonalReasonError()
    _reveals_within(actor)
    audit_record(actor=actor.id, action=REVEAL, object_type="party", object_id=str(party_id),
                 reason=reason.strip(), field=field, seen_on=seen_on)
    return value


def _reveals_within(actor: Actor) -> None:
    """Under a lock of the actor, so that many at once are no more than one after another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5001))", [actor.id])
    since = real_now() - dt.timedelta(hours=24)
    if AuditEntry.objects.filter(actor=actor.id, id__gt=uuid7_floor(since), at__gt=since,
                                 action=REVEAL).count() >= settings.REVEALS_DAILY:
        raise TooManyRevealsError(most=settings.REVEALS_DAILY)


@transaction.atomic
def party_erase(*, actor: Actor, party_id: uuid.UUID, reason: str) -> None:
    """Forget who the party was; its id stays, so that mail and orders that name it remain whole."""
    actor.require("party.erase")
    erased = Party.objects.filter(id=party_id, erased_at=None).update(
        name=ERASED_NAME, phone=None, id_number=None, address=None, phone_index=None, phone_tail_index=None,
        email=None, email_index=None, channel="", consent_message=False, erased_at=real_now(),
    )
    if not erased:
        raise UnknownPartyError()
    audit_record(actor=actor.id, action="party.erase", object_type="party", object_id=str(party_id), reason=reason)


@transaction.atomic
def party_erase_on_request(*, actor: Actor, party_id: uuid.UUID, reason: str) -> None:
    """Erase somebody who asks, unless something is under way for them.

    Raises
    ------
    NotAllowedError, MissingReasonError, UnknownPartyError, PartyInBusinessError
    """
    actor.require("party.erase")
    if not reason.strip():
        raise MissingReasonError()
    Party.objects.select_for_update().filter(id=party_id).first()
    if party_in_business(party_id):
        raise PartyInBusinessError()
    party_erase(actor=actor, party_id=party_id, reason=reason.strip())


@transaction.atomic
def party_change(*, actor: Actor, party_id: uuid.UUID, **changes: Any) -> None:
    """Change fields of a party (of NewParty, but for id and synthetic); indexes follow.

    Raises
    ------
    UnknownPartyError, BadPhoneError, BadEmailError, MissingNameError
    """
    actor.require("party.edit")
    party = Party.objects.select_for_update().filter(id=party_id, erased_at=None).first()
    if party is None:
        raise UnknownPartyError()
    before = NewParty(
        id=party.id, kind=party.kind, name=party.name, phone=party.phone or "", id_number=party.id_number or "",
        address=party.address or "", compound_id=party.compound_id, division_code=party.division_code,
        channel=party.channel, consent_message=party.consent_message, synthetic=party.synthetic,
        email=party.email or "")
    columns = ", ".join(f"{column} = %s" for column in COLUMNS[1:])
    values: list[Any] = [*sealed(replace(before, **changes))[1:], party.id]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE parties_party SET {columns} WHERE id = %s", values)
    audit_record(actor=actor.id, action="party.change", object_type="party", object_id=str(party_id),
                 fields=sorted(changes))
