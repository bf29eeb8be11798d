"""A roster held against every rule, by the engine's independent checker and what only the desk knows."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from youlu.core.errors import NotFoundError
from youlu.domain.workforce.models import Roster, RosterShift
from youlu.domain.workforce.rostering.facts import UNAVAILABLE
from youlu.domain.workforce.rostering.problem import RosterInput, ShiftPlan, plans_settled, roster_problem
from youlu.engines.roster import Assignment, Rule, Verdict
from youlu.engines.roster import roster_verify as engine_verify
from youlu.engines.roster.outcome import Breach, Cover
from youlu.engines.roster.verify_people import is_open

LEFT_OUT = "left_out"  # not in the problem at all: without skills, or gone
TINY = 1e-9


@dataclass(frozen=True)
class Broken:
    """A rule broken by a person on a day (the first day it touches); `amount` in the rule's unit."""

    rule: str
    agent_id: uuid.UUID | None
    staff_no: str
    work_date: dt.date
    amount: float
    is_hard: bool


@dataclass(frozen=True)
class Checked:
    """What the check found. `hours` and `pay_hours` are of the whole roster: paid, and paid by the law's factors."""

    broken: tuple[Broken, ...]
    coverage: tuple[Cover, ...]
    hours: float
    pay_hours: float
    asked: RosterInput

    @property
    def hard(self) -> tuple[Broken, ...]:
        return tuple(row for row in self.broken if row.is_hard)

    @property
    def is_lawful(self) -> bool:
        return not self.hard


def roster_verify(*, roster_id: uuid.UUID, beside: Collection[uuid.UUID] = ()) -> Checked:
    """Check a stored roster against the facts of now. `beside`: rosters whose shifts in force on its days stay."""
    roster = Roster.objects.filter(id=roster_id).first()
    if roster is None:
        raise NotFoundError()
    return plans_verify(plans_of(roster_id), start_date=roster.start_date, days=roster.days, basis=roster.basis,
                        sites_override=sites_of(roster),
                        settled=plans_settled(roster.start_date, roster.days, roster.from_at, beside))


def plans_of(roster_id: uuid.UUID) -> tuple[ShiftPlan, ...]:
    rows = RosterShift.objects.filter(roster_id=roster_id).order_by("work_date", "agent__staff_no")
    return tuple(ShiftPlan(*row) for row in rows.values_list("agent_id", "work_date", "kind_id", "start_at", "end_at",
                                                            "site"))


def sites_of(roster: Roster) -> dict[uuid.UUID, str | None]:
    return {uuid.UUID(key): value for key, value in roster.sites.items()}


def plans_verify(plans: Sequence[ShiftPlan], *, start_date: dt.date, days: int, basis: str,
                 sites_override: Mapping[uuid.UUID, str | None] | None = None,
                 settled: Sequence[ShiftPlan] = ()) -> Checked:
    """Check shifts of a period: rules, law, sites; rest, runs and hours with what is in force before and after it, and
    with what is `settled` within. What that breaks by itself is not told."""
    asked = roster_problem(start_date=start_date, days=days, sites_override=sites_override, basis=basis,
                           plans=(*plans, *settled))
    weighed = replace(asked.problem, rules=(*asked.problem.rules, Rule("pay", weight=1.0)))
    assignments, given = asked.assignments_of(plans), engine_verify(weighed, asked.assignments_of(settled))
    verdict = engine_verify(weighed, (*assignments, *asked.assignments_of(settled)))
    broken = [_broken(asked, breach) for breach in _ours(verdict, given) if breach.rule not in ("pay", "cover")]
    told = {(row.rule, row.agent_id, row.work_date) for row in broken}
    more = [*_outsiders(asked, plans), *_sites(asked, plans)]
    broken += [row for row in more if (row.rule, row.agent_id, row.work_date) not in told]
    paid = {shift.name: shift.paid for shift in asked.problem.shifts}
    return Checked(tuple(sorted(broken, key=lambda row: (not row.is_hard, row.work_date, row.staff_no))),
                   verdict.coverage, sum(paid[a.shift] for a in assignments) / 60,
                   verdict.costs.get("pay", 0.0) - given.costs.get("pay", 0.0), asked)


def _ours(verdict: Verdict, given: Verdict) -> list[Breach]:
    """The breaches less those hard ones that are there without us: by rule and person, what is more."""
    more: dict[tuple[int, str, str], float] = defaultdict(float)
    for sign, some in ((1, verdict.breaches), (-1, given.breaches)):
        for breach in some:
            more[breach.rule_no, breach.rule, breach.person] += sign * breach.amount * breach.hard
    found = []
    for breach in reversed(verdict.breaches):  # what is settled lies before: the last are ours
        key = breach.rule_no, breach.rule, breach.person
        if not breach.hard or more[key] > TINY:
            found.append(breach)
            more[key] -= breach.amount * breach.hard
    return found[::-1]


@dataclass(frozen=True)
class Lawful:
    """Which of some shifts may be worked. `barred`: those that cannot be at all, for skill, site or leave; `over`: the
    fewest of each person, the earliest first, that fall away so that rest, runs and hours are kept."""

    plans: tuple[ShiftPlan, ...]
    barred: tuple[ShiftPlan, ...]
    over: tuple[ShiftPlan, ...]


def plans_lawful(
    plans: Sequence[ShiftPlan], *, settled: Sequence[ShiftPlan] = (), start_date: dt.date, days: int, basis: str,
    sites_override: Mapping[uuid.UUID, str | None] | None = None,
) -> Lawful:
    """Which of the `plans` may be worked beside what is `settled`, which stands whatever it breaks, and in force."""
    asked = roster_problem(start_date=start_date, days=days, basis=basis, needs=(), plans=(*plans, *settled),
                           sites_override=sites_override)
    people = {asked.agents[person.name]: person for person in asked.problem.people}
    left: list[ShiftPlan] = []
    barred = [plan for plan in plans if plan.agent_id not in people]
    for agent_id, person in people.items():
        alone = replace(asked, problem=replace(asked.problem, people=(person,)))
        theirs = [plan for plan in plans if plan.agent_id == agent_id]
        open_ = [plan for plan in theirs if _is_open(alone, plan)]
        barred += [plan for plan in theirs if plan not in open_]
        left += _least_less(alone, open_, [plan for plan in settled if plan.agent_id == agent_id])
    order = {plan: n for n, plan in enumerate(plans)}
    return Lawful(tuple(sorted(left, key=order.__getitem__)), tuple(barred),
                  tuple(plan for plan in plans if plan not in left and plan not in barred))


def _is_open(alone: RosterInput, plan: ShiftPlan) -> bool:
    """Whether the one person may work the shift, whatever else they work."""
    (one,), (person,) = alone.assignments_of([plan]), alone.problem.people
    shift = next(shift for shift in alone.problem.shifts if shift.name == one.shift)
    return is_open(alone.problem, person, shift, one.day)


def _least_less(alone: RosterInput, plans: list[ShiftPlan], stand: list[ShiftPlan]) -> list[ShiftPlan]:
    """One person's shifts less the fewest, by trying."""
    given = engine_verify(alone.problem, alone.assignments_of(stand))
    for fewer in range(len(plans)):
        for gone in itertools.combinations(range(len(plans)), fewer):
            left = [plan for n, plan in enumerate(plans) if n not in gone]
            verdict = engine_verify(alone.problem, alone.assignments_of([*left, *stand]))
            if not any(breach.hard for breach in _ours(verdict, given)):
                return left
    return []


def figures_of(checked: Checked, assignments: Sequence[Assignment]) -> dict[str, float | int]:
    """What a roster holds, as it is kept with it: person half hours and hours."""
    wanted = sum(row.need for row in checked.coverage)
    short = sum(row.short for row in checked.coverage)
    wishes = sum(len(person.wishes) for person in checked.asked.problem.people)
    unmet = sum(1 for row in checked.broken if row.rule == "wishes")
    return {
        "people": len({a.person for a in assignments}), "shifts": len(assignments), "hours": round(checked.hours, 1),
        "pay_hours": round(checked.pay_hours, 1), "wanted": round(wanted, 1), "short": round(short, 1),
        "covered_pct": round(100 * (1 - short / wanted), 1) if wanted else 100.0, "hard": len(checked.hard),
        "wishes": wishes, "wishes_unmet": unmet,
    }


def _broken(asked: RosterInput, breach: Breach) -> Broken:
    day = asked.problem.date_of(min(max(breach.day, 0), asked.problem.days - 1))
    return Broken(breach.rule, asked.agents.get(breach.person), breach.person, day, breach.amount, breach.hard)


def _outsiders(asked: RosterInput, plans: Sequence[ShiftPlan]) -> list[Broken]:
    known = set(asked.agents.values())
    return [Broken(LEFT_OUT, plan.agent_id, "", plan.work_date, 1.0, True)
            for plan in plans if plan.agent_id not in known]


def _sites(asked: RosterInput, plans: Sequence[ShiftPlan]) -> list[Broken]:
    """The place written into a shift: one its kind allows, and where the person is."""
    staff = {agent_id: name for name, agent_id in asked.agents.items()}
    found = []
    for plan in plans:
        kind, where = asked.kinds.get(plan.kind), asked.site_at(plan.agent_id, plan.start_at)
        if plan.agent_id not in staff or kind is None or where == UNAVAILABLE:
            continue  # told by others
        # The engine's own check speaks of where the person is; here only a place written otherwise.
        if plan.site != where and (plan.site not in kind.sites or where == "at_home"):
            found.append(Broken("site", plan.agent_id, staff[plan.agent_id], plan.work_date, 1.0, True))
    return found
