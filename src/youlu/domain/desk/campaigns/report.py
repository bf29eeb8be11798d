"""How far an outreach is, whoever opened it: told by what, not told and why, how fast, until when."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor, actor_names
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.campaigns.pacing import Pace, Work, pace
from youlu.domain.desk.campaigns.running import voice_room
from youlu.domain.desk.campaigns.staffing import Staff, staff_free
from youlu.domain.desk.contacts import OTHER_REASONS, TRIES_MAX
from youlu.domain.desk.models import OPEN_STATES, ContactMode, ContactState, Outreach
from youlu.domain.desk.owing import TELL_WITHIN
from youlu.domain.messages.selectors import wording_names
from youlu.domain.messages.services import quiet_until

POINTS = 120
COUNTED = """
SELECT state, mode, tries, wording_id, count(*), count(*) FILTER (WHERE closed_at > %(since)s AND closed_at <= %(at)s)
FROM desk_contact WHERE outreach_id = %(outreach)s GROUP BY 1, 2, 3, 4"""
OTHERS = """
SELECT a.note, count(DISTINCT c.id) FROM desk_contact c JOIN desk_attempt a ON a.contact_id = c.id
WHERE c.outreach_id = %(outreach)s AND c.state = 'other' AND a.result = 'other' GROUP BY 1"""
CURVE = """
SELECT date_bin(%(step)s::interval, closed_at, %(from)s), count(*) FROM desk_contact
WHERE outreach_id = %(outreach)s AND state = 'told' GROUP BY 1 ORDER BY 1"""
# Of what is to be called by everybody, how much is due before this outreach's own.
AHEAD = """
SELECT count(*) FROM desk_contact WHERE mode = 'voice' AND state IN ('owed', 'claimed', 'unreached', 'scheduled')
AND due_at < %(due)s AND outreach_id <> %(outreach)s"""


class _Row(NamedTuple):
    state: str
    mode: str
    tries: int
    wording_id: uuid.UUID | None
    customers: int
    lately: int


@dataclass(frozen=True)
class Head:
    """The outreach itself. `campaign` is None where a closure opened it."""

    id: uuid.UUID
    closure_id: uuid.UUID | None
    name: str
    opened_at: dt.datetime
    due_at: dt.datetime
    campaign: Campaign | None
    made_by: str

    @property
    def is_live(self) -> bool:
        return self.campaign is None or self.campaign.state == Campaign.State.RUNNING

    @property
    def may_start(self) -> bool:
        return self.campaign is not None and self.campaign.state in (Campaign.State.DRAFT, Campaign.State.STOPPED)


@dataclass(frozen=True)
class Tally:
    """Customers by how they stand. `beyond_share`: held back by the share that may be called."""

    owed: int
    told_message: int
    told_voice: int
    waiting_message: int
    waiting_voice: int
    tried: int  # of those that wait, called in vain so far
    in_hand: int
    held: int
    given_up: int
    moot: int
    other: dict[str, int]  # why -> customers
    by_wording: tuple[tuple[str, int, int], ...]  # code, version, customers
    last_hour: int
    vain_calls: int

    @property
    def told(self) -> int:
        return self.told_message + self.told_voice

    @property
    def waiting(self) -> int:
        return self.waiting_message + self.waiting_voice

    @property
    def whole(self) -> int:
        """Everybody who is, or was, to be told."""
        return self.owed - self.moot


@dataclass(frozen=True)
class Report:
    head: Head
    tally: Tally
    pace: Pace
    staff: Staff
    quiet_until: dt.datetime | None
    curve: tuple[tuple[dt.datetime, int], ...]  # told by then
    voice_left: int
    messages_left: int
    at: dt.datetime


def report_read(*, actor: Actor, outreach_id: uuid.UUID) -> Report:
    """Raises NotFoundError."""
    actor.require("outreach.read")
    outreach = Outreach.objects.select_related("campaign").filter(id=outreach_id).first()
    if outreach is None:
        raise NotFoundError()
    at = clock.now()
    campaign = getattr(outreach, "campaign", None)
    made_by = actor_names([campaign.made_by]).get(campaign.made_by, "") if campaign else ""
    due_at = campaign.due_at if campaign else outreach.opened_at + TELL_WITHIN
    head = Head(outreach.id, outreach.closure_id, outreach.reason, outreach.opened_at, due_at, campaign, made_by)
    tally, staff = tally_read(outreach_id, at), staff_free(at)
    quiet, (found, voice, messages) = quiet_until(at), outlook(head, tally, staff, at)
    curve = _curve(outreach_id, (campaign and campaign.started_at) or outreach.opened_at, at)
    return Report(head, tally, found, staff, quiet if quiet > at else None, curve, voice, messages, at)


def tally_read(outreach_id: uuid.UUID, at: dt.datetime) -> Tally:
    """Counts of one outreach, out of one index."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"outreach": outreach_id, "at": at, "since": at - dt.timedelta(hours=1)}
        cursor.execute(COUNTED, values)
        rows = [_Row(*row) for row in cursor.fetchall()]
        other: dict[str, int] = {}
        if any(row.state == ContactState.OTHER for row in rows):
            cursor.execute(OTHERS, values)
            other = {OTHER_REASONS.get(note, note): n for note, n in cursor.fetchall()}
    return _tally(rows, other)


def _tally(rows: Sequence[_Row], other: dict[str, int]) -> Tally:
    def number(states: Iterable[str], mode: str = "") -> int:
        wanted = set(states)
        return sum(row.customers for row in rows if row.state in wanted and mode in ("", row.mode))

    told = [row for row in rows if row.state == ContactState.TOLD]
    versions: Counter[uuid.UUID] = Counter()
    for row in told:
        if row.wording_id is not None:
            versions[row.wording_id] += row.customers
    names = wording_names(versions) if versions else {}
    return Tally(
        owed=sum(row.customers for row in rows), told_message=number([ContactState.TOLD], ContactMode.MESSAGE),
        told_voice=number([ContactState.TOLD], ContactMode.VOICE),
        waiting_message=number(OPEN_STATES, ContactMode.MESSAGE), waiting_voice=number(OPEN_STATES, ContactMode.VOICE),
        tried=sum(row.customers for row in rows if row.state in OPEN_STATES and row.tries),
        in_hand=number([ContactState.CLAIMED]), held=number([ContactState.HELD]),
        given_up=number([ContactState.GIVEN_UP]), moot=number([ContactState.MOOT]), other=other,
        by_wording=tuple(sorted((*names[key], n) for key, n in versions.items() if key in names)),
        last_hour=sum(row.lately for row in told),
        vain_calls=sum(row.tries * row.customers for row in rows if row.mode == ContactMode.VOICE))


def outlook(head: Head, tally: Tally, staff: Staff, at: dt.datetime) -> tuple[Pace, int, int]:
    """(when it is done with the people there are, customers to call, messages to send); of a draft, were it started
    now."""
    voice, messages, ahead = tally.waiting_voice, tally.waiting_message, 0
    if head.may_start:
        voice, messages = _held_split(head, voice, messages)
    if voice:
        with connection.cursor() as cursor:
            cursor.execute(AHEAD, {"due": head.due_at, "outreach": head.id})
            (ahead,) = cursor.fetchone()
    work = work_of(staff, voice, messages, ahead, at, reached=tally.told_voice,
                   tried=tally.told_voice + tally.vain_calls)
    return pace(staff.slots, work, due_at=head.due_at), voice, messages


def ahead_of(report: Report) -> tuple[tuple[dt.datetime, int], ...]:
    """Told by then, as it is reckoned from now on: the messages first, then call after call."""
    told = report.tally.told + report.messages_left
    points = [(report.at, report.tally.told)]
    if report.messages_left:
        points.append((max(report.quiet_until or report.at, report.at), report.tally.told))
        points.append((points[-1][0] + dt.timedelta(seconds=report.messages_left / report.staff.figures[
            "messages_per_s"]), told))
    for at, share in report.pace.curve if report.voice_left else ():
        if at >= points[-1][0]:
            points.append((at, told + round(share * report.voice_left)))
    return tuple(points)


def plan_of(report: Report) -> list[tuple[str, int]]:
    """What a campaign keeps when it starts, to be held against what happens."""
    points = ahead_of(report)
    step = max(len(points) // POINTS, 1)
    return [(at.isoformat(), told) for at, told in (*points[:-1:step], points[-1])]


def work_of(
    staff: Staff, voice: int, messages: int, ahead: int, at: dt.datetime, *, reached: int = 0, tried: int = 0
) -> Work:
    figures = staff.figures
    return Work(voice, ahead, messages, quiet_until(at), figures["messages_per_s"], figures["contact_service_s"],
                TRIES_MAX, figures["contact_reach_share"], reached, tried)


def _held_split(head: Head, voice: int, messages: int) -> tuple[int, int]:
    """What starting would let out: (to call, to send)."""
    assert head.campaign is not None  # noqa: S101
    with connection.cursor() as cursor:
        cursor.execute("SELECT mode, count(*) FROM desk_contact WHERE outreach_id = %s AND state = 'held' GROUP BY 1",
                       [head.id])
        held = dict(cursor.fetchall())
    return voice + min(held.get("voice", 0), voice_room(head.campaign)), messages + held.get("message", 0)


def _curve(outreach_id: uuid.UUID, start_at: dt.datetime, at: dt.datetime) -> tuple[tuple[dt.datetime, int], ...]:
    """Told by then, since the beginning, in some hundred steps."""
    step = max((at - start_at) / POINTS, dt.timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute(CURVE, {"outreach": outreach_id, "from": start_at, "step": str(step)})
        bins = cursor.fetchall()
    points, told = [(start_at, 0)], 0
    for begin, n in bins:
        told += n
        points.append((min(max(begin + step, start_at), at), told))
    return (*points, (at, told))
