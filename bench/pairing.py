"""The claim of the pairing: 1,164 households and 3,000 couriers, optimal.

    python -m bench.pairing [--households 1164] [--couriers 3000] [--json]

Seconds are wall seconds of one call. Optimality is checked by the dual of the assignment: no cheaper pairing
exists if OR-Tools' minimum-cost flow, a different algorithm, finds the same total.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import numpy as np

from youlu.engines.routing.pairing import Pairing, PairingProblem, pair


def county(households: int, couriers: int, seed: int) -> PairingProblem:
    """Points on a plane of 200 km; one household in ten needs a language; half have a pair already."""
    rng = np.random.default_rng(seed)
    home, depot = rng.random((households, 2)) * 200, rng.random((couriers, 2)) * 200
    distance = np.round(np.hypot(*(home[:, None] - depot[None]).transpose(2, 0, 1)), 1)
    word = frozenset({"藏语"})
    near = np.argsort(distance, axis=1)[:, :40]
    pairs = np.where(rng.random(households) < 0.5, near[np.arange(households), rng.integers(0, 40, households)], -1)
    return PairingProblem(
        distance=distance,
        capacity=rng.integers(0, 3, couriers),
        needs=[word if x < 0.1 else frozenset() for x in rng.random(households)],
        skills=[word if x < 0.2 else frozenset() for x in rng.random(couriers)],
        pairs=pairs,
        break_price=15.0,
    )


def flow_total(problem: PairingProblem) -> float:
    """The same optimum by OR-Tools' minimum-cost flow, in tenths of a kilometre."""
    from ortools.graph.python import min_cost_flow

    flow = min_cost_flow.SimpleMinCostFlow()
    households, couriers = problem.distance.shape
    source, sink = households + couriers, households + couriers + 1
    able = np.array([[need <= skill for skill in problem.skills] for need in problem.needs])
    cost = problem.distance + problem.break_price * (
        (problem.pairs[:, None] >= 0) & (problem.pairs[:, None] != np.arange(couriers)[None])
    )
    rows, columns = np.nonzero(able)
    flow.add_arcs_with_capacity_and_unit_cost(
        rows, households + columns, np.ones(len(rows), int), np.round(cost[rows, columns] * 10).astype(int)
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(households, source), np.arange(households), np.ones(households, int), np.zeros(households, int)
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        households + np.arange(couriers), np.full(couriers, sink), problem.capacity, np.zeros(couriers, int)
    )
    flow.set_nodes_supplies(np.array([source, sink]), np.array([households, -households]))
    assert flow.solve() == flow.OPTIMAL
    return flow.optimal_cost() / 10.0


def run(args: argparse.Namespace) -> dict:
    problem = county(args.households, args.couriers, args.seed)
    begun = time.perf_counter()
    result: Pairing = pair(problem)
    wall_s = time.perf_counter() - begun
    begun = time.perf_counter()
    other = flow_total(problem)
    return {
        "bench": "pairing",
        "households": args.households,
        "couriers": args.couriers,
        "wall_s": round(wall_s, 2),
        "total_km": round(result.cost, 1),
        "unpaired": len(result.unpaired),
        "broken_pairs": result.broken,
        "ortools_flow_s": round(time.perf_counter() - begun, 2),
        "optimal": bool(abs(other - result.cost) < 0.05),
        "load_1m": round(os.getloadavg()[0], 2),
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=1164)
    parser.add_argument("--couriers", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    figures = run(args)
    print(json.dumps(figures) if args.json else figures)


if __name__ == "__main__":
    main()
