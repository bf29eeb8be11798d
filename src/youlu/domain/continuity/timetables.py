"""A timetable comes into force: the revision, the next epoch, and the job that makes promises true under it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.continuity.models import TimetableEffect
from youlu.domain.continuity.services import apply_defer
from youlu.domain.network.drafts import draft_activate, effective_date_check
from youlu.domain.network.errors import DraftChangedError, DraftEmptyError
from youlu.domain.network.models import TimetableRevision
from youlu.domain.network.timetables import draft_get


@transaction.atomic
def timetable_activate(
    *, actor: Actor, draft_id: uuid.UUID, version: int, effective_date: dt.date
) -> TimetableRevision:
    """Put a draft in force from a service date on; what is in flight is promised anew, as after a closure."""
    revision = draft_activate(actor=actor, draft_id=draft_id, version=version, effective_date=effective_date)
    apply_defer()
    return revision


@transaction.atomic
def effect_ask(*, actor: Actor, draft_id: uuid.UUID, version: int, effective_date: dt.date) -> uuid.UUID:
    """Ask what the draft would do from a service date on; the worker answers into the row."""
    actor.require("timetable.edit")
    draft = draft_get(actor=actor, draft_id=draft_id)
    if draft.version != version:
        raise DraftChangedError(who=draft.changed_by, version=draft.version)
    if not draft.changes:
        raise DraftEmptyError()
    effective_date_check(effective_date, TimetableRevision.objects.order_by("-id").first())
    row = TimetableEffect.objects.create(draft_id=draft_id, version=version, effective_date=effective_date,
                                         actor=actor.id, asked_at=clock.real_now())
    effect_defer(str(row.id))
    return row.id


@transaction.atomic
def effect_stop(*, actor: Actor, draft_id: uuid.UUID) -> None:
    """Have the worker leave off; what is not begun is not begun."""
    actor.require("timetable.edit")
    draft_get(actor=actor, draft_id=draft_id)
    open_states = (TimetableEffect.State.ASKED, TimetableEffect.State.RUNNING)
    TimetableEffect.objects.filter(draft_id=draft_id, state__in=open_states).update(is_stop_asked=True)


def effect_latest(*, actor: Actor, draft_id: uuid.UUID) -> TimetableEffect | None:
    """The newest answer, or question, about a draft."""
    draft_get(actor=actor, draft_id=draft_id)
    return TimetableEffect.objects.filter(draft_id=draft_id).order_by("-id").first()


def effect_defer(effect_id: str) -> None:
    from procrastinate.contrib.django import app

    app.configure_task("continuity.effect", priority=5).defer(effect_id=effect_id)
