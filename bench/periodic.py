"""The claims of the periodic search: gap to published values, per instance, with a peer in the same run.

    python -m bench.periodic --instances DIR [--seconds 10] [--seeds 5] [--names p01,p02] [--peer] [--json]

DIR holds instances in the format of Cordeau, Gendreau and Laporte (1997) and a `.res` file beside each, whose
first number is the value the gap is measured to (the best of 1997, not today's best known). Seconds are CPU
seconds of this process, one thread, per instance and seed. Every plan goes through the verifier.
The peer is PyVRP inside a plain search over patterns: it plans each day, moves a customer, plans again.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import time
from pathlib import Path

from youlu.engines.routing import (
    Params,
    Problem,
    cordeau_read,
    cordeau_solution_read,
    patterns_allowed,
    plan_verify,
    solve,
)
from youlu.engines.routing.arrays import arrays_build
from youlu.engines.routing.plan import result_make, state_from_tours
from youlu.engines.routing.pyvrp_bridge import day_tours
from youlu.engines.routing.state import scratch_make

# Values of Vidal et al. (2012), Operations Research 60(3), quoted from memory: check before publishing.
VALUES_2012 = {"p04": 835.26, "p05": 2024.96, "p06": 835.26, "p08": 2022.47}


def instances(folder: Path, names: str) -> dict[str, tuple[Problem, float]]:
    found = {}
    for file in sorted(folder.glob("*.res")):
        name = file.stem
        if names and name not in names.split(","):
            continue
        with (folder / name).open() as lines, file.open() as solution:
            found[name] = cordeau_read(lines, name), cordeau_solution_read(solution)[0]
    return found


def ours(problem: Problem, seconds: float, seed: int) -> tuple[float, int]:
    """(cost, steps); a plan that breaks a rule ends the bench."""
    plan = solve(problem, Params(seconds=seconds), seed=seed, clock=time.process_time)
    if plan.feasible:
        faults = plan_verify(problem, plan)
        assert not faults, faults
    return plan.cost, plan.iterations


def peer(problem: Problem, seconds: float, seed: int) -> float:
    """PyVRP on every day of random patterns, then one customer moved at a time while it pays."""
    arrays, draw = arrays_build(problem), random.Random(seed)
    begun = time.process_time()
    allowed = [patterns_allowed(c, problem) for c in problem.customers]
    chosen = [draw.choice(patterns) for patterns in allowed]
    by_day: dict[int, list] = {}

    def plan_day(days: list[tuple[int, ...]], day: int, iterations: int) -> list | None:
        members = [c for c, pattern in enumerate(days) if day in pattern]
        return day_tours(problem, arrays, day, members, _Count(iterations), seed) if members else []

    def length(tours: list | None) -> float:
        if tours is None:
            return float("inf")
        distance = problem.days[0].distance
        places = [[0, *(problem.customers[c].place for c in tour), 0] for _, tour in tours]
        return sum(distance[a, b] for stops in places for a, b in itertools.pairwise(stops))

    for day in range(problem.n_days):
        by_day[day] = plan_day(chosen, day, 50)
    missing = [day for day, tours in by_day.items() if tours is None]
    total = sum(length(tours) for tours in by_day.values())
    while time.process_time() - begun < seconds:
        c = draw.randrange(len(chosen))
        trial = [*chosen[:c], draw.choice(allowed[c]), *chosen[c + 1 :]]
        touched = sorted(set(chosen[c]) ^ set(trial[c]))
        new = {**by_day, **{day: plan_day(trial, day, 30) for day in touched}}
        new_missing = [day for day, tours in new.items() if tours is None]
        new_total = sum(length(tours) for tours in new.values())
        if len(new_missing) < len(missing) or (len(new_missing) == len(missing) and new_total <= total):
            chosen, by_day, total, missing = trial, new, new_total, new_missing
    if missing:
        return float("inf")
    tours = [tour for day_plan in by_day.values() for tour in day_plan]
    plan = result_make(problem, arrays, state_from_tours(arrays, scratch_make(arrays, 0), tours), None)
    assert not plan_verify(problem, plan)
    return plan.cost


class _Count:
    def __init__(self, iterations: int) -> None:
        self.left = iterations

    def __call__(self, best_cost: int) -> bool:
        self.left -= 1
        return self.left < 0


def gap_pct(cost: float, value: float) -> float:
    return round(100.0 * (cost / value - 1.0), 3)


def measure(problem: Problem, value: float, args: argparse.Namespace) -> dict:
    costs, steps = zip(*(ours(problem, args.seconds, seed) for seed in range(1, args.seeds + 1)), strict=True)
    gaps = [gap_pct(cost, value) for cost in costs]
    figures = {
        "value_1997": value,
        "gaps_pct": gaps,
        "mean_gap_pct": round(statistics.fmean(gaps), 3),
        "spread_pct": round(max(gaps) - min(gaps), 3),
        "steps_per_s": round(sum(steps) / args.seconds / args.seeds),
    }
    if problem.name in VALUES_2012:
        figures["gap_2012_pct"] = round(statistics.fmean(gap_pct(c, VALUES_2012[problem.name]) for c in costs), 3)
    if args.peer:
        figures["peer_gap_pct"] = gap_pct(peer(problem, args.seconds, 1), value)
    return figures


def run(args: argparse.Namespace) -> dict:
    """All instances; `mean_gap_pct` is the mean over instances and seeds."""
    ours(next(iter(instances(args.instances, args.names).values()))[0], 0.1, 1)  # kernels are compiled now
    rows = {}
    for name, (problem, value) in instances(args.instances, args.names).items():
        rows[name] = measure(problem, value, args)
        if not args.json:
            print(name, rows[name], flush=True)
    gaps = [gap for row in rows.values() for gap in row["gaps_pct"]]
    recent = [row["gap_2012_pct"] for row in rows.values() if "gap_2012_pct" in row]
    return {
        "bench": "periodic",
        "cpu_seconds": args.seconds,
        "seeds": args.seeds,
        "load_1m": round(os.getloadavg()[0], 2),
        "mean_gap_pct": round(statistics.fmean(gaps), 3),
        "worst_gap_pct": max(gaps),
        "mean_gap_2012_pct": round(statistics.fmean(recent), 3) if recent else None,
        "instances": rows,
    }


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, required=True, help="folder of instances and .res files")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--names", default="", help="comma-separated; default: all")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = arguments(argv)
    figures = run(args)
    if args.json:
        print(json.dumps(figures))
    else:
        print({word: value for word, value in figures.items() if word != "instances"})


if __name__ == "__main__":
    main()
