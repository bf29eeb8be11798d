"""The claims of the promise engine: all pairs, quotes, a million items, and that none of it is wrong.

    python -m bench.promise [--gtfs DIR] [--object gtfs_hsr] [--json]

CPU seconds are the process's own; wall seconds are told beside the load of the machine.
"""

import argparse
import gzip
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench.national_timetable import national_timetables
from bench.synthetic_timetables import START_DAY, national
from bench.time_expanded import seconds_per_source

from youlu.engines.calendar import day_of_compact
from youlu.engines.gtfs import feed_read
from youlu.engines.promise import (
    UNREACHABLE,
    Handling,
    LegClosure,
    Starts,
    Timetable,
    TripPattern,
    flags_derive,
    repromise,
    scan,
    timetable_build,
)
from youlu.engines.promise.program import program_build
from youlu.engines.promise.rows import LANES
from youlu.engines.promise.sweep import Live

HSR = Path(__file__).resolve().parents[1] / "src/youlu/scenarios/data/gtfs_hsr"
ITEMS = 1_000_000
THREADS = 2


@dataclass(frozen=True, eq=False)
class Object:
    """One timetable to measure, at 14 and 45 days."""

    name: str
    short: Timetable
    long: Timetable
    handling: Handling


def gtfs_hsr(folder: Path) -> Object:
    """A real national timetable; 60 minutes to change. It repeats so that 45 days have trips."""
    feed = feed_read(lambda name: _lines(folder, name))
    first = day_of_compact("20160310")

    def patterns(repeats: int) -> list[TripPattern]:
        return [
            TripPattern(i, t.stops, -(-t.arr_s // 60), t.dep_s // 60, _repeated(days, repeats))
            for i, t in enumerate(feed.trips)
            if (days := feed.services[t.service_id].days if t.service_id in feed.services else ())
        ]

    n = len(feed.stop_ids)
    return Object(
        "gtfs_hsr",
        timetable_build(patterns(1), n, first, 14),
        timetable_build(patterns(4), n, first, 45),
        Handling.uniform(60, n),
    )


def _repeated(days: tuple[int, ...], repeats: int) -> list[int]:
    return [day + 14 * k for k in range(repeats) for day in days]


def _lines(folder: Path, name: str) -> Iterator[str] | None:
    plain, packed = folder / name, folder / f"{name}.gz"
    if plain.is_file():
        return iter(plain.read_text(encoding="utf-8-sig").splitlines(keepends=True))
    if packed.is_file():
        return iter(gzip.decompress(packed.read_bytes()).decode("utf-8-sig").splitlines(keepends=True))
    return None


def synthetic(name: str, runs: int) -> Object:
    """A model of the post's network, see `synthetic_timetables`."""
    made = national(1, 45, runs)
    build = [timetable_build(made.patterns, made.n_offices, START_DAY, days) for days in (14, 45)]
    return Object(name, *build, made.handling)


def national_real() -> Object:
    """The network the product runs on: every province, prefecture and county, and Gansu's townships."""
    (short, long), handling = national_timetables((14, 45))
    return Object("national", short, long, handling)


OBJECTS: dict[str, Callable[[argparse.Namespace], Object]] = {
    "gtfs_hsr": lambda args: gtfs_hsr(args.gtfs),
    "national": lambda _: national_real(),
    "model": lambda _: synthetic("model", 1),
    "dense": lambda _: synthetic("dense", 9),
}


def all_pairs(timetable: Timetable, handling: Handling) -> tuple[float, np.ndarray]:
    """CPU seconds to lay out the sweep and fill every profile of every pair; and the first-departure arrivals."""
    begun = time.process_time()
    program = program_build(timetable, timetable.base, handling, 0)
    live = Live(timetable.n_legs, timetable.n_offices, program.n_slots)
    spent = time.process_time() - begun
    n = timetable.n_offices
    first = np.full((n, n), UNREACHABLE, dtype=np.int32)
    some = np.flatnonzero(np.diff(program.bounds))
    legs = program.board[program.bounds[some]]
    for begin in range(0, n, LANES):
        destinations = np.arange(begin, min(n, begin + LANES))
        begun = time.process_time()
        live.block_sweep(program, destinations)
        spent += time.process_time() - begun
        first[np.ix_(some, destinations)] = live.rows[legs, : len(destinations)]
    return spent, first


def starts_random(rng: np.random.Generator, timetable: Timetable, count: int, riding: float) -> Starts:
    """Items ready in the first three days, a share of them on vehicles."""
    starts = Starts.at_offices(
        rng.integers(0, timetable.n_offices, count),
        rng.integers(0, 3 * 1440, count),
        rng.integers(0, timetable.n_offices, count),
    )
    early = int(np.searchsorted(timetable.dep, 3 * 1440))
    on = rng.random(count) < riding
    starts.office[on] = -1
    starts.leg[on] = rng.integers(0, early, int(on.sum()))
    starts.arr_min[on] = timetable.arr[starts.leg[on]]
    return starts


def closures_random(rng: np.random.Generator, timetable: Timetable, count: int) -> list[LegClosure]:
    """Measures of every act on a few offices each, some with an open end."""
    found = []
    for _ in range(count):
        begin = int(rng.integers(0, 5 * 1440))
        end = 2**31 - 1 if rng.random() < 0.2 else begin + int(rng.integers(60, 7 * 1440))
        act = ("cancel", "no_board", "no_alight", "no_pass")[int(rng.integers(4))]
        places = rng.choice(timetable.n_offices, max(1, timetable.n_offices // 100))
        found.append(LegClosure(act, begin, end, offices=places))
    return found


def mismatches(one: Object, rng: np.random.Generator, count: int) -> int:
    """Answers of the sweep that a forward scan contradicts: 14 and 45 days, without and under measures."""
    wrong = 0
    for timetable in (one.short, one.long):
        for closures in ([], closures_random(rng, timetable, 5)):
            flags = flags_derive(timetable, closures, 0)
            starts = starts_random(rng, timetable, count // 4, 0.2)
            told = repromise(
                (timetable,), ((flags,),), one.handling, starts, want_legs=False, closures=closures
            ).arrival_min
            for i in range(len(starts)):
                riding = int(starts.leg[i])
                ready = int(starts.arr_min[i] if riding >= 0 else starts.ready_min[i])
                dest = int(starts.dest[i])
                found = scan(timetable, flags, one.handling, 0, int(starts.office[i]), ready, dest,
                             on_leg=riding, closures=closures)  # fmt: skip
                wrong += int(found.arrival_min[dest] != told[i])
    return wrong


def quotes_per_s(one: Object, rng: np.random.Generator, count: int = 400) -> float:
    """Quotes with parents, a CPU second."""
    starts = starts_random(rng, one.short, count, 0)
    begun = time.process_time()
    for office, ready, dest in zip(
        starts.office.tolist(), starts.ready_min.tolist(), starts.dest.tolist(), strict=True
    ):
        scan(one.short, one.short.base, one.handling, 0, office, ready, dest)
    return count / (time.process_time() - begun)


def repromise_wall(one: Object, starts: Starts, want_legs: bool) -> tuple[float, float]:
    """Wall and CPU seconds for all items, 14 days, then 45 for the rest."""
    wall, cpu = time.perf_counter(), time.process_time()
    repromise((one.short, one.long), ((one.short.base,), (one.long.base,)), one.handling, starts,
              want_legs=want_legs, threads=THREADS)  # fmt: skip
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(one: Object, repeat: int) -> dict:
    """Every figure of one object; the best all-pairs run and the median of the others."""
    rng = np.random.default_rng(20220729)
    all_pairs(one.short, one.handling)
    pairs, first = min((all_pairs(one.short, one.handling) for _ in range(repeat)), key=lambda x: x[0])
    program = program_build(one.short, one.short.base, one.handling, 0)
    sources = np.flatnonzero(np.diff(program.bounds))[:: max(1, one.short.n_offices // 6)][:6].tolist()
    rival = seconds_per_source(one.short, program, first[sources], sources)
    starts = starts_random(rng, one.short, ITEMS, 0.2)
    plain = [repromise_wall(one, starts, False) for _ in range(repeat + 1)][1:]
    legs = [repromise_wall(one, starts, True) for _ in range(2)][1:]
    return {
        "offices": one.short.n_offices,
        "legs": one.short.n_legs,
        "horizon_days": one.short.n_days,
        "class_groups": one.handling.n_groups,
        "all_pairs_cpu_s": round(pairs, 4),
        "all_pairs_cpu_s_per_130k_legs": round(pairs * 130_000 / one.short.n_legs, 4),
        "quotes_per_s": round(quotes_per_s(one, rng)),
        "repromise_1m_wall_s": round(statistics.median(wall for wall, _ in plain), 3),
        "repromise_1m_cpu_s": round(statistics.median(cpu for _, cpu in plain), 3),
        "repromise_1m_legs_wall_s": round(legs[0][0], 3),
        "mismatches": mismatches(one, rng, 2000),
        "scipy_ms_per_source": round(rival * 1000, 2),
        "ratio_vs_scipy": round(rival * one.short.n_offices / pairs, 1),
    }


def run(args: argparse.Namespace) -> dict:
    """All objects asked for, and the machine they ran on."""
    names = [args.object] if args.object else [name for name in OBJECTS if name != "model"]
    figures = {name: measure(OBJECTS[name](args), args.repeat) for name in names}
    machine = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "threads": THREADS,
        "load_1m": round(os.getloadavg()[0], 2),
    }
    return {"bench": "promise", **machine, "objects": figures}


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gtfs", type=Path, default=HSR, help="folder of the gtfs_hsr feed")
    parser.add_argument("--object", choices=sorted(OBJECTS), default=None, help="measure one object only")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = arguments(argv)
    figures = run(args)
    if args.json:
        print(json.dumps(figures, ensure_ascii=False))
        return
    for name, object_figures in figures["objects"].items():
        print(name)
        for field, value in object_figures.items():
            print(f"  {field:32} {value}")


if __name__ == "__main__":
    main()
