"""Plan a period: which days, which vehicle, which order.

`solve` anneals with `sisr` in one or more chains, tries PyVRP's group model where it is exact and
polishes single days with it, and keeps the best. It can be stopped between any two chunks of steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from youlu.engines.routing.arrays import Arrays, arrays_build
from youlu.engines.routing.check import problem_check, unservable
from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Params, Problem, Progress, Result, Unserved
from youlu.engines.routing.plan import result_make, result_none, state_from_tours, tours_from_result
from youlu.engines.routing.sisr import anneal, plan_first
from youlu.engines.routing.state import Scratch, State, scratch_make, state_copy, state_empty, totals

CHUNK_STEPS = 500

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
    for chain in range(params.chains):
        if search.stopped_by:
            break
        search.chain(chain)
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
    current: State = field(init=False)
    work: State = field(init=False)
    best: State = field(init=False)
    scratch: Scratch = field(init=False)
    prices: np.ndarray = field(init=False)

    def begin(self, warm: Result | None) -> None:
        """A first plan: the warm one if it still fits, else by insertion."""
        self.started = self.clock()
        params = self.params
        removed_mean = min(params.removed_mean, max(2.0, 0.4 * self.arrays.n))
        self.tuning = np.array(
            [removed_mean, params.string_max, params.blink, params.pattern_blink, params.one_day_share]
        )
        self.scratch = scratch_make(self.arrays, self.seed)
        self.best, self.work = state_empty(self.arrays), state_empty(self.arrays)
        self.prices = self._prices_first()
        self.current = state_empty(self.arrays)
        tours = tours_from_result(self.problem, self.arrays, warm) if warm else []
        given = state_from_tours(self.arrays, self.scratch, tours) if tours else None
        if given is None:
            plan_first(self.arrays, self.current, self.scratch, self.prices[0], self.prices[1])
        else:
            self.current = given
        state_copy(self.current, self.work)
        self._keep_if_better(self.current)

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
        shares = [self.iterations / max(1, self.params.iterations)] if self.params.seconds is None else []
        if self.params.seconds is not None:
            shares.append(self._elapsed_s() / max(1e-9, self.params.seconds))
        return max(shares)

    def chain(self, number: int) -> None:
        """One annealing run over its share of the effort."""
        params = self.params
        begin, end = number / params.chains, (number + 1) / params.chains
        if number and self.best_cost < np.inf:
            state_copy(self.best, self.current)
            state_copy(self.best, self.work)
        hot = params.hot * (0.3 if number else 1.0)
        while not self._should_stop():
            share = (self._done_share() - begin) / (end - begin)
            if share >= 1.0:
                break
            self._chunk(hot * (params.cold / hot) ** max(0.0, share), max(0.0, share), hot)
        if number + 1 == params.chains and not self.stopped_by:
            self.stopped_by = "iterations" if params.seconds is None else "seconds"

    def _chunk(self, heat: float, share: float, hot: float) -> None:
        params, arrays = self.params, self.arrays
        steps = CHUNK_STEPS
        if params.seconds is None:
            steps = min(steps, params.iterations - self.iterations)
        sums = np.zeros(4)
        totals(arrays, self.current, sums)
        scale = (self.best_cost if self.best_cost < np.inf else sums[0] + sums[3]) / max(
            1, int(self.current.length.sum())
        )
        found = anneal(
            arrays, self.current, self.work, self.best, self.scratch, self.prices, self.best_cost, steps,
            heat * scale, heat * scale * 0.999, self.tuning,
        )  # fmt: skip
        self.iterations += steps
        if found < self.best_cost - 1e-9:
            self.best_cost, self.improved_at = float(found), self.iterations
        if self.progress:
            self.progress(self._report("sisr"))

    def _report(self, method: str) -> Progress:
        return Progress(self.iterations, self._elapsed_s(), self.best_cost, method)

    def _should_stop(self) -> bool:
        if self.stop and self.stop(self._report("sisr")):
            self.stopped_by = "caller"
        elif self.params.stall and self.iterations - self.improved_at >= self.params.stall:
            self.stopped_by = "stall"
        return bool(self.stopped_by)

    def result(self, before: Mapping[str, tuple[int, ...]] | None) -> Result:
        about = {"seed": self.seed, "iterations": self.iterations, "stopped_by": self.stopped_by, "method": "sisr"}
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
        return tuple(causes) or (Unserved("", "no plan was found in the time given"),)
