"""The first clock: what was published of an item's time, by the version it was accepted under.

Nothing of it is stored on items. Activated versions and lists of holidays never change, so the version in force at an
item's acceptance, and with it the item's standard, can be told at any time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from youlu.core import clock
from youlu.domain.promise.holidays import Almanac
from youlu.domain.promise.models import StandardRow, StandardTable
from youlu.engines.calendar import (
    CalendarUnknown,
    StandardRule,
    date_of_day,
    day_of_date,
    standard_due,
)

PREFIXES = (6, 4, 2, 0)
KEPT_ANSWERS = 100_000  # of one book: a million questions ask for few different days
# The most particular row holds: first by how much it says of both ends, then of the destination.
_TRIED = sorted(((o, d) for o in PREFIXES for d in PREFIXES), key=lambda pair: (sum(pair), pair[1]), reverse=True)
NO_TABLE, NO_ROW, CALENDAR_UNKNOWN = "no_table", "no_row", "calendar_unknown"
WHY_WORDS = {
    NO_TABLE: _("收寄时没有启用的标准时限"),
    NO_ROW: _("这一版标准没有写这两地的这种邮件"),
    CALENDAR_UNKNOWN: _("日历未知：{year}年放假安排尚未导入"),
}


@dataclass(frozen=True)
class Standard:
    """`day` and `arrive_by` are None where no standard can be said; `why` then says it. `version` is the table's
    number, None without a table."""

    arrive_by: dt.datetime | None = None
    day: dt.date | None = None
    due_min: int = 1440  # of that day; 1440: by its end
    why: str = ""
    year: int | None = None  # whose holidays are not known
    version: int | None = None
    source: str = ""
    document_no: str = ""
    is_model: bool = False
    days: int | None = None
    unit: str = ""
    cutoff_min: int = 1440

    @property
    def why_words(self) -> str:
        return str(WHY_WORDS[self.why]).format(year=self.year) if self.why else ""


class _Head(NamedTuple):
    id: int
    title: str
    document_no: str
    is_model: bool
    valid_from: dt.date
    valid_until: dt.date | None
    activated_at: dt.datetime


class _Row(NamedTuple):
    days: int
    unit: str
    cutoff_min: int
    due_min: int


class StandardBook:
    """All versions with the holidays, for as many questions as there are (two queries, and one a version once)."""

    def __init__(self) -> None:
        self._heads = [_Head(*row) for row in StandardTable.objects.filter(activated_at__isnull=False).order_by(
            "-valid_from", "-activated_at", "-id").values_list(*_Head._fields)]
        self._said: dict[tuple, Standard] = {}

    @cached_property
    def _almanac(self) -> Almanac:
        return Almanac()

    def version_at(self, accepted_at: dt.datetime) -> _Head | None:
        """Of the versions activated by then whose days include it, the one that began last."""
        day = clock.local(accepted_at).date()
        return next((head for head in self._heads if head.activated_at <= accepted_at and head.valid_from <= day
                     and (head.valid_until is None or day < head.valid_until)), None)

    def standard(self, *, mail_class: str, origin: str, dest: str, accepted_at: dt.datetime) -> Standard:
        """The standard of mail accepted at an instant; `origin` and `dest` are the offices' division codes."""
        head = self.version_at(accepted_at)
        if head is None:
            return Standard(why=NO_TABLE)
        row = row_of(head.id, mail_class, origin, dest)
        named: dict[str, Any] = {"version": head.id, "source": head.title, "document_no": head.document_no,
                                 "is_model": head.is_model}
        if row is None:
            return Standard(why=NO_ROW, **named)
        local = clock.local(accepted_at)
        minute = local.hour * 60 + local.minute
        key = (head.id, row, local.date(), minute > row.cutoff_min, self._almanac.edition(accepted_at))
        found = self._said.get(key)
        if found is None:
            if len(self._said) >= KEPT_ANSWERS:
                self._said.clear()
            found = self._said[key] = self._standard(named, row, local, accepted_at)
        return found

    def _standard(self, named: dict[str, Any], row: _Row, local: dt.datetime, accepted_at: dt.datetime) -> Standard:
        rule = StandardRule(row.days, row.unit == StandardRow.Unit.WORKING, row.cutoff_min, row.due_min)
        due = standard_due(rule, day=day_of_date(local.date()), minute=local.hour * 60 + local.minute,
                           workdays=self._almanac.at(accepted_at))
        said = {**named, "days": row.days, "unit": row.unit, "cutoff_min": row.cutoff_min}
        if isinstance(due, CalendarUnknown):
            return Standard(why=CALENDAR_UNKNOWN, year=due.year, **said)
        day = date_of_day(due.day)
        return Standard(clock.midnight(day) + dt.timedelta(minutes=due.minute), day, due.minute, **said)


def row_of(table_id: int, mail_class: str, origin: str, dest: str) -> _Row | None:
    """The most particular row of a version that fits both ends."""
    return row_in(_rows(table_id), mail_class, origin, dest)


def row_in(rows: dict[tuple[str, str, str], _Row], mail_class: str, origin: str, dest: str) -> _Row | None:
    for o, d in _TRIED:
        row = rows.get((mail_class, origin[:o], dest[:d]))
        if row is not None:
            return row
    return None


@lru_cache(maxsize=4)
def _rows(table_id: int) -> dict[tuple[str, str, str], _Row]:
    """The rows of a version; they never change."""
    found = StandardRow.objects.filter(table_id=table_id).values_list(
        "mail_class", "origin", "dest", "days", "unit", "cutoff_min", "due_min")
    return {row[:3]: _Row(*row[3:]) for row in found}


def standard_of(*, mail_class: str, origin: str, dest: str, accepted_at: dt.datetime) -> Standard:
    """One question (three queries at most)."""
    return StandardBook().standard(mail_class=mail_class, origin=origin, dest=dest, accepted_at=accepted_at)
