"""The tour's closure on 100,000 items in flight: how long until the last contact is stored, and a warm preview.

Loads the scenario into a database of its own on the embedded server; prints the machine's load beside the figures.
There is no peer: no other product does this step.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from typing import Any


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Figures: declare_s (posted to the last contact stored), preview_s (warm), lift_s, and the counts."""
    with tempfile.TemporaryDirectory(prefix="youlu-bench-") as folder:
        os.environ["YOULU_DATA_DIR"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")
        from youlu.config.commandline import start

        start()
        return _measure(args.items)


def _measure(items: int) -> dict[str, Any]:
    from youlu.core import clock
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.continuity.apply import closure_apply
    from youlu.domain.continuity.models import ApplyRun
    from youlu.domain.continuity.preview import closure_preview
    from youlu.domain.continuity.services import closure_declare, closure_lift
    from youlu.scenarios.lanzhou.load import scenario_load
    from youlu.scenarios.lanzhou.tour import tour_closure, tour_prepare

    load_s, _ = _timed(lambda: scenario_load(items=items))
    tour_prepare()
    actor, closure = actor_of_system("bench"), tour_closure()
    closure_preview(closure, at=clock.now())
    preview_s, told = _timed(lambda: closure_preview(closure, at=clock.now()))
    declare_tx_s, closure_id = _timed(lambda: closure_declare(actor=actor, closure=closure))
    apply_s, _ = _timed(closure_apply)
    run_row = ApplyRun.objects.order_by("-epoch").values("looked_at", "hit", "revised", "contacts")[0]
    closure_lift(actor=actor, closure_id=closure_id, authority=closure.authority, document_no="bench")
    lift_s, _ = _timed(closure_apply)
    return {"items": items, "load_s": load_s, "preview_s": preview_s, "preview_hit": told["hit"],
            "declare_s": round(declare_tx_s + apply_s, 2), **run_row, "lift_s": lift_s,
            "machine_load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}


def _timed(work: Any) -> tuple[float, Any]:
    started = time.monotonic()
    result = work()
    return round(time.monotonic() - started, 2), result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
