"""A supervisor writes macros: each save is a new version, and the one before is used no more."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.errors import PriorityError, UnknownKindError, UnknownUnitError
from youlu.domain.desk.macros.errors import MacroActsError, MacrosFullError, MacroTextError
from youlu.domain.desk.macros.filling import body_checked
from youlu.domain.desk.macros.models import Macro
from youlu.domain.desk.models import OrderKind
from youlu.domain.desk.orders.life import PRIORITIES
from youlu.domain.network.models import Office

NAME_MAX, BODY_MAX, MACROS_MAX, HOURS_MAX = 20, 1_000, 100, 60 * 24
# In this order they are done: what changes the state comes last.
ORDER = ("prioritise", "note", "extend", "answer", "dispatch", "wait")
NOT_AFTER_ANSWER = {"extend", "dispatch", "wait"}


@dataclass(frozen=True)
class MacroAct:
    """One act of a macro. `office_id` of a dispatch, `hours` of an extension, `priority` of a priority."""

    code: str
    office_id: int | None = None
    hours: int | None = None
    priority: int | None = None

    @classmethod
    def of(cls, kept: dict[str, Any]) -> MacroAct:
        return cls(kept["code"], kept.get("office_id"), kept.get("hours"), kept.get("priority"))

    def kept(self) -> dict[str, Any]:
        said = {"code": self.code, "office_id": self.office_id, "hours": self.hours, "priority": self.priority}
        return {name: value for name, value in said.items() if value is not None}


@transaction.atomic
def macro_write(
    *, actor: Actor, name: str, body: str, acts: Sequence[MacroAct] = (), kinds: Sequence[str] = ()
) -> uuid.UUID:
    """Put a macro in use under its name; without an act the text becomes a note.

    Raises
    ------
    MacroTextError, MacroVariableError, MacroBracesError, MacroActsError, MacrosFullError, UnknownKindError,
    UnknownUnitError, PriorityError
    """
    actor.require("desk.supervise")
    name, body = name.strip(), body.strip()
    if not 0 < len(name) <= NAME_MAX or not 0 < len(body) <= BODY_MAX or "\0" in name + body:
        raise MacroTextError(name_most=NAME_MAX, most=BODY_MAX)
    body_checked(body)
    chosen = _acts_checked(acts)
    _kinds_checked(kinds)
    before = Macro.objects.select_for_update().filter(name=name, ended_at=None)
    if not before.exists() and Macro.objects.filter(ended_at=None).count() >= MACROS_MAX:
        raise MacrosFullError(most=MACROS_MAX)
    at = clock.now()
    before.update(ended_at=at, ended_by=actor.id)
    last = Macro.objects.filter(name=name).aggregate(no=Max("version"))["no"] or 0
    macro = Macro.objects.create(
        name=name, version=last + 1, body=body, kinds=sorted(set(kinds)), acts=[act.kept() for act in chosen],
        written_by=actor.id, written_at=at)
    audit_record(actor=actor.id, action="macro.write", object_type="macro", object_id=str(macro.id), name=name,
                 version=macro.version, acts=[act.code for act in chosen])
    return macro.id


@transaction.atomic
def macro_end(*, actor: Actor, macro_id: uuid.UUID) -> None:
    """Take a macro off every order's page at once; raises NotFoundError."""
    actor.require("desk.supervise")
    if not Macro.objects.filter(id=macro_id, ended_at=None).update(ended_at=clock.now(), ended_by=actor.id):
        raise NotFoundError()
    audit_record(actor=actor.id, action="macro.end", object_type="macro", object_id=str(macro_id))


def _acts_checked(acts: Sequence[MacroAct]) -> list[MacroAct]:
    """Each once, in the order in which they are done; at least one of them bears the words."""
    found = {act.code: act for act in acts}
    if not found.keys() <= set(ORDER) or len(found) < len(acts):
        raise MacroActsError(hours_most=HOURS_MAX)
    if "answer" in found and found.keys() & NOT_AFTER_ANSWER:
        raise MacroActsError(hours_most=HOURS_MAX)
    if found.keys() <= {"prioritise"}:
        found["note"] = MacroAct("note")
    for act in found.values():
        _act_checked(act)
    return sorted(found.values(), key=lambda act: ORDER.index(act.code))


def _act_checked(act: MacroAct) -> None:
    if act.code == "extend" and not 0 < (act.hours or 0) <= HOURS_MAX:
        raise MacroActsError(hours_most=HOURS_MAX)
    if act.code == "prioritise" and act.priority not in PRIORITIES:
        raise PriorityError()
    if act.code == "dispatch" and not Office.objects.filter(id=act.office_id or 0).exists():
        raise UnknownUnitError()


def _kinds_checked(kinds: Sequence[str]) -> None:
    known = set(OrderKind.objects.filter(code__in=list(kinds)).values_list("code", flat=True))
    for kind in kinds:
        if kind not in known:
            raise UnknownKindError(kind=kind[:40])
