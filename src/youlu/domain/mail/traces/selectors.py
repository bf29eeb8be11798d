"""What is known of sources and what their traces lack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Min

from youlu.core.pages import PAGE_ROWS, Page, cursor_number
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.models import Item
from youlu.domain.mail.traces.errors import SourceNotFoundError
from youlu.domain.mail.traces.models import TraceLeft, TraceName, TraceSource


@dataclass(frozen=True)
class SourceRow:
    code: str
    name: str
    is_shadow: bool


@dataclass(frozen=True)
class Names:
    """What a source's own words mean here: office codes of ours, kinds of scan or "ignored"."""

    offices: dict[str, str]
    codes: dict[str, str]


@dataclass(frozen=True)
class LeftRow:
    """Rows that could not be used for one reason and one word of the source's."""

    source: str
    reason: str
    reason_label: str
    foreign: str
    rows: int
    first_at: dt.datetime
    last_at: dt.datetime


def item_in_shadow(item_key: int) -> bool:
    """Whether the item is known by another system's traces alone, so that nobody may be told of it."""
    return Item.objects.filter(item_key=item_key).exclude(shadow_source="").exists()


def items_in_shadow(item_keys: Iterable[int]) -> frozenset[int]:
    """Those of the items that are known by another system's traces alone."""
    found = Item.objects.filter(item_key__in=list(item_keys)).exclude(shadow_source="")
    return frozenset(found.values_list("item_key", flat=True))


def source_get(code: str) -> SourceRow:
    """A registered source.

    Raises
    ------
    SourceNotFoundError
    """
    row = TraceSource.objects.filter(code=code).first()
    if row is None:
        raise SourceNotFoundError()
    return SourceRow(row.code, row.name, row.is_shadow)


def sources_all(*, actor: Actor) -> tuple[SourceRow, ...]:
    actor.require("shadow.read")
    return tuple(SourceRow(row.code, row.name, row.is_shadow) for row in TraceSource.objects.order_by("code"))


def names_of(source: str) -> Names:
    rows = list(TraceName.objects.filter(source_id=source).values_list("what", "foreign", "ours"))
    return Names({foreign: ours for what, foreign, ours in rows if what == TraceName.What.OFFICE},
                 {foreign: ours for what, foreign, ours in rows if what == TraceName.What.CODE})


def traces_left(*, actor: Actor, source: str = "", cursor: str | None = None) -> Page[LeftRow]:
    """What could not be used, by reason and word, the most rows first; `cursor` is how many were shown."""
    actor.require("shadow.read")
    begin = cursor_number(cursor)
    rows = TraceLeft.objects.filter(**({"source_id": source} if source else {}))
    found = list(rows.values("source_id", "reason", "foreign").annotate(
        n=Count("digest"), first=Min("occurred_at"), last=Max("occurred_at"))
        .order_by("-n", "source_id", "reason", "foreign")[begin:begin + PAGE_ROWS + 1])
    page = tuple(LeftRow(row["source_id"], row["reason"], str(TraceLeft.Reason(row["reason"]).label), row["foreign"],
                         row["n"], row["first"], row["last"]) for row in found[:PAGE_ROWS])
    return Page(page, str(begin + PAGE_ROWS) if len(found) > PAGE_ROWS else None)
