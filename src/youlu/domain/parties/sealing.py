"""From what a person wrote to what the table keeps: normalised, encrypted, indexed blind."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

from youlu.core.crypto import blind_index, encrypt
from youlu.core.ids import uuid7
from youlu.domain.parties.errors import BadEmailError, BadPhoneError, MissingNameError
from youlu.engines.codes import phone as phones
from youlu.engines.codes.errors import CodeError

PHONE_INDEX_FIELD = "parties.phone"
TAIL_INDEX_FIELD = "parties.phone_tail"
EMAIL_MAX = 254  # RFC 5321
# What can be written to. Quoted local parts and addresses of numbers are lawful and nobody's.
EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
EMAIL_INDEX_FIELD = "parties.email"
ENCRYPTED = ("name", "phone", "id_number", "address", "email")
COLUMNS = ("id", "kind", *ENCRYPTED, "phone_index", "phone_tail_index", "email_index", "compound_id", "division_code",
           "channel", "consent_message", "synthetic")


@dataclass(frozen=True, repr=False)  # a traceback that shows locals must not show a person
class NewParty:
    """A party to be made; empty strings mean "not given"."""

    name: str
    phone: str = ""
    id_number: str = ""
    address: str = ""
    kind: str = "person"
    compound_id: int | None = None
    division_code: str = ""
    channel: str = ""
    consent_message: bool = False
    synthetic: bool = False
    email: str = ""
    id: uuid.UUID = field(default_factory=uuid7)


def phone_key(phone: str) -> bytes:
    """The blind index of a phone, however it is written.

    Raises
    ------
    BadPhoneError : it is no telephone number.
    """
    try:
        return blind_index(phones.validate(phone), field=PHONE_INDEX_FIELD)
    except CodeError:
        raise BadPhoneError() from None


def email_plain(email: str) -> str:
    """An address as it is kept: small letters throughout, since no provider tells two people apart by them.

    Raises
    ------
    BadEmailError : it is no e-mail address.
    """
    plain = email.strip().lower()
    if len(plain) > EMAIL_MAX or not EMAIL.fullmatch(plain):
        raise BadEmailError()
    return plain


def email_key(email: str) -> bytes:
    """The blind index of an e-mail address, however it is written.

    Raises
    ------
    BadEmailError
    """
    return blind_index(email_plain(email), field=EMAIL_INDEX_FIELD)


def tail_key(party_id: uuid.UUID, tail: str) -> bytes:
    return blind_index(f"{party_id}\0{tail}", field=TAIL_INDEX_FIELD)


def sealed(new: NewParty) -> tuple[object, ...]:
    """The row of `new` in the order of COLUMNS, ready for COPY."""
    name = new.name.strip()
    if not name:
        raise MissingNameError()
    phone = phones.compact(new.phone)
    index = phone_key(phone) if phone else None
    tail = phones.tail(phone)
    email = email_plain(new.email) if new.email.strip() else ""
    return (
        new.id, new.kind,
        encrypt(name, field="parties.party.name"),
        encrypt(phone, field="parties.party.phone") if phone else None,
        encrypt(new.id_number, field="parties.party.id_number") if new.id_number else None,
        encrypt(new.address, field="parties.party.address") if new.address else None,
        encrypt(email, field="parties.party.email") if email else None,
        index, tail_key(new.id, tail) if tail else None, email_key(email) if email else None,
        new.compound_id, new.division_code, new.channel, new.consent_message, new.synthetic,
    )
