"""The pool of work orders over HTTP at 50,000 and at 1,000,000 orders: list, page, search in Chinese, create, assign.

    python -m bench.desk [--orders 1000000] [--no-peer] [--json]

Times are taken over HTTP on one connection to the product's own server, the whole answer included: the worst p95 of the
kind. `list` is every view and filter of the pool and a page in its middle, `search` what the box asks as one types,
`page` an order with its customer, history and items. Questions to the database are counted in this process; they must
be the same at both sizes. Rates are of four connections at once.

The peer is django-helpdesk, installed in an environment of its own beside the bench's templates, on the same
PostgreSQL, under the same server with as many processes and threads, with 50,000 tickets of the same titles, its
outgoing mail thrown away. Created by its staff form as ours is by ours; its list is its page and the JSON that the
page fetches.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from bench.scans import server_start

SMALL = 50_000
TOKEN = "b" * 32  # a secret of the bench's own forms, cookie and field alike
RATE_CONNECTIONS = 4
LISTS = ("view=open", "view=all", "view=mine", "view=late", "view=closed", "view=all&kind=complaint",
         "view=closed&kind=claim", "view=all&due=today", "view=all&state=taken", "view=closed&cursor={middle}")
SEARCHES = ("药品", "城关药品没收到", "通知书", "康县", "羊肉 退回", "轮椅三天没动", "敦煌种子", "没", "{number}",
            "{item}")


class Caller:
    """A signed-in person on one connection."""

    def __init__(self, port: int, cookie: str, token: str) -> None:
        self.port, self.headers, self.token = port, {"Cookie": cookie}, token
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, address: str, **headers: str) -> tuple[int, float, bytes]:
        return self._ask("GET", address, None, headers)

    def post(self, address: str, **fields: str) -> tuple[int, float, bytes]:
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields})
        return self._ask("POST", address, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, address: str, body: str | None, more: dict[str, str]) -> tuple[int, float, bytes]:
        for _ in range(3):
            begun = time.perf_counter()
            try:
                self.connection.request(method, quote(address, safe="/?=&%"), body, {**self.headers, **more})
                answer = self.connection.getresponse()
                text = answer.read()
                return answer.status, (time.perf_counter() - begun) * 1000, text
            except (http.client.RemoteDisconnected, ConnectionError):
                self.connection.close()
        raise SystemExit(f"{address}: the server hangs up")

    def again(self) -> Caller:
        return Caller(self.port, self.headers["Cookie"], self.token)


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


def rate(caller: Caller, create: Callable[[Caller, int], tuple[int, float, bytes]], seconds: float) -> float:
    """Creations a second by RATE_CONNECTIONS at once."""
    until, made = time.perf_counter() + seconds, [0] * RATE_CONNECTIONS

    def work(nth: int) -> None:
        mine = caller.again()
        while time.perf_counter() < until:
            status, _, text = create(mine, nth * 1_000_000 + made[nth])
            if status not in (200, 302):
                raise SystemExit(f"create: {status} {text[:200]!r}")
            made[nth] += 1

    begun = time.perf_counter()
    threads = [threading.Thread(target=work, args=(nth,)) for nth in range(RATE_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(made) / (time.perf_counter() - begun)


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


def measured(caller: Caller, times: int, seconds: float) -> dict[str, Any]:
    """All figures of our desk as it is filled now."""
    named = samples()
    lists = {one: asked(lambda one=one: caller.get("/desk?" + one.format(**named)), times) for one in LISTS}
    words = {one: asked(lambda one=one: caller.get(
        "/desk?view=closed&q=" + quote(one.format(**named)), **{"HX-Target": "pool-list"}), times) for one in SEARCHES}
    pages = iter(order_ids("closed", times // 2 + 3) + order_ids("taken", times // 2 + 3))
    page = asked(lambda: caller.get(f"/desk/{next(pages)}", **{"HX-Target": "order-pane"}), times)
    waiting, agent = iter(order_ids("open", times + 5)), agent_id()
    assign = asked(lambda: caller.post(f"/desk/{next(waiting)}/assign", agent=agent), times, expect=(302,))
    nexts = asked(lambda: caller.post("/desk/next"), times, expect=(302,))
    create = rate(caller, our_create, seconds)
    return {
        "list_p95_ms": max(p95(took) for took in lists.values()),
        "list_median_ms": round(statistics.median(took for one in lists.values() for took in one), 1),
        "search_p95_ms": max(p95(took) for took in words.values()), "page_p95_ms": p95(page),
        "assign_p95_ms": p95(assign), "next_p95_ms": p95(nexts), "create_per_s": round(create, 1),
        "queries": queries(named), "lists": {one: p95(took) for one, took in lists.items()},
        "searches": {one: p95(took) for one, took in words.items()}}


def our_create(caller: Caller, nth: int) -> tuple[int, float, bytes]:
    return caller.post("/desk/new", kind="chase", title=f"城关药品没收到{nth}", body="客户说三天前就该到，家里等着用。",
                       idempotency_key=f"bench-{time.time_ns()}-{nth}")


def agent_id() -> str:
    from youlu.domain.workforce.models import Agent

    return str(Agent.objects.get(staff_no="B9999").id)


def queries(named: dict[str, str]) -> dict[str, int]:
    """Questions to the database by address, in this process."""
    from bench.pages import queries_caught
    from django.test import Client

    from youlu.domain.access.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="bench-desk"))
    counted = {}
    for name, address, headers in (
            ("list", "/desk?view=all", {}), ("middle", f"/desk?view=closed&cursor={named['middle']}", {}),
            ("search", "/desk?view=closed&q=药品", {"HX-Target": "pool-list"}),
            ("page", f"/desk/{order_ids('closed', 1)[0]}", {"HX-Target": "order-pane"})):
        client.get(address, headers=headers)
        with queries_caught() as caught:
            client.get(address, headers=headers)
        counted[name] = len(caught)
    return counted


def run(args: argparse.Namespace) -> dict[str, Any]:
    from bench import ground

    if not os.environ.get("DATABASE_URL"):
        if args.items:
            ground.big(items=args.items, name="desk")
        else:
            ground.bare(name="desk")
    ground.start()
    try:
        return _sizes(args)
    finally:
        from django.db import connection

        connection.close()
        if not args.keep:
            ground.copy_drop("desk")


def _sizes(args: argparse.Namespace) -> dict[str, Any]:
    from bench.desk_orders import orders_fill
    from django.db import connection

    figures: dict[str, Any] = {}
    first = 1
    for size in sorted({min(SMALL, args.orders), args.orders}):
        orders_fill(size, first=first)
        first = size + 1
        connection.close()
        server = server_start(args.port)
        try:
            figures[str(size)] = measured(caller_make(args.port), args.times, args.seconds)
        finally:
            server.terminate()
            server.wait(20)
    small, large = figures[str(min(SMALL, args.orders))], figures[str(args.orders)]
    summed = {"list_p95_ms": large["list_p95_ms"], "search_p95_ms": large["search_p95_ms"],
              "queries_constant": small["queries"] == large["queries"], "orders": figures}
    if args.peer:
        from bench.desk_peer import helpdesk_measured

        peer = helpdesk_measured(tickets=min(SMALL, args.orders), times=args.times, seconds=args.seconds,
                                 port=args.port + 1)
        summed |= {"create_ratio": round(small["create_per_s"] / peer["create_per_s"], 1),
                   "list_ratio": round(peer["list_median_ms"] / small["list_median_ms"], 1), "django_helpdesk": peer}
    return summed | {"machine_load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=1_000_000, help="in flight; 0: a database without any")
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=8.0, help="of creating")
    parser.add_argument("--port", type=int, default=8471)
    parser.add_argument("--no-peer", dest="peer", action="store_false")
    parser.add_argument("--keep", action="store_true", help="keep the copy of the database")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
