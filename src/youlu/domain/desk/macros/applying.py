"""A macro on one order: its text as the agent saw it, its acts by the services that a hand would call, all or none."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from youlu.core import clock
from youlu.core.idempotency import answer_once
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import EmptyNoteError
from youlu.domain.desk.macros.errors import MacroGapError, MacroGoneError
from youlu.domain.desk.macros.filling import gaps_in
from youlu.domain.desk.macros.models import Macro
from youlu.domain.desk.macros.writing import MacroAct
from youlu.domain.desk.orders.acts import (
    order_answer,
    order_dispatch,
    order_extend,
    order_note,
    order_prioritise,
    order_wait,
)
from youlu.domain.desk.orders.clocks import due_left
from youlu.domain.desk.orders.happening import happened
from youlu.domain.desk.orders.seeing import order_seen

# The first of these that a macro has bears its text; another that must say something names the macro.
WORDED = ("answer", "note", "dispatch", "wait", "extend")


@dataclass(frozen=True)
class _Doing:
    actor: Actor
    order_id: uuid.UUID
    act: MacroAct
    words: str


def macro_apply(*, actor: Actor, order_id: uuid.UUID, macro_id: uuid.UUID, text: str, key: str) -> None:
    """Do what the macro does with `text`, once a key, in one transaction.

    Raises
    ------
    MacroGoneError : another version is in use, or none.
    MacroGapError : a variable that the order does not have still stands in the text.
    EmptyNoteError, KeyReusedError, and whatever the acts' own services raise
    """
    actor.require("desk.work")
    body = json.dumps([str(order_id), str(macro_id), text]).encode()

    def work() -> tuple[int, None]:
        _apply(actor, order_id, macro_id, text.strip())
        return 200, None

    answer_once(caller=actor.id, key=key or str(uuid.uuid4()), body=body, work=work)


def _apply(actor: Actor, order_id: uuid.UUID, macro_id: uuid.UUID, text: str) -> None:
    order = order_seen(actor=actor, order_id=order_id)
    macro = Macro.objects.select_for_update().filter(id=macro_id, ended_at=None).first()
    if macro is None or (macro.kinds and order.kind_id not in macro.kinds):
        raise MacroGoneError()
    if not text:
        raise EmptyNoteError(act=macro.name)
    if gaps := gaps_in(text):
        raise MacroGapError(names="、".join(gaps))
    acts = [MacroAct.of(one) for one in macro.acts]
    bearer = min((act.code for act in acts if act.code in WORDED), key=WORDED.index)
    happened(order_id, actor, "macro", clock.now(), detail=f"{macro.name} 第{macro.version}版")
    for act in acts:
        DOES[act.code](_Doing(actor, order_id, act, text if act.code == bearer else macro.name))


def _extend(doing: _Doing) -> None:
    order = order_seen(actor=doing.actor, order_id=doing.order_id)
    at = clock.now()
    until = max(due_left(order, at), at) + dt.timedelta(hours=doing.act.hours or 0)
    order_extend(actor=doing.actor, order_id=doing.order_id, until=until, text=doing.words)


DOES: dict[str, Callable[[_Doing], None]] = {
    "note": lambda one: order_note(actor=one.actor, order_id=one.order_id, text=one.words),
    "answer": lambda one: order_answer(actor=one.actor, order_id=one.order_id, text=one.words),
    "wait": lambda one: order_wait(actor=one.actor, order_id=one.order_id, text=one.words),
    "dispatch": lambda one: order_dispatch(
        actor=one.actor, order_id=one.order_id, office_id=one.act.office_id or 0, note=one.words),
    "prioritise": lambda one: order_prioritise(
        actor=one.actor, order_id=one.order_id, priority=one.act.priority or 0),
    "extend": _extend,
}
