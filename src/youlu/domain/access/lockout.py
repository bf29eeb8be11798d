"""Guessing passwords and codes is slow: so many tries for one account, and for one address, in a quarter of an hour.

A try is counted before it is looked at and taken back when it was right, under a lock of its key, so that many
requests at once get no more tries than one after another. Kept in the database: every process counts alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import connection, transaction

from youlu.core.audit import audit_record
from youlu.core.clock import real_now
from youlu.core.crypto import blind_index
from youlu.domain.access.errors import TooManyLoginsError
from youlu.domain.access.models import LoginTry

WINDOW = dt.timedelta(minutes=15)
ACCOUNT_MAX, ADDRESS_MAX = 5, 50


def login_try(*, account: str, address: str = "") -> list[int]:
    """Count one try for the account and the address; returns what `login_right` takes back.

    Raises
    ------
    TooManyLoginsError : the account or the address has used its tries up. Known and unknown accounts alike.
    """
    with transaction.atomic():
        taken = []
        limits = (("account", account.strip().casefold(), ACCOUNT_MAX), ("address", address, ADDRESS_MAX))
        for kind, name, most in limits:
            if name:
                number = _count(kind, name, most)
                if number is None:
                    raise TooManyLoginsError(minutes=int(WINDOW.total_seconds() // 60))
                taken.append(number)
        return taken


def login_right(tries: list[int]) -> None:
    """The try was right: it counts for nothing."""
    LoginTry.objects.filter(id__in=tries).delete()


def _count(kind: str, name: str, most: int) -> int | None:
    key = blind_index(f"{kind}\0{name}", field="access.login_try")
    lock = int.from_bytes(hashlib.sha256(key).digest()[:8], "big", signed=True)
    now = real_now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
    if LoginTry.objects.filter(key=key, tried_at__gt=now - WINDOW).count() >= most:
        return None
    made = LoginTry.objects.create(key=key, tried_at=now)
    if LoginTry.objects.filter(key=key, tried_at__gt=now - WINDOW).count() == most:
        audit_record(actor="public", action="login.last_try", object_type=f"login_{kind}", object_id=key.hex()[:16])
    return made.id


def login_tries_forget() -> int:
    """Drop what no longer counts; returns how many rows."""
    return LoginTry.objects.filter(tried_at__lt=real_now() - WINDOW).delete()[0]
