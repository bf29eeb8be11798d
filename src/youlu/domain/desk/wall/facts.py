"""What the wall shows, in ten questions whatever the number of orders, customers and people."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, Q, Value, When

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.campaigns.pacing import Pace, pace
from youlu.domain.desk.campaigns.report import work_of
from youlu.domain.desk.campaigns.staffing import Staff, staff_free
from youlu.domain.desk.models import Outreach
from youlu.domain.desk.owing import TELL_WITHIN
from youlu.domain.desk.phone.reading import CallCounts, call_counts
from youlu.domain.workforce.models import Demand
from youlu.domain.workforce.selectors import HalfHour, agents_all, arrivals_of_day

OUTREACHES = 12
DUE = ("very_late", "late", "hour", "four", "day", "later", "paused")
ALERTS_MAX = 1_000
# Not closed by how long until due, opened and called since midnight by half hour, unseen alerts: each by its own index.
ORDERS = """
SELECT 'due', CASE WHEN paused_at IS NOT NULL THEN 'paused' WHEN due_at < %(now)s - interval '4 hours' THEN 'very_late'
    WHEN due_at < %(now)s THEN 'late' WHEN due_at < %(now)s + interval '1 hour' THEN 'hour'
    WHEN due_at < %(now)s + interval '4 hours' THEN 'four' WHEN due_at < %(now)s + interval '24 hours' THEN 'day'
    ELSE 'later' END, state = 'open', count(*) FROM desk_workorder WHERE state <> 'closed' GROUP BY 2, 3
UNION ALL
SELECT 'opened', floor(extract(epoch FROM opened_at - %(from)s) / 1800)::int::text, false, count(*)
FROM desk_workorder WHERE opened_at >= %(from)s AND opened_at <= %(now)s GROUP BY 2
UNION ALL
SELECT 'called', floor(extract(epoch FROM begun_at - %(from)s) / 1800)::int::text, false, count(*)
FROM desk_call WHERE begun_at >= %(from)s AND begun_at <= %(now)s AND direction = 'in' GROUP BY 2
UNION ALL
SELECT 'alerts', '', false, count(*) FROM (SELECT FROM desk_orderalert WHERE seen_at IS NULL LIMIT %(most)s) unseen"""
COUNTED = """
SELECT outreach_id, mode, state, count(*), sum(tries) FROM desk_contact WHERE outreach_id = ANY(%s) GROUP BY 1, 2, 3"""
OPEN = ("owed", "claimed", "unreached", "scheduled")


@dataclass(frozen=True)
class Seats:
    """People of one site: taking work, and not (a break, another duty)."""

    site: str
    taking: int
    paused: int


@dataclass(frozen=True)
class Going:
    """An outreach under way, or stopped. `why` only where it stands still."""

    id: uuid.UUID
    name: str
    due_at: dt.datetime
    told: int
    whole: int
    waiting_message: int
    waiting_voice: int
    state: str
    why: str
    pace: Pace


@dataclass(frozen=True)
class Arrivals:
    """A channel today, by half hour since midnight: foreseen, and come so far (None: nobody counts it)."""

    channel: str
    expected: tuple[float, ...]
    came: tuple[float, ...] | None


@dataclass(frozen=True)
class Wall:
    at: dt.datetime
    due: dict[str, int]
    waiting: int  # orders that nobody has taken
    taken: int
    alerts: int
    calls: CallCounts | None  # None: no exchange tells of any
    seats: tuple[Seats, ...]
    arrivals: tuple[Arrivals, ...]
    outreaches: tuple[Going, ...]

    @property
    def late(self) -> int:
        return self.due["late"] + self.due["very_late"]


def wall_read(*, actor: Actor) -> Wall:
    """As of now."""
    actor.require("desk.wall")
    at = clock.now()
    since = clock.midnight(clock.local(at).date())
    found, calls = _counted(at, since), call_counts()
    return Wall(at, found.due, found.states[True], found.states[False], found.alerts,
                calls if calls.came or calls.waiting or calls.promised else None, _seats(),
                _arrivals(at, since, found.opened, found.called), _outreaches(at))


class _Counted(NamedTuple):
    due: dict[str, int]
    states: Counter[bool]  # whether nobody has taken it
    opened: dict[int, int]  # half hour -> orders
    called: dict[int, int]
    alerts: int


def _counted(at: dt.datetime, since: dt.datetime) -> _Counted:
    due, states, alerts = dict.fromkeys(DUE, 0), Counter[bool](), 0
    by_half_hour: dict[str, dict[int, int]] = {"opened": {}, "called": {}}
    with connection.cursor() as cursor:
        cursor.execute(ORDERS, {"now": at, "from": since, "most": ALERTS_MAX})
        for what, key, is_open, number in cursor.fetchall():
            if what == "due":
                due[key] += number
                states[is_open] += number
            elif what in by_half_hour:
                by_half_hour[what][int(key)] = number
            else:
                alerts = number
    return _Counted(due, states, by_half_hour["opened"], by_half_hour["called"], alerts)


def _seats() -> tuple[Seats, ...]:
    found = Counter((row.site, row.is_taking) for row in agents_all())
    return tuple(Seats(site, found[site, True], found[site, False]) for site in ("on_site", "at_home", "out"))


def _arrivals(
    at: dt.datetime, since: dt.datetime, opened: Mapping[int, int], called: Mapping[int, int]
) -> tuple[Arrivals, ...]:
    """Calls where an exchange tells of them, or somebody wrote down how many came; orders always."""
    rows: dict[str, dict[int, HalfHour]] = defaultdict(dict)
    for row in arrivals_of_day(since):
        rows[row.channel][row.nth] = row
    now_nth = int((at - since).total_seconds() // 1800)
    found = []
    for channel in (Demand.Channel.CALL, Demand.Channel.ORDER):
        of = rows[channel]
        expected = tuple(of[nth].expected if nth in of else 0.0 for nth in range(48))
        heard = opened if channel == Demand.Channel.ORDER else called
        if channel == Demand.Channel.ORDER or called:
            came: tuple[float, ...] | None = tuple(float(heard.get(nth, 0)) for nth in range(now_nth + 1))
        else:
            is_counted = any(row.came is not None for row in of.values())
            counted = tuple((of[nth].came or 0.0) if nth in of else 0.0 for nth in range(now_nth + 1))
            came = counted if is_counted else None
        if came is not None or any(expected):
            found.append(Arrivals(channel, expected, came))
    return tuple(found)


def _outreaches(at: dt.datetime) -> tuple[Going, ...]:
    """What a supervisor opened and has not ended first, then the newest closures' that still wait; due first."""
    ours = Q(campaign__state__in=(Campaign.State.RUNNING, Campaign.State.STOPPED))
    rows = list(Outreach.objects.select_related("campaign").filter(ours | Q(closure_id__isnull=False)).order_by(
        Case(When(ours, then=Value(0)), default=Value(1)), "-opened_at")[:OUTREACHES])
    if not rows:
        return ()
    counts: dict[uuid.UUID, Counter[tuple[str, str]]] = defaultdict(Counter)
    tries: Counter[uuid.UUID] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [[row.id for row in rows]])
        for outreach_id, mode, state, number, tried in cursor.fetchall():
            counts[outreach_id][mode, state] = number
            tries[outreach_id] += tried if mode == "voice" else 0
    staff, ahead, found = staff_free(at), 0, []
    for row in sorted(rows, key=_due):
        going = _going(row, counts[row.id], tries[row.id], staff, ahead, at)
        ahead += going.waiting_voice
        if going.waiting_message + going.waiting_voice or going.state == Campaign.State.STOPPED:
            found.append(going)
    return tuple(found)


def _due(row: Outreach) -> dt.datetime:
    campaign = getattr(row, "campaign", None)
    return campaign.due_at if campaign else row.opened_at + TELL_WITHIN


def _going(
    row: Outreach, counts: Counter[tuple[str, str]], tries: int, staff: Staff, ahead: int, at: dt.datetime
) -> Going:
    campaign = getattr(row, "campaign", None)
    message, voice = (sum(counts[mode, state] for state in OPEN) for mode in ("message", "voice"))
    spoken, whole = counts["voice", "told"], sum(n for (_, state), n in counts.items() if state != "moot")
    work = work_of(staff, voice, message, ahead if voice else 0, at, reached=spoken, tried=spoken + tries)
    return Going(row.id, row.reason, _due(row), spoken + counts["message", "told"], whole, message, voice,
                 campaign.state if campaign else "", campaign.why if campaign else "",
                 pace(staff.slots, work, due_at=_due(row)))
