"""A roster as a supervisor looks at it: people down, days or half hours across, what clashes, what is covered."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from youlu.core import clock
from youlu.core.errors import NotFoundError
from youlu.domain.access.selectors import Actor
from youlu.domain.workforce.models import Roster
from youlu.domain.workforce.rostering.checking import Broken, Checked, plans_of, plans_verify, sites_of
from youlu.domain.workforce.rostering.problem import DAY_MIN, ShiftPlan, plans_settled
from youlu.domain.workforce.rostering.reading import RosterRow, hours_words, roster_row
from youlu.domain.workforce.rostering.sentences import broken_sentence, rule_words
from youlu.engines.roster import Person

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Cell:
    """A shift on a day; minutes from 00:00 of that day. `clash`: the hard rule it breaks, in words."""

    work_date: dt.date
    kind: str
    kind_name: str
    activity: str
    start_min: int
    end_min: int
    site: str
    clash: str

    @property
    def hours(self) -> str:
        return hours_words(self.start_min, self.end_min)


@dataclass(frozen=True)
class PersonRow:
    """`cells` by date; `away`: days of leave; `clash_days`: days on which a hard rule of theirs is broken."""

    agent_id: uuid.UUID
    name: str
    staff_no: str
    site: str
    cells: dict[dt.date, Cell]
    away: frozenset[dt.date]
    clash_days: dict[dt.date, str]
    hours: float


@dataclass(frozen=True)
class HalfHour:
    """People wanted and there; `activity` queue, written or night_duty."""

    work_date: dt.date
    start_min: int
    activity: str
    need: float
    have: int


@dataclass(frozen=True)
class Clash:
    sentence: str
    agent_id: uuid.UUID | None
    work_date: dt.date


@dataclass(frozen=True)
class Board:
    """`clashes`: hard rules broken as things are now; `wishes_unmet`: the rest that is worth a word."""

    head: RosterRow
    people: tuple[PersonRow, ...]
    cover: tuple[HalfHour, ...]
    clashes: tuple[Clash, ...]
    left_out: tuple[str, ...]
    kinds: tuple[tuple[str, str, str], ...]  # code, name, hours
    hours: float
    pay_hours: float

    @property
    def dates(self) -> list[dt.date]:
        return [self.head.start_date + n * DAY for n in range(self.head.days)]


def roster_board(*, actor: Actor, roster_id: uuid.UUID) -> Board:
    """The roster with its check against the facts of now, whatever its state."""
    actor.require("workforce.read")
    roster = Roster.objects.filter(id=roster_id).first()
    if roster is None:
        raise NotFoundError()
    plans = plans_of(roster_id)
    checked = plans_verify(plans, start_date=roster.start_date, days=roster.days, basis=roster.basis,
                           sites_override=sites_of(roster),
                           settled=plans_settled(roster.start_date, roster.days, roster.from_at))
    kinds = tuple((kind.code, kind.name, hours_words(kind.start_min, kind.start_min + kind.length_min))
                  for kind in checked.asked.kinds.values() if kind.is_used)
    cover = tuple(HalfHour(checked.asked.problem.date_of(row.day), row.start_min, row.activity, row.need, row.have)
                  for row in checked.coverage)
    return Board(roster_row(roster), _people(checked, plans), cover, _clashes(checked), checked.asked.left_out, kinds,
                 checked.hours, checked.pay_hours)


def _clashes(checked: Checked) -> tuple[Clash, ...]:
    """One line a person and rule, with the first day and how many."""
    lines: dict[tuple[str, uuid.UUID | None], list[Broken]] = defaultdict(list)
    for row in checked.hard:
        lines[row.rule, row.agent_id].append(row)
    return tuple(Clash(broken_sentence(rows[0], checked.asked.names, len(rows)), rows[0].agent_id, rows[0].work_date)
                 for rows in lines.values())


def _people(checked: Checked, plans: tuple[ShiftPlan, ...]) -> tuple[PersonRow, ...]:
    asked = checked.asked
    by_agent: dict[uuid.UUID, list[ShiftPlan]] = defaultdict(list)
    for plan in plans:
        by_agent[plan.agent_id].append(plan)
    broken: dict[uuid.UUID, list[Broken]] = defaultdict(list)
    for row in checked.hard:
        if row.agent_id is not None:
            broken[row.agent_id].append(row)
    rows = []
    for person in asked.problem.people:
        agent_id = asked.agents[person.name]
        clash_days = {day: rule_words(row.rule) for row in broken[agent_id] for day in _days(row)}
        cells = {plan.work_date: _cell(checked, plan, clash_days.get(plan.work_date, ""))
                 for plan in by_agent[agent_id]}
        hours = sum(c.end_min - c.start_min - asked.kinds[c.kind].break_min for c in cells.values()) / 60
        rows.append(PersonRow(agent_id, asked.names[person.name], person.name, asked.sites[agent_id], cells,
                              _away(checked, person), clash_days, hours))
    return tuple(rows)


def _days(row: Broken) -> tuple[dt.date, ...]:
    """The days a broken rule shows on: what stands between two shifts, on both."""
    return (row.work_date, row.work_date + DAY) if row.rule == "min_rest" else (row.work_date,)


def _cell(checked: Checked, plan: ShiftPlan, clash: str) -> Cell:
    kind, midnight = checked.asked.kinds[plan.kind], clock.midnight(plan.work_date)
    return Cell(plan.work_date, plan.kind, kind.name, kind.activity,
                int((plan.start_at - midnight).total_seconds() // 60),
                int((plan.end_at - midnight).total_seconds() // 60), plan.site, clash)


def _away(checked: Checked, person: Person) -> frozenset[dt.date]:
    problem = checked.asked.problem
    return frozenset(problem.date_of(day) for day in range(problem.days)
                     if any(span.meets(day * DAY_MIN, (day + 1) * DAY_MIN) for span in person.leave))
