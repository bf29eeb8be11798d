"""The claim of emergency mode: three lawful plans and doing nothing, rostered and simulated, within ten seconds.

    python -m bench.emergency [--days 3] [--json]

The Lanzhou evening as facts: 23 people, 14 at home and 7 on site (two out), calls three times the usual, 1,600 orders a
day; some have worked since the morning and rest, some are on a shift, two in three agreed to emergency hours. Every
roster passes the independent checker. Seconds are wall and CPU seconds of the whole computation, the solver's import
apart, as the worker pays it once.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import time
from zoneinfo import ZoneInfo

AT = dt.datetime(2022, 7, 11, 18, 45, tzinfo=ZoneInfo("Asia/Shanghai"))
SKILLS = (("chase", "complaint", "contact", "enquiry"), ("chase", "contact", "enquiry"))


def facts():
    from youlu.domain.desk.emergency.assumptions import FIGURES, USUAL_KINDS
    from youlu.domain.desk.emergency.facts import Facts, KindFact, OpenOrder, Worker
    from youlu.domain.desk.trade import PARAMETERS, kind_rows

    def flat(per_h: float) -> tuple[float, ...]:
        return tuple(per_h / 2 if half >= 16 else 0.0 for half in range(48))

    workers = tuple(Worker(
        f"00000000-0000-7000-8000-{n:012d}", str(2201 + n), SKILLS[n % 3 == 2],
        "on_site" if n < 7 else "at_home" if n < 21 else "out", consents=n % 3 != 1,
        over_at_min=990 if n % 4 == 1 else None, running_until_min=1_440 if n % 4 == 2 else None,
        carry={"week_min": 480 * (n % 2), "worked_in_row": n % 5}) for n in range(23))
    kinds = tuple(KindFact(k["code"], k["name"], k["handling_s"], k["close_min"], tuple(k["sites"]),
                           tuple(k.get("skills", ())), USUAL_KINDS[k["code"]])
                  for k in kind_rows() if k["code"] in USUAL_KINDS)
    return Facts(AT, AT.replace(hour=19, minute=0), workers, flat(60), flat(100), flat(278), 3.0, kinds,
                 (OpenOrder("enquiry", 144_000.0),) * 22 + (OpenOrder("chase", 72_000.0),) * 18, 3_000,
                 {row[0]: float(row[2]) for row in (*PARAMETERS, *FIGURES)})


def run(args: argparse.Namespace) -> dict[str, object]:
    begun = time.perf_counter()
    from youlu.domain.desk.emergency.facts import Inputs
    from youlu.domain.desk.emergency.plans import plans_compute

    loaded = time.perf_counter() - begun
    desk, inputs = facts(), Inputs(surge=3.0, days=args.days)
    plans_compute(desk, inputs)  # kernels from their cache
    wall, cpu = [], []
    for _ in range(args.repeat):
        begun, busy = time.perf_counter(), time.process_time()
        found = plans_compute(desk, inputs)
        wall.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - busy)
    plans = {plan["code"]: plan for plan in found["plans"]}
    return {
        "bench": "emergency", "planning_s": round(statistics.median(wall), 2),
        "planning_cpu_s": round(statistics.median(cpu), 2), "solver_import_s": round(loaded, 2),
        "replications": found["replications"], "lost_tonight_h_nothing": found["nothing"]["lost_tonight_h"],
        **{f"lost_tonight_h_{code}": plan["figures"]["lost_tonight_h"] for code, plan in plans.items()},
        "best": found["best"]["code"], "load_1m": round(os.getloadavg()[0], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")
    import django

    django.setup()
    figures = run(args)
    print(json.dumps(figures) if args.json else figures)


if __name__ == "__main__":
    main()
