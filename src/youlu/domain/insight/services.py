"""Taking readings, and making up those of a scenario's past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction

from youlu.core import clock
from youlu.domain.insight.counting import values_now
from youlu.domain.insight.models import Kept, KeptDay, Reading

KEPT_FOR = dt.timedelta(days=400)


def hour_of(at: dt.datetime) -> dt.datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def readings_take() -> int:
    """Count and keep the readings of the hour under way, once; returns how many were stored."""
    hour = hour_of(clock.now())
    if Reading.objects.filter(at=hour).exists():
        return 0
    rows = [Reading(indicator=indicator, scope=scope, at=hour, value=value)
            for (indicator, scope), value in values_now().items()]
    Reading.objects.filter(at__lt=hour - KEPT_FOR).delete()
    return len(Reading.objects.bulk_create(rows, ignore_conflicts=True))


def readings_make(*, values: Mapping[tuple[str, str, dt.datetime], float]) -> None:
    """Store made-up readings, (indicator, scope, hour) -> value, marked as made."""
    Reading.objects.bulk_create(
        (Reading(indicator=indicator, scope=scope, at=hour_of(at), value=value, is_made=True)
         for (indicator, scope, at), value in values.items()), ignore_conflicts=True)


def kept_make(*, rows: Sequence[Kept]) -> None:
    """Store made-up kept rates; their days are marked as made, and no count replaces them."""
    with transaction.atomic():
        KeptDay.objects.bulk_create((KeptDay(day=day, counted_at=clock.now(), is_made=True)
                                     for day in sorted({row.day for row in rows})), ignore_conflicts=True)
        Kept.objects.bulk_create(rows, ignore_conflicts=True)
