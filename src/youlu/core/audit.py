"""Audit: one plain insert per deed (one per batch in bulk work) in the deed's own transaction.

Each row carries a mark, an HMAC over all it says, made by whoever writes it: a row that was put in or changed by
somebody with the database alone is known from one of ours. `core.sealing` chains the marks afterwards.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid
from decimal import Decimal
from typing import Any

from django.conf import settings

from youlu.core.bulk import objects_insert
from youlu.core.clock import real_now
from youlu.core.ids import uuid7
from youlu.core.models import AuditEntry

MARKED = ("id", "at", "actor", "action", "object_type", "object_id", "reason", "facts")


def audit_record(
    *, actor: str, action: str, object_type: str, object_id: str, reason: str = "", **facts: Any
) -> None:
    """Write who did what. `facts` is JSON without personal data; `actor` is a user's or a token's id."""
    objects_insert(audit_entry(actor=actor, action=action, object_type=object_type, object_id=object_id, reason=reason,
                               **facts))


def audit_entry(
    *, actor: str, action: str, object_type: str, object_id: str, reason: str = "", **facts: Any
) -> AuditEntry:
    """The same, not yet stored: for whoever stores it with the deed in one statement."""
    entry = AuditEntry(
        id=uuid7(), at=real_now(), actor=actor, action=action, object_type=object_type, object_id=object_id,
        reason=reason, facts=facts,
    )
    entry.mark = mark_of(tuple(getattr(entry, name) for name in MARKED))
    return entry


def audit_key() -> bytes:
    """The key of marks and seals, kept outside the database."""
    return base64.b64decode(settings.AUDIT_KEY)


def mark_of(values: tuple[Any, ...]) -> bytes:
    """32 bytes: the HMAC over the values of a row, in the order of MARKED."""
    return hmac.digest(audit_key(), b"mark\0" + _canonical(values), hashlib.sha256)


def _canonical(values: tuple[Any, ...]) -> bytes:
    """One text for one row, whether it comes from Python or back from jsonb (which rewrites numbers)."""
    return json.dumps([_plain(value) for value in values], ensure_ascii=False, sort_keys=True,
                      separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return f"n{Decimal(str(value)).normalize():f}"
