"""The claim of the border week: 64 posts, six days, one to three visits; and its repair after roads close.

    python -m bench.border [--seconds 10] [--seeds 10] [--json]

The week is synthetic and seeded: four county offices, mountain roads, one snow day, a ferry, duty and driving
limits, breaks, nights at a price. Seconds are CPU seconds of this process, one thread. Every plan goes through
the verifier. `lower_bound_gap_pct` is to the K-tree bound, which knows nothing of duty limits: it is loose.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
from dataclasses import replace

import numpy as np

from youlu.engines.routing import (
    Crossing,
    Customer,
    Day,
    Params,
    Problem,
    Result,
    Vehicle,
    Weights,
    edges_close,
    lower_bound,
    plan_verify,
    solve,
)

POSTS, HOMES = 64, 4


def border_week(seed: int = 2022) -> Problem:
    rng = np.random.default_rng(seed)
    homes = np.column_stack([np.linspace(60, 460, HOMES), rng.uniform(60, 100, HOMES)])
    posts = np.column_stack([rng.uniform(0, 520, POSTS), rng.uniform(0, 160, POSTS)])
    points = np.vstack([homes, posts])
    straight = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    distance = np.round(straight * 1.35, 1)
    time_min = np.round(distance / 45.0 * 60.0, 1)
    far = int(np.argmax(posts[:, 1])) + HOMES
    ferries = tuple(
        Crossing(a, b, (480.0, 600.0, 780.0, 960.0), 40.0, **way)
        for k in range(HOMES + POSTS)
        if k != far
        for a, b, way in (
            (k, far, {"approach_min": float(time_min[k, far])}),
            (far, k, {"onward_min": float(time_min[far, k])}),
        )
    )
    dry, snow = Day(distance, time_min, ferries), Day(distance, np.round(time_min * 1.3, 1), ferries)
    customers = tuple(
        Customer(
            f"哨所{k + 1}",
            HOMES + k,
            demand=float(rng.integers(10, 66)),
            visits=int(rng.choice([1, 2, 3], p=[0.5, 0.3, 0.2])),
            min_gap_days=2,
            service_min=20.0,
        )
        for k in range(POSTS)
    )
    vehicles = tuple(
        Vehicle(
            f"县{h + 1}", h, count=2, capacity=300.0, shift_min=(360.0, 1320.0), max_duty_min=720.0,
            max_driving_min=540.0, break_after_min=240.0, break_min=20.0, max_nights=1,
        )
        for h in range(HOMES)
    )  # fmt: skip
    return Problem(
        customers,
        vehicles,
        (dry, dry, snow, dry, dry, dry),
        period_days=7,
        weights=Weights(distance=1.0, overnight=80.0),
        points=tuple((float(x), float(y)) for x, y in points),
        name="border",
    )


def planned(problem: Problem, seconds: float, seed: int, warm: Result | None = None, **params: float) -> Result:
    plan = solve(problem, Params(seconds=seconds, **params), seed=seed, clock=time.process_time, warm=warm)
    assert plan.feasible, plan.unserved
    faults = plan_verify(problem, plan)
    assert not faults, faults
    return plan


def repair(problem: Problem, before: Result, seconds: float) -> tuple[float, float, Result]:
    """(CPU seconds, share of visit days changed) after the three busiest roads of the plan close all week."""
    used: dict[tuple[int, int], int] = {}
    place = {c.name: c.place for c in problem.customers}
    home = {v.name: v.home for v in problem.vehicles}
    for route in before.routes:
        stops = [home[route.vehicle], *(place[v.customer] for v in route.visits), home[route.vehicle]]
        for a, b in itertools.pairwise(stops):
            edge = (min(a, b), max(a, b))
            used[edge] = used.get(edge, 0) + 1
    busiest = sorted(used, key=lambda edge: (-used[edge], edge))[:3]
    priced = replace(problem, weights=replace(problem.weights, changed_day=60.0))
    closed = edges_close(priced, busiest, detour=True)
    begun = time.process_time()
    after = planned(closed, seconds, 1, before, hot=0.3)
    visits = sum(c.visits for c in problem.customers)
    return time.process_time() - begun, after.costs["changed_days"] / visits, after


def run(args: argparse.Namespace) -> dict:
    problem = border_week()
    planned(problem, 0.5, 0)  # kernels are compiled now
    plans = [planned(problem, args.seconds, seed) for seed in range(1, args.seeds + 1)]
    costs = [plan.cost for plan in plans]
    best = min(plans, key=lambda plan: plan.cost)
    bound = lower_bound(problem, upper=best.cost)
    repair_s, changed, after = repair(problem, best, args.repair_seconds)
    return {
        "bench": "border",
        "cpu_seconds": args.seconds,
        "seeds": args.seeds,
        "visits": sum(c.visits for c in problem.customers),
        "costs": [round(cost, 1) for cost in costs],
        "spread_pct": round(100 * (max(costs) / min(costs) - 1), 3),
        "steps_per_s": round(sum(plan.iterations for plan in plans) / args.seconds / args.seeds),
        "nights": best.costs["nights"],
        "lower_bound": round(bound, 1),
        "lower_bound_gap_pct": round(100 * (min(costs) / bound - 1), 1),
        "repair_s": round(repair_s, 2),
        "changed_days_pct": round(100 * changed, 1),
        "repair_cost_pct": round(100 * ((after.cost - 60.0 * after.costs["changed_days"]) / best.cost - 1), 2),
        "load_1m": round(os.getloadavg()[0], 2),
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--repair-seconds", type=float, default=4.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    figures = run(args)
    if args.json:
        print(json.dumps(figures))
    else:
        for word, value in figures.items():
            print(f"{word:22} {value}")


if __name__ == "__main__":
    main()
