"""The audit as its auditor reads it: a page, all of it as rows to take away; that taking away is in it too."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Q

from youlu.core.audit import audit_record
from youlu.core.clock import real_now
from youlu.core.ids import uuid7_floor
from youlu.core.models import AuditEntry
from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.models import Token, User
from youlu.domain.access.selectors import Actor, actor_id

READ = "audit.read"
EXPORT_BATCH = 2_000
WINDOW_DAYS = 30


@dataclass(frozen=True)
class AuditFilter:
    """`since` and `until` half-open; without `since` the thirty days before. `actor` is an id, a user's or a token's
    name; `object` a type, or a type and id with a colon between."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    actor: str = ""
    action: str = ""
    object: str = ""


@dataclass(frozen=True)
class AuditRow:
    """`seal_no` None: not chained yet."""

    id: uuid.UUID
    at: dt.datetime
    actor: str
    actor_name: str
    action: str
    object_type: str
    object_id: str
    reason: str
    facts: dict[str, Any]
    seal_no: int | None


@dataclass(frozen=True)
class ChainState:
    """How many rows are chained and how many wait; `head_at` is when the last chained deed was done."""

    sealed: int
    waiting: int
    head_at: dt.datetime | None


def audit_page(*, actor: Actor, asked: AuditFilter, cursor: str | None = None) -> Page[AuditRow]:
    """Newest first, fifty a page."""
    actor.require(READ)
    found = _found(asked, before=_cursor(cursor), most=PAGE_ROWS + 1)
    return Page(tuple(_rows(found[:PAGE_ROWS])), str(found[PAGE_ROWS - 1].id) if len(found) > PAGE_ROWS else None)


def chain_state(*, actor: Actor) -> ChainState:
    actor.require(READ)
    # Each by its own index; the audit is never read as a whole for a page.
    waiting = AuditEntry.objects.filter(seal_no=None).count()
    head = AuditEntry.objects.exclude(seal_no=None).order_by("-seal_no").values_list("seal_no", "at").first()
    return ChainState(head[0] or 0, waiting, head[1]) if head else ChainState(0, waiting, None)


def audit_actions(*, actor: Actor) -> tuple[str, ...]:
    """The kinds of deed of the last thirty days."""
    actor.require(READ)
    since = uuid7_floor(real_now() - dt.timedelta(days=WINDOW_DAYS))
    return tuple(AuditEntry.objects.filter(id__gt=since).order_by("action").values_list("action", flat=True).distinct())


@transaction.atomic
def audit_export(*, actor: Actor, asked: AuditFilter) -> Iterator[AuditRow]:
    """All rows that the filter lets through, newest first, read as they are taken; who took them is written first."""
    actor.require(READ)
    # What is written from now on, this row included, is left out: the export ends.
    asked = replace(asked, until=min(asked.until or real_now(), real_now()))
    said = {name: str(value) for name, value in asdict(asked).items() if value}
    audit_record(actor=actor.id, action="audit.export", object_type="audit", object_id="", asked=said)
    return _all(asked)


def _all(asked: AuditFilter) -> Iterator[AuditRow]:
    before: uuid.UUID | None = None
    while found := _found(asked, before=before, most=EXPORT_BATCH):
        yield from _rows(found)
        before = found[-1].id


def _found(asked: AuditFilter, *, before: uuid.UUID | None, most: int) -> list[AuditEntry]:
    until = asked.until or real_now() + dt.timedelta(days=1)
    rows = AuditEntry.objects.filter(id__gte=uuid7_floor(asked.since or until - dt.timedelta(days=WINDOW_DAYS)),
                                     id__lt=uuid7_floor(until))
    if before:
        rows = rows.filter(id__lt=before)
    if asked.actor:
        rows = rows.filter(actor__in=_actors(asked.actor))
    if asked.action:
        rows = rows.filter(action=asked.action)
    if asked.object:
        kind, _colon, key = asked.object.partition(":")
        rows = rows.filter(object_type=kind, **({"object_id": key} if key else {}))
    return list(rows.order_by("-id")[:most])


def _actors(text: str) -> list[str]:
    people = User.objects.filter(Q(username=text) | Q(display_name=text)).values_list("id", flat=True)
    tokens = Token.objects.filter(name=text).values_list("id", flat=True)
    return [text, *(actor_id(one) for one in people), *(f"token:{one}" for one in tokens)]


def _rows(found: Iterable[AuditEntry]) -> Iterator[AuditRow]:
    found = list(found)
    names = _names({row.actor for row in found})
    for row in found:
        yield AuditRow(row.id, row.at, row.actor, names.get(row.actor, row.actor), row.action, row.object_type,
                       row.object_id, row.reason, row.facts, row.seal_no)


def _names(actors: set[str]) -> dict[str, str]:
    ids = {kind: [one.partition(":")[2] for one in actors if one.startswith(f"{kind}:")] for kind in ("user", "token")}
    people = {actor_id(row.id): row.display_name or row.username for row in User.objects.filter(id__in=ids["user"])}
    return people | {f"token:{row.id}": row.name for row in Token.objects.filter(id__in=ids["token"])}


def _cursor(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
