"""Taking another system's traces in: each row becomes a scan, or is kept in the list of what is missing, or is refused.

Nothing is dropped in silence: the outcome of every row says what became of it. Sending the same rows again changes
nothing, except that rows which were left and can be used now are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from youlu.core.errors import YouluError
from youlu.domain.access.selectors import Actor, actor_of_system
from youlu.domain.mail.errors import ScanChangedError
from youlu.domain.mail.models import Item, ScanKind
from youlu.domain.mail.scans import BATCH_MAX, ScanInput, scans_ingest
from youlu.domain.mail.traces.accepting import ShadowItem, shadow_accept
from youlu.domain.mail.traces.errors import NotInShadowError, SourceNotFoundError, TraceUnusableError
from youlu.domain.mail.traces.models import TraceLeft
from youlu.domain.mail.traces.reading import TraceRow, trace_read
from youlu.domain.mail.traces.runs import run_table
from youlu.domain.mail.traces.selectors import Names, SourceRow, names_of, source_get
from youlu.domain.network.selectors import OfficeRow, offices_by_code
from youlu.engines.codes.trace_codes import MEANING, NO_MEANING

__all__ = ["BATCH_MAX", "TraceOutcome", "traces_ingest"]
Reason = TraceLeft.Reason
KINDS = {kind.name.lower(): kind for kind in ScanKind}
CURES = {
    Reason.UNKNOWN_CODE: _("用./youlu traces names写明它的意思，再导入一次"),
    Reason.UNKNOWN_OFFICE: _("用./youlu traces names写明它是哪个网点，再导入一次"),
    Reason.NO_RUN: _("这个时间前后没有班次从这里发出，核对时间或班期"),
    Reason.NO_ITEM: _("先导入它的收寄轨迹"),
    Reason.NO_DESTINATION: _("收寄轨迹要写寄达局"),
    Reason.NO_WAY: _("两地之间没有班次，补全班期再导入一次"),
    Reason.NO_MEANING: "",
}


@dataclass(frozen=True)
class TraceOutcome:
    """'stored', 'duplicate', 'ignored' (the code moves nothing), 'left' (something is missing) or 'refused'."""

    result: str
    error: YouluError | None = None


@dataclass(frozen=True)
class _Read:
    """A row in our words."""

    place: int
    row: TraceRow
    kind: ScanKind
    office: OfficeRow


class _Batch:
    """Rows of one call on their way; `left` are (reason, word) by place."""

    def __init__(self, source: SourceRow, names: Names, raws: Sequence[Any]) -> None:
        self.source, self.names = source, names
        self.outcomes: list[TraceOutcome | None] = [None] * len(raws)
        self.rows: dict[int, TraceRow] = {}
        self.left: dict[int, tuple[str, str]] = {}
        for place, raw in enumerate(raws):
            try:
                self.rows[place] = trace_read(raw)
            except YouluError as error:
                self.outcomes[place] = TraceOutcome("refused", error)

    def leave(self, place: int, reason: TraceLeft.Reason, foreign: str) -> None:
        self.left[place] = str(reason), foreign
        error = TraceUnusableError(why=str(reason.label), foreign=foreign, cure=str(CURES[reason]))
        self.outcomes[place] = TraceOutcome("ignored" if reason == Reason.NO_MEANING else "left", error)

    def refuse(self, place: int, error: YouluError) -> None:
        self.outcomes[place] = TraceOutcome("refused", error)


def traces_ingest(*, actor: Actor, source: str, rows: Sequence[Any]) -> list[TraceOutcome]:
    """Take at most `BATCH_MAX` rows (mappings of headings to cells) of a source; says of each what became of it.

    A token feeds the one source it is named after.

    Raises
    ------
    SourceNotFoundError : not registered, or not the caller's.
    """
    actor.require("traces.feed")
    if actor.id.startswith("token:") and actor.name != source:
        raise SourceNotFoundError()
    batch = _Batch(source_get(source), names_of(source), rows)
    read = _in_our_words(batch)
    _items_make(batch, read)
    scans = _scans(batch, read)
    outcomes = scans_ingest(actor=actor_of_system("traces"), scans=list(scans.values()))
    for place, outcome in zip(scans, outcomes, strict=True):
        if outcome.result != "refused" or isinstance(outcome.error, ScanChangedError):
            # The row itself is part of its key: what differs is only which run we took it for at the time.
            batch.outcomes[place] = TraceOutcome("stored" if outcome.result == "stored" else "duplicate")
        else:
            batch.outcomes[place] = TraceOutcome("refused", outcome.error)
    _left_settle(batch, done=list(scans))
    return [outcome for outcome in batch.outcomes if outcome is not None]


def _in_our_words(batch: _Batch) -> list[_Read]:
    names = batch.names
    said = {row.office for row in batch.rows.values()}
    offices = offices_by_code({names.offices.get(word, word) for word in said})
    read = []
    for place, row in batch.rows.items():
        kind = names.codes.get(row.code) or MEANING.get(row.code)
        office = offices.get(names.offices.get(row.office, row.office))
        if kind == "ignored" or (kind is None and row.code in NO_MEANING):
            batch.leave(place, Reason.NO_MEANING, row.code)
        elif kind is None:
            batch.leave(place, Reason.UNKNOWN_CODE, row.code)
        elif office is None:
            batch.leave(place, Reason.UNKNOWN_OFFICE, row.office)
        else:
            read.append(_Read(place, row, KINDS[kind], office))
    return read


def _items_make(batch: _Batch, read: list[_Read]) -> None:
    """Items for acceptances of mail that is not known yet."""
    known = _shadow_of([one.row.item_key for one in read])
    fresh: dict[int, _Read] = {}
    for one in sorted(read, key=lambda one: one.row.occurred_at):
        if one.kind == ScanKind.ACCEPTED and one.row.item_key not in known:
            fresh.setdefault(one.row.item_key, one)
    names = batch.names.offices
    offices = offices_by_code({names.get(o.row.dest_office, o.row.dest_office) for o in fresh.values()})
    items = []
    for one in fresh.values():
        dest = offices.get(names.get(one.row.dest_office, one.row.dest_office))
        if dest is not None:
            items.append(ShadowItem(one.row.item_key, one.row.mail_class, one.office.id, dest.id, one.row.occurred_at))
        elif one.row.dest_office:
            batch.leave(one.place, Reason.UNKNOWN_OFFICE, one.row.dest_office)
        else:
            batch.leave(one.place, Reason.NO_DESTINATION, one.row.office)
    for key in shadow_accept(source=batch.source.code, items=items) if items else ():
        batch.leave(fresh[key].place, Reason.NO_WAY, f"{fresh[key].row.office}—{fresh[key].row.dest_office}")


def _scans(batch: _Batch, read: list[_Read]) -> dict[int, ScanInput]:
    """What is stored, by place; a shadow source moves its own items and no others."""
    known = _shadow_of([one.row.item_key for one in read])
    plans = _plans_of([one.row.item_key for one in read if one.kind == ScanKind.DEPARTED])
    names = batch.names.offices
    ahead = offices_by_code({names.get(one.row.next_office, one.row.next_office) for one in read})
    scans: dict[int, ScanInput] = {}
    for one in read:
        row, place = one.row, one.place
        if place in batch.left:
            continue
        if row.item_key not in known:
            batch.leave(place, Reason.NO_ITEM, row.office)
        elif batch.source.is_shadow and known[row.item_key] != batch.source.code:
            batch.refuse(place, NotInShadowError())
        else:
            scan = ScanInput(row.number, row.device(batch.source.code), row.sequence(batch.source.code), one.kind,
                             row.occurred_at, office_id=one.office.id, cause=row.cause)
            if one.kind == ScanKind.DEPARTED:
                next_office = ahead.get(names.get(row.next_office, row.next_office))
                run = run_table().find(office_id=one.office.id, at=row.occurred_at, planned=plans.get(row.item_key, ()),
                                       next_office_id=next_office.id if next_office else None)
                if run is None:
                    batch.leave(place, Reason.NO_RUN, row.office)
                    continue
                scan = ScanInput(scan.number, scan.device, scan.sequence, scan.kind, scan.occurred_at,
                                 office_id=scan.office_id, trip_key=run.trip_key, service_date=run.service_date,
                                 stop_seq=run.stop_seq)
            scans[place] = scan
    return scans


def _shadow_of(keys: list[int]) -> dict[int, str]:
    """The source of each known item; "" for what is in our own care."""
    return dict(Item.objects.filter(item_key__in=set(keys)).values_list("item_key", "shadow_source"))


def _plans_of(keys: list[int]) -> dict[int, list[int]]:
    return dict(Item.objects.filter(item_key__in=set(keys)).values_list("item_key", "planned_legs"))


@transaction.atomic
def _left_settle(batch: _Batch, *, done: list[int]) -> None:
    """Keep what was left, once; strike out what is used now."""
    code = batch.source.code
    left = {batch.rows[place].sequence(code): (batch.rows[place], *why) for place, why in batch.left.items()}
    TraceLeft.objects.bulk_create(
        [TraceLeft(source_id=code, digest=digest, reason=reason, foreign=foreign[:80], occurred_at=row.occurred_at)
         for digest, (row, reason, foreign) in sorted(left.items())],
        update_conflicts=True, update_fields=["reason", "foreign"], unique_fields=["source_id", "digest"])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mail_trace_left WHERE source_id = %s AND digest = ANY(%s::bigint[])",
                       [code, [batch.rows[place].sequence(code) for place in done]])
