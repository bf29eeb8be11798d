"""Who is free for calls, half hour after half hour: the published roster where there is one, else who is here today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from youlu.core import clock
from youlu.domain.desk.campaigns.pacing import Slot
from youlu.domain.desk.parameters import figures_now
from youlu.domain.messages.services import quiet_until
from youlu.domain.workforce.models import StaffNeed
from youlu.domain.workforce.rostering.facts import wanted_read
from youlu.domain.workforce.rostering.reading import roster_spans, writers_between
from youlu.domain.workforce.selectors import present_now

HALF_HOUR = dt.timedelta(minutes=30)
DAYS_SEEN = 7


@dataclass(frozen=True)
class Staff:
    """`is_rostered`: a published roster says so at least for the beginning; `now`: people free for calls now."""

    slots: tuple[Slot, ...]
    is_rostered: bool
    figures: dict[str, float]

    @property
    def now(self) -> float:
        return self.slots[0].people if self.slots else 0.0


def staff_free(at: dt.datetime, *, days: int = DAYS_SEEN) -> Staff:
    """From `at` on, in the hours in which one may ring. Orders come first: people they need are not free.

    Without a roster, who is at home and takes work today is taken to be there every day.
    """
    until = clock.midnight(clock.local(at).date() + dt.timedelta(days=days))
    figures = figures_now()
    shifts, spans = writers_between(at, until), roster_spans(at, until)
    needs = {row.start_at: row.people for row in wanted_read(clock.local(at).date(), days)
             if row.channel == StaffNeed.Channel.ORDER}
    usual = figures["order_base_per_h"] * figures["order_service_s"] / 3600
    present = present_now().at_home_taking
    slots = []
    for start_at in _half_hours(at, until):
        is_held = any(begin <= start_at < end for begin, end in spans)
        there = sum(share for begin, end, share in shifts if begin <= start_at < end) if is_held else present
        begin = max(start_at, at)
        slots.append(Slot(begin, start_at + HALF_HOUR, max(there - needs.get(start_at, usual), 0.0)))
    return Staff(tuple(slots), any(begin <= at < end for begin, end in spans), figures)


def _half_hours(at: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Starts of the half hours that touch the span and in which one may ring."""
    local = clock.local(at)
    start = clock.midnight(local.date()) + ((local.hour * 60 + local.minute) // 30) * HALF_HOUR
    found = []
    while start < until:
        if quiet_until(start) <= start:
            found.append(start)
        start += HALF_HOUR
    return found
