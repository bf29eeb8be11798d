"""A thin, typed door to PyVRP for the rounds of one day."""

from __future__ import annotations

from collections.abc import Callable

from youlu.engines.routing.arrays import arrays_build
from youlu.engines.routing.check import problem_check, unservable
from youlu.engines.routing.errors import RoutingInputError
from youlu.engines.routing.model import Problem, Result, Unserved
from youlu.engines.routing.plan import result_make, result_none, state_from_tours
from youlu.engines.routing.pyvrp_bridge import bridge_refusal, day_tours
from youlu.engines.routing.state import scratch_make


def rounds_solve(
    problem: Problem,
    *,
    seed: int = 0,
    iterations: int = 1000,
    seconds: float | None = None,
    clock: Callable[[], float] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Result:
    """Plan one day: every customer once, windows, capacity and duty kept.

    Parameters
    ----------
    problem : one service day, one visit per customer.
    iterations : PyVRP's; without `seconds` they alone end the search, and the same seed gives the same plan.
    seconds : needs the caller's `clock`.
    stop : asked once per iteration.

    Raises
    ------
    RoutingInputError : malformed input, or a rule PyVRP cannot keep (crossings, breaks, nights): the message
        says which; `solve` keeps those.
    """
    problem_check(problem)
    if problem.n_days != 1:
        raise RoutingInputError(f"daily rounds are planned for one day, the problem has {problem.n_days}")
    refusal = bridge_refusal(problem)
    if refusal:
        raise RoutingInputError(f"daily rounds do not know {refusal}: plan them with solve")
    if seconds is not None and clock is None:
        raise RoutingInputError("seconds needs a clock")
    causes = unservable(problem)
    if causes:
        return result_none(causes, seed=seed, stopped_by="infeasible", method="pyvrp")
    arrays = arrays_build(problem)
    budget = _Budget(iterations, seconds, clock, stop)
    tours = day_tours(problem, arrays, 0, range(arrays.n), budget, seed)
    about = {"seed": seed, "iterations": budget.count, "stopped_by": budget.reason, "method": "pyvrp"}
    state = state_from_tours(arrays, scratch_make(arrays, seed), tours) if tours else None
    if state is None:
        return result_none(
            (Unserved("", "no plan within windows, capacity and duty was found in the time given"),), **about
        )
    return result_make(problem, arrays, state, None, **about)


class _Budget:
    def __init__(
        self,
        iterations: int,
        seconds: float | None,
        clock: Callable[[], float] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.iterations, self.seconds, self.stop = iterations, seconds, stop
        self.clock = clock or (lambda: 0.0)
        self.started = self.clock()
        self.count = 0
        self.reason = ""

    def __call__(self, best_cost: int) -> bool:
        if self.stop and self.stop():
            self.reason = "caller"
        elif self.seconds is not None:
            if self.clock() - self.started >= self.seconds:
                self.reason = "seconds"
        elif self.count >= self.iterations:
            self.reason = "iterations"
        self.count += not self.reason
        return bool(self.reason)
