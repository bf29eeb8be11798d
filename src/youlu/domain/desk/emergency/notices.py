"""An agent has read what changes for them."""

from __future__ import annotations

import uuid

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.models import EmergencyNotice
from youlu.domain.workforce.selectors import agent_of


def notice_seen(*, actor: Actor, notice_id: uuid.UUID) -> None:
    """Mark one's own notice as read; again changes nothing.

    Raises
    ------
    NotFoundError
    """
    mine = EmergencyNotice.objects.filter(id=notice_id, agent_id=agent_of(actor).id)
    if not mine.filter(seen_at=None).update(seen_at=clock.now()) and not mine.exists():
        raise NotFoundError()
