"""The one list of what must be looked at: wrong way, late, silent, at risk, no way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.selectors import Actor
from youlu.domain.mail.exceptions.models import ExceptionKind, JobMark
from youlu.domain.mail.exceptions.refresh import MARK
from youlu.domain.mail.models import Place
from youlu.domain.mail.selectors import ItemRow, item_rows

# An item is whose area it is in, or goes to.
_MINE = """(here_division LIKE %(scope)s OR dest_division LIKE %(scope)s)
  AND (here_division LIKE %(area)s OR dest_division LIKE %(area)s)"""


@dataclass(frozen=True)
class ExceptionRow:
    """`noted_at`: since when it stands on the list."""

    kind: ExceptionKind
    noted_at: dt.datetime
    item: ItemRow


def exceptions_list(
    *, actor: Actor, kind: ExceptionKind, area: str = "", mail_class: str = "", cursor: str | None = None
) -> Page[ExceptionRow]:
    """One kind, most urgent first, of the actor's area; `area` narrows it to a division-code prefix."""
    actor.require("mail.read")
    due, key = _cursor(cursor)
    with connection.cursor() as db:
        db.execute(
            f"SELECT item_key, due_at, noted_at FROM mail_exception e WHERE kind = %(kind)s"
            f" AND (due_at, item_key) > (%(due)s, %(key)s) AND {_MINE} AND (%(class)s = '' OR EXISTS"
            " (SELECT FROM mail_item i WHERE i.item_key = e.item_key AND i.mail_class = %(class)s))"
            " ORDER BY due_at, item_key LIMIT %(limit)s",
            {"kind": int(kind), "due": due, "key": key, "scope": f"{actor.scope}%", "area": f"{area}%",
             "class": mail_class, "limit": PAGE_ROWS + 1})
        found = db.fetchall()
    shown = found[:PAGE_ROWS]
    items = item_rows(keys=[row[0] for row in shown])
    rows = tuple(ExceptionRow(kind, noted, items[item]) for item, _, noted in shown
                 if item in items and items[item].place < Place.DELIVERED)
    more = shown[-1] if len(found) > PAGE_ROWS else None
    return Page(rows, f"{more[1].timestamp():.6f}_{more[0]}" if more else None)


def _cursor(cursor: str | None) -> tuple[dt.datetime, int]:
    try:
        due, key = (cursor or "").split("_")
        return dt.datetime.fromtimestamp(float(due), dt.UTC), int(key)
    except (ValueError, OverflowError, OSError):
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC), -1  # from the first


def exceptions_counted(*, actor: Actor, area: str = "") -> dict[ExceptionKind, int]:
    """How many of each kind, from sums kept by the job; kinds without any are 0."""
    actor.require("mail.read")
    with connection.cursor() as db:
        db.execute(f"SELECT kind, sum(items)::bigint FROM mail_exception_count WHERE {_MINE} GROUP BY 1",
                   {"scope": f"{actor.scope}%", "area": f"{area}%"})
        counts = dict(db.fetchall())
    return {kind: counts.get(int(kind), 0) for kind in ExceptionKind}


def exceptions_as_of() -> dt.datetime | None:
    """The business time of the last refresh."""
    return JobMark.objects.filter(name=MARK).values_list("at", flat=True).first()
