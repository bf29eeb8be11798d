"""What a roster is made from, read once: people, contracts, leave, wishes, hours, sites, kinds, what is in force."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q

from youlu.core import clock
from youlu.domain.workforce.models import (
    Agent,
    Availability,
    Basis,
    Contract,
    Leave,
    Presence,
    RosterShift,
    ShiftKind,
    Site,
    StaffNeed,
    Wish,
)

UNAVAILABLE = "unavailable"
IN_ROW = dt.timedelta(days=8)  # seven days worked in a row, and the rest that ends them
BOUND = (Presence.Reason.LOCKED_DOWN, Presence.Reason.DUTY)  # stays where it is said, until somebody says otherwise


@dataclass(frozen=True)
class HeldShift:
    """A shift in force. `paid_min` is without its break."""

    agent_id: uuid.UUID
    work_date: dt.date
    kind: str
    start_at: dt.datetime
    end_at: dt.datetime
    site: str
    paid_min: int
    roster_id: uuid.UUID


@dataclass(frozen=True)
class Wanted:
    """People wanted in the half hour from `start_at`, by channel and skill ("": anybody)."""

    start_at: dt.datetime
    channel: str
    people: float
    skill: str = ""


@dataclass(frozen=True)
class Facts:
    """Rows by agent; `site` is where each usually is; `bound`: since when, and where, somebody cannot leave."""

    start_date: dt.date
    days: int
    agents: tuple[Agent, ...]
    names: dict[uuid.UUID, str]
    contracts: dict[uuid.UUID, Contract]
    site: dict[uuid.UUID, str]
    bound: dict[uuid.UUID, tuple[dt.datetime, str]]
    leave: dict[uuid.UUID, list[Leave]]
    wishes: dict[uuid.UUID, list[Wish]]
    hours: dict[uuid.UUID, list[Availability]]
    kinds: tuple[ShiftKind, ...]
    before: dict[uuid.UUID, list[HeldShift]]  # in force before the first day, oldest first
    after: dict[uuid.UUID, list[HeldShift]]  # in force after the last, likewise

    @property
    def start_at(self) -> dt.datetime:
        return clock.midnight(self.start_date)

    @property
    def end_at(self) -> dt.datetime:
        return clock.midnight(self.start_date + dt.timedelta(days=self.days))


def facts_read(start_date: dt.date, days: int) -> Facts:
    """Everything of the period in a handful of queries."""
    start_at, end_at = clock.midnight(start_date), clock.midnight(start_date + dt.timedelta(days=days))
    agents = tuple(Agent.objects.filter(is_active=True).select_related("user").order_by("staff_no"))
    kept = {row.agent_id: row for row in Contract.objects.filter(agent__in=agents)}
    contracts = {agent.id: kept.get(agent.id) or Contract(agent=agent) for agent in agents}
    leave = Leave.objects.filter(state=Leave.State.GRANTED, end_at__gt=start_at, start_at__lt=end_at)
    wishes = Wish.objects.filter(work_date__gte=start_date, work_date__lt=start_date + dt.timedelta(days=days))
    first, last = _looked_at(start_date, days, contracts.values())
    before, after = shifts_held(clock.midnight(first), start_at), shifts_held(end_at, clock.midnight(last))
    usual = {agent_id: str(contract.usual_site) for agent_id, contract in contracts.items()}
    return Facts(
        start_date, days, agents, {a.id: a.user.display_name or a.user.username for a in agents}, contracts, usual,
        _bound(), _by_agent(leave.order_by("start_at")), _by_agent(wishes.order_by("work_date")),
        _by_agent(Availability.objects.order_by("weekday", "start_min")),
        tuple(ShiftKind.objects.filter(is_used=True).order_by("start_min", "code")),
        _by_agent(before), _by_agent(after))


def shifts_held(start_at: dt.datetime, end_at: dt.datetime, *, agent_id: uuid.UUID | None = None) -> list[HeldShift]:
    """Shifts in force that start in the span, oldest first: of each roster those that start while it holds. Of
    everybody, or of `agent_id`."""
    rows = RosterShift.objects.filter(
        roster__rosterhold__start_at__lte=F("start_at"), roster__rosterhold__end_at__gt=F("start_at"),
        start_at__gte=start_at, start_at__lt=end_at, **({"agent_id": agent_id} if agent_id else {}))
    return [held_shift(row) for row in rows.select_related("kind").order_by("start_at", "agent__staff_no")]


def held_shift(row: RosterShift) -> HeldShift:
    paid = int((row.end_at - row.start_at).total_seconds() // 60) - row.kind.break_min
    return HeldShift(row.agent_id, row.work_date, row.kind_id, row.start_at, row.end_at, row.site, paid, row.roster_id)


def wanted_read(start_date: dt.date, days: int) -> tuple[Wanted, ...]:
    """What the forecast, or a person, says is needed in the period."""
    rows = StaffNeed.objects.filter(
        start_at__gte=clock.midnight(start_date), start_at__lt=clock.midnight(start_date + dt.timedelta(days=days)))
    return tuple(Wanted(row.start_at, row.channel, row.people, row.skill)
                 for row in rows.order_by("start_at", "channel"))


def period_start(day: dt.date, period: str) -> dt.date:
    """First day of the month, quarter or year around `day`."""
    month = {Contract.Period.MONTH: day.month, Contract.Period.QUARTER: 3 * ((day.month - 1) // 3) + 1}.get(
        Contract.Period(period), 1)
    return day.replace(month=month, day=1)


def period_end(day: dt.date, period: str) -> dt.date:
    """The day after the month, quarter or year around `day`."""
    first = period_start(day, period)
    months = {Contract.Period.MONTH: 1, Contract.Period.QUARTER: 3}.get(Contract.Period(period), 12)
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def _looked_at(start_date: dt.date, days: int, contracts: Iterable[Contract]) -> tuple[dt.date, dt.date]:
    """First day, and the day after the last, that the law's sums of the period reach: whole weeks of its months, seven
    days in a row on either side, and running schemes."""
    month, last_sunday = start_date.replace(day=1), start_date + dt.timedelta(days=days - 1)
    last_sunday += dt.timedelta(days=6 - last_sunday.weekday())
    first = min(start_date - IN_ROW, month - dt.timedelta(days=month.weekday()))
    last = max(start_date + dt.timedelta(days=days) + IN_ROW, period_end(last_sunday, Contract.Period.MONTH))
    schemes = [row.scheme_period for row in contracts if row.basis == Basis.COMPREHENSIVE]
    return (min([first, *(period_start(start_date, scheme) for scheme in schemes)]),
            max([last, *(period_end(last_sunday, scheme) for scheme in schemes)]))


def _bound() -> dict[uuid.UUID, tuple[dt.datetime, str]]:
    """Whom a closure or a duty binds to where they are, or an illness keeps away, until somebody says otherwise."""
    open_ = Presence.objects.filter(Q(reason__in=BOUND) | Q(reason=Presence.Reason.ILL), until=None)
    return {row.agent_id: (row.since, UNAVAILABLE if row.reason == Presence.Reason.ILL or row.site == Site.OUT
                           else row.site) for row in open_}


def _by_agent(rows: Iterable) -> dict[uuid.UUID, list]:
    found: dict[uuid.UUID, list] = defaultdict(list)
    for row in rows:
        found[row.agent_id].append(row)
    return found
