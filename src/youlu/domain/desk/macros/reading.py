"""Macros as the supervisor's page lists them, and as one order's page offers them, filled."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.macros.filling import filled, gaps_in, values_of
from youlu.domain.desk.macros.models import Macro
from youlu.domain.desk.macros.writing import MACROS_MAX, MacroAct
from youlu.domain.desk.orders.life import PRIORITIES, act_of
from youlu.domain.desk.orders.reading import OrderPage, order_page
from youlu.domain.desk.orders.rows import office_names

OFFERED_MAX = 9  # one digit chooses


@dataclass(frozen=True)
class MacroDoes:
    """An act as it is read: 派发 + 七里河揽投部, 调优先级 + 特急."""

    code: str
    name: str
    more: str
    hours: int | None = None
    priority: int | None = None


@dataclass(frozen=True)
class MacroRow:
    id: uuid.UUID
    name: str
    version: int
    body: str
    kinds: tuple[str, ...]
    does: tuple[MacroDoes, ...]
    written_by: str
    written_at: dt.datetime

    def act(self, code: str) -> MacroDoes | None:
        return next((one for one in self.does if one.code == code), None)


@dataclass(frozen=True)
class MacroOffer:
    """A macro on one order. `gaps` are variables that the order does not have: they stand in the text as 〔缺…〕."""

    id: uuid.UUID
    name: str
    text: str
    gaps: tuple[str, ...]
    does: tuple[MacroDoes, ...]


def macros_list(*, actor: Actor) -> tuple[MacroRow, ...]:
    """What is in use, by name."""
    actor.require("desk.supervise")
    found = list(Macro.objects.filter(ended_at=None).order_by("name")[:MACROS_MAX])
    names, does = actor_names(one.written_by for one in found), _does(found)
    return tuple(MacroRow(one.id, one.name, one.version, one.body, tuple(one.kinds), does[one.id],
                          names.get(one.written_by, ""), one.written_at) for one in found)


def macro_get(*, actor: Actor, macro_id: uuid.UUID) -> MacroRow:
    """Raises NotFoundError: there is no such macro in use."""
    row = next((one for one in macros_list(actor=actor) if one.id == macro_id), None)
    if row is None:
        raise NotFoundError()
    return row


@dataclass(frozen=True)
class Offers:
    page: OrderPage
    rows: tuple[MacroOffer, ...]


def macros_offered(*, actor: Actor, order_id: uuid.UUID) -> Offers:
    """The macros of the order's kind whose every act is the actor's now, filled; those of the kind alone first.

    Raises
    ------
    NotFoundError, NotAllowedError
    """
    actor.require("desk.work")
    page = order_page(actor=actor, order_id=order_id)
    may = {act.code for act in page.acts}
    fitting = Macro.objects.filter(Q(kinds=[]) | Q(kinds__contains=[page.row.kind]), ended_at=None).order_by("name")
    found = [one for one in fitting if may.issuperset(act["code"] for act in one.acts)]
    found.sort(key=lambda one: not one.kinds)
    found = found[:OFFERED_MAX]
    values, does = values_of(actor=actor, page=page) if found else {}, _does(found)
    texts = {one.id: filled(one.body, values) for one in found}
    return Offers(page, tuple(MacroOffer(one.id, one.name, texts[one.id], tuple(gaps_in(texts[one.id])), does[one.id])
                              for one in found))


def _does(macros: Iterable[Macro]) -> dict[uuid.UUID, tuple[MacroDoes, ...]]:
    acts = {macro.id: [MacroAct.of(one) for one in macro.acts] for macro in macros}
    offices = office_names(act.office_id for one in acts.values() for act in one)
    return {macro_id: tuple(_said(act, offices) for act in one) for macro_id, one in acts.items()}


def _said(act: MacroAct, offices: dict[int, str]) -> MacroDoes:
    row = act_of(act.code)
    more = offices.get(act.office_id or 0, "") if act.code == "dispatch" else PRIORITIES.get(
        act.priority if act.priority is not None else -1, "")
    return MacroDoes(act.code, row.name if row else act.code, more, act.hours, act.priority)
