"""The claims of the roster engine: gaps to best known values, a desk of 21, a team of 300, a peer beside us.

    python -m bench.roster [--instances DIR] [--seconds 60] [--names 1,2] [--no-desks] [--json]

DIR holds instances of the shift-scheduling benchmark of Curtois and Qu (2014) as `Instance<number>.txt`, and
`BEST_KNOWN.csv` (instance, …, best_known). Seconds are wall seconds per instance; with `--cores 2` they are CPU seconds
divided by that, for a machine on which others work too. Every roster goes through the independent checker; a broken
rule ends the bench.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from bench.roster_desks import absent, lanzhou, three_hundred

from youlu.engines.roster import Params, Problem, Result, curtois_read, repair, roster_verify, solve

BY_CPU = 0.0  # 0: seconds are wall seconds
LONG = Params(steps=10**9, step_s=None, bound="columns", whole_work=4.0)
QUICK = Params(steps=30, stall=24, whole_work=0.0, step_work=0.3, step_s=None)
MEND = Params(steps=10, stall=6, whole_work=0.0, step_work=0.2, step_s=None)


def timed(problem: Problem, seconds: float, params: Params, seed: int = 1) -> tuple[Result, float, float]:
    """(result, wall seconds, CPU seconds); the roster is checked."""
    wall, cpu = time.perf_counter(), time.process_time()

    def spent() -> bool:
        return time.process_time() - cpu > BY_CPU * seconds if BY_CPU else time.perf_counter() - wall > seconds

    result = solve(problem, seed=seed, stop=spent, params=params)
    took = time.perf_counter() - wall, time.process_time() - cpu
    if result.status in ("optimal", "feasible"):
        verdict = roster_verify(problem, result.assignments)
        assert verdict.valid
        assert abs(verdict.cost - result.cost) < 1e-6
    return result, *took


def gap_pct(cost: float, value: float) -> float:
    return round(100.0 * (cost / value - 1.0), 3) if cost < float("inf") else float("inf")


def instances(args: argparse.Namespace) -> dict[str, dict]:
    with (args.instances / "BEST_KNOWN.csv").open() as lines:
        known = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(lines)}
    rows = {}
    for number in args.names.split(",") if args.names else known:
        with (args.instances / f"Instance{number}.txt").open() as lines:
            problem = curtois_read(lines, number)
        result, wall_s, cpu_s = timed(problem, args.seconds, LONG, args.seed)
        rows[number] = {
            "gap_pct": gap_pct(result.cost, known[number]), "cost": result.cost, "best_known": known[number],
            "lower_bound": round(result.lower_bound, 2), "status": result.status, "wall_s": round(wall_s, 1),
            "cpu_s": round(cpu_s, 1), "steps": result.steps,
        }
        if not args.json:
            print(number, rows[number], flush=True)
    return rows


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def desk_of_21(args: argparse.Namespace) -> dict:
    """A roster from nothing, and a repair, for each of 50 random absences."""
    base = lanzhou()
    best, _, _ = timed(base, 30, replace(LONG, whole_work=1.0))
    published, _, _ = timed(base, 5, QUICK)
    solve_s, repair_s, changed, gaps, mend_gaps = [], [], [], [], []
    for seed in range(1, args.absences + 1):
        problem = absent(base, seed)
        result, wall_s, _ = timed(problem, 4.8, QUICK, seed)
        solve_s.append(wall_s)
        begun = time.perf_counter()
        mended = repair(problem, published.assignments, change_cost=8.0, few_share=0.1, seed=seed, params=MEND,
                        stop=lambda begun=begun: time.perf_counter() - begun > 1.8)
        repair_s.append(time.perf_counter() - begun)
        assert roster_verify(problem, mended.assignments).valid
        changed.append(100.0 * mended.changes / len(published.assignments))
        gaps.append(result.cost)
        mend_gaps.append(mended.cost - mended.costs.get("keep_published", 0.0))
    return {
        "lanzhou_s": round(percentile(solve_s, 0.95), 2), "lanzhou_median_s": round(statistics.median(solve_s), 2),
        "repair_s": round(percentile(repair_s, 0.95), 2), "changed_pct": round(statistics.fmean(changed), 1),
        "changed_worst_pct": round(max(changed), 1), "base_cost": round(published.cost, 1),
        "base_gap_pct": gap_pct(published.cost, best.lower_bound), "bound": round(best.lower_bound, 1),
        "mean_cost": round(statistics.fmean(gaps), 1), "mean_repaired_cost": round(statistics.fmean(mend_gaps), 1),
    }


def team_of_300(args: argparse.Namespace) -> dict:
    params = Params(steps=10**9, bound="linear", whole_work=0.0, step_work=2.0, step_s=2.0, free_target=2500)
    result, wall_s, cpu_s = timed(three_hundred(), args.team_seconds, params)
    return {
        "gap_pct": gap_pct(result.cost, result.lower_bound), "cost": round(result.cost, 1),
        "bound": round(result.lower_bound, 1), "wall_s": round(wall_s, 1), "cpu_s": round(cpu_s, 1),
        "steps": result.steps,
    }


PEER = """
import json, sys, time
from pyworkforce.scheduling import MinAbsDifference
job = json.load(sys.stdin)
begun = time.perf_counter()
answer = MinAbsDifference(**job).solve()
json.dump({"seconds": time.perf_counter() - begun, "status": answer["status"],
           "shifts": answer["resources_shifts"]}, sys.stdout)
"""


def peer(args: argparse.Namespace) -> dict:
    """pyworkforce on the case it can state (how many people on each kind of shift, no persons, no rules) beside us."""
    base = lanzhou()
    shifts = [s for s in base.shifts if s.activity == "queue"]
    periods = range(480, 1440, 30)
    wanted = [[round(n.people) for n in base.needs if n.day == day and n.skill == "普通话"] for day in range(base.days)]
    cover = {s.name: [int(s.works_during(p, p + 30)) for p in periods] for s in shifts}
    job = {"num_days": base.days, "periods": len(periods), "shifts_coverage": cover, "required_resources": wanted,
           "max_period_concurrency": 21, "max_shift_concurrency": 21}
    ran = subprocess.run([args.peer, "-c", PEER], input=json.dumps(job), capture_output=True, text=True, check=False)
    if ran.returncode:
        return {"peer": "did not run", "why": ran.stderr.strip().splitlines()[-1:]}
    answer = json.loads(ran.stdout)
    have = [[0] * len(periods) for _ in range(base.days)]
    for row in answer["shifts"]:
        for k, there in enumerate(cover[row["shift"]]):
            have[row["day"]][k] += there * row["resources"]
    off = sum(abs(h - w) for day in zip(have, wanted, strict=True) for h, w in zip(*day, strict=True))
    return {"peer_s": round(answer["seconds"], 2), "peer_status": answer["status"], "peer_abs_difference": off,
            **_ours_on_the_peers_case(base, wanted)}


def _ours_on_the_peers_case(base: Problem, wanted: list[list[int]]) -> dict:
    """The same needs and shifts with 21 people of one kind and no rule but one shift a day."""
    needs = tuple(replace(n, people=wanted[n.day][(n.start_min - 480) // 30], short_cost=1, over_cost=1)
                  for n in base.needs if n.skill == "普通话")
    people = tuple(replace(p, stays=(), wishes=(), contract_min=None) for p in base.people)
    shifts = tuple(s for s in base.shifts if s.activity == "queue")
    bare = replace(base, needs=needs, rules=(), people=people, shifts=shifts)
    result, wall_s, _ = timed(bare, 10, QUICK)
    return {"ours_s": round(wall_s, 2), "ours_abs_difference": result.cost, "ours_status": result.status}


def run(args: argparse.Namespace) -> dict:
    figures: dict = {"bench": "roster", "seconds": args.seconds}
    if args.instances:
        figures["instances"] = instances(args)
    if args.desks:
        figures |= desk_of_21(args)
        figures["agents_300"] = team_of_300(args)
    if args.peer:
        figures |= peer(args)
    return figures | {"load_1m": round(os.getloadavg()[0], 2)}


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, help="folder of instances and BEST_KNOWN.csv")
    parser.add_argument("--names", default="", help="comma-separated numbers; default: all in BEST_KNOWN.csv")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--team-seconds", type=float, default=60.0)
    parser.add_argument("--absences", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--desks", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--peer", default="", help="a Python that has pyworkforce")
    parser.add_argument("--cores", type=float, default=0.0)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = arguments(argv)
    global BY_CPU
    BY_CPU = args.cores
    figures = run(args)
    print(json.dumps(figures) if args.json else figures, file=sys.stdout)


if __name__ == "__main__":
    main()
