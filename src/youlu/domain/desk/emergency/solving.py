"""The search for a plan's roster. Apart from `rosters`: only the worker loads the solver."""

from __future__ import annotations

from youlu.domain.desk.emergency.assumptions import Levers
from youlu.domain.desk.emergency.facts import Facts, Inputs
from youlu.domain.desk.emergency.rosters import Rostered, roster_of, roster_problem
from youlu.engines.roster.outcome import Params
from youlu.engines.roster.solve import solve

# Effort in the solver's own unit, not by the clock: the same facts give the same roster on a slow machine.
EFFORT = Params(steps=4, stall=2, workers=2, whole_work=0.1, step_work=0.1, step_s=None)


class NoRosterError(Exception):
    """Nobody can be rostered lawfully; `rules` are the rules that clash."""

    def __init__(self, rules: tuple[str, ...]) -> None:
        super().__init__(", ".join(rules))
        self.rules = rules


def roster_search(facts: Facts, inputs: Inputs, levers: Levers) -> Rostered:
    """The plan's roster, found and then checked by the verifier that shares nothing with the search.

    Raises
    ------
    NoRosterError
    """
    problem = roster_problem(facts, inputs, levers)
    if not problem.people:
        raise NoRosterError(("nobody",))
    result = solve(problem, seed=1, params=EFFORT)
    if result.status not in ("optimal", "feasible"):
        raise NoRosterError(tuple(sorted({clash.rule for clash in result.clashes})) or (result.status,))
    return roster_of(problem, result.assignments)
