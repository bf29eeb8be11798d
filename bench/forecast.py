"""The claim of the forecast: better than the seasonal naive on arrivals that others recorded.

    python -m bench.forecast --history CSV [CSV ...] [--origins 120] [--leads 7] [--peer] [--json]

From each of up to so many origins, spread evenly over the history after its first four weeks, every candidate foresees
the days ahead without seeing them. `chosen` is what the product would have said: at each origin the candidate that had
erred least from origins of the last eight weeks whose days were over. `wape` is the sum of absolute errors over the
sum of arrivals. `--peer` sets kept libraries beside them, from the same origins (bench/forecast_peer.py).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np

from youlu.engines.queueing.forecast import CANDIDATES, day_kinds, history_read
from youlu.engines.queueing.forecast.backtest import Tested, backtest

NAIVE = "seasonal_naive"
FIRST = 28


def origins_spread(known: np.ndarray, count: int) -> list[int]:
    """Days known at each origin: after four weeks of known days, evenly to the last."""
    first = int(np.flatnonzero(np.cumsum(known) >= FIRST)[0]) + 1
    return sorted(set(np.linspace(first, len(known) - 1, min(count, len(known) - first)).astype(int).tolist()))


def chosen(tested: list[Tested], origins: list[int], leads: int) -> Tested:
    """At each origin the candidate with the smallest error so far; before any is over, the naive one."""
    miss = np.array([[np.nansum(np.abs(one.came[i] - one.said[i])) for i in range(len(origins))] for one in tested])
    naive = next(k for k, one in enumerate(tested) if one.name == NAIVE)
    picks = []
    for i, origin in enumerate(origins):
        over = [j for j in range(i) if origin - 8 * leads <= origins[j] <= origin - leads]
        picks.append(int(np.argmin(miss[:, over].sum(axis=1))) if over else naive)
    said = np.stack([tested[pick].said[i] for i, pick in enumerate(picks)])
    return Tested("chosen", said, tested[0].came)


def measure(path: Path, args: argparse.Namespace) -> dict:
    with path.open(encoding="utf-8-sig") as lines:
        history = history_read(lines)
    kinds, _ = day_kinds(history.first_day, history.days + args.leads, None)
    origins = origins_spread(~np.isnan(history.counts).all(axis=1), args.origins)
    begun = time.process_time()
    tested = backtest(history.counts, kinds, origins=origins, leads=args.leads, names=tuple(CANDIDATES))
    spent = time.process_time() - begun
    beside: list[Tested] = []
    if args.peer:
        from bench.forecast_peer import libraries_tested

        beside = libraries_tested(history.counts, kinds, origins, args.leads)
    scores = [one.score(0.9) for one in (*tested, chosen(tested, origins, args.leads), *beside)]
    by_name = {s.name: {"wape": round(s.wape, 4), "wape_day": round(s.wape_day, 4), "rmse": round(s.rmse, 2),
                        "covered_90": round(s.covered, 3)} for s in scores}
    return {
        "days": history.days, "periods": history.counts.shape[1], "origins": len(origins), "leads": args.leads,
        "candidates": by_name,
        "error_vs_naive": round(by_name["chosen"]["wape"] / by_name[NAIVE]["wape"], 3),
        "ms_per_origin": round(spent / len(origins) * 1000, 1),
    }  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=Path, nargs="+", required=True, help="CSV with an instant and a count a line")
    parser.add_argument("--origins", type=int, default=120)
    parser.add_argument("--leads", type=int, default=7)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    figures = {"bench": "forecast", "histories": {path.name: measure(path, args) for path in args.history},
               "load_1m": round(os.getloadavg()[0], 2)}
    if args.json:
        print(json.dumps(figures))
        return
    for name, found in figures["histories"].items():
        print(f"{name}: {found['days']} days, {found['origins']} origins, against naive {found['error_vs_naive']}")
        for candidate, score in found["candidates"].items():
            print(f"  {candidate:16} " + "  ".join(f"{field} {value}" for field, value in score.items()))


if __name__ == "__main__":
    main()
