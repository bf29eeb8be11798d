"""Kept rates as pages and the API show them: by day, by prefecture of destination, by kind of mail."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from youlu.core import clock
from youlu.core.pages import LEAST_TOLD
from youlu.domain.access.selectors import Actor
from youlu.domain.insight.models import Kept, KeptDay

DAYS = 14
DAYS_MAX = 92
FIELDS = ("standard_due", "standard_kept", "committed_due", "committed_kept", "no_standard")


@dataclass(frozen=True)
class Rate:
    """Sums with their shares in per cent; a share of fewer than ten is None."""

    standard_due: int
    standard_kept: int
    committed_due: int
    committed_kept: int
    no_standard: int

    @property
    def standard_pct(self) -> float | None:
        return 100 * self.standard_kept / self.standard_due if self.standard_due >= LEAST_TOLD else None

    @property
    def committed_pct(self) -> float | None:
        return 100 * self.committed_kept / self.committed_due if self.committed_due >= LEAST_TOLD else None


@dataclass(frozen=True)
class KeptPage:
    """`days` oldest first, one for every day counted; `prefectures` by code, the worst promise first."""

    first: dt.date
    last: dt.date
    whole: Rate
    days: tuple[tuple[dt.date, Rate], ...]
    prefectures: tuple[tuple[str, Rate], ...]
    classes: tuple[tuple[str, Rate], ...]
    is_made: bool


def kept_read(*, actor: Actor, last: dt.date | None = None, days: int = DAYS, mail_class: str = "") -> KeptPage:
    """The rates of the `days` days up to `last` (yesterday where None) of mail to the actor's scope."""
    actor.require("insight.read")
    last = last or clock.today() - dt.timedelta(days=1)
    first = last - dt.timedelta(days=max(1, min(days, DAYS_MAX)) - 1)
    rows = Kept.objects.filter(day__gte=first, day__lte=last)
    if actor.scope:
        rows = rows.filter(prefecture__startswith=actor.scope[:4])
    classes = _sums(rows, "mail_class")
    if mail_class:
        rows = rows.filter(mail_class=mail_class)
    counted = dict(KeptDay.objects.filter(day__gte=first, day__lte=last).values_list("day", "is_made"))
    by_day, by_prefecture = dict(_sums(rows, "day")), _sums(rows, "prefecture")
    nothing = Rate(0, 0, 0, 0, 0)
    worst = sorted(by_prefecture, key=lambda one: (one[1].committed_pct is None, one[1].committed_pct or 0, one[0]))
    return KeptPage(first, last, _whole(by_day.values()), tuple((day, by_day.get(day, nothing)) for day in
                    sorted(counted)), tuple(worst), classes, any(counted.values()))


def _sums(rows: QuerySet[Kept], name: str) -> tuple[tuple, ...]:
    found = rows.values_list(name).annotate(*(Sum(field) for field in FIELDS)).order_by(name)
    return tuple((key, Rate(*sums)) for key, *sums in found)


def _whole(rates: Iterable[Rate]) -> Rate:
    sums: dict[str, int] = defaultdict(int)
    for rate in rates:
        for field in FIELDS:
            sums[field] += getattr(rate, field)
    return Rate(*(sums[field] for field in FIELDS))
