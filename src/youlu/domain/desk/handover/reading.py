"""What the pages of 交接班 show: the shift as it would be handed over now, one that waits, sheets that were signed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.core.pages import Page, cursor_number
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.handover.facts import desk_says, shift_end
from youlu.domain.desk.handover.owed import (
    OwedCount,
    OwedRow,
    came_since,
    kept_counts,
    kept_page,
    owed_counts,
    owed_page,
)
from youlu.domain.desk.models import Handover
from youlu.domain.parties.selectors import MaskedParty, parties_masked
from youlu.domain.workforce.selectors import AgentRow, agents_all

HISTORY = 20


@dataclass(frozen=True)
class HandoverRow:
    """A sheet's head, with the names of the two."""

    id: uuid.UUID
    state: str
    since_at: dt.datetime | None
    until_at: dt.datetime
    out_by: str
    out_name: str
    out_at: dt.datetime
    in_name: str
    in_at: dt.datetime | None
    faults: tuple[str, ...]
    says: Mapping[str, Any]
    says_in: Mapping[str, Any] | None

    @property
    def is_waiting(self) -> bool:
        return self.state == Handover.State.WAITING


@dataclass(frozen=True)
class Sheet:
    """`row`: None as long as nobody has signed, and then everything is of now. `came`: owed, not on the sheet yet."""

    row: HandoverRow | None
    says: Mapping[str, Any]
    at: dt.datetime
    until_at: dt.datetime
    counts: Mapping[str, OwedCount]
    page: Page[OwedRow]
    agents: Mapping[uuid.UUID, AgentRow]
    customers: Mapping[uuid.UUID, MaskedParty]  # of the contacts on this page
    came: int = 0

    @property
    def total(self) -> OwedCount:
        each = self.counts.values()
        return OwedCount(*(sum(getattr(one, name) for one in each) for name in
                           ("n", "late", "carried", "left", "between")))

    def n(self, *whats: str) -> int:
        return sum(self.counts[what].n for what in whats if what in self.counts)


def handover_now(
    *, actor: Actor, cursor: str = "", carried_only: bool = False
) -> tuple[Sheet, tuple[HandoverRow, ...]]:
    """The sheet that waits for the second signature, else the one that would be signed now; and the sheets before."""
    actor.require("handover.sign")
    heads = _heads(list(Handover.objects.order_by("-out_at", "-id")[:HISTORY]))
    waiting = next((head for head in heads if head.is_waiting), None)
    if waiting is not None:
        return _kept(waiting, cursor), tuple(head for head in heads if head is not waiting)
    last = next((head for head in heads if head.state == Handover.State.TAKEN), None)
    at = clock.now()
    until, last_id = shift_end(at), last.id if last else None
    page = owed_page(last=last_id, until=until, after=cursor_number(cursor), carried_only=carried_only)
    return Sheet(
        None, desk_says(at=at, since=last.in_at if last else None, until=until), at, until,
        owed_counts(last=last_id, until=until, now=at),
        page, _agents(), _customers(page)), heads


def handover_newest(*, actor: Actor) -> HandoverRow | None:
    """The head of the sheet that was signed last, whatever became of it."""
    actor.require("handover.sign")
    return next(iter(_heads(list(Handover.objects.order_by("-out_at", "-id")[:1]))), None)


def handover_get(*, actor: Actor, handover_id: uuid.UUID, cursor: str = "") -> Sheet:
    """A sheet as it was signed; of each thing on it, how it stands now.

    Raises
    ------
    NotFoundError
    """
    actor.require("handover.sign")
    row = Handover.objects.filter(id=handover_id).first()
    if row is None:
        raise NotFoundError()
    return _kept(_heads([row])[0], cursor)


def _kept(head: HandoverRow, cursor: str) -> Sheet:
    came = came_since(handover_id=head.id, until=head.until_at) if head.is_waiting else 0
    page = kept_page(head.id, after=cursor_number(cursor))
    return Sheet(head, head.says, head.out_at, head.until_at, kept_counts(head.id), page, _agents(),
                 _customers(page), came)


def _customers(page: Page[OwedRow]) -> dict[uuid.UUID, MaskedParty]:
    """Masked, and looked up: a sheet keeps references, never a customer."""
    ids = {row.party_id for row in page.rows if row.party_id}
    return parties_masked(ids) if ids else {}


def _agents() -> dict[uuid.UUID, AgentRow]:
    return {row.id: row for row in agents_all()}


def _heads(rows: list[Handover]) -> tuple[HandoverRow, ...]:
    names = actor_names({one for row in rows for one in (row.out_by, row.in_by) if one}) if rows else {}
    return tuple(HandoverRow(
        row.id, row.state, row.since_at, row.until_at, row.out_by, names.get(row.out_by, "同事"), row.out_at,
        names.get(row.in_by, "同事") if row.in_by else "", row.in_at, tuple(row.faults), row.says, row.says_in)
        for row in rows)
