"""Two signatures, of two persons, each once; between them nothing is lost.

The first writes down what is owed. What comes up before the second is added by it, marked as such. Both are one
transaction under one lock, so that of two who sign at once one signs and the other is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotAllowedError, NotFoundError
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.errors import (
    HandoverFaultError,
    HandoverGoneError,
    HandoverSamePersonError,
    HandoverSignedError,
    HandoverWaitingError,
)
from youlu.domain.desk.handover.facts import FAULTS, desk_says, shift_end
from youlu.domain.desk.handover.owed import owed_keep
from youlu.domain.desk.models import Handover

LOCK = 0x68616E64  # "hand": signatures, one after the other
State = Handover.State


@transaction.atomic
def handover_sign_out(*, actor: Actor, faults: Collection[str] = ()) -> uuid.UUID:
    """Hand the shift over: everything owed now is written down and waits for the other's signature.

    Raises
    ------
    HandoverWaitingError : a handover waits already, this actor's or another's.
    HandoverFaultError
    """
    actor.require("handover.sign")
    _person(actor)
    if not set(faults) <= FAULTS.keys():
        raise HandoverFaultError()
    _lock()
    waiting = Handover.objects.filter(state=State.WAITING).first()
    if waiting is not None:
        raise HandoverWaitingError(name=_name(waiting.out_by), at=f"{clock.local(waiting.out_at):%H:%M}")
    at, last = clock.now(), taken_last()
    since, until = last.in_at if last else None, shift_end(at)
    made = Handover.objects.create(
        since_at=since, until_at=until, out_by=actor.id, out_at=at,
        faults=[code for code in FAULTS if code in faults], says=desk_says(at=at, since=since, until=until))
    items = owed_keep(handover_id=made.id, last=last.id if last else None, until=until)
    audit_record(actor=actor.id, action="handover.out", object_type="handover", object_id=str(made.id), items=items)
    return made.id


@transaction.atomic
def handover_sign_in(*, actor: Actor, handover_id: uuid.UUID) -> None:
    """Take the shift over: with what was handed on, and what came up since.

    Raises
    ------
    NotFoundError, HandoverSamePersonError, HandoverSignedError, HandoverGoneError
    """
    actor.require("handover.sign")
    _person(actor)
    row = _waiting(handover_id)
    if row.out_by == actor.id:
        raise HandoverSamePersonError()
    at = clock.now()
    came = owed_keep(handover_id=row.id, last=row.id, until=row.until_at, between=True)
    row.state, row.in_by, row.in_at = State.TAKEN, actor.id, at
    row.says_in = desk_says(at=at, since=row.out_at, until=row.until_at)
    row.save(update_fields=["state", "in_by", "in_at", "says_in"])
    audit_record(actor=actor.id, action="handover.in", object_type="handover", object_id=str(row.id), came=came)


@transaction.atomic
def handover_take_back(*, actor: Actor, handover_id: uuid.UUID) -> None:
    """Take one's own signature back while nobody has taken over; the sheet stays, marked.

    Raises
    ------
    NotFoundError, NotAllowedError, HandoverSignedError, HandoverGoneError
    """
    actor.require("handover.sign")
    row = _waiting(handover_id)
    if row.out_by != actor.id:
        raise NotAllowedError(permission="handover.sign")
    row.state = State.TAKEN_BACK
    row.save(update_fields=["state"])
    audit_record(actor=actor.id, action="handover.back", object_type="handover", object_id=str(row.id))


def taken_last() -> Handover | None:
    """The handover that both have signed last: what it handed on is owed."""
    return Handover.objects.filter(state=State.TAKEN).order_by("-in_at", "-id").first()


def _waiting(handover_id: uuid.UUID) -> Handover:
    """The handover under lock, as long as it waits."""
    _lock()
    row = Handover.objects.select_for_update().filter(id=handover_id).first()
    if row is None:
        raise NotFoundError()
    if row.state == State.TAKEN:
        raise HandoverSignedError(name=_name(row.in_by))
    if row.state == State.TAKEN_BACK:
        raise HandoverGoneError(name=_name(row.out_by))
    return row


def _person(actor: Actor) -> None:
    """A machine or a token signs for nobody."""
    if not actor.id.startswith("user:"):
        raise NotAllowedError(permission="handover.sign")


def _name(actor_id: str) -> str:
    return actor_names([actor_id]).get(actor_id, "同事")


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
