"""What may be said now, and what was said."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, Q

from youlu.core.errors import NotFoundError
from youlu.core.pages import PAGE_ROWS, Page, cursor_number
from youlu.domain.access.selectors import Actor
from youlu.domain.messages.errors import NoWordingError
from youlu.domain.messages.models import Message, Wording
from youlu.domain.messages.phrases import Segment, segments


@dataclass(frozen=True)
class WordingRow:
    id: uuid.UUID
    code: str
    version: int
    body: str
    emphasised: frozenset[str]
    state: str
    valid_from: dt.datetime | None
    valid_to: dt.datetime | None
    approved_by: str
    variables: tuple[str, ...] = ()
    drafted_by: str = ""

    def say(self, values: Mapping[str, str]) -> tuple[Segment, ...]:
        return segments(self.body, values, self.emphasised)

    def text(self, values: Mapping[str, str]) -> str:
        return "".join(piece.text for piece in self.say(values))


@dataclass(frozen=True)
class MessageRow:
    id: uuid.UUID
    party_id: uuid.UUID
    channel: str
    text: str
    state: str
    made_at: dt.datetime
    sent_at: dt.datetime | None
    wording_code: str
    wording_version: int


def in_force(at: dt.datetime) -> Q:
    """The condition of a wording that may be said at `at`."""
    return Q(state=Wording.State.APPROVED, valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))


def row_of(wording: Wording) -> WordingRow:
    return WordingRow(wording.id, wording.code, wording.version, wording.body, frozenset(wording.emphasised),
                      wording.state, wording.valid_from, wording.valid_to, wording.approved_by,
                      tuple(wording.variables), wording.drafted_by)


def wording_current(*, code: str, at: dt.datetime) -> WordingRow:
    """The one sentence that may be said under `code` at `at`.

    Raises
    ------
    NoWordingError : none is approved and in force.
    """
    wording = Wording.objects.filter(in_force(at), code=code).order_by("-version").first()
    if wording is None:
        raise NoWordingError(wording_code=code)
    return row_of(wording)


def wordings_current(
    *, at: dt.datetime, codes: Iterable[str] | None = None, prefix: str = ""
) -> tuple[WordingRow, ...]:
    """What may be said at `at` under these codes, or under all that begin so; a code without a sentence is absent."""
    which = Q(code__startswith=prefix) if codes is None else Q(code__in=list(codes))
    rows = Wording.objects.filter(in_force(at), which).order_by("code", "-version").distinct("code")
    return tuple(row_of(row) for row in rows)


def wording_said(*, code: str, at: dt.datetime) -> uuid.UUID | None:
    """The version that was in force at an instant gone by, withdrawn since or not; None: none was."""
    rows = Wording.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), Q(withdrawn_at=None) | Q(withdrawn_at__gt=at),
                                  code=code, approved_at__isnull=False, valid_from__lte=at)
    return rows.order_by("-version").values_list("id", flat=True).first()


def wording_names(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, int]]:
    """Code and version by id."""
    return {row[0]: (row[1], row[2]) for row in
            Wording.objects.filter(id__in=list(ids)).values_list("id", "code", "version")}


@dataclass(frozen=True)
class CodeRow:
    """A sentence by its code: what may be said now, what waits (a draft, or approved for a time to come), and the
    newest version, whatever became of it."""

    code: str
    current: WordingRow | None
    next: WordingRow | None
    newest: WordingRow


def codes_page(*, actor: Actor, at: dt.datetime, cursor: str | None = None) -> Page[CodeRow]:
    """Every code that ever had a version, by code; three questions."""
    actor.require("messages.read")
    newest = list(Wording.objects.filter(code__gt=cursor or "").order_by("code", "-version").distinct("code")
                  [:PAGE_ROWS + 1])
    codes = [row.code for row in newest[:PAGE_ROWS]]
    current = {row.code: row for row in wordings_current(at=at, codes=codes)}
    waits = Q(state=Wording.State.DRAFT) | Q(state=Wording.State.APPROVED, valid_from__gt=at)
    waiting = {row.code: row_of(row) for row in Wording.objects.filter(waits, code__in=codes).order_by(
        "code", "-version").distinct("code")}
    rows = tuple(CodeRow(row.code, current.get(row.code), waiting.get(row.code), row_of(row))
                 for row in newest[:PAGE_ROWS])
    return Page(rows, codes[-1] if len(newest) > PAGE_ROWS else None)


def versions_page(*, actor: Actor, wording_id: uuid.UUID, cursor: str | None = None) -> Page[WordingRow]:
    """All versions of this one's code, newest first. Raises NotFoundError."""
    actor.require("messages.read")
    found = Wording.objects.filter(id=wording_id).values_list("code", flat=True).first()
    if found is None:
        raise NotFoundError()
    rows = Wording.objects.filter(code=found).order_by("-version")
    if before := cursor_number(cursor):
        rows = rows.filter(version__lt=before)
    versions = [row_of(row) for row in rows[:PAGE_ROWS + 1]]
    shown = tuple(versions[:PAGE_ROWS])
    return Page(shown, str(shown[-1].version) if len(versions) > PAGE_ROWS else None)


def messages_of_parties(*, party_ids: Iterable[uuid.UUID], limit: int = 20) -> tuple[MessageRow, ...]:
    """What a customer was told, newest first: their inbox."""
    rows = (Message.objects.filter(party_id__in=list(party_ids))
            .annotate(code=F("wording__code"), no=F("wording__version")).order_by("-made_at", "-id")[:limit])
    return tuple(MessageRow(m.id, m.party_id, m.channel, m.text, m.state, m.made_at, m.sent_at, m.code, m.no)
                 for m in rows)
