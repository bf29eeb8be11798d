"""Audit: one plain insert per deed (one per batch in bulk work) in the deed's own transaction."""

from __future__ import annotations

from typing import Any

from youlu.core.clock import real_now
from youlu.core.models import AuditEntry


def audit_record(
    *, actor: str, action: str, object_type: str, object_id: str, reason: str = "", **facts: Any
) -> None:
    """Write who did what. `facts` is JSON without personal data; `actor` is a user's or a token's id."""
    AuditEntry.objects.create(
        at=real_now(), actor=actor, action=action, object_type=object_type, object_id=object_id,
        reason=reason, facts=facts,
    )
