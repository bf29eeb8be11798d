"""The pool of work orders over HTTP at 50,000 and at 1,000,000 orders: list, page, search in Chinese, create, assign.

    python -m bench.desk [--orders 1000000] [--no-peer] [--json]

Times are taken as `bench.pages` takes them, over HTTP on one connection to the product's own server, the whole answer
included, after every thread of the server has read what it keeps: the worst p95 of the kind, and the median of all
beside it. `list` is every view and filter of the pool and a page in its middle, `search` what the box asks as one
types, `page` an order with its customer, history and items. Questions to the database are counted in this process; they
must be the same at both sizes, and none may read a table of over 100,000 rows from end to end. Rates are of four
connections at once.

The peer is django-helpdesk, installed in an environment of its own beside the bench's templates, with 50,000 tickets of
the same titles of which as many are open. It runs on the same PostgreSQL, under the same server with as many processes
and threads, templates cached, connections kept, static files left out, its outgoing mail rendered but thrown away, no
teams and no permissions by queue: its fastest settings. Its tickets are created by its staff form as our orders are by
ours, one an answered POST, a signed-in person's session and the form's token checked in both; its answer is a redirect
that nobody follows, as ours is. `api_create_ratio` is the same of programs: our `POST /api/v1/orders` by token, a key
of its own each time, beside its REST API (`/api/tickets/`) in a session, which spares it a password at every call. Its
list is its page and the JSON that the page fetches. Both servers run at once and are asked in turns, so that whatever
else the machine does falls on both; `create_cpu_ratio` compares CPU seconds of web server and database for one order,
which a busy machine disturbs least.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench.desk_caller import Caller, LeanCaller
from bench.pages import WARM_CALLERS, WARM_TIMES
from bench.scans import cpu_s, server_start

SMALL = 50_000
TURNS = 4  # of creating, ours and the peer's
TOKEN = "b" * 32  # a secret of the bench's own forms, cookie and field alike
RATE_CONNECTIONS = 4
LISTS = ("view=open", "view=all", "view=mine", "view=late", "view=closed", "view=all&kind=complaint",
         "view=closed&kind=claim", "view=all&due=today", "view=all&state=taken", "view=closed&cursor={middle}")
SEARCHES = ("药品", "城关药品没收到", "通知书", "康县", "羊肉 退回", "轮椅三天没动", "敦煌种子", "没", "{number}",
            "{item}")


def p95(took: list[float]) -> float:
    return round(sorted(took)[min(int(len(took) * 0.95), len(took) - 1)], 1)


def asked(work: Callable[[], tuple[int, float, bytes]], times: int, *, expect: tuple[int, ...] = (200,)) -> list[float]:
    """Milliseconds of so many answers, after a few that do not count."""
    took = []
    for n in range(times + 5):
        status, ms, text = work()
        if status not in expect:
            raise SystemExit(f"{status}: {text[:300]!r}")
        if n >= 5:
            took.append(ms)
    return took


def warm(caller: Caller, addresses: list[str]) -> None:
    """Every thread and connection of the server has answered these before what counts."""
    with ThreadPoolExecutor(WARM_CALLERS) as pool:
        list(pool.map(lambda one: [one.get(address) for _ in range(WARM_TIMES) for address in addresses],
                      [caller.again() for _ in range(WARM_CALLERS)]))


def made_in(caller: Caller, create: Callable[[Caller, int], tuple[int, float, bytes]], seconds: float,
            expect: int) -> int:
    """Creations by RATE_CONNECTIONS at once within so many seconds."""
    until, made = time.perf_counter() + seconds, [0] * RATE_CONNECTIONS

    def work(nth: int) -> None:
        mine = LeanCaller(caller)
        while time.perf_counter() < until:
            status, _, text = create(mine, nth * 1_000_000 + made[nth])
            if status != expect:  # a form that is shown again says what it lacks
                raise SystemExit(f"create: {status} {text[:200]!r}")
            made[nth] += 1

    threads = [threading.Thread(target=work, args=(nth,)) for nth in range(RATE_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(made)


@dataclass
class Creating:
    """Orders created so far, in what time, by what CPU of web server and database."""

    caller: Caller
    create: Callable[[Caller, int], tuple[int, float, bytes]]
    web: int  # the server's process
    database: str
    expect: int = 302
    made: int = 0
    seconds: float = 0.0
    web_cpu_s: float = 0.0
    database_cpu_s: float = 0.0

    def go(self, seconds: float) -> None:
        begun, (web, database) = time.perf_counter(), cpu_s(self.web, self.database)
        self.made += made_in(self.caller, self.create, seconds, self.expect)
        self.seconds += time.perf_counter() - begun
        web_now, database_now = cpu_s(self.web, self.database)
        self.web_cpu_s += web_now - web
        self.database_cpu_s += database_now - database

    def forget(self) -> None:
        self.made, self.seconds, self.web_cpu_s, self.database_cpu_s = 0, 0.0, 0.0, 0.0

    def figures(self) -> dict[str, float]:
        return {"create_per_s": round(self.made / self.seconds, 1),
                "create_web_cpu_ms": round(self.web_cpu_s / self.made * 1000, 2),
                "create_database_cpu_ms": round(self.database_cpu_s / self.made * 1000, 2)}


def caller_make(port: int) -> Caller:
    """A supervisor who takes work: sees the whole pool, may assign."""
    from django.conf import settings
    from django.test import Client

    from youlu.domain.access.models import User
    from youlu.domain.access.selectors import actor_of_system, actor_of_user
    from youlu.domain.workforce.services import agent_create, presence_report

    user, made = User.objects.get_or_create(username="bench-desk", defaults={
        "display_name": "测试", "roles": ["supervisor", "agent"], "scope": "62", "password": "!"})
    if made:
        agent_create(actor=actor_of_system("bench"), user_id=user.id, staff_no="B9999", skills=("complaint", "claim"))
        presence_report(actor=actor_of_user(user), site="on_site")
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Caller(port, f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}", TOKEN)


def samples() -> dict[str, str]:
    """What the addresses name: an order number, an item, a place in the middle of the closed ones."""
    from youlu.domain.desk.models import WorkOrder

    closed = WorkOrder.objects.filter(state="closed").order_by("due_at", "id")
    middle = closed[closed.count() // 2]
    with_item = WorkOrder.objects.exclude(item_number="").first()
    return {"number": str(middle.number), "middle": quote(f"{middle.due_at.isoformat()}_{middle.id}", safe=""),
            "item": with_item.item_number if with_item else "RR123456785CN"}


def order_ids(state: str, count: int) -> list[str]:
    from youlu.domain.desk.models import WorkOrder

    found = list(WorkOrder.objects.filter(state=state).values_list("id", flat=True)[:5_000])
    return [str(one) for one in random.Random(1).sample(found, min(count, len(found)))]


def order_like(state: str) -> str:
    """An order whose page shows everything: of a customer, about an item, the same kind at every size."""
    from youlu.domain.desk.models import WorkOrder

    found = WorkOrder.objects.filter(state=state, kind_id="chase", party_id__isnull=False).exclude(item_number="")
    return str(found.order_by("number").values_list("id", flat=True)[0])


def measured(caller: Caller, times: int) -> dict[str, Any]:
    """All figures of our desk as it is filled now, but for creating."""
    named = samples()
    warm(caller, ["/desk?" + one.format(**named) for one in LISTS])
    lists = {one: asked(lambda one=one: caller.get("/desk?" + one.format(**named)), times) for one in LISTS}
    words = {one: asked(lambda one=one: caller.get(
        "/desk?view=closed&q=" + quote(one.format(**named)), **{"HX-Target": "pool-list"}), times) for one in SEARCHES}
    pages = iter(order_ids("closed", times // 2 + 3) + order_ids("taken", times // 2 + 3))
    page = asked(lambda: caller.get(f"/desk/{next(pages)}", **{"HX-Target": "order-pane"}), times)
    waiting, agent = iter(order_ids("open", times + 5)), agent_id()
    assign = asked(lambda: caller.post(f"/desk/{next(waiting)}/assign", agent=agent), times, expect=(302,))
    nexts = asked(lambda: caller.post("/desk/next"), times, expect=(302,))
    return {
        "list_p95_ms": max(p95(took) for took in lists.values()), "list_median_ms": median(lists),
        "search_p95_ms": max(p95(took) for took in words.values()), "search_median_ms": median(words),
        "page_p95_ms": p95(page), "page_median_ms": median({"": page}), "assign_p95_ms": p95(assign),
        "next_p95_ms": p95(nexts), **questions(named), "lists": {one: p95(took) for one, took in lists.items()},
        "searches": {one: p95(took) for one, took in words.items()}}


def median(took: dict[str, list[float]]) -> float:
    return round(statistics.median(ms for one in took.values() for ms in one), 1)


def our_create(caller: Caller, nth: int) -> tuple[int, float, bytes]:
    return caller.post("/desk/new", kind="chase", title=f"城关药品没收到{nth}", body="客户说三天前就该到，家里等着用。",
                       idempotency_key=f"bench-{time.time_ns()}-{nth}")


def api_caller_make(port: int) -> Caller:
    """A program with a token."""
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.access.services import token_issue

    secret = token_issue(actor=actor_of_system("bench"), kind="partner", name="bench-desk",
                         permissions=["order.submit"])
    caller = Caller(port, "", "")
    caller.headers = {"Authorization": f"Bearer {secret}"}
    return caller


def our_api_create(caller: Caller, nth: int) -> tuple[int, float, bytes]:
    return caller.post_json("/api/v1/orders", {
        "kind": "chase", "title": f"城关药品没收到{nth}", "text": "客户说三天前就该到，家里等着用。"},
        **{"Idempotency-Key": f"bench-{time.time_ns()}-{nth}"})


def api_figures(one: Creating) -> dict[str, float]:
    return {f"api_{name}": value for name, value in one.figures().items()}


def agent_id() -> str:
    from youlu.domain.workforce.models import Agent

    return str(Agent.objects.get(staff_no="B9999").id)


def questions(named: dict[str, str]) -> dict[str, Any]:
    """Questions to the database by address, in this process, and large tables that one of them reads whole."""
    from bench.pages import queries_caught, scanned_whole
    from django.test import Client

    from youlu.domain.access.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="bench-desk"))
    asking = {one: ("/desk?" + one.format(**named), {}) for one in LISTS}
    asking |= {one: ("/desk?view=closed&q=" + quote(one.format(**named)), {"HX-Target": "pool-list"})
               for one in SEARCHES}
    asking |= {state: (f"/desk/{order_like(state)}", {"HX-Target": "order-pane"}) for state in ("closed", "open")}
    counted, scans = {}, []
    for name, (address, headers) in asking.items():
        client.get(address, headers=headers)
        asks = []
        for _ in range(2):  # once a minute the session notes that somebody is there, whatever is asked
            with queries_caught() as caught:
                client.get(address, headers=headers)
            asks.append(len(caught))
        counted[name] = min(asks)
        scans += scanned_whole(caught)
    return {"queries": counted, "scanned_whole": sorted(set(scans))}


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Each size in a process and a copy of its own; the peer beside the small one."""
    figures = {size: _apart(args, size) for size in sorted({min(SMALL, args.orders), args.orders})}
    small, large = figures[min(figures)], figures[max(figures)]
    versus = small.pop("versus", {})
    return {**{name: large[name] for name in ("list_p95_ms", "list_median_ms", "search_p95_ms", "search_median_ms",
                                             "create_per_s", "api_create_per_s")},
            "queries_constant": small["queries"] == large["queries"], "scanned_whole": large["scanned_whole"], **versus,
            "orders": {str(size): one for size, one in figures.items()},
            "machine_load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}


def _apart(args: argparse.Namespace, size: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.desk", "--only", str(size), "--items", str(args.items), "--times",
               str(args.times), "--seconds", str(args.seconds), "--port", str(args.port), "--json"]
    more = [] if args.peer and size <= SMALL else ["--no-peer"]
    done = subprocess.run(command + more, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def one_size(args: argparse.Namespace) -> dict[str, Any]:
    from bench import ground

    ground.big(items=args.items, orders=args.only, name="desk")
    os.environ.setdefault("YOULU_API_CALLS_PER_MIN", "1000000")  # one token sends here what many send elsewhere
    ground.start()
    server = None
    try:
        server = server_start(args.port)
        caller = caller_make(args.port)
        figures = measured(caller, args.times)
        ours = Creating(caller, our_create, server.pid, "copy_desk")
        by_api = Creating(api_caller_make(args.port), our_api_create, server.pid, "copy_desk", expect=201)
        if args.peer:
            from bench.desk_peer import versus

            figures["versus"] = versus(args, ours, by_api)
        else:
            ours.go(args.seconds)
            by_api.go(args.seconds)
        return figures | ours.figures() | api_figures(by_api)
    finally:
        if server is not None:
            server.terminate()
            server.wait(20)
        from django.db import connection

        connection.close()
        ground.copy_drop("desk")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=1_000_000, help="in flight; 0: a database without any")
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=8.0, help="of creating")
    parser.add_argument("--port", type=int, default=8471)
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    parser.add_argument("--only", type=int, help="one size alone")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(one_size(args) if args.only else run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
