"""Whose order it is, by the telephone that came with it: known by its blind index, else written down as a customer."""

from __future__ import annotations

import uuid

from django.db import transaction

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.parties.callers import caller_party

NAME_MAX = 40


def customer_of(*, phone: str, name: str = "") -> uuid.UUID | None:
    """The oldest party of the number; a new one where nobody gave it before; None without a number.

    Raises
    ------
    BadPhoneError
    """
    if not phone.strip():
        return None
    with transaction.atomic():
        return caller_party(actor=actor_of_system("desk.channels"), phone=phone, name=name.strip()[:NAME_MAX]).id
