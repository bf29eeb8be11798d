"""Which run of which trip a departure was that only says where and when: the planned one, or the nearest."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from youlu.core import clock
from youlu.domain.network.lines import calendar_runs
from youlu.domain.network.models import ServiceCalendar, Trip
from youlu.domain.network.selectors import revision_current
from youlu.domain.network.trips import leg_key, trip_book

EARLY_MIN, LATE_MIN = 60, 180  # how far a scan may lie from the planned departure; trade practice, unverified
DAYS_BACK = 2  # a trip's clock may run past two midnights
DAY_MIN = 1440


@dataclass(frozen=True)
class Run:
    """A leg as a scan of a departure names it."""

    trip_key: int
    service_date: dt.date
    stop_seq: int

    @property
    def leg(self) -> int:
        return leg_key(self.trip_key, self.service_date, self.stop_seq)


@dataclass(frozen=True)
class _Departure:
    dep_min: int
    trip_key: int
    seq: int
    ahead: frozenset[int]  # offices the trip still comes to


@dataclass(frozen=True, eq=False)
class RunTable:
    """Departures of each office in the order of their clock times, and the days every trip runs."""

    departures: dict[int, list[_Departure]]
    calendars: dict[int, list[tuple[dt.date, dt.date | None, ServiceCalendar]]]

    def runs(self, trip_key: int, day: dt.date) -> bool:
        return any(first <= day and (until is None or day < until) and calendar_runs(calendar, day)
                   for first, until, calendar in self.calendars.get(trip_key, ()))

    def find(
        self, *, office_id: int, at: dt.datetime, next_office_id: int | None, planned: Iterable[int]
    ) -> Run | None:
        """The run that left the office at about that time, towards the next office where one is told.

        A planned leg comes before a nearer one: two trucks that leave together cannot be told apart by the clock. None
        when nothing leaves within an hour before and three hours after its time.
        """
        wanted, found = set(planned), []
        local = clock.local(at)
        minute = local.hour * 60 + local.minute
        rows = self.departures.get(office_id, [])
        for back in range(DAYS_BACK + 1):
            day, said = local.date() - dt.timedelta(days=back), minute + back * DAY_MIN
            low = bisect_left(rows, said - LATE_MIN, key=lambda row: row.dep_min)
            high = bisect_right(rows, said + EARLY_MIN, key=lambda row: row.dep_min)
            for row in rows[low:high]:
                if next_office_id is not None and next_office_id not in row.ahead:
                    continue
                run = Run(row.trip_key, day, row.seq)
                if self.runs(row.trip_key, day) and trip_book().leg(run.leg) is not None:
                    found.append((run.leg not in wanted, abs(row.dep_min - said), row.trip_key, run))
        return min(found, key=lambda one: one[:3])[3] if found else None


def run_table() -> RunTable:
    """The table of the active revision."""
    return _table(revision_current() or 0)


@lru_cache(maxsize=2)
def _table(revision_id: int) -> RunTable:
    calendars = {calendar.id: calendar for calendar in ServiceCalendar.objects.all()}
    departures: dict[int, list[_Departure]] = defaultdict(list)
    days: dict[int, list[tuple[dt.date, dt.date | None, ServiceCalendar]]] = defaultdict(list)
    for trip in Trip.objects.order_by("trip_key", "from_date").iterator(chunk_size=5000):
        days[trip.trip_key].append((trip.from_date, trip.until_date, calendars[trip.calendar_id]))
        for seq, office in enumerate(trip.office_ids[:-1]):
            departures[office].append(
                _Departure(trip.dep_min[seq], trip.trip_key, seq, frozenset(trip.office_ids[seq + 1:])))
    for rows in departures.values():
        rows.sort(key=lambda row: (row.dep_min, row.trip_key))
    return RunTable(dict(departures), dict(days))
