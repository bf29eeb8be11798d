"""The two verbs: a roster for a problem, and a published roster repaired with few changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from youlu.engines.roster.check import problem_check
from youlu.engines.roster.clash import clashing, decisions_of, least_relaxation
from youlu.engines.roster.cpsat import Effort, Stop
from youlu.engines.roster.linear import linear_bound
from youlu.engines.roster.model import Assignment, Problem, Rule
from youlu.engines.roster.outcome import Params, Result
from youlu.engines.roster.program import program_build
from youlu.engines.roster.rows import Program
from youlu.engines.roster.search import Search
from youlu.engines.roster.verify import assignments_changed, roster_verify
from youlu.engines.roster.verify_people import is_open

CLASH_WORK = 4.0
FEW_COST = 1e4  # far above what any person short of a half hour costs, and below what a broken hard rule does


def solve(problem: Problem, *, seed: int = 0, stop: Stop | None = None, params: Params = Params()) -> Result:
    """The best roster found, or why there is none.

    Parameters
    ----------
    seed : same seed, same answer, if neither `stop` nor `params.step_s` limits by the clock.
    stop : asked every few hundredths of a second, from any thread; once it says True the best roster so far comes back.

    Raises
    ------
    RosterInputError : the problem is malformed.
    """
    problem_check(problem)
    program = program_build(problem)
    search = Search(program, params, seed, stop)
    if search.build():
        _improve(search)
    built = search.cost < float("inf")
    if program.hopeless() or search.impossible or (built and program.hard_broken(search.values) > 0):
        relaxed = _infeasible(search)
        if relaxed is not None:
            return relaxed
    if search.cost == float("inf") or program.hard_broken(search.values) > 0:
        return Result("unknown", seed=seed, steps=search.steps, stopped_by=search.stopped_by or "caller")
    return _result(search)


def _improve(search: Search) -> None:
    params = search.params
    search.whole()
    if not search.proved() and params.bound == "columns":
        search.relax()
    if params.bound == "linear" and not search.proved() and not search.over():
        search.bound = max(search.bound, linear_bound(search.program, params.threads, search.stop))
    search.improve()


def _infeasible(search: Search) -> Result | None:
    """The Result of a problem proved to have no roster; None if one was found on the way, or nothing was proved."""
    program, params = search.program, search.params
    effort = Effort(CLASH_WORK, params.step_s and 4 * params.step_s, params.workers, search.seed)
    relaxed = least_relaxation(program, params.relax_cost, effort, None)
    if relaxed.values is None:
        return None
    if not relaxed.clashes:
        search.values, search.cost = relaxed.values, program.total(relaxed.values)
        search.impossible = []
        search.improve()
        return None
    if relaxed.least <= 0:
        return None
    core = clashing(program, Effort(CLASH_WORK, params.step_s and 2 * params.step_s, 1, search.seed))
    return Result(
        "infeasible", clashes=relaxed.clashes, clashing=core,
        least_relaxed=_assignments(program, relaxed.values), seed=search.seed, steps=search.steps,
        stopped_by="infeasible",
    )


def _assignments(program: Program, values: np.ndarray) -> tuple[Assignment, ...]:
    people, shifts = program.problem.people, program.problem.shifts
    return tuple(sorted(Assignment(day, people[p].name, shifts[s].name) for p, day, s in decisions_of(program, values)))


def _result(search: Search) -> Result:
    problem = search.program.problem
    assignments = _assignments(search.program, search.values)
    verdict = roster_verify(problem, assignments)
    if not verdict.valid:  # a fault of ours: never shown as a roster
        broken = next(b for b in verdict.breaches if b.hard)
        raise AssertionError(f"the search made a roster that breaks {broken}")
    bound = min(max(search.bound, 0.0), verdict.cost)
    return Result(
        "optimal" if search.proved() else "feasible", assignments, verdict.cost, verdict.costs, verdict.coverage,
        tuple(b for b in verdict.breaches if not b.hard), bound, seed=search.seed, steps=search.steps,
        changes=assignments_changed(problem, problem.published, assignments) if problem.published else 0,
        stopped_by=search.stopped_by,
    )


def repair(problem: Problem, published: Iterable[Assignment], *, change_cost: float = 5.0,
           max_changes: int | None = None, few_share: float | None = None, seed: int = 0,
           stop: Stop | None = None, params: Params = Params()) -> Result:
    """A roster for the problem as it is now (absences, sites) that changes little of what is published.

    Parameters
    ----------
    change_cost : price of one person-day that changes, in the unit of the needs' costs.
    max_changes : hard limit; None: only the price holds changes back.
    few_share : above this share of what is published a change costs `FEW_COST`: it is taken only where no roster
        can be without. Not used where more than that is lost already.

    Raises
    ------
    RosterInputError : as `solve`; also a published assignment of an unknown person, shift or day.
    """
    published = tuple(published)
    rules = [rule for rule in problem.rules if rule.name != "keep_published"]
    rules.append(Rule("keep_published", weight=change_cost))
    if max_changes is not None:
        rules.append(Rule("keep_published", limit=max_changes))
    few = 0 if few_share is None else int(few_share * len(published))
    if few and _lost(problem, published) <= few:
        rules.append(Rule("keep_published", limit=few, weight=FEW_COST))
    return solve(replace(problem, published=published, rules=tuple(rules)), seed=seed, stop=stop, params=params)


def _lost(problem: Problem, published: tuple[Assignment, ...]) -> int:
    """Published person-days that cannot stand, whatever else changes."""
    people = {person.name: person for person in problem.people}
    shifts = {shift.name: shift for shift in problem.shifts}
    return sum(not is_open(problem, people[one.person], shifts[one.shift], one.day) for one in published)
