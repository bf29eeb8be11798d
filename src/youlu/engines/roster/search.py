"""The search: build a roster person by person, look at the relaxation, then open one neighbourhood after another."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from youlu.engines.roster.alone import alone_of
from youlu.engines.roster.columns import Columns, Relaxation
from youlu.engines.roster.cpsat import Answer, Effort, Stop, solve_part
from youlu.engines.roster.neighbourhoods import KINDS, Picker, Sizes
from youlu.engines.roster.outcome import Params
from youlu.engines.roster.rows import Program

SURE = (0.999, 0.95, 0.9)
BUILD_DECISIONS = 60
BUILD_WORK = 0.5


@dataclass
class Search:
    """State of one search. `values` is the best roster so far, which may still break hard rules of the team."""

    program: Program
    params: Params
    seed: int
    stop: Stop | None

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.picker = Picker(self.program, self.draw)
        self.values = self.program.initial.copy()
        self.cost = float("inf")
        self.bound = float("-inf")
        self.steps = 0
        self.stopped_by = ""
        self.fractions: np.ndarray | None = None
        self.impossible: list[int] = []
        self.kept: Program | None = None

    # -- small things

    def over(self) -> bool:
        return self.stop is not None and self.stop()

    def take(self, answer: Answer) -> bool:
        """Keep the answer if it is no worse; True if better."""
        if answer.values is None:
            return False
        cost = self.program.total(answer.values)
        better = cost < self.cost - 1e-7
        if better or cost <= self.cost + 1e-7:
            self.values, self.cost = answer.values, cost
        return better

    def proved(self) -> bool:
        """Whether nothing can be better: costs are whole numbers, or the bound is as good as reached."""
        whole = np.array_equal(self.program.cost, np.round(self.program.cost)) and self.program.constant % 1 == 0
        slip = 1 - 1e-6 if whole else 1e-6 * max(1.0, abs(self.cost))
        return self.cost - self.bound < slip

    def effort(self, work: float, workers: int = 1) -> Effort:
        return Effort(work, self.params.step_s if workers == 1 else None, workers, self.draw.randrange(1 << 30))

    # -- the three acts

    def build(self) -> bool:
        """A first roster, a few people at a time; False if somebody has no roster at all or time is up."""
        if self.program.hopeless():
            return False
        if not self.program.problem.published and self._alone():
            return True
        order = list(range(self.picker.people))
        self.draw.shuffle(order)
        if self.program.problem.published:
            self.kept = self._published()
        per_step = 1 if self.kept else max(1, round(BUILD_DECISIONS / self.picker.mean / self.picker.days))
        for first in range(0, len(order), per_step):
            if self.over():
                return False
            if not self._add(order[first : first + per_step]):
                return False
        self.cost = self.program.total(self.values)
        return True

    def _alone(self) -> bool:
        """A roster by everybody's best answer to the others, where that is a matter of paths."""
        alone = alone_of(self.program)
        values = alone.rosters(None, self.draw, self.over) if alone is not None else None
        if values is None:
            return False
        self.values, self.cost = values, self.program.total(values)
        return True

    def _published(self) -> Program:
        """The program with every decision as published, as far as it is still open: where a repair begins."""
        problem, lower, upper = self.program.problem, self.program.lower.copy(), self.program.upper.copy()
        on = {(a.person, a.day, a.shift) for a in problem.published}
        for (p, day, s), v in self.program.decision.items():
            lower[v] = upper[v] = float((problem.people[p].name, day, problem.shifts[s].name) in on)
        return replace(self.program, lower=lower, upper=upper)

    def _add(self, people: list[int]) -> bool:
        cells = np.zeros((self.picker.people, self.picker.days), dtype=bool)
        cells[people] = True
        free = self.program.open_variables(cells.reshape(-1))
        if self.kept is not None:
            answer = solve_part(self.kept, self.values, free, Effort(BUILD_WORK, None, 1, self.seed), None, hint=False)
            if answer.values is not None:
                self.values = answer.values
                return True
        answer = solve_part(self.program, self.values, free, Effort(BUILD_WORK, None, 1, self.seed), None, hint=False)
        if answer.values is None and answer.status == "unknown":
            hard = Effort(60.0, None, self.params.workers, self.seed)
            answer = solve_part(self.program, self.values, free, hard, self.stop, hint=False)
        if answer.values is None:
            if len(people) > 1:
                alone = [self._add([p]) for p in people]  # everybody is tried: all who cannot are named
                return all(alone)
            self.impossible += people
            return False
        self.values = answer.values
        return True

    def whole(self) -> None:
        """Everything at once for a while: small problems are proved best here."""
        if self.params.whole_work <= 0 or self.over():
            return
        free = np.ones(len(self.values), dtype=bool)
        answer = solve_part(self.program, self.values, free, self.effort(self.params.whole_work, self.params.workers),
                            self.stop)
        self.take(answer)
        bound = answer.bound
        if answer.status == "optimal" and answer.values is not None:
            bound = self.program.total(answer.values)
        self.bound = max(self.bound, bound)

    def relax(self) -> Relaxation:
        """Bound and fractions by column generation; then rosters that agree with what the fractions are sure of."""
        columns = Columns(self.program, self.params.threads, self.params.pricing_work, self.seed)
        columns.take(self.values)
        relaxation = columns.run(self.stop)
        self.bound = max(self.bound, relaxation.bound)
        self.fractions = relaxation.values
        for sure in SURE:
            if self.over() or self.proved():
                break
            self.round_off(sure)
        return relaxation

    def round_off(self, sure: float) -> None:
        """Keep the person-days the fractions are sure of, solve the rest at once."""
        fractions = self.fractions
        if fractions is None:
            return
        open_ = self.picker.unsure(fractions, sure)
        if not open_.any():
            return
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        for (p, day, _), v in self.program.decision.items():
            if not open_[p, day]:
                lower[v] = upper[v] = round(float(fractions[v]))
        fixed = replace(self.program, lower=lower, upper=upper)
        free = np.ones(len(self.values), dtype=bool)
        self.take(solve_part(fixed, self.values, free, self.effort(self.params.round_work, self.params.workers),
                             self.stop, hint=False))

    def improve(self) -> None:
        """Neighbourhoods, `threads` side by side, until steps, stall, proof or the caller says stop."""
        sizes, idle = Sizes(self.params.free_target), 0
        kinds = [*KINDS, "unsure"] if self.fractions is not None else list(KINDS)
        with ThreadPoolExecutor(max(1, self.params.threads)) as pool:
            while not self._finished(idle):
                picks = [self._pick(kinds, sizes) for _ in range(max(1, self.params.threads))]
                jobs = [pool.submit(solve_part, self.program, self.values, free, self.effort(self.params.step_work),
                                    self.stop) for _, free in picks]
                better = False
                for (kind, _), job in zip(picks, jobs, strict=True):
                    answer = job.result()
                    better |= self.take(answer)
                    sizes.learn(kind, answer.status == "optimal")
                    self.steps += 1
                idle = 0 if better else idle + len(jobs)

    def _pick(self, kinds: list[str], sizes: Sizes) -> tuple[str, np.ndarray]:
        kind = self.draw.choice(kinds)
        guide = self.fractions if kind == "unsure" and self.fractions is not None else self.values
        cells = self.picker.cells(kind, sizes.of(kind), guide)
        return kind, self.program.open_variables(cells.reshape(-1))

    def _finished(self, idle: int) -> bool:
        if self.proved():
            self.stopped_by = "optimal"
        elif self.over():
            self.stopped_by = "caller"
        elif self.steps >= self.params.steps:
            self.stopped_by = "steps"
        elif self.params.stall and idle >= self.params.stall:
            self.stopped_by = "stall"
        return bool(self.stopped_by)
