"""What is done with an order between taking and closing, one service an act."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.knowing import known_wait
from youlu.domain.desk.channels.telling import answer_tell
from youlu.domain.desk.claims.deciding import claim_is_decided
from youlu.domain.desk.claims.errors import ClaimUndecidedError
from youlu.domain.desk.errors import (
    EmptyAnswerError,
    EmptyNoteError,
    ExtensionError,
    PriorityError,
    ReopenLateError,
    ResponsibilityError,
    SatisfactionError,
    SubtypeMissingError,
    UnknownUnitError,
)
from youlu.domain.desk.models import OrderAlert, WorkOrder
from youlu.domain.desk.orders.clocks import (
    answered_changes,
    as_read,
    due_left,
    granted_changes,
    reopened_changes,
    resumed_changes,
)
from youlu.domain.desk.orders.happening import act_do, alert, happened
from youlu.domain.desk.orders.life import PRIORITIES, act_of
from youlu.domain.desk.orders.seeing import order_seen
from youlu.domain.desk.orders.turns import Turn, turn_told
from youlu.domain.network.models import Office

SATISFACTION = {"satisfied": "满意", "unsatisfied": "不满意", "unreached": "没接通"}
EXTEND_MOST = dt.timedelta(days=60)
What = OrderAlert.What
TELLER = Actor(id="system:desk", name="desk", permissions=frozenset())


@transaction.atomic
def order_dispatch(*, actor: Actor, order_id: uuid.UUID, office_id: int, note: str = "") -> None:
    """Ask an office (派发); it answers in the same order."""
    _to_office(actor, order_id, "dispatch", office_id, note)


@transaction.atomic
def order_pass_on(*, actor: Actor, order_id: uuid.UUID, office_id: int, note: str = "") -> None:
    """The office that was asked, or the holder, passes the order on to another office (转派)."""
    _to_office(actor, order_id, "pass_on", office_id, note)


def _to_office(actor: Actor, order_id: uuid.UUID, act: str, office_id: int, note: str) -> None:
    office = Office.objects.filter(id=office_id).first()
    if office is None:
        raise UnknownUnitError()
    act_do(actor=actor, order_id=order_id, act=act, note=note, detail=office.full_name, unit_office_id=office.id)


@transaction.atomic
def order_refuse(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    """The office gives the order back with its reason (退单); it is the holder's again."""
    act_do(actor=actor, order_id=order_id, act="refuse", note=_said(text, "refuse"), unit_office_id=None)


@transaction.atomic
def order_report(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    """The office says what it found (核查回单)."""
    act_do(actor=actor, order_id=order_id, act="report", note=_said(text, "report"))


@transaction.atomic
def order_verify(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    """The holder looked for themselves: traces, the warehouse, a call to the depot."""
    act_do(actor=actor, order_id=order_id, act="verify", note=_said(text, "verify"))


@transaction.atomic
def order_answer(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    """Answer the customer in writing, as the one who holds the order."""
    if not text.strip():
        raise EmptyAnswerError()
    at, before = clock.now(), order_seen(actor=actor, order_id=order_id)
    order = act_do(actor=actor, order_id=order_id, act="answer", note=text, only=as_read(before),
                   **answered_changes(before, at))
    if said := answer_tell(order, at):
        happened(order_id, TELLER, "told", at, detail=said)


@transaction.atomic
def order_call_back(*, actor: Actor, order_id: uuid.UUID, satisfaction: str = "satisfied", note: str = "") -> None:
    """The customer was called back. Not reached is written down and changes nothing; not satisfied is shown to the
    supervisor.

    Raises
    ------
    SatisfactionError
    """
    if satisfaction not in SATISFACTION:
        raise SatisfactionError()
    changes = {"state": WorkOrder.State.ANSWERED} if satisfaction == "unreached" else {"satisfaction": satisfaction}
    order = act_do(actor=actor, order_id=order_id, act="call_back", note=note, detail=SATISFACTION[satisfaction],
                   **changes)
    if satisfaction == "unsatisfied":
        alert(order, What.UNSATISFIED, clock.now())


@transaction.atomic
def order_rework(*, actor: Actor, order_id: uuid.UUID, note: str = "") -> None:
    """The answer did not do: the holder begins again."""
    act_do(actor=actor, order_id=order_id, act="rework", note=note, answered_at=None, satisfaction="")


@transaction.atomic
def order_fix(*, actor: Actor, order_id: uuid.UUID, responsibility: str) -> None:
    """Fix whose responsibility it was (定责)."""
    if not responsibility.strip():
        raise ResponsibilityError()
    act_do(actor=actor, order_id=order_id, act="fix", detail=responsibility.strip()[:40],
           responsibility=responsibility.strip()[:40])


@transaction.atomic
def order_close(*, actor: Actor, order_id: uuid.UUID, was_called_back: bool = False, responsibility: str = "") -> None:
    """Close an order; kinds that say so want the call-back and whose responsibility it was, here or before.

    Raises
    ------
    OrderUnfinishedError, ClaimUndecidedError, SubtypeMissingError, OrderStateError, NotFoundError
    """
    order = order_seen(actor=actor, order_id=order_id)
    if order.kind.needs_call_back and was_called_back and order.state == WorkOrder.State.ANSWERED:
        order_call_back(actor=actor, order_id=order_id)
    if order.kind.needs_responsibility and responsibility.strip() and order.state != WorkOrder.State.FIXED:
        _fix_if_ready(actor, order_id, responsibility)
    decided = claim_is_decided()
    if not WorkOrder.objects.filter(decided, id=order_id).exists():
        raise ClaimUndecidedError()
    if order.kind.has_subtypes and not order.subtype:
        raise SubtypeMissingError(kind=order.kind.name)
    act_do(actor=actor, order_id=order_id, act="close", audited=True, closed_at=clock.now(),
           extend_to=None, only=decided & as_read(order), **resumed_changes(order, clock.now()))


def _fix_if_ready(actor: Actor, order_id: uuid.UUID, responsibility: str) -> None:
    state = WorkOrder.objects.values_list("state", flat=True).get(id=order_id)
    if state == WorkOrder.State.CALLED_BACK:
        order_fix(actor=actor, order_id=order_id, responsibility=responsibility)


@transaction.atomic
def order_reopen(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    """Back into the pool with fresh clocks, within the days that the kind allows.

    Raises
    ------
    OrderStateError : it is not closed.
    ReopenLateError : it was closed too long ago.
    """
    order = order_seen(actor=actor, order_id=order_id)
    at = clock.now()
    since = at - dt.timedelta(days=order.kind.reopen_days)
    if order.state == WorkOrder.State.CLOSED and order.closed_at and order.closed_at < since:
        raise ReopenLateError(days=order.kind.reopen_days)
    act_do(actor=actor, order_id=order_id, act="reopen", note=_said(text, "reopen"), audited=True,
           only=Q(closed_at__gte=since), closed_at=None, taken_by=None, taken_at=None,
           reopened=F("reopened") + 1, priority=Greatest(F("priority"), 1), responsibility="", satisfaction="",
           unit_office_id=None, known_by=F("taken_by"), known_until=at + known_wait(), returned_from=None,
           **reopened_changes(order.kind, at))


@transaction.atomic
def order_chase(*, actor: Actor, order_id: uuid.UUID, note: str = "") -> None:
    """Somebody asks for speed (催办): counted, the order goes before others, and whose turn it is hears of it."""
    order = act_do(actor=actor, order_id=order_id, act="chase", note=note, chases=F("chases") + 1,
                   priority=Greatest(F("priority"), 1))
    turn_told([Turn.of(order, "chased")], clock.now(), by=actor)


@transaction.atomic
def order_supervise(*, actor: Actor, order_id: uuid.UUID, note: str = "") -> None:
    """A supervisor puts the order under watch (督办): urgent until it is closed."""
    order = act_do(actor=actor, order_id=order_id, act="supervise", note=note, audited=True,
                   supervised_at=clock.now(), priority=2)
    turn_told([Turn.of(order, "supervised")], clock.now(), by=actor)


@transaction.atomic
def order_prioritise(*, actor: Actor, order_id: uuid.UUID, priority: int) -> None:
    """Before which others it goes: 0 as any, 1 raised, 2 urgent.

    Raises
    ------
    PriorityError
    """
    if priority not in PRIORITIES:
        raise PriorityError()
    act_do(actor=actor, order_id=order_id, act="prioritise", detail=PRIORITIES[priority], priority=priority)


@transaction.atomic
def order_escalate(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    """One level up (升级), urgent, on the supervisor's list."""
    order = act_do(actor=actor, order_id=order_id, act="escalate", note=_said(text, "escalate"),
                   level=F("level") + 1, priority=2)
    alert(order, What.ESCALATED, clock.now())


@transaction.atomic
def order_note(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    act_do(actor=actor, order_id=order_id, act="note", note=_said(text, "note"))


@transaction.atomic
def order_extend(*, actor: Actor, order_id: uuid.UUID, until: dt.datetime | None, text: str) -> None:
    """Ask for more time (申请延时). One asking at a time; the supervisor grants or refuses it.

    Raises
    ------
    ExtensionError : no time, or one not after the due time, or too far off.
    """
    order = order_seen(actor=actor, order_id=order_id)
    at = clock.now()
    if until is None or not max(due_left(order, at), at) < until <= at + EXTEND_MOST:
        raise ExtensionError(days=EXTEND_MOST.days)
    act_do(actor=actor, order_id=order_id, act="extend", note=_said(text, "extend"), detail=_stamp(until),
           only=Q(extend_to=None), extend_to=until)
    alert(order, What.EXTEND, at)


@transaction.atomic
def order_extend_grant(*, actor: Actor, order_id: uuid.UUID) -> None:
    """The due time becomes what was asked for, or stays what it became meanwhile where that is later; the marks of the
    old one are taken back. Of an order that waits for its customer the clocks stand from now on: what they stood before
    is in the new time already."""
    order, at = order_seen(actor=actor, order_id=order_id), clock.now()
    if order.extend_to is None:
        raise ExtensionError(days=EXTEND_MOST.days)
    until = max(order.extend_to, due_left(order, at))
    act_do(actor=actor, order_id=order_id, act="extend_grant", audited=True, detail=_stamp(until),
           only=Q(extend_to=order.extend_to) & as_read(order), extend_to=None, **granted_changes(order, until, at))


@transaction.atomic
def order_extend_refuse(*, actor: Actor, order_id: uuid.UUID, note: str = "") -> None:
    act_do(actor=actor, order_id=order_id, act="extend_refuse", note=note, audited=True,
           only=Q(extend_to__isnull=False), extend_to=None)


@transaction.atomic
def order_wait(*, actor: Actor, order_id: uuid.UUID, text: str) -> None:
    """The customer's turn: both clocks stand until they answer."""
    act_do(actor=actor, order_id=order_id, act="wait", note=_said(text, "wait"), only=Q(paused_at=None),
           paused_at=clock.now())


@transaction.atomic
def order_resume(*, actor: Actor, order_id: uuid.UUID) -> None:
    """The clocks go on: the minutes that were left are left."""
    order = order_seen(actor=actor, order_id=order_id)
    act_do(actor=actor, order_id=order_id, act="resume", only=Q(paused_at__isnull=False) & as_read(order),
           **resumed_changes(order, clock.now()))


def _said(text: str, act: str) -> str:
    if not text.strip():
        row = act_of(act)
        raise EmptyNoteError(act=row.name if row else act)
    return text.strip()


def _stamp(at: dt.datetime) -> str:
    return f"{clock.local(at):%m-%d %H:%M}"
