"""What is asked to be done with an item that could not be delivered: only what its cause allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.errors import ActionNotAllowedError, NothingToActOnError
from youlu.domain.mail.exceptions.causes import ACTION_WORDS, Action, Cause, cause_of
from youlu.domain.mail.exceptions.models import NextAction
from youlu.domain.mail.models import ScanKind
from youlu.domain.mail.selectors import ScanRow, item_get
from youlu.engines.codes.item_key import item_key, number_compact

# Whatever comes after it ends an undelivered state.
_BEYOND = (ScanKind.OUT, ScanKind.DELIVERED, ScanKind.RETURNED, ScanKind.DEPARTED)


@dataclass(frozen=True)
class ActionRow:
    word: str
    cause: str
    asked_at: dt.datetime
    asked_by: str
    note: str


def cause_standing(scans: Iterable[ScanRow]) -> Cause | None:
    """Why an item is undelivered now, from its scans, newest first; None where nothing failed, or it went on since."""
    for scan in scans:
        if scan.is_void:
            continue
        if scan.cause is not None and scan.kind in (ScanKind.UNDELIVERED, ScanKind.HELD):
            return cause_of(scan.cause)
        if scan.kind in _BEYOND:
            return None
    return None


def item_act(*, actor: Actor, number: str, action: Action, note: str = "") -> None:
    """Ask for an action.

    Raises
    ------
    ItemNotFoundError : no such number.
    NothingToActOnError : it is not undelivered now.
    ActionNotAllowedError : its cause does not allow this; the sentence says what it does.
    """
    actor.require("mail.act")
    with transaction.atomic():
        page = item_get(actor=actor, number=number)
        cause = cause_standing(page.scans)
        if cause is None:
            raise NothingToActOnError()
        if action not in cause.actions:
            allowed = "、".join(str(ACTION_WORDS[one]) for one in cause.actions)
            raise ActionNotAllowedError(cause=f"{cause.code} {cause.name}", action=ACTION_WORDS[action],
                                        allowed=allowed)
        key = page.row.item_key
        NextAction.objects.create(id=uuid7(), item_key=key, action=action, cause=cause.code, asked_at=clock.now(),
                                  asked_by=actor.name, note=note)
        audit_record(actor=actor.id, action="mail.item_act", object_type="item", object_id=str(key), reason=note,
                     asked=str(action), cause=cause.code)


def actions_of(number: str) -> tuple[ActionRow, ...]:
    """What was asked of an item, newest first. The caller has shown that it may see the item."""
    key = item_key(number_compact(number))
    return tuple(ActionRow(str(ACTION_WORDS[Action(a.action)]), f"{a.cause} {cause_of(a.cause).name}", a.asked_at,
                           a.asked_by, a.note)
                 for a in NextAction.objects.filter(item_key=key).order_by("-asked_at", "-id"))
