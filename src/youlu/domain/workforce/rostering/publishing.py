"""From draft to what is in force: approved by somebody else, published whole, replaced by the next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.core.events import event_publish
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.errors import (
    RosterHeldError,
    RosterMovedError,
    RosterSeenError,
    RosterUnlawfulError,
    SamePersonError,
)
from youlu.domain.workforce.models import Roster, RosterHold
from youlu.domain.workforce.rostering.checking import Checked, roster_verify
from youlu.domain.workforce.rostering.sentences import broken_sentence

State = Roster.State
PUBLISH_LOCK = 0x726F73746572  # "roster": one publishing at a time


def roster_approve(
    *, actor: Actor, roster_id: uuid.UUID, edits: int | None = None, judged: Collection[uuid.UUID] | None = None,
    beside: Collection[uuid.UUID] = (),
) -> None:
    """Say that a draft may be published; `edits`: the state of it that was seen.

    Parameters
    ----------
    judged : whose shifts the change is of; what was in force of others is not judged again. None: everybody's.
    beside : rosters that keep what they hold of its days.

    Raises
    ------
    SamePersonError : the actor made it, or edited it last.
    RosterUnlawfulError : it breaks a hard rule now.
    RosterSeenError : it was edited since it was seen. RosterMovedError : it is no draft.
    """
    actor.require("workforce.publish")
    roster = _roster(roster_id, State.DRAFT)
    if roster.made_by == actor.id:
        raise SamePersonError()
    if edits is not None and edits != roster.edits:
        raise RosterSeenError()
    _lawful(roster_verify(roster_id=roster_id, beside=beside), judged)
    with transaction.atomic():
        done = Roster.objects.filter(id=roster_id, state=State.DRAFT, edits=roster.edits).update(
            state=State.APPROVED, approved_by=actor.id, approved_at=clock.now())
        if not done:
            raise RosterSeenError()
        audit_record(actor=actor.id, action="roster.approve", object_type="roster", object_id=str(roster_id))


def roster_send_back(*, actor: Actor, roster_id: uuid.UUID) -> None:
    """Make an approved roster a draft again, to be edited."""
    actor.require("workforce.publish")
    with transaction.atomic():
        _move(roster_id, State.APPROVED, State.DRAFT, approved_by="", approved_at=None)
        audit_record(actor=actor.id, action="roster.send_back", object_type="roster", object_id=str(roster_id))


def roster_publish(
    *, actor: Actor, roster_id: uuid.UUID, judged: Collection[uuid.UUID] | None = None,
    beside: Collection[uuid.UUID] = (),
) -> int:
    """Put an approved roster in force for all its days; returns its version. What held them gives way. `judged` and
    `beside` as for `roster_approve`.

    Raises
    ------
    RosterUnlawfulError : it breaks a hard rule now.
    RosterHeldError : another roster was published for one of its days since it was drafted.
    RosterMovedError : it is not approved, or published already.
    """
    actor.require("workforce.publish")
    with transaction.atomic():
        publish_lock()
        # Behind the lock: what somebody published at the same time is in force already, and looked at.
        _roster(roster_id, State.APPROVED)
        _lawful(roster_verify(roster_id=roster_id, beside=beside), judged)
        version = (Roster.objects.aggregate(most=Max("version"))["most"] or 0) + 1
        _move(roster_id, State.APPROVED, State.PUBLISHED, version=version, published_by=actor.id,
              published_at=clock.now())
        roster = Roster.objects.get(id=roster_id)
        _hold(roster, beside)
        audit_record(actor=actor.id, action="roster.publish", object_type="roster", object_id=str(roster_id),
                     version=version, basis=roster.basis)
        event_publish("roster.published", {"roster_id": str(roster_id), "version": version})
    return version


def roster_withdraw(*, actor: Actor, roster_id: uuid.UUID) -> None:
    """Take a published roster out of force, or drop a draft: its days have no roster then."""
    actor.require("workforce.publish")
    with transaction.atomic():
        roster = Roster.objects.select_for_update().filter(id=roster_id).first()
        if roster is None:
            raise NotFoundError()
        if roster.state not in (State.DRAFT, State.APPROVED, State.PUBLISHED):
            raise RosterMovedError(state=State(roster.state).label)
        RosterHold.objects.filter(roster_id=roster_id).delete()
        _move(roster_id, roster.state, State.WITHDRAWN)
        audit_record(actor=actor.id, action="roster.withdraw", object_type="roster", object_id=str(roster_id))
        if roster.state == State.PUBLISHED:
            event_publish("roster.withdrawn", {"roster_id": str(roster_id)})


@transaction.atomic
def roster_end(*, actor: Actor, roster_id: uuid.UUID, at: dt.datetime) -> None:
    """Take a published roster out of force from an instant on, with nothing in its place."""
    actor.require("workforce.publish")
    for hold in RosterHold.objects.select_for_update().filter(roster_id=roster_id, end_at__gt=at):
        if hold.start_at >= at:
            hold.delete()
        else:
            RosterHold.objects.filter(id=hold.id).update(end_at=at)
    if not RosterHold.objects.filter(roster_id=roster_id).exists():
        Roster.objects.filter(id=roster_id, state=State.PUBLISHED).update(state=State.WITHDRAWN)
    audit_record(actor=actor.id, action="roster.end", object_type="roster", object_id=str(roster_id))


def publish_lock() -> None:
    """One publishing at a time, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISH_LOCK])


def _hold(roster: Roster, beside: Collection[uuid.UUID]) -> None:
    """Take the roster's days from those it was drafted to replace, and from nobody else; those `beside` keep theirs."""
    start_at = roster.from_at or clock.midnight(roster.start_date)
    end_at = clock.midnight(roster.start_date + dt.timedelta(days=roster.days))
    there = list(RosterHold.objects.select_for_update(of=("self",)).select_related("roster").filter(
        start_at__lt=end_at, end_at__gt=start_at).order_by("start_at"))
    held = [hold for hold in there if hold.roster_id not in beside]
    foreign = [hold for hold in held if hold.roster_id not in roster.replaces]
    if foreign:
        raise RosterHeldError(version=foreign[0].roster.version)
    for hold in held:
        hold.delete()
        for rest in ((hold.start_at, start_at), (end_at, hold.end_at)):
            if rest[0] < rest[1]:
                RosterHold.objects.create(roster_id=hold.roster_id, start_at=rest[0], end_at=rest[1])
    try:
        with transaction.atomic():
            for first, last in _between(start_at, end_at, [hold for hold in there if hold.roster_id in beside]):
                RosterHold.objects.create(roster=roster, start_at=first, end_at=last)
    except IntegrityError:
        raise RosterHeldError(version="") from None
    gone = {hold.roster_id for hold in held} - set(RosterHold.objects.values_list("roster_id", flat=True))
    Roster.objects.filter(id__in=gone).update(state=State.REPLACED)


def _between(
    start_at: dt.datetime, end_at: dt.datetime, holds: Iterable[RosterHold],
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """What is left of a span beside holds that are in order."""
    for hold in holds:
        if start_at < hold.start_at:
            yield start_at, hold.start_at
        start_at = max(start_at, hold.end_at)
    if start_at < end_at:
        yield start_at, end_at


def _move(roster_id: uuid.UUID, before: str, after: str, **values: object) -> None:
    if not Roster.objects.filter(id=roster_id, state=before).update(state=after, **values):
        _roster(roster_id, before)
        raise RosterSeenError()


def _roster(roster_id: uuid.UUID, state: str) -> Roster:
    roster = Roster.objects.filter(id=roster_id).first()
    if roster is None:
        raise NotFoundError()
    if roster.state != state:
        raise RosterMovedError(state=State(roster.state).label)
    return roster


def _lawful(checked: Checked, judged: Collection[uuid.UUID] | None = None) -> None:
    hard = [row for row in checked.hard if judged is None or row.agent_id is None or row.agent_id in judged]
    if hard:
        raise RosterUnlawfulError(count=len(hard), first=broken_sentence(hard[0], checked.asked.names))
