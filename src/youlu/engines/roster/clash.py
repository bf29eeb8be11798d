"""Why there is no roster: the least that must give way, and a set of rules that cannot all be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np

from youlu.engines.roster.cpsat import Effort, Stop, add_objective, add_row, add_variables, run
from youlu.engines.roster.outcome import Clash
from youlu.engines.roster.rows import DECISION, SLACK, Program, Tag

# What is bent first: wishes and cover, then the house's rules, then rest, then the law; what is pinned comes last.
RELAX_COST: Mapping[str, float] = {
    "cover": 10, "wishes": 2, "keep_published": 2, "fair_shares": 2, "fair_weekends": 2, "max_weekends": 5,
    "min_consecutive_days": 5, "min_consecutive_rest_days": 5, "max_shifts_of_kind": 8, "min_minutes": 0.05,
    "max_minutes": 0.05, "contract_hours": 0.05, "max_consecutive_days": 20, "never_followed_by": 20,
    "max_minutes_week": 0.1, "min_rest": 40, "rest_day_in_seven": 60, "law_overtime": 1, "pinned": 100,
}
SCALE = 100
FIXED = ("", "one_shift_a_day")  # what follows from the meaning of the variables cannot give way
IN_MINUTES = ("min_minutes", "max_minutes", "contract_hours", "max_minutes_week", "law_overtime")


@dataclass(frozen=True, eq=False)
class Relaxed:
    """`least`: proved cost of what must give way (0: a roster exists). `values` breaks only the `clashes`."""

    least: float
    values: np.ndarray | None
    clashes: tuple[Clash, ...] = ()


def least_relaxation(program: Program, prices: Mapping[str, float], effort: Effort, stop: Stop | None) -> Relaxed:
    """The roster for which the rules give way least, all soft costs aside."""
    from ortools.sat.python import cp_model

    price = {**RELAX_COST, **prices}
    model = cp_model.CpModel()
    n = len(program.kind)
    upper = program.upper.copy()
    upper[program.elastic] = 0
    add_variables(model.proto, program.lower, upper)
    cost, rows = [0.0] * n, []
    for row in range(program.matrix.shape[0]):
        variables, factors = _row(program, row)
        give = _give(program, row)
        if give:
            at = len(cost)
            most = int(np.abs(factors) @ upper[variables] + _size(program, row)) + 1
            add_variables(model.proto, [0], [most])
            cost.append(price.get(program.tags[row].rule, 10.0))
            variables, factors = [*variables, at], [*factors, give]
            rows.append((row, at))
        add_row(model.proto, variables, [int(f) for f in factors], program.low[row], program.high[row])
    add_objective(model.proto, np.array(cost), SCALE)
    solver, status = run(model, effort, stop)
    if status not in ("optimal", "feasible"):
        return Relaxed(0.0, None)
    solution = np.array(list(solver.response_proto.solution), dtype=float)
    broken = [(program.tags[row], solution[at]) for row, at in rows if solution[at] > 0]
    return Relaxed(max(0.0, solver.best_objective_bound / SCALE), solution[:n], _clashes(program, solution, broken))


def _row(program: Program, row: int) -> tuple[list[int], list[float]]:
    span = slice(program.matrix.indptr[row], program.matrix.indptr[row + 1])
    return program.matrix.indices[span].tolist(), program.matrix.data[span].tolist()


def _give(program: Program, row: int) -> int:
    """+1 or -1: the side on which a hard row may give way; 0 for rows that may not, or are soft already."""
    tag = program.tags[row]
    if tag.rule in FIXED:
        return 0
    variables, _ = _row(program, row)
    elastic = set(program.elastic.tolist())
    own_slack = [v for v in variables if program.kind[v] == SLACK and v not in elastic]
    if tag.rule == "cover":
        return 1 if any(v in elastic for v in variables) else 0
    if own_slack and tag.rule != "law_overtime" and not tag.rule.startswith("fair"):
        return 0
    return -1 if program.low[row] == -inf else 1


def _size(program: Program, row: int) -> float:
    return max((abs(b) for b in (program.low[row], program.high[row]) if abs(b) < inf), default=0.0)


def _clashes(program: Program, solution: np.ndarray, broken: list[tuple[Tag, float]]) -> tuple[Clash, ...]:
    problem = program.problem
    found = []
    for tag, amount in broken:
        person = problem.people[tag.person].name if tag.person >= 0 else ""
        amount = amount / 60.0 if tag.rule in IN_MINUTES else amount
        if tag.need >= 0:
            need = problem.needs[tag.need]
            found.append(Clash("cover", "", need.day, amount, need.start_min, need.end_min, need.skill, need.shift,
                               _barred(program, tag.need)))
        else:
            found.append(Clash(tag.rule, person, tag.day, amount))
    return tuple(found)


def _barred(program: Program, number: int) -> tuple[tuple[str, str], ...]:
    """(person, rule) of everybody with the skill who could not stand in at all, by the commonest bar of that day."""
    problem = program.problem
    need = problem.needs[number]
    shifts = [s for s, shift in enumerate(problem.shifts)
              if shift.activity == need.activity and need.shift in ("", shift.name)
              and shift.works_during(need.start_min, need.end_min)]
    found = []
    for p, person in enumerate(problem.people):
        if need.skill and need.skill not in person.skills:
            continue
        bars = [program.barred.get((p, need.day, s)) for s in shifts]
        if bars and all(bars):
            found.append((person.name, str(Counter(bars).most_common(1)[0][0])))
    return tuple(found)


def clashing(program: Program, effort: Effort) -> tuple[tuple[str, str], ...]:
    """(rule, person) pairs that cannot all be kept; "" for the team. Empty if not found within the effort."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    upper = program.upper.copy()
    upper[program.elastic] = 0
    add_variables(model.proto, program.lower, upper)
    literal: dict[tuple[str, int], int] = {}
    for row in range(program.matrix.shape[0]):
        variables, factors = _row(program, row)
        tag = program.tags[row]
        only_if = []
        if _give(program, row):
            key = (tag.rule, tag.person)
            if key not in literal:
                literal[key] = len(program.kind) + len(literal)
                add_variables(model.proto, [0], [1])
            only_if = [literal[key]]
        add_row(model.proto, variables, [int(f) for f in factors], program.low[row], program.high[row], only_if)
    model.proto.assumptions.extend(literal.values())
    solver, status = run(model, effort)
    if status != "infeasible":
        return ()
    core = set(solver.response_proto.sufficient_assumptions_for_infeasibility)
    names = [person.name for person in program.problem.people]
    return tuple(sorted((rule, names[p] if p >= 0 else "") for (rule, p), at in literal.items() if at in core))


def decisions_of(program: Program, values: np.ndarray) -> list[tuple[int, int, int]]:
    """(person, day, shift) indices set in `values`."""
    return [key for key, v in program.decision.items() if program.kind[v] == DECISION and values[v] > 0.5]
