"""Whose order it is, by the telephone that came with it: known by its blind index, else written down as a customer."""

from __future__ import annotations

import uuid

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.selectors import party_find_by_phone
from youlu.domain.parties.services import party_create

NAMELESS = "客户"


def customer_of(*, phone: str, name: str = "") -> uuid.UUID | None:
    """The oldest party of the number; a new one where nobody gave it before; None without a number.

    Raises
    ------
    BadPhoneError
    """
    if not phone.strip():
        return None
    found = party_find_by_phone(phone)
    if found:
        return found[0]
    return party_create(actor=actor_of_system("desk.channels"),
                        party=NewParty(name=name.strip()[:40] or NAMELESS, phone=phone))
