"""Mail in flight summed for the map: which flows are later than committed, how much rides on each stretch."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from youlu.core import clock
from youlu.domain.mail.sums import Rows, sum_of
from youlu.domain.network.selectors import epoch_current, offices_all
from youlu.domain.network.trips import trip_book

KEPT_S = 30.0  # one pass over a hundred thousand ways takes a third of a second: not for every look
_kept: tuple[float, int, tuple[StretchLoad, ...]] | None = None


@dataclass(frozen=True)
class FlowDelay:
    """Items in flight from one prefecture to another that will be later than committed, and by how much on average."""

    from_code: str  # first four digits of the division
    to_code: str
    items: int
    later_min: float


@dataclass(frozen=True)
class StretchLoad:
    """Items that still have to ride a leg between two prefectures, those of them that will be late among them."""

    from_code: str
    to_code: str
    items: int
    late: int


def flows_delayed(*, prefix: str = "", limit: int = 5) -> tuple[FlowDelay, ...]:
    """The flows with most items that are expected later than committed, to or from offices of a division prefix."""
    codes = [office.division_code for office in offices_all()]
    items: dict[tuple[str, str], int] = defaultdict(int)
    later_min: dict[tuple[str, str], float] = defaultdict(float)
    for origin, dest, count, minutes in _flows():
        if codes[origin].startswith(prefix) or codes[dest].startswith(prefix):
            flow = codes[origin][:4], codes[dest][:4]
            items[flow] += count
            later_min[flow] += minutes
    most = sorted(items, key=lambda flow: (-items[flow], flow))[:limit]
    return tuple(FlowDelay(*flow, items[flow], later_min[flow] / items[flow]) for flow in most)


@sum_of("flows")
def _flows() -> Rows:
    """Origin office, destination office, items, minutes later than committed in all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT origin_office_id, dest_office_id, count(*),"
            " sum(extract(epoch FROM expected_arrive_by - committed_arrive_by))::float / 60 FROM mail_item"
            " WHERE in_flight AND expected_arrive_by > committed_arrive_by GROUP BY 1, 2")
        return [list(row) for row in cursor.fetchall()]


def stretches_loaded() -> tuple[StretchLoad, ...]:
    """Loads between prefectures by the legs that items have still to ride; both directions as one."""
    global _kept
    epoch = epoch_current()
    if _kept is not None and _kept[1] == epoch and time.monotonic() - _kept[0] < KEPT_S:
        return _kept[2]
    found = tuple(StretchLoad(*row) for row in _stretches())
    _kept = (time.monotonic(), epoch, found)
    return found


@sum_of("stretches")
def _stretches() -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT leg >> 32, leg & 65535, count(*), count(*) FILTER (WHERE late) FROM ("
            " SELECT unnest(planned_legs[legs_done + 1:]) AS leg,"
            "  expected_arrive_by > committed_arrive_by OR committed_arrive_by < %s AS late"
            " FROM mail_item WHERE in_flight) AS ridden GROUP BY 1, 2",
            [clock.now()],
        )
        rows = cursor.fetchall()
    book, codes = trip_book(), [office.division_code[:4] for office in offices_all()]
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for trip_key, sequence, items, late in rows:
        stops = book.stops.get(trip_key)
        if stops is None or sequence + 1 >= len(stops[0]):
            continue
        ends = codes[stops[0][sequence]], codes[stops[0][sequence + 1]]
        if ends[0] != ends[1]:
            pair = sums[min(ends), max(ends)]
            pair[0] += items
            pair[1] += late
    return [[a, b, items, late] for (a, b), (items, late) in sorted(sums.items())]
