"""The claim of the daily rounds: best known values beside OR-Tools' routing, in the same run.

    python -m bench.rounds --instances DIR [--seconds 10] [--json]

DIR holds VRPLIB files and `.sol` files whose line `Cost` is the best known value. Seconds are wall seconds
per instance and solver, one thread each.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

from youlu.engines.routing import Problem, plan_verify, rounds_solve, vrplib_read

ROUNDING = {"RC208": "dimacs", "R1_10_1": "dimacs", "X-n200-k36": "round"}


def instance(folder: Path, name: str) -> tuple[Problem, float]:
    with (folder / f"{name}.vrp").open() as lines:
        problem = vrplib_read(lines, ROUNDING[name], name)
    last = [line for line in (folder / f"{name}.sol").read_text().splitlines() if line.startswith("Cost")][-1]
    return problem, float(last.split()[-1])


def ours(problem: Problem, seconds: float, seed: int) -> float:
    plan = rounds_solve(problem, seed=seed, seconds=seconds, clock=time.perf_counter)
    assert not plan.feasible or not plan_verify(problem, plan)
    return plan.cost


def peer(problem: Problem, seconds: float) -> float:
    """OR-Tools' routing: cheapest arc, guided local search."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    van = problem.vehicles[0]
    places = [van.home, *(c.place for c in problem.customers)]
    unit = 10
    length = (problem.days[0].distance[places][:, places] * unit).round().astype(int).tolist()
    service = [0, *(round(c.service_min * unit) for c in problem.customers)]
    demand = [0, *(round(c.demand) for c in problem.customers)]
    manager = pywrapcp.RoutingIndexManager(len(places), van.count, 0)
    model = pywrapcp.RoutingModel(manager)
    node = manager.IndexToNode
    arc = model.RegisterTransitCallback(lambda i, j: length[node(i)][node(j)])
    model.SetArcCostEvaluatorOfAllVehicles(arc)
    load = model.RegisterUnaryTransitCallback(lambda i: demand[node(i)])
    model.AddDimension(load, 0, int(van.capacity), True, "load")
    if van.shift_min[1] < float("inf"):
        horizon = int(van.shift_min[1] * unit)
        clock = model.RegisterTransitCallback(lambda i, j: length[node(i)][node(j)] + service[node(i)])
        model.AddDimension(clock, horizon, horizon, False, "time")
        time_of = model.GetDimensionOrDie("time")
        for k, customer in enumerate(problem.customers):
            opens, closes = (int(edge * unit) for edge in customer.window_min)
            time_of.CumulVar(manager.NodeToIndex(k + 1)).SetRange(opens, min(closes, horizon))
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(seconds * 1000))
    found = model.SolveWithParameters(search)
    return found.ObjectiveValue() / unit if found else float("inf")


def run(args: argparse.Namespace) -> dict:
    rows = {}
    for name in args.names.split(","):
        problem, value = instance(args.instances, name)
        rows[name] = {"best_known": value}
        for who, cost in (
            ("ours", ours(problem, args.seconds, args.seed)),
            ("ortools", peer(problem, args.seconds)),
        ):
            rows[name][who] = round(cost, 1) if cost < float("inf") else None
            rows[name][f"{who}_gap_pct"] = round(100 * (cost / value - 1), 2) if cost < float("inf") else None
        if not args.json:
            print(name, rows[name], flush=True)
    return {
        "bench": "rounds",
        "wall_seconds": args.seconds,
        "load_1m": round(os.getloadavg()[0], 2),
        "instances": rows,
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--names", default="RC208,R1_10_1,X-n200-k36")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    figures = run(args)
    if args.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
