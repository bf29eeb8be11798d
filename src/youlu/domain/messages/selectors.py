"""What may be said now, and what was said."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, Q

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
                      wording.state, wording.valid_from, wording.valid_to, wording.approved_by)


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


def wording_list(*, actor: Actor) -> tuple[WordingRow, ...]:
    """Every version, newest of each code first."""
    actor.require("messages.read")
    return tuple(row_of(w) for w in Wording.objects.order_by("code", "-version"))


def messages_of_parties(*, party_ids: Iterable[uuid.UUID], limit: int = 20) -> tuple[MessageRow, ...]:
    """What a customer was told, newest first: their inbox."""
    rows = (Message.objects.filter(party_id__in=list(party_ids))
            .annotate(code=F("wording__code"), no=F("wording__version")).order_by("-made_at", "-id")[:limit])
    return tuple(MessageRow(m.id, m.party_id, m.channel, m.text, m.state, m.made_at, m.sent_at, m.code, m.no)
                 for m in rows)
