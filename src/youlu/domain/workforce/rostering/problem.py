"""The engine's problem of a period, and the way back from its assignments to shifts at a desk."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from youlu.core import clock
from youlu.domain.promise.holidays import Almanac
from youlu.domain.workforce.errors import (
    BasisError,
    NobodyError,
    NoShiftKindError,
    PeriodError,
    SkillMissingError,
)
from youlu.domain.workforce.models import Activity, Agent, Basis, Contract, Leave, ShiftKind, Site, StaffNeed
from youlu.domain.workforce.rostering.carry import ahead_of, carry_of
from youlu.domain.workforce.rostering.facts import (
    UNAVAILABLE,
    Facts,
    HeldShift,
    Wanted,
    facts_read,
    period_end,
    shifts_held,
    wanted_read,
)
from youlu.domain.workforce.rostering.law import PRICES, rules_of
from youlu.engines.calendar import day_of_date
from youlu.engines.roster import Assignment, Need, Person, Problem, Shift, Span, Stay
from youlu.engines.roster import Wish as EngineWish

DAYS_MOST = 62
HALF_HOUR_MIN = 30
DAY_MIN = 1440
Channel = StaffNeed.Channel
# Orders and contacts are one pile: whoever works written shifts does both.
ACTIVITY = {Channel.CALL: Activity.QUEUE, Channel.ORDER: Activity.WRITTEN, Channel.CONTACT: Activity.WRITTEN,
            Channel.NIGHT: Activity.NIGHT_DUTY}
MOVED = "@"  # a kind of shift at other hours than its own is named early@510+480: minute of the day, and length


@dataclass(frozen=True)
class ShiftPlan:
    """A shift as a roster keeps it."""

    agent_id: uuid.UUID
    work_date: dt.date
    kind: str
    start_at: dt.datetime
    end_at: dt.datetime
    site: str


@dataclass(frozen=True)
class RosterInput:
    """A problem for `engines.roster`, pure data, and what leads back from it.

    Attributes
    ----------
    agents : agent by the problem's name of the person (the staff number). `names`: what people call them.
    sites : where each was taken to be (on_site, at_home, unavailable), by agent; in `since`, from when on, if it is
        not for the whole period: `usual` says where they are before.
    left_out : staff numbers of those without any skill: no need could count them.
    """

    problem: Problem
    basis: str
    agents: Mapping[str, uuid.UUID]
    names: Mapping[str, str]
    sites: Mapping[uuid.UUID, str]
    kinds: Mapping[str, ShiftKind]
    left_out: tuple[str, ...] = ()
    since: Mapping[uuid.UUID, dt.datetime] = field(default_factory=dict)
    usual: Mapping[uuid.UUID, str] = field(default_factory=dict)

    def site_at(self, agent_id: uuid.UUID, at: dt.datetime) -> str:
        """Where somebody is taken to be at an instant."""
        since = self.since.get(agent_id)
        if since is not None and at < since:
            return self.usual[agent_id]
        return self.sites.get(agent_id, UNAVAILABLE)

    def shifts_of(self, assignments: Iterable[Assignment]) -> tuple[ShiftPlan, ...]:
        """Shifts at the desk, by day and staff number."""
        shifts = {shift.name: shift for shift in self.problem.shifts}
        plans = []
        for one in sorted(assignments):
            agent_id, day = self.agents[one.person], self.problem.date_of(one.day)
            start_at = clock.midnight(day) + dt.timedelta(minutes=shifts[one.shift].start_min)
            site = Site.AT_HOME if self.site_at(agent_id, start_at) == Site.AT_HOME else Site.ON_SITE
            plans.append(ShiftPlan(agent_id, day, one.shift.partition(MOVED)[0], start_at,
                                   start_at + dt.timedelta(minutes=shifts[one.shift].length_min), site.value))
        return tuple(plans)

    def assignments_of(self, plans: Iterable[ShiftPlan]) -> tuple[Assignment, ...]:
        """The engine's words for shifts; those of people who are not in the problem are left out."""
        people = {agent_id: name for name, agent_id in self.agents.items()}
        return tuple(sorted(
            Assignment((plan.work_date - self.problem.start).days, people[plan.agent_id], shift_name(plan, self.kinds))
            for plan in plans if plan.agent_id in people))


def roster_problem(
    *, start_date: dt.date, days: int, sites_override: Mapping[uuid.UUID, str | None] | None = None,
    basis: str = Basis.STANDARD, needs: Sequence[Wanted] | None = None, plans: Sequence[ShiftPlan] = (),
    must_cover: bool = False,
) -> RosterInput:
    """Read the period's facts and write them in the engine's words.

    Parameters
    ----------
    sites_override : where to take people to be, against contract and presence; None: not to be had.
    needs : people wanted; None: as forecast or set. Half hours outside the period are passed over.
    plans : shifts that are to be said in these words too: moved ones become kinds of their own.
    must_cover : whole people wanted must be there; without it being short has its price.

    Raises
    ------
    PeriodError, BasisError, NobodyError, NoShiftKindError, SkillMissingError
    """
    if not 1 <= days <= DAYS_MOST:
        raise PeriodError(days=DAYS_MOST)
    if basis not in Basis.values:
        raise BasisError()
    facts = facts_read(start_date, days)
    said = {key: _site(value) for key, value in (sites_override or {}).items()}
    bound = {key: value for key, value in facts.bound.items() if key not in said}
    sites = facts.site | {key: site for key, (_, site) in bound.items()} | said
    since = {key: at for key, (at, _) in bound.items() if at > facts.start_at}
    able = [agent for agent in facts.agents if agent.skills]
    people = tuple(_person(facts, agent, sites[agent.id], since.get(agent.id), basis) for agent in able)
    if not people:
        raise NobodyError()
    wanted = _needs(facts, wanted_read(start_date, days) if needs is None else needs,
                    must_cover)
    _meetable(facts, people, wanted)
    shifts = (*(_shift(kind) for kind in facts.kinds), *_moved(facts, plans))
    kinds = {kind.code: kind for kind in (*facts.kinds, *_unused(facts, plans))}
    week_most = {agent.staff_no: most for agent in able
                 if (most := facts.contracts[agent.id].week_most_min) is not None}
    problem = Problem(start_date, days, shifts, people, wanted, rules_of(facts.kinds, days, week_most),
                      _holidays(start_date, days), name="desk")
    agents = {agent.staff_no: agent.id for agent in able}
    return RosterInput(
        problem, basis, agents, {agent.staff_no: facts.names[agent.id] for agent in able}, sites, kinds,
        tuple(agent.staff_no for agent in facts.agents if not agent.skills), since, facts.site)


def plans_held(start_date: dt.date, days: int) -> tuple[ShiftPlan, ...]:
    """The shifts in force of a period."""
    held = shifts_held(clock.midnight(start_date), clock.midnight(start_date + dt.timedelta(days=days)))
    return tuple(plan_of(shift) for shift in held)


def plans_settled(
    start_date: dt.date, days: int, from_at: dt.datetime | None, beside: Collection[uuid.UUID] = (),
) -> tuple[ShiftPlan, ...]:
    """The shifts in force of a period that a roster of it leaves alone: those that begin before `from_at`, and those of
    the rosters `beside` it."""
    if from_at is None and not beside:
        return ()
    held = shifts_held(clock.midnight(start_date), clock.midnight(start_date + dt.timedelta(days=days)))
    return tuple(plan_of(shift) for shift in held
                 if shift.roster_id in beside or (from_at is not None and shift.start_at < from_at))


def shift_name(plan: ShiftPlan, kinds: Mapping[str, ShiftKind]) -> str:
    """The kind's code, with its hours if those are not the kind's own."""
    start_min, length_min = _minute(plan.start_at, clock.midnight(plan.work_date)), _minute(plan.end_at, plan.start_at)
    kind = kinds.get(plan.kind)
    is_own = kind is not None and (kind.start_min, kind.length_min) == (start_min, length_min)
    return plan.kind if is_own else f"{plan.kind}{MOVED}{start_min}+{length_min}"


def plan_of(shift: HeldShift) -> ShiftPlan:
    """A shift in force as a roster keeps it."""
    return ShiftPlan(shift.agent_id, shift.work_date, shift.kind, shift.start_at, shift.end_at, shift.site)


def _site(said: str | None) -> str:
    return said if said in (Site.ON_SITE, Site.AT_HOME) else UNAVAILABLE


def _minute(at: dt.datetime, midnight: dt.datetime) -> int:
    return int((at - midnight).total_seconds() // 60)


def _shift(kind: ShiftKind, hours: str = "") -> Shift:
    """The kind, or the kind at other `hours` ("510+480"); who leaves before the break has none."""
    start_min, length_min = (int(part) for part in hours.split("+")) if hours else (kind.start_min, kind.length_min)
    has_break = kind.break_at_min + kind.break_min <= length_min
    return Shift(
        f"{kind.code}{MOVED}{hours}" if hours else kind.code, start_min, length_min,
        break_at_min=kind.break_at_min if has_break else 0, break_min=kind.break_min if has_break else 0,
        activity=kind.activity,
        sites=frozenset(kind.sites), skills=frozenset(kind.skills),
        serves=None if kind.serves is None else frozenset(kind.serves))


def _unused(facts: Facts, plans: Sequence[ShiftPlan]) -> list[ShiftKind]:
    """Kinds that shifts still name though nobody makes new ones of them."""
    gone = {plan.kind for plan in plans} - {kind.code for kind in facts.kinds}
    return list(ShiftKind.objects.filter(code__in=gone)) if gone else []


def _moved(facts: Facts, plans: Sequence[ShiftPlan]) -> list[Shift]:
    kinds = {kind.code: kind for kind in (*facts.kinds, *_unused(facts, plans))}
    used = {kind.code for kind in facts.kinds}
    names = {shift_name(plan, kinds) for plan in plans if plan.kind in kinds} - used
    found = []
    for name in sorted(names):
        code, _, hours = name.partition(MOVED)
        found.append(_shift(kinds[code], hours))
    return found


def _person(facts: Facts, agent: Agent, site: str, since: dt.datetime | None, basis: str) -> Person:
    contract = facts.contracts[agent.id]
    own = contract.basis if basis != Basis.EMERGENCY else Basis.EMERGENCY
    if basis == Basis.STANDARD or (own == Basis.COMPREHENSIVE and contract.scheme_min is None):
        own = Basis.STANDARD
    leave = facts.leave.get(agent.id, [])
    stays = () if since is None else (Stay(Span(_minute(since, facts.start_at), (facts.days + 1) * DAY_MIN), site),)
    return Person(
        agent.staff_no, frozenset(agent.skills), site=site if since is None else facts.site[agent.id], stays=stays,
        leave=tuple(_leave(facts, row) for row in leave),
        available=_available(facts, agent.id), wishes=_wishes(facts, agent.id),
        contract_min=round(contract.week_min * _days_owed(facts, leave) / 7), basis=str(own),
        consents=contract.consents_emergency_at is not None, scheme_min=contract.scheme_min,
        scheme_starts=_scheme_starts(facts, contract) if own == Basis.COMPREHENSIVE else (),
        carry=carry_of(facts.before.get(agent.id, []), contract, facts.start_date, basis=own),
        ahead=ahead_of(facts.after.get(agent.id, []), contract, facts.start_date, facts.days, basis=own))


def _scheme_starts(facts: Facts, contract: Contract) -> tuple[int, ...]:
    """Days of the period on which the contract's scheme begins anew."""
    ends = (period_end(facts.start_date, contract.scheme_period) - facts.start_date).days
    found = []
    while ends < facts.days:
        found.append(ends)
        ends = (period_end(facts.start_date + dt.timedelta(days=ends), contract.scheme_period) - facts.start_date).days
    return tuple(found)


def _leave(facts: Facts, row: Leave) -> Span:
    return Span(_minute(row.start_at, facts.start_at), _minute(row.end_at, facts.start_at))


def _days_owed(facts: Facts, leave: Iterable[Leave]) -> float:
    """Days of the period less those of granted leave, which count as worked."""
    away = sum((min(row.end_at, facts.end_at) - max(row.start_at, facts.start_at) for row in leave), dt.timedelta())
    return max(0.0, facts.days - away / dt.timedelta(days=1))


def _available(facts: Facts, agent_id: uuid.UUID) -> tuple[Span, ...]:
    spans = [(day * DAY_MIN + row.start_min, day * DAY_MIN + row.end_min)
             for row in facts.hours.get(agent_id, []) for day in range(-1, facts.days)
             if (facts.start_date + dt.timedelta(days=day)).weekday() == row.weekday]
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1].end_min:
            merged[-1] = Span(merged[-1].start_min, max(end, merged[-1].end_min))
        else:
            merged.append(Span(start, end))
    return tuple(merged)


def _wishes(facts: Facts, agent_id: uuid.UUID) -> tuple[EngineWish, ...]:
    known = {kind.code for kind in facts.kinds}
    return tuple(EngineWish((row.work_date - facts.start_date).days, row.weight, row.kind_id or "", row.is_for)
                 for row in facts.wishes.get(agent_id, []) if row.kind_id is None or row.kind_id in known)


def _needs(facts: Facts, wanted: Sequence[Wanted], must_cover: bool) -> tuple[Need, ...]:
    """One need a half hour and activity; by skill only where a channel has its own people."""
    sums: dict[tuple[int, int, str, str], float] = defaultdict(float)
    for row in wanted:
        day, minute = divmod(_minute(row.start_at, facts.start_at), DAY_MIN)
        activity = ACTIVITY[Channel(row.channel)]
        if 0 <= day < facts.days:
            skill = "" if activity == Activity.WRITTEN else row.skill
            sums[day, minute, activity.value, skill] += row.people
    return tuple(
        Need(day, minute, min(minute + HALF_HOUR_MIN, DAY_MIN), float(int(people)) if must_cover else round(people, 2),
             skill, activity, short_cost=PRICES[activity].short, over_cost=PRICES[activity].over, hard=must_cover)
        for (day, minute, activity, skill), people in sorted(sums.items()))


def _meetable(facts: Facts, people: Sequence[Person], needs: Sequence[Need]) -> None:
    """What no roster could ever meet is told before a search."""
    activities = {kind.activity for kind in facts.kinds}
    known = frozenset[str]().union(*(person.skills for person in people))
    for need in needs:
        if need.activity not in activities:
            raise NoShiftKindError(activity=Activity(need.activity).label)
        if need.skill and need.skill not in known:
            raise SkillMissingError(skill=need.skill)
    if not activities:
        raise NoShiftKindError(activity=Activity.QUEUE.label)


def _holidays(start_date: dt.date, days: int) -> frozenset[int]:
    """Days off that the published lists name: more than the law's statutory days, which they do not mark."""
    off = Almanac().at(clock.now()).holidays
    first = day_of_date(start_date)
    return frozenset(day for day in range(days) if first + day in off)
