"""The claims of the desk simulation: right, faster than the libraries there are, a month of a whole desk in seconds.

    python -m bench.simulation [--customers 48000] [--json]

M/M/23 with callers who hang up, every customer's record kept, by Youlu, by Ciw and by SimPy in one process, one thread
each. Seconds are CPU seconds of making the model, running it and having the records. The exact values are birth-death
sums; the interval is Student's at 99 % over replications of the same length. The month is a desk after the page's
figures (21 people, calls three times the usual, 1,600 orders a day, contacts by voice), 100 replications on 2 threads.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Callable

import ciw
import simpy
from bench.desk_month import month_desk, plans

from youlu.engines.queueing import Problem as Erlang
from youlu.engines.queueing import erlang_a
from youlu.engines.queueing.simulation import Agent, Channel, Params, Problem, Times, compare, interval_of, simulate

PER_H, SERVICE_S, AGENTS, PATIENCE_S = 460.0, 180.0, 23, 120.0
WARM_S = 7_200.0


def cpu(run: Callable[[], int], repeat: int) -> tuple[float, int]:
    """Median CPU seconds of a run, and the records of the last."""
    spent = []
    for _ in range(repeat):
        begun = time.process_time()
        records = run()
        spent.append(time.process_time() - begun)
    return statistics.median(spent), records


def queue(customers: int, warm_s: float = 0.0) -> Problem:
    """The queue over as many half hours as bring the customers, and a warm-up before them."""
    periods = round((customers / PER_H * 3_600 + warm_s) / 1_800)
    calls = Channel(name="calls", kind="call", handling=Times.exponential(SERVICE_S),
                    patience=Times.exponential(PATIENCE_S), expected=[PER_H / 2] * periods)
    staff = tuple(Agent(name=str(i), site="desk", skills=frozenset({"calls"}), duty=((0.0, periods * 1_800.0),))
                  for i in range(AGENTS))
    return Problem(channels=(calls,), agents=staff, periods=periods)


def ours(customers: int) -> int:
    result = simulate(queue(customers), seed=1, replications=1, params=Params(threads=1, records=1))
    return len(result.records[0].arrive_s)


def by_ciw(customers: int) -> int:
    ciw.seed(1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(PER_H / 3_600)],
        service_distributions=[ciw.dists.Exponential(1 / SERVICE_S)], number_of_servers=[AGENTS],
        reneging_time_distributions=[ciw.dists.Exponential(1 / PATIENCE_S)])
    run = ciw.Simulation(network)
    run.simulate_until_max_time(customers / PER_H * 3_600)
    return len(run.get_all_records())


def by_simpy(customers: int) -> int:
    """The shape of SimPy's own bank example: a process for each customer, who waits for a server or for patience."""
    luck, environment, records = random.Random(1), simpy.Environment(), []
    desk = simpy.Resource(environment, capacity=AGENTS)

    def customer(number: int):
        came = environment.now
        with desk.request() as turn:
            met = yield turn | environment.timeout(luck.expovariate(1 / PATIENCE_S))
            begun = environment.now
            if turn in met:
                yield environment.timeout(luck.expovariate(1 / SERVICE_S))
            records.append((number, came, begun, environment.now, turn in met))

    def source():
        for number in range(customers):
            yield environment.timeout(luck.expovariate(PER_H / 3_600))
            environment.process(customer(number))

    environment.process(source())
    environment.run()
    return len(records)


def exactness(customers: int, replications: int) -> dict:
    """Three figures of the queue with their 99 % intervals beside the exact sums."""
    result = simulate(queue(customers, WARM_S), seed=1, replications=replications,
                      params=Params(warmup_s=WARM_S, share=0.99))
    exact = erlang_a(Erlang(PER_H, SERVICE_S, AGENTS, PATIENCE_S))
    waited = result.values("wait_s", "calls") + result.values("lost_wait_s", "calls")
    found = {
        "abandoned_share": (result.interval("abandoned_share", "calls"), exact.lost_share),
        "within_share": (result.interval("within_share", "calls"), exact.within_share),
        "wait_s": (interval_of(waited / result.values("offered", "calls"), 0.99), exact.wait_s),
    }
    figures = {name: {"exact": round(value, 5), "low": round(i.low, 5), "high": round(i.high, 5)}
               for name, (i, value) in found.items()}
    return figures | {"inside": all(i.low <= value <= i.high for i, value in found.values())}


def month(replications: int) -> dict:
    """The whole desk, and an emergency page's question: three plans and doing nothing for a fortnight."""
    begun, spent = time.perf_counter(), time.process_time()
    result = simulate(month_desk(30), seed=1, replications=replications)
    wall, spent = time.perf_counter() - begun, time.process_time() - spent
    begun, plans_cpu = time.perf_counter(), time.process_time()
    done = {name: simulate(problem, seed=1, replications=30) for name, problem in plans(14).items()}
    plans_s, plans_cpu = time.perf_counter() - begun, time.process_time() - plans_cpu
    gain = {name: compare(plan, done["nothing"], "abandoned_share", "calls") for name, plan in done.items()}
    return {
        "month_wall_s": round(wall, 2), "month_cpu_s": round(spent, 2), "replications": replications,
        "attempts": int(result.values("offered", "calls").sum() + sum(
            result.values("offered", c.name).sum() for c in result.problem.channels[1:])),
        "four_plans_wall_s": round(plans_s, 2), "four_plans_cpu_s": round(plans_cpu, 2),
        "abandoned_against_nothing": {name: [round(i.low, 4), round(i.high, 4)] for name, i in gain.items()},
    }  # fmt: skip


def run(args: argparse.Namespace) -> dict:
    ours(1_000)  # compiled or loaded
    figures: dict = {"bench": "simulation", "customers": args.customers}
    rate = {}
    for name, library, repeat in (("youlu", ours, 15), ("ciw", by_ciw, 1), ("simpy", by_simpy, 1)):
        seconds, records = cpu(lambda library=library: library(args.customers), repeat)
        rate[name] = records / seconds
        figures |= {f"{name}_cpu_s": round(seconds, 4), f"{name}_customers_per_s": round(rate[name])}
    figures |= {f"ratio_vs_{name}": round(rate["youlu"] / rate[name], 1) for name in ("ciw", "simpy")}
    figures |= exactness(args.customers, 20) | month(args.replications)
    return figures | {"load_1m": round(os.getloadavg()[0], 2)}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=48_000)
    parser.add_argument("--replications", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    figures = run(args)
    if args.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"  {name:28} {value}")


if __name__ == "__main__":
    main()
