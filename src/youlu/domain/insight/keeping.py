"""Kept rates: of the mail due on a day, how much was there by then: by the published standard, by what was promised.

A day is counted when it is over, and again for a week, since scans come late. What is due is judged by its day, not
what was delivered: mail that never came counts against the day on which it should have.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction

from youlu.core import clock
from youlu.domain.insight.models import Kept, KeptDay
from youlu.domain.mail.due import DueRow, items_due
from youlu.domain.network.selectors import offices_all
from youlu.domain.promise.standards import StandardBook

DAY = dt.timedelta(days=1)
AGAIN_DAYS = 7  # scans of a round without signal come days later
BACK_DAYS = 60  # at the first count
STANDARD_DAYS = 120  # no standard reaches further: 60 working days with holidays between
KEPT_FOR = dt.timedelta(days=800)


@dataclass
class Tally:
    standard_due: int = 0
    standard_kept: int = 0
    committed_due: int = 0
    committed_kept: int = 0
    no_standard: int = 0


Tallies = dict[tuple[dt.date, str, str], Tally]


def days_count() -> int:
    """Count the days that are over and not counted yet, and those still young; returns how many, 0 where yesterday
    has been counted."""
    yesterday = clock.today() - DAY
    if KeptDay.objects.filter(day=yesterday).exists():
        return 0
    first = _first_day(yesterday)
    tallies = tallies_between(first, yesterday)
    days = [first + DAY * n for n in range((yesterday - first).days + 1)]
    with transaction.atomic():
        Kept.objects.filter(day__gte=first, day__lte=yesterday).delete()
        Kept.objects.bulk_create((Kept(day=day, mail_class=mail_class, prefecture=prefecture, **vars(tally))
                                  for (day, mail_class, prefecture), tally in tallies.items()), batch_size=2_000)
        KeptDay.objects.bulk_create(
            [KeptDay(day=day, counted_at=clock.now()) for day in days], update_conflicts=True, unique_fields=["day"],
            update_fields=["counted_at"])
        for model in (Kept, KeptDay):
            model.objects.filter(day__lt=yesterday - KEPT_FOR).delete()
    return len(days)


def _first_day(yesterday: dt.date) -> dt.date:
    last = KeptDay.objects.order_by("-day").values_list("day", flat=True).first()
    made = KeptDay.objects.filter(is_made=True).order_by("-day").values_list("day", flat=True).first()
    first = yesterday - DAY * (BACK_DAYS - 1)
    if last is not None and last < yesterday:
        first = max(first, min(last + DAY, yesterday - DAY * (AGAIN_DAYS - 1)))
    return max(first, made + DAY) if made is not None and made < yesterday else first


def tallies_between(first: dt.date, last: dt.date) -> Tallies:
    """What was due on the days `first` to `last`, both included: one pass over the items, held as sums only."""
    book, codes = StandardBook(), [office.division_code for office in offices_all()]
    start, end = clock.midnight(first), clock.midnight(last + DAY)
    tallies: Tallies = defaultdict(Tally)
    for row in items_due(accepted_since=start - DAY * STANDARD_DAYS, due_from=start, until=end):
        _add(tallies, row, book, codes, (first, last))
    return tallies


def _add(tallies: Tallies, row: DueRow, book: StandardBook, codes: list[str], days: tuple[dt.date, dt.date]) -> None:
    dest = codes[row.dest_office_id]
    standard = book.standard(mail_class=row.mail_class, origin=codes[row.origin_office_id], dest=dest,
                             accepted_at=row.accepted_at)
    promised = due_day(row.committed)
    if days[0] <= promised <= days[1]:
        tally = tallies[promised, row.mail_class, dest[:4]]
        tally.committed_due += 1
        tally.committed_kept += row.delivered_at is not None and row.delivered_at <= row.committed
        tally.no_standard += standard.arrive_by is None
    if standard.day is not None and standard.arrive_by is not None and days[0] <= standard.day <= days[1]:
        tally = tallies[standard.day, row.mail_class, dest[:4]]
        tally.standard_due += 1
        tally.standard_kept += row.delivered_at is not None and row.delivered_at <= standard.arrive_by


def due_day(instant: dt.datetime) -> dt.date:
    return clock.local(instant).date()
