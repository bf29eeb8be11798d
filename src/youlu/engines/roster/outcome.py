"""What comes out: a roster, what it costs by rule, or which rules, people and half hours clash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from youlu.engines.roster.model import Assignment


@dataclass(frozen=True)
class Cover:
    """People wanted and there during one need; `short` and `over` are `max(0, ±)` of the difference."""

    day: int
    start_min: int
    end_min: int
    skill: str
    activity: str
    shift: str
    need: float
    have: int

    @property
    def short(self) -> float:
        return max(0.0, self.need - self.have)

    @property
    def over(self) -> float:
        return max(0.0, self.have - self.need)


@dataclass(frozen=True)
class Breach:
    """A rule broken by `amount` (in the rule's unit). `person` is "" for a rule about the team.

    `rule_no` is the place of the rule in `Problem.rules`, -1 for what is always on. `day` is the first day it touches.
    """

    rule: str
    person: str
    day: int
    amount: float
    hard: bool
    cost: float = 0.0
    rule_no: int = -1
    detail: str = ""


@dataclass(frozen=True)
class Clash:
    """One thing to relax so that a roster exists.

    Attributes
    ----------
    rule : name of the rule that must give way ("cover" for people missing).
    person : "" for the team. `day`, `start_min`, `end_min`, `skill`: of the half hour, or the first day of the rule.
    amount : how much it must give: people for "cover", otherwise the rule's unit.
    barred : for "cover": (person, rule) of everybody who could not stand in, by the rule that bars them.
    """

    rule: str
    person: str
    day: int
    amount: float
    start_min: int = 0
    end_min: int = 0
    skill: str = ""
    shift: str = ""
    barred: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Result:
    """A roster, or why there is none.

    Attributes
    ----------
    status : "optimal", "feasible", "infeasible" or "unknown" (stopped before the first roster).
    assignments : sorted by day; empty unless optimal or feasible.
    cost, costs : weighed objective in all and by rule (`inf` and empty without a roster).
    coverage : one row per need. `breaches`: every soft rule broken, with its cost.
    lower_bound : no roster can cost less.
    clashes : least relaxation if infeasible; `clashing`: (rule, person or "") that cannot all be kept together.
    least_relaxed : the roster that breaks only the clashes.
    changes : assignments that differ from what was published (person-days).
    stopped_by : "optimal", "caller", "steps", "stall" or "infeasible".
    """

    status: str
    assignments: tuple[Assignment, ...] = ()
    cost: float = float("inf")
    costs: Mapping[str, float] = field(default_factory=dict)
    coverage: tuple[Cover, ...] = ()
    breaches: tuple[Breach, ...] = ()
    lower_bound: float = 0.0
    clashes: tuple[Clash, ...] = ()
    clashing: tuple[tuple[str, str], ...] = ()
    least_relaxed: tuple[Assignment, ...] = ()
    changes: int = 0
    seed: int = 0
    steps: int = 0
    stopped_by: str = ""

    @property
    def gap(self) -> float:
        """Share of the cost above the bound; 0 when proved best."""
        if self.cost == float("inf"):
            return float("inf")
        return max(0.0, self.cost - self.lower_bound) / self.cost if self.cost > 0 else 0.0


@dataclass(frozen=True)
class Params:
    """How to search. Steps reproduce a roster exactly from its seed; wall limits (`step_s`) do not.

    Parameters
    ----------
    steps : improvement steps at most.
    step_work : deterministic effort of one step (CP-SAT's unit, roughly a second).
    step_s : wall seconds of one step at most; None: no wall limit, the same seed gives the same roster.
    stall : stop after so many steps without a better roster; 0: never.
    threads : neighbourhoods searched side by side.
    workers : CP-SAT's workers when the whole problem is solved at once.
    whole_work : effort spent on the whole problem first; 0: only neighbourhoods.
    pricing_work : effort on one person in one round of column generation.
    round_work : effort on what the relaxation leaves open.
    free_target : decisions opened in one step, at first; it adapts.
    bound : "none", "linear" (linear relaxation) or "columns" (column generation, stronger and slower).
    relax_cost : what breaking a rule by one unit costs in the least relaxation, by rule name, in place of
        `clash.RELAX_COST`.
    """

    steps: int = 400
    step_work: float = 1.0
    step_s: float | None = 1.0
    stall: int = 0
    threads: int = 2
    workers: int = 8
    whole_work: float = 0.5
    pricing_work: float = 2.0
    round_work: float = 30.0
    free_target: int = 400
    bound: str = "none"
    relax_cost: Mapping[str, float] = field(default_factory=dict)
