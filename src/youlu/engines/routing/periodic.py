"""Plan a period: which days, which vehicle, which order.

`solve` anneals with `sisr` in one or more chains, tries PyVRP's group model where it is exact and
polishes single days with it, and keeps the best. It can be stopped between any two chunks of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numba import typeof

from youlu.engines.routing.arrays import Arrays, arrays_build
from youlu.engines.routing.assist import Budget, day_polish, groups_apply, groups_plan, polish_applies
from youlu.engines.routing.check import problem_check, unservable
from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Params, Problem, Progress, Result, Unserved
from youlu.engines.routing.plan import Tours, result_make, result_none, state_from_tours, tours_from_result, tours_of
from youlu.engines.routing.schedule import schedule, simulate
from youlu.engines.routing.sisr import anneal, plan_first
from youlu.engines.routing.state import Scratch, State, scratch_make, state_copy, state_empty, totals

CHUNK_STEPS = 500  # between two looks at the clock
CHUNK_STEPS_RICH = 100  # the same where schedules are simulated
PYVRP_STEPS = 100  # ruin-and-recreate steps that one PyVRP iteration is worth where effort is counted in steps

Clock = Callable[[], float]
Stop = Callable[[Progress], bool]


def solve(
    problem: Problem,
    params: Params | None = None,
    *,
    seed: int = 0,
    clock: Clock | None = None,
    stop: Stop | None = None,
    progress: Callable[[Progress], None] | None = None,
    warm: Result | None = None,
) -> Result:
    """Plan the period.

    Parameters
    ----------
    clock : seconds, wall or CPU, as the caller likes; needed by `Params.seconds`.
    stop : asked every few hundred steps; True ends the search with the best plan so far.
    progress : told after each chunk of steps.
    warm : the plan in force; the search starts from it and `Weights.changed_day` prices its days.

    Returns
    -------
    Result : feasible and complete, or infeasible with the causes. The same problem, params (without
        `seconds`), seed and warm plan give the same result.

    Raises
    ------
    RoutingInputError : malformed input; names the customer and the cause.
    """
    params = params or Params()
    problem_check(problem)
    _params_check(params, clock)
    causes = unservable(problem)
    if causes:
        return result_none(causes, seed=seed, stopped_by="infeasible")
    before = dict(warm.days_by_customer) if warm else None
    search = _Search(problem, params, arrays_build(problem, before), seed, clock or (lambda: 0.0), stop, progress)
    search.begin(warm)
    search.groups()
    for chain in range(params.chains):
        search.chain(chain)
    search.polish()
    return search.result(before)


def _params_check(params: Params, clock: Clock | None) -> None:
    if params.seconds is not None and clock is None:
        raise RoutingInputError("params.seconds needs a clock")
    if params.seconds is not None and not params.seconds >= 0:
        raise RoutingInputError(f"params.seconds is {params.seconds}")
    if params.iterations < 0 or params.chains < 1:
        raise RoutingInputError("params.iterations must be at least 0 and params.chains at least 1")


@dataclass
class _Search:
    problem: Problem
    params: Params
    arrays: Arrays
    seed: int
    clock: Clock
    stop: Stop | None
    progress: Callable[[Progress], None] | None
    best_cost: float = float("inf")
    iterations: int = 0
    improved_at: int = 0
    stopped_by: str = ""
    method: str = "sisr"
    spent: float = 0.0  # effort in steps, PyVRP's included
    current: State = field(init=False)
    work: State = field(init=False)
    best: State = field(init=False)
    scratch: Scratch = field(init=False)
    prices: np.ndarray = field(init=False)

    def begin(self, warm: Result | None) -> None:
        """A first plan: the warm one if it still fits, else by insertion."""
        params = self.params
        removed_mean = min(params.removed_mean, max(2.0, 0.4 * self.arrays.n))
        self.tuning = np.array(
            [
                removed_mean,
                params.string_max,
                params.blink,
                params.pattern_blink,
                params.one_day_share,
                params.fit_share * 100.0,
            ]
        )
        self.scratch = scratch_make(self.arrays, self.seed)
        self.best, self.work = state_empty(self.arrays), state_empty(self.arrays)
        self.prices = self._prices_first()
        self.current = state_empty(self.arrays)
        self._compile()
        self.started = self.clock()
        tours = tours_from_result(self.problem, self.arrays, warm) if warm else []
        given = state_from_tours(self.arrays, self.scratch, tours) if tours else None
        if given is None:
            plan_first(self.arrays, self.current, self.scratch, self.prices[0], self.prices[1])
        else:
            self.current = given
        state_copy(self.current, self.work)
        self._keep_if_better(self.current)

    def _compile(self) -> None:
        """Machine code for these arrays before the clock runs: on a new machine it takes longer than many a plan."""
        arrays, state, price = self.arrays, self.current, float(self.prices[0])
        stops, times = state.seq[0], np.zeros((2, 4))
        for kernel, given in (
            (plan_first, (arrays, state, self.scratch, price, price)),
            (state_copy, (state, state)),
            (totals, (arrays, state, np.zeros(4))),
            (anneal, (arrays, state, state, state, self.scratch, self.prices, 0.0, 0, 0.0, 0.0, self.tuning)),
            (schedule, (arrays.clock, 0, 0, stops, 0, times)),
            (simulate, (arrays.clock, 0, 0, stops, 0, 0, 0.0, times)),
        ):
            kernel.compile(tuple(typeof(one) for one in given))

    def _prices_first(self) -> np.ndarray:
        """Price of a unit of excess: about an edge per mean load, and per hour; with least and highest."""
        arrays = self.arrays
        edge = float(np.median(arrays.cost)) + 1e-9
        load = max(float(arrays.demand.mean()), 1e-9)
        hour = 60.0 if arrays.rich else max(float(np.median(arrays.time_min)), 1e-9)
        return np.array(
            [edge / load, edge / hour, 1e-2 * edge / load, 1e4 * edge / load, 1e-2 * edge / hour, 1e4 * edge / hour]
        )

    def _keep_if_better(self, state: State) -> None:
        sums = np.zeros(4)
        totals(self.arrays, state, sums)
        if sums[1] <= 1e-7 and sums[2] <= 1e-7 and sums[0] < self.arrays.shut and sums[0] + sums[3] < self.best_cost:
            self.best_cost = float(sums[0] + sums[3])
            state_copy(state, self.best)

    def _elapsed_s(self) -> float:
        return self.clock() - self.started

    def _done_share(self) -> float:
        if self.params.seconds is None:
            return self.spent / max(1, self.params.iterations)
        return self._elapsed_s() / max(1e-9, self.params.seconds)

    def _groups_share(self) -> float:
        share = self.params.groups_share
        return share if share and groups_apply(self.problem, self.arrays) else 0.0

    def _polish_share(self) -> float:
        share = self.params.polish_share
        return share if share and polish_applies(self.problem) else 0.0

    def groups(self) -> None:
        """PyVRP's group model, where it is exact."""
        share = self._groups_share()
        if share and not self._should_stop():
            self._adopt(groups_plan(self.problem, self.arrays, self._budget(share), self.seed), "groups")
            self.spent += share * self.params.iterations

    def chain(self, number: int) -> None:
        """One annealing run over its share of the effort."""
        params = self.params
        first, last = self._groups_share(), 1.0 - self._polish_share()
        begin = first + (last - first) * number / params.chains
        end = first + (last - first) * (number + 1) / params.chains
        if self.best_cost < np.inf:
            state_copy(self.best, self.current)
            state_copy(self.best, self.work)
        hot = params.hot * (0.3 if number else 1.0)
        while not self._should_stop():
            share = (self._done_share() - begin) / (end - begin)
            if share >= 1.0:
                break
            self._chunk(hot * (params.cold / hot) ** max(0.0, share), share, end)

    def polish(self) -> None:
        """PyVRP on each day of the best plan, and the reason why the search ends."""
        share = self._polish_share()
        for day in range(self.problem.n_days if share and self.best_cost < np.inf else 0):
            if self._should_stop():
                break
            budget = self._budget(share / self.problem.n_days)
            tours = day_polish(self.problem, self.arrays, tours_of(self.best), day, budget, self.seed)
            self._adopt(tours, "polish")
        if not self.stopped_by:
            self.stopped_by = "iterations" if self.params.seconds is None else "seconds"

    def _budget(self, share: float) -> Budget:
        """A PyVRP stopping criterion for this share of the effort."""
        until = self._done_share() + share
        left = int(share * self.params.iterations / PYVRP_STEPS) + 1

        def spent(best_cost: int) -> bool:
            nonlocal left
            left -= 1
            over = left < 0 if self.params.seconds is None else self._done_share() >= until
            return over or self._should_stop()

        return spent

    def _adopt(self, tours: Tours, method: str) -> None:
        state = state_from_tours(self.arrays, self.scratch, tours) if tours else None
        before = self.best_cost
        if state is not None:
            self._keep_if_better(state)
        if self.best_cost < before - 1e-9:
            self.method = method
            self.improved_at = self.iterations

    def _chunk(self, heat: float, share: float, end: float) -> None:
        params, arrays = self.params, self.arrays
        steps = CHUNK_STEPS_RICH if arrays.rich else CHUNK_STEPS
        if params.seconds is None:
            steps = max(1, min(steps, int(end * params.iterations - self.spent + 0.5)))
        if self.best_cost == np.inf and share > 0.5:  # late and nothing feasible yet: excess gets dearer
            self.prices *= 1.05
        # at first many plans may break limits, at last few: the walls are crossed early and respected late
        self.tuning[5] = 100.0 * params.fit_share * (0.25 + 1.0 * min(1.0, max(0.0, share)))
        scale = self._edge_mean()
        found = anneal(
            arrays, self.current, self.work, self.best, self.scratch, self.prices, self.best_cost, steps,
            heat * scale, heat * scale * 0.999, self.tuning,
        )  # fmt: skip
        self.iterations += steps
        self.spent += steps
        if found < self.best_cost - 1e-9:
            self.best_cost, self.improved_at, self.method = float(found), self.iterations, "sisr"
        if self.progress:
            self.progress(self._report("sisr"))

    def _edge_mean(self) -> float:
        """The incumbent's cost per visit, the unit of temperature."""
        cost = self.best_cost
        if cost == np.inf:
            sums = np.zeros(4)
            totals(self.arrays, self.current, sums)
            cost = (sums[0] + sums[3]) % self.arrays.shut
        return max(cost, 1e-9) / int(self.arrays.visits)

    def _report(self, method: str) -> Progress:
        return Progress(self.iterations, self._elapsed_s(), self.best_cost, method)

    def _should_stop(self) -> bool:
        if self.stop and self.stop(self._report("sisr")):
            self.stopped_by = "caller"
        elif self.params.stall and self.iterations - self.improved_at >= self.params.stall:
            self.stopped_by = "stall"
        return bool(self.stopped_by)

    def result(self, before: Mapping[str, tuple[int, ...]] | None) -> Result:
        about = {
            "seed": self.seed,
            "iterations": self.iterations,
            "stopped_by": self.stopped_by,
            "method": self.method,
        }
        if self.best_cost == np.inf:
            return result_none(self._causes(), **about)
        return result_make(self.problem, self.arrays, self.best, before, **about)

    def _causes(self) -> tuple[Unserved, ...]:
        """What stands in the way in the plan at hand, in words."""
        arrays, state = self.arrays, self.current
        causes = []
        for slot in np.flatnonzero(state.length):
            day, vehicle = divmod(int(slot), arrays.n_vehicles)
            kind = self.problem.vehicles[arrays.kind_of[vehicle]]
            over = state.load[slot] - arrays.capacity[arrays.kind_of[vehicle]]
            if over > 1e-7:
                causes.append(Unserved("", f"day {day}, {kind.name}: the load is {over:g} over capacity"))
            if state.excess[slot] > 1e-7:
                names = [self.problem.customers[c].name for c in state.seq[slot, 1 : state.length[slot] + 1]]
                causes.append(
                    Unserved(
                        names[0],
                        f"day {day}, {kind.name} to {names}: {state.excess[slot]:.0f} minutes against the rules",
                    )
                )
            names = self._behind_closed(int(slot))
            if names:
                causes.append(
                    Unserved(names[0], f"day {day}, {kind.name}: only closed roads lead to or from {names}")
                )
        return tuple(causes) or (Unserved("", "no plan was found in the time given"),)

    def _behind_closed(self, slot: int) -> list[str]:
        row, edge = self.current.seq[slot], self.current.edge[slot]
        length = int(self.current.length[slot])
        ends = {int(c) for k in range(length + 1) if edge[k] >= self.arrays.shut for c in row[k : k + 2]}
        return [self.problem.customers[c].name for c in sorted(ends) if c < self.arrays.n]
