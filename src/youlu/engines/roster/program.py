"""From a problem to its linear form: who may work what, then one row after another by the rules."""

from __future__ import annotations

from youlu.engines.roster.model import Problem, Rule
from youlu.engines.roster.rows import DECISION, MARK, Draft, Program
from youlu.engines.roster.rules import RULES


def program_build(problem: Problem) -> Program:
    """The frozen linear form of a checked problem; `program.total(values)` is the objective."""
    draft = Draft(problem)
    used = [(number, rule) for number, rule in enumerate(problem.rules)]
    always = [(-1, Rule(name)) for name, spec in RULES.items() if spec.always]
    for number, rule in (*always, *used):
        if RULES[rule.name].bars:
            _write(draft, rule, number)
    _decisions(draft)
    for number, rule in (*always, *used):
        if not RULES[rule.name].bars:
            _write(draft, rule, number)
    return draft.freeze()


def _write(draft: Draft, rule: Rule, number: int) -> None:
    write = RULES[rule.name].write
    if write is not None:
        write(draft, rule, number)


def _decisions(draft: Draft) -> None:
    problem = draft.problem
    for p in range(len(problem.people)):
        for day in range(problem.days):
            allowed = [s for s in range(len(problem.shifts)) if (p, day, s) not in draft.barred]
            for s in allowed:
                variable = draft.variable(DECISION, 0, 1, p, (day,))
                draft.decision[p, day, s] = variable
                draft.on.setdefault((p, day), []).append((s, variable))
            draft.works[p, day] = draft.variable(MARK, 0, 1 if allowed else 0, p, (day,))
