"""The life of an application: only forward, whatever the order in which its news arrives.

draft -> submitted -> accepted -> made -> item -> delivered; refused only before it is made. News of an earlier state
than the present one is noted as a step with its time and moves nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection

from youlu.core.clock import real_now
from youlu.domain.applications.models import Application, ApplicationStep, State

ORDER = (State.DRAFT, State.SUBMITTED, State.ACCEPTED, State.MADE, State.ITEM, State.DELIVERED)


def application_move(*, application_id: uuid.UUID, to: State, at: dt.datetime, cause: str) -> bool:
    """Note the step; True if it moved the application. Call inside the transaction of the news."""
    assert connection.in_atomic_block, "the lock must last until the news is kept"  # noqa: S101
    row = Application.objects.select_for_update().get(id=application_id)
    ApplicationStep.objects.create(application=row, at=at, state=to, cause=cause, noted_at=real_now())
    column = f"{to}_at"
    changes: list[str] = []
    if getattr(row, column) is None:
        setattr(row, column, at)
        changes.append(column)
    moved = _leads_on(State(row.state), to)
    if moved:
        row.state = to
        changes.append("state")
    if changes:
        row.save(update_fields=changes)
    return moved


def _leads_on(present: State, to: State) -> bool:
    if present is State.REFUSED:
        return False
    if to is State.REFUSED:
        return ORDER.index(present) < ORDER.index(State.MADE)
    return ORDER.index(to) > ORDER.index(present)
