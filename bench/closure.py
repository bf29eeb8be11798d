"""A closure that hits about 100,000 of 1,000,000 items in flight: previewed, declared and lifted over HTTP.

The web server, the worker and the database are the product's own processes. Times run from the posting of a request to
the instant that the answer, or the last row of it, was committed. Memory is the most that the processes held while it
ran, looked at twice a second; a page that several share (the timetable's mapped files) counts once. There is no peer:
no other product does this step.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import json
import os
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from youlu.interfaces.cli.processes import Supervised

DEADLINE_S = 120.0
MAY = ("closure.declare", "closure.read", "mail.read")
WARM_RUNS = 7


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Figures: preview_s (cold), preview_warm_s (median), declare_s, lift_s, counts and memory_gib."""
    from bench import ground

    ground.big(items=args.items, name="closure")
    ground.start()
    from django.conf import settings
    from django.db import connection

    from youlu.interfaces.cli.processes import Supervised, server_command, worker_command

    children: list[Supervised] = []
    try:
        children.append(Supervised("web", server_command("127.0.0.1", args.port), pid_dir=Path(settings.DATA_DIR)))
        calls = Calls(args.port)
        calls.wait_until_up()
        children.append(Supervised("worker", worker_command(), pid_dir=Path(settings.DATA_DIR)))
        _until(lambda: _one("SELECT count(*) FROM procrastinate_workers"))
        with memory_watched(children) as memory:
            figures = _measure(calls, args.hit)
        return {"items": args.items, **figures, "memory_gib": memory.most, "memory_sum_gib": memory.most_together,
                "machine_load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
    finally:
        for child in children:
            child.stop()
        connection.close()
        if not args.keep:
            ground.copy_drop("closure")


def _measure(calls: Calls, hit: int) -> dict[str, Any]:
    body = closure_of(hit)
    cold_s, told = _preview(calls, body)
    # Warm is a worker that has run for a while: what it owes at its start is done.
    _until(lambda: not _one("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'default'"
                            " AND status IN ('todo', 'doing') AND task_name NOT LIKE 'mail.sums'"))
    warm = [_preview(calls, body)[0] for _ in range(WARM_RUNS)]
    declared_at = _now()
    closure_id = calls.post("/api/v1/closures", body)["closure_id"]
    declare_s = (_run_finished() - declared_at).total_seconds()
    hits, revised, moved, contacts = _one_row(
        "SELECT hit, revised, moved, contacts FROM continuity_applyrun ORDER BY epoch DESC LIMIT 1")
    revisions = _one("SELECT count(*) FROM mail_promise_revision WHERE closure_id = %s", [closure_id])
    twice = _one("SELECT count(*) FROM (SELECT FROM mail_promise_revision WHERE closure_id = %s"
                 " GROUP BY item_key, epoch HAVING count(*) > 1) d", [closure_id])
    lifted_at = _now()
    calls.post(f"/api/v1/closures/{closure_id}/lift",
               {"authority": body["authority"], "document_no": "bench"})
    lift_s = (_run_finished() - lifted_at).total_seconds()
    return {
        "preview_s": cold_s, "preview_warm_s": round(statistics.median(warm), 3), "preview_warm_max_s": max(warm),
        "declare_s": round(declare_s, 2), "lift_s": round(lift_s, 2), "in_flight": told["in_flight"],
        "previewed_hit": told["hit"], "hit": hits, "revised": revised, "revisions_stored": revisions,
        "revised_twice": twice, "moved_meanwhile": moved, "contacts": contacts,
        "revisions_equal_items_hit": hits == revised == revisions and not twice,
    }


def closure_of(hit: int) -> dict[str, Any]:
    """The tour's closure as the API takes it, with more compounds of the city until about `hit` items are behind a
    closed door."""
    from django.db import connection

    from youlu.domain.network.models import Compound
    from youlu.scenarios.lanzhou.tour import tour_closure

    closure = tour_closure()
    first = closure.measures[0]
    chosen = {int(measure.zone_ref) for measure in closure.measures}
    with connection.cursor() as cursor:
        cursor.execute("SELECT dest_compound_id, count(*) FROM mail_item WHERE place < 3"
                       " AND dest_compound_id IS NOT NULL GROUP BY 1 ORDER BY 1")
        waiting = dict(cursor.fetchall())
    behind = sum(waiting.get(compound, 0) for compound in chosen)
    more = []
    for compound, count in waiting.items():
        if behind < hit and compound not in chosen:
            behind += count
            more.append(replace(first, act="delivery", zone_ref=str(compound)))
    names = dict(Compound.objects.values_list("id", "name"))
    return {
        "cause": closure.cause, "title": closure.title, "authority": closure.authority,
        "document_no": closure.document_no, "scope": closure.scope, "next_review_at": _iso(closure.next_review_at),
        "measures": [{"act": m.act, "zone": m.zone_kind, "place": names[int(m.zone_ref)],
                      "starts_at": _iso(m.starts_at), "ends_at": _iso(m.ends_at)}
                     for m in (*closure.measures, *more)]}


class Calls:
    """The API, with a token of its own."""

    def __init__(self, port: int) -> None:
        from youlu.domain.access.selectors import actor_of_system
        from youlu.domain.access.services import token_issue

        self.port = port
        self.token = token_issue(actor=actor_of_system("bench"), name="bench closure", permissions=MAY, scope="",
                                 kind="partner")

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._call("POST", path, json.dumps(body).encode())

    def wait_until_up(self) -> None:
        def is_up() -> bool:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/healthz")
                return connection.getresponse().status == 200
            except OSError:
                return False

        _until(is_up)

    def _call(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        connection.request(method, path, body, {"Authorization": f"Bearer {self.token}",
                                                "Content-Type": "application/json",
                                                "Idempotency-Key": str(uuid.uuid4())})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)


def _preview(calls: Calls, body: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """(seconds from posted to stored, the result)."""
    from youlu.domain.continuity.models import Preview

    posted_at = _now()
    preview_id = calls.post("/api/v1/closures/previews", body)["preview_id"]
    _until(lambda: Preview.objects.get(id=preview_id).state != Preview.State.ASKED)
    row = Preview.objects.get(id=preview_id)
    if row.state != Preview.State.DONE or row.answered_at is None or row.result is None:
        raise SystemExit("the preview failed")
    return round((row.answered_at - posted_at).total_seconds(), 3), row.result


def _run_finished() -> dt.datetime:
    """When the newest epoch's run was finished."""
    from youlu.domain.continuity.models import ApplyRun
    from youlu.domain.network.selectors import epoch_current

    epoch = epoch_current()
    _until(lambda: ApplyRun.objects.filter(epoch=epoch, finished_at__isnull=False).exists())
    return ApplyRun.objects.values_list("finished_at", flat=True).get(epoch=epoch)


def _until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit("it did not come to pass in time")
        time.sleep(0.05)


def _one_row(sql: str, values: list[Any] | None = None) -> tuple[Any, ...]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _one(sql: str, values: list[Any] | None = None) -> Any:
    return _one_row(sql, values)[0]


def _family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


@dataclass
class Memory:
    """The most that each child and its children held, and all together, in GiB (proportional set size)."""

    most: dict[str, float]
    most_together: float = 0.0

    def look(self, children: list[Supervised]) -> None:
        now = {child.name: round(sum(map(_pss_kib, _family(child.process.pid))) / 2**20, 3) for child in children}
        self.most = {name: max(held, self.most.get(name, 0.0)) for name, held in now.items()}
        self.most_together = max(self.most_together, round(sum(now.values()), 3))


@contextmanager
def memory_watched(children: list[Supervised]) -> Iterator[Memory]:
    memory, is_over = Memory({}), threading.Event()

    def watch() -> None:
        while not is_over.wait(0.5):
            memory.look(children)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        is_over.set()
        thread.join()


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _iso(at: dt.datetime | None) -> str | None:
    return at and at.isoformat()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--hit", type=int, default=100_000)
    parser.add_argument("--port", type=int, default=8931)
    parser.add_argument("--keep", action="store_true", help="leave the database for `youlu verify`")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
