"""Half hours that are over and what came in them: counted by the desk, or sent as a file of what was before Youlu."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext, gettext_noop

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.errors import ChannelError, HistoryFileError, HistoryHeadError
from youlu.domain.workforce.models import Arrival, ArrivalCount, Demand

if TYPE_CHECKING:
    from youlu.engines.queueing.forecast import HistoryError, HistoryRow

HALF_HOUR = dt.timedelta(minutes=30)
DESK = "desk"  # the source of what the desk counted
LINES_MOST = 500_000  # 28 years of half hours
FAULTS_SHOWN = 200
BACK = dt.timedelta(days=3_660)  # older is of no use, and mostly a wrong century
SLICE = 5_000
N = gettext_noop
FAULT_WORDS = {
    "instant": N("“{value}”不是日期和时间，写成2022-07-29 17:00"),
    "count": N("“{value}”不是来量，写0或更大的数"),
    "twice": N("{value}前面有过，删掉一行"),
    "line": N("这一行读不下去，可能缺一个引号"),
    "day": N("{value}没有写几点；要每半小时一行"),
    "ahead": N("{value}这个半小时还没过完"),
    "old": N("{value}太早了，只收近十年的"),
}
COUNTED_SQL = """
INSERT INTO workforce_arrival (channel, start_at, count, source)
SELECT %(channel)s, start_at, count, %(source)s FROM unnest(%(starts)s::timestamptz[], %(counts)s::float8[])
  AS counted (start_at, count)
ON CONFLICT (channel, start_at) DO UPDATE SET count = excluded.count WHERE workforce_arrival.source = %(source)s
"""


@dataclass(frozen=True)
class LineLeft:
    """A line of a file that was not used: `what` is a key of FAULT_WORDS."""

    line: int
    what: str
    value: str

    @property
    def sentence(self) -> str:
        return gettext("第{line}行：{what}。").format(
            line=self.line, what=gettext(FAULT_WORDS[self.what]).format(value=self.value[:40]))


@dataclass(frozen=True)
class HistoryTaken:
    """What became of a file: half hours kept from the first to the last, lines left out (the first of them named)."""

    channel: str
    lines: int
    half_hours: int
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    left: int
    faults: tuple[LineLeft, ...]


@dataclass(frozen=True)
class HistoryKnown:
    """What is known of a channel's past. `counted`: half hours that the desk counted itself."""

    channel: str
    half_hours: int
    counted: int
    first_at: dt.datetime
    last_at: dt.datetime

    @property
    def channel_label(self) -> str:
        return str(Demand.Channel(self.channel).label)


def arrivals_add(rows: Iterable[tuple[str, dt.datetime, float]], *, source: str = "") -> int:
    """Keep what came: (channel, start of the half hour, count); what is known of a half hour is overwritten."""
    left, done = iter(rows), 0
    with transaction.atomic():
        while part := list(islice(left, SLICE)):
            Arrival.objects.bulk_create(
                [Arrival(channel=channel, start_at=at, count=count, source=source) for channel, at, count in part],
                update_conflicts=True, unique_fields=["channel", "start_at"], update_fields=["count", "source"])
            done += len(part)
    return done


def history_take(*, actor: Actor, channel: str, lines: Iterable[str]) -> HistoryTaken:
    """Keep a CSV of what came: an instant and a count a line, added up by half hour; the file wins over what is known.

    A line that cannot be used is named, and its half hour left as it was; the others are kept.

    Raises
    ------
    ChannelError, HistoryHeadError : no such channel, no such columns. HistoryFileError : no line, or too many.
    """
    actor.require("workforce.roster")
    if channel not in Demand.Channel.values:
        raise ChannelError()
    read = _Reading(clock.now())
    for row in _rows(lines):
        read.take(row)
    if not read.lines:
        raise HistoryFileError(most=LINES_MOST)
    kept = sorted(read.counts.keys() - read.spoilt)
    with transaction.atomic():
        arrivals_add(((channel, at, read.counts[at]) for at in kept), source=actor.id)
        audit_record(actor=actor.id, action="history.take", object_type="channel", object_id=channel,
                     half_hours=len(kept), left=read.left)
    return HistoryTaken(channel, read.lines, len(kept), kept[0] if kept else None, kept[-1] if kept else None,
                        read.left, tuple(read.faults))


def history_known() -> tuple[HistoryKnown, ...]:
    """The channels of which something is known, in one question."""
    rows = Arrival.objects.values("channel").order_by("channel").annotate(
        n=Count("id"), first=Min("start_at"), last=Max("start_at"), counted=Count("id", filter=Q(source=DESK)))
    return tuple(HistoryKnown(row["channel"], row["n"], row["counted"], row["first"], row["last"]) for row in rows)


def count_begin(channel: str) -> dt.datetime | None:
    """Until when a channel is counted; None: nothing came yet. Holds the channel until the caller's transaction ends:
    a second worker waits here."""
    ArrivalCount.objects.get_or_create(channel=channel)
    return ArrivalCount.objects.select_for_update().get(channel=channel).until_at


def count_end(channel: str, starts: Sequence[dt.datetime], counts: Mapping[dt.datetime, int], *,
              until_at: dt.datetime) -> None:
    """Keep every half hour of `starts`, also those in which nothing came; all before `until_at` are counted."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED_SQL, {"channel": channel, "source": DESK, "starts": list(starts),
                                     "counts": [float(counts.get(at, 0)) for at in starts]})
    ArrivalCount.objects.filter(channel=channel).update(until_at=until_at)


def half_hour_of(at: dt.datetime) -> dt.datetime:
    """The begin of the half hour around an instant."""
    local = clock.local(at)
    return local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)


@dataclass
class _Reading:
    """A file as it is read, line by line: sums by half hour, and the half hours that a line left out would have had."""

    now: dt.datetime
    lines: int = 0
    left: int = 0
    counts: dict[dt.datetime, float] = field(default_factory=dict)
    spoilt: set[dt.datetime] = field(default_factory=set)
    faults: list[LineLeft] = field(default_factory=list)
    seen: set[dt.datetime] = field(default_factory=set)

    def take(self, row: HistoryRow | HistoryError) -> None:
        self.lines += 1
        if self.lines > LINES_MOST:
            raise HistoryFileError(most=LINES_MOST)
        if isinstance(row, ValueError):
            if row.at is not None:
                self.spoilt.add(half_hour_of(row.at.replace(tzinfo=clock.SHANGHAI)))
            self._leave(row.line, row.what, row.value)
            return
        at = row.at.replace(tzinfo=clock.SHANGHAI)
        half_hour = half_hour_of(at)
        what = self._wrong(row, half_hour)
        if what:
            if what == "twice":
                self.spoilt.add(half_hour)
            self._leave(row.line, what, f"{row.at:%Y-%m-%d}" if what == "day" else f"{row.at:%Y-%m-%d %H:%M}")
            return
        self.seen.add(at)
        self.counts[half_hour] = self.counts.get(half_hour, 0.0) + row.count

    def _wrong(self, row: HistoryRow, half_hour: dt.datetime) -> str:
        if not row.has_time:
            return "day"
        if half_hour < self.now - BACK:
            return "old"
        if half_hour + HALF_HOUR > self.now:
            return "ahead"
        return "twice" if row.at.replace(tzinfo=clock.SHANGHAI) in self.seen else ""

    def _leave(self, line: int, what: str, value: str) -> None:
        self.left += 1
        if len(self.faults) < FAULTS_SHOWN:
            self.faults.append(LineLeft(line, what, value))


def _rows(lines: Iterable[str]) -> Iterator[HistoryRow | HistoryError]:
    from youlu.engines.queueing.forecast import HistoryError, history_rows  # scipy's statistics, only where they serve

    try:
        yield from history_rows(lines)
    except HistoryError as error:
        raise HistoryHeadError(found=error.value or "–") from error

