"""Leave and wishes: asked for by whom they concern, granted by a supervisor."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.errors import (
    LeaveDecidedError,
    LeaveOverlapsError,
    LeaveSpanError,
    WishError,
)
from youlu.domain.workforce.models import Agent, Leave, ShiftKind, Wish
from youlu.domain.workforce.selectors import agent_of

LEAVE_DAYS_MOST = 180
WISH_DAYS = 62
OPEN = (Leave.State.ASKED, Leave.State.GRANTED)


@dataclass(frozen=True)
class LeaveRow:
    id: uuid.UUID
    agent_id: uuid.UUID
    staff_no: str
    name: str
    kind_label: str
    state: str
    state_label: str
    start_at: dt.datetime
    end_at: dt.datetime

    @property
    def first(self) -> dt.date:
        return clock.local(self.start_at).date()

    @property
    def last(self) -> dt.date:
        """The last day that is off: one that ends at midnight does not reach into the next."""
        return clock.local(self.end_at - dt.timedelta(minutes=1)).date()


@dataclass(frozen=True)
class WishRow:
    """`kind_name` "": a whole day, to work (`is_for`) or to be off."""

    id: uuid.UUID
    staff_no: str
    name: str
    work_date: dt.date
    kind_name: str
    weight: int
    is_for: bool


def leave_ask(*, actor: Actor, kind: str, start_at: dt.datetime, end_at: dt.datetime,
              agent_id: uuid.UUID | None = None, granted: bool = False) -> uuid.UUID:
    """Ask for time off; a supervisor may ask for somebody else, and grant it (`granted`) in the same act.

    Raises
    ------
    LeaveOverlapsError : some of the time is asked for or granted already. LeaveSpanError : no time, or too long.
    NotFoundError : there is no such agent.
    """
    if agent_id is None:
        actor.require("workforce.self")
        agent_id = agent_of(actor).id
    else:
        actor.require("workforce.edit")
    if granted:
        actor.require("workforce.edit")
    if not Agent.objects.filter(id=agent_id, is_active=True).exists():
        raise NotFoundError()
    if kind not in Leave.Kind.values or not start_at < end_at <= start_at + dt.timedelta(days=LEAVE_DAYS_MOST):
        raise LeaveSpanError(days=LEAVE_DAYS_MOST)
    try:
        with transaction.atomic():
            now = clock.now()
            decided = {"state": Leave.State.GRANTED, "decided_by": actor.id, "decided_at": now} if granted else {}
            leave = Leave.objects.create(agent_id=agent_id, kind=kind, start_at=start_at, end_at=end_at, asked_at=now,
                                         **decided)
            audit_record(actor=actor.id, action="leave.ask", object_type="agent", object_id=str(agent_id), kind=kind)
            if granted:
                audit_record(actor=actor.id, action="leave.granted", object_type="agent", object_id=str(agent_id))
    except IntegrityError as error:
        other = Leave.objects.filter(agent_id=agent_id, state__in=OPEN, start_at__lt=end_at,
                                     end_at__gt=start_at).first()
        if other is None:
            raise NotFoundError() from error
        raise LeaveOverlapsError(start=f"{clock.local(other.start_at):%m-%d %H:%M}",
                                 end=f"{clock.local(other.end_at):%m-%d %H:%M}") from None
    return leave.id


def leave_decide(*, actor: Actor, leave_id: uuid.UUID, granted: bool) -> None:
    """Grant or refuse what was asked: one answer only."""
    actor.require("workforce.edit")
    _leave_move(actor, Leave.objects.filter(id=leave_id), (Leave.State.ASKED,),
                Leave.State.GRANTED if granted else Leave.State.REFUSED)


def leave_take_back(*, actor: Actor, leave_id: uuid.UUID) -> None:
    """Take one's own leave back, asked or granted; a supervisor may for anybody."""
    mine = Leave.objects.filter(id=leave_id)
    if not actor.can("workforce.edit"):
        actor.require("workforce.self")
        mine = mine.filter(agent_id=agent_of(actor).id)
    _leave_move(actor, mine, OPEN, Leave.State.TAKEN_BACK)


@transaction.atomic
def _leave_move(actor: Actor, which: object, before: tuple[str, ...], after: str) -> None:
    row = which.first()  # type: ignore[attr-defined]
    if row is None:
        raise NotFoundError()
    if not Leave.objects.filter(id=row.id, state__in=before).update(
            state=after, decided_by=actor.id, decided_at=clock.now()):
        raise LeaveDecidedError()
    audit_record(actor=actor.id, action=f"leave.{after}", object_type="agent", object_id=str(row.agent_id))


@transaction.atomic
def wish_set(*, actor: Actor, work_date: dt.date, kind: str = "", weight: int = 1, is_for: bool = True) -> None:
    """Say what one would like to work, or not, on a day to come; one wish a day, the last counts."""
    actor.require("workforce.self")
    agent_id = agent_of(actor).id
    ahead = (work_date - clock.today()).days
    known = not kind or ShiftKind.objects.filter(code=kind, is_used=True).exists()
    if not 0 < ahead <= WISH_DAYS or weight not in (1, 2, 3) or not known:
        raise WishError(days=WISH_DAYS)
    Wish.objects.update_or_create(agent_id=agent_id, work_date=work_date,
                                  defaults={"kind_id": kind or None, "weight": weight, "is_for": is_for})
    audit_record(actor=actor.id, action="wish.set", object_type="agent", object_id=str(agent_id))


@transaction.atomic
def wish_drop(*, actor: Actor, wish_id: uuid.UUID) -> None:
    actor.require("workforce.self")
    if not Wish.objects.filter(id=wish_id, agent_id=agent_of(actor).id).delete()[0]:
        raise NotFoundError()
    audit_record(actor=actor.id, action="wish.drop", object_type="wish", object_id=str(wish_id))


def leave_list(*, actor: Actor, agent_id: uuid.UUID | None = None, limit: int = 100) -> tuple[LeaveRow, ...]:
    """Leave from now on, what waits for an answer first; one's own needs no more than being an agent."""
    if agent_id is None or not _is_self(actor, agent_id):
        actor.require("workforce.read")
    rows = Leave.objects.filter(end_at__gt=clock.now() - dt.timedelta(days=31)).select_related("agent__user")
    if agent_id is not None:
        rows = rows.filter(agent_id=agent_id)
    found = sorted(rows.order_by("-start_at")[:limit], key=lambda row: (row.state != Leave.State.ASKED, row.start_at))
    return tuple(LeaveRow(
        row.id, row.agent_id, row.agent.staff_no, row.agent.user.display_name, str(Leave.Kind(row.kind).label),
        row.state, str(Leave.State(row.state).label), row.start_at, row.end_at) for row in found)


def wish_list(*, actor: Actor, agent_id: uuid.UUID | None = None, limit: int = 200) -> tuple[WishRow, ...]:
    """Wishes of days to come, by day."""
    if agent_id is None or not _is_self(actor, agent_id):
        actor.require("workforce.read")
    rows = Wish.objects.filter(work_date__gte=clock.today()).select_related("agent__user", "kind")
    if agent_id is not None:
        rows = rows.filter(agent_id=agent_id)
    return tuple(WishRow(row.id, row.agent.staff_no, row.agent.user.display_name, row.work_date,
                         row.kind.name if row.kind else "", row.weight, row.is_for)
                 for row in rows.order_by("work_date", "agent__staff_no")[:limit])


def _is_self(actor: Actor, agent_id: uuid.UUID) -> bool:
    return actor.can("workforce.self") and agent_of(actor).id == agent_id
