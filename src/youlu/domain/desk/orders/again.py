"""The regulator asks again (再次来文): the order goes on, or begins again, with the follow-up's own clock from that
letter's date. As often as it happens; each is a line of the history with its number, its date and when it is due."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.assignment.knowing import known_wait
from youlu.domain.desk.errors import AgainLetterError
from youlu.domain.desk.models import OrderAlert, WorkOrder
from youlu.domain.desk.orders.clocks import Changes, again_changes, as_read
from youlu.domain.desk.orders.happening import act_do, alert
from youlu.domain.desk.orders.hours import due_after
from youlu.domain.desk.orders.life import AGAINS, life_of
from youlu.domain.desk.orders.opening import AGES_OF_CASE
from youlu.domain.desk.orders.seeing import order_seen
from youlu.domain.desk.orders.turns import Turn, turn_told

NUMBER_MAX = 60
State = WorkOrder.State
TO_ANSWER_AGAIN = (State.ANSWERED, State.CALLED_BACK, State.FIXED)


@transaction.atomic
def order_ask_again(
    *, actor: Actor, order_id: uuid.UUID, number: str, from_at: dt.datetime | None, text: str = ""
) -> None:
    """Write down that the sender of a case asks again, by a letter of that number and date.

    An order that was answered is its holder's to answer again, one that was closed goes back into the pool. While the
    letter before waits for its answer the order is due by the earlier of the two; one answer is both.

    Raises
    ------
    AgainLetterError : no number, or a date that cannot be.
    OrderStateError : the kind knows no such letters.
    """
    order, at = order_seen(actor=actor, order_id=order_id), clock.now()
    number = number.strip()
    life = life_of(order.kind)
    act = next((code for code in AGAINS if order.state in life.froms(code)), AGAINS[0])
    if life.froms(act):
        _letter_check(order, number, from_at, at)
    moment = from_at or at
    changes = again_changes(order, moment, at) if life.froms(act) else {}
    due = changes.get("due_at", order.due_at)
    act_do(actor=actor, order_id=order_id, act=act, audited=True, note=text.strip(),
           detail=f"{number} · {_stamp(moment)} → {_stamp(due)}", only=Q(again_at=order.again_at) & as_read(order),
           agains=F("agains") + 1, again_at=moment, priority=Greatest(F("priority"), 1),
           **changes, **_begun_again(order, at))
    # By its own due time, which grows with every letter: each stands on the list once, the one before seen or not.
    order.due_at = due_after(order.kind.close_calendar, moment, order.kind.again_min).at
    alert(order, OrderAlert.What.AGAIN, at)
    turn_told([Turn.of(order, "again")] if order.state != State.CLOSED else [], at, by=actor)


def _letter_check(order: WorkOrder, number: str, from_at: dt.datetime | None, at: dt.datetime) -> None:
    before = order.again_at or order.letter_at or at - AGES_OF_CASE
    if not 0 < len(number) <= NUMBER_MAX or from_at is None or not max(before, at - AGES_OF_CASE) < from_at <= at:
        raise AgainLetterError(days=AGES_OF_CASE.days)


def _begun_again(order: WorkOrder, at: dt.datetime) -> Changes:
    """What the answer before had brought is not what the next one brings."""
    if order.state in TO_ANSWER_AGAIN:
        return {"answered_at": None, "satisfaction": "", "responsibility": "", "taken_at": at}
    if order.state == State.CLOSED:
        return {"answered_at": None, "satisfaction": "", "responsibility": "", "closed_at": None, "taken_by": None,
                "taken_at": None, "unit_office_id": None, "reopened": F("reopened") + 1, "returned_from": None,
                "known_by": F("taken_by"), "known_until": at + known_wait()}
    return {}


def _stamp(at: dt.datetime) -> str:
    return f"{clock.local(at):%m-%d %H:%M}"
