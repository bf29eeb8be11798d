"""Ordinary letters (平常邮件): counted by office, day, kind and direction; no item, no scan, no promise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.errors import CountInvalidError
from youlu.domain.mail.models import OrdinaryCount
from youlu.domain.network.models import Office

PIECES_MAX = 10_000_000
_STORE = """
INSERT INTO mail_ordinary_count (office_id, day, kind, direction, pieces, counted_at, counted_by)
SELECT *, %s, %s FROM unnest(%s::integer[], %s::date[], %s::text[], %s::text[], %s::integer[])
  AS c(office_id, day, kind, direction, pieces)
ON CONFLICT (office_id, day, kind, direction) DO UPDATE SET pieces = excluded.pieces,
  counted_at = excluded.counted_at, counted_by = excluded.counted_by"""


@dataclass(frozen=True)
class CountInput:
    """So many pieces of a kind in a direction, at an office on a day: the whole day's number, not what is added."""

    office_id: int
    day: dt.date
    kind: str
    direction: str
    pieces: int


@dataclass(frozen=True)
class CountRow:
    office_code: str
    office: str
    day: dt.date
    pieces: dict[tuple[str, str], int]  # (kind, direction) -> pieces


def ordinary_count(*, actor: Actor, counts: Sequence[CountInput]) -> int:
    """Write counts down; a number given again for the same office, day, kind and direction replaces the one before.

    Raises
    ------
    CountInvalidError : a number, a kind or a day that cannot be, or an office outside the actor's area.
    """
    actor.require("mail.count")
    offices = set(Office.objects.filter(id__in={c.office_id for c in counts}, division_code__startswith=actor.scope)
                  .values_list("id", flat=True))
    today = clock.local(clock.now()).date()
    rows = {}
    for count in counts:
        if what := _wrong(count, offices, today):
            raise CountInvalidError(what=what)
        rows[count.office_id, count.day, count.kind, count.direction] = count.pieces
    columns = [list(column) for column in zip(*((*key, pieces) for key, pieces in sorted(rows.items())), strict=True)]
    if columns:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_STORE, [clock.now(), actor.name, *columns])
            audit_record(actor=actor.id, action="mail.ordinary_count", object_type="ordinary_count", object_id="",
                         rows=len(rows), pieces=sum(rows.values()))
    return len(rows)


def _wrong(count: CountInput, offices: set[int], today: dt.date) -> str:
    if count.office_id not in offices:
        return "没有这个网点，或不在您的辖区"
    if count.kind not in OrdinaryCount.Kind.values or count.direction not in OrdinaryCount.Direction.values:
        return "种类或方向不在目录里"
    if not 0 <= count.pieces <= PIECES_MAX:
        return f"件数要在0到{PIECES_MAX}之间"
    return "日期在今天之后" if count.day > today else ""


def ordinary_days(*, actor: Actor, office_id: int | None = None, limit: int = 60) -> tuple[CountRow, ...]:
    """Counts by day and office of the actor's area, newest day first, at most `limit` such rows."""
    actor.require("mail.read")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.code, o.name, c.day, json_object_agg(c.kind || ' ' || c.direction, c.pieces)"
            " FROM mail_ordinary_count c JOIN network_office o ON o.id = c.office_id"
            " WHERE o.division_code LIKE %(scope)s AND (%(office)s::integer IS NULL OR o.id = %(office)s)"
            " GROUP BY o.id, o.code, o.name, c.day ORDER BY c.day DESC, o.id LIMIT %(limit)s",
            {"scope": f"{actor.scope}%", "office": office_id, "limit": limit})
        return tuple(CountRow(code, name, day, {(k.split()[0], k.split()[1]): n for k, n in pieces.items()})
                     for code, name, day, pieces in cursor.fetchall())
