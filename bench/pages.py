"""Every page and every GET of the API at a million items and ten million scans: time, queries, plans.

Times are taken over HTTP on one connection to the product's own server, the whole answer included. Queries are caught
in a process of ours that asks for the same pages; each is explained, and a sequential scan over more than 100,000 rows
is named. `item` is one item and its tracking, `list` what is paged, `search` the box in Chinese; the rest (overviews,
exports, feeds) stands under `pages`. Addresses are walked out of the product; those that only act (POST) or lack a
sample are named as well. The clock, read once a second whatever is asked, counts for no page.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from bench.scans import server_start

SCAN_ROWS = 100_000
# Before what counts: every thread and connection of the server has read what it keeps.
WARM_CALLERS, WARM_TIMES = 8, 6
LIST_PAGES = re.compile(r"^/(api/v1/)?(items|exceptions|closures|outreach|desk|people|applications|bags|routes|offices|"
                        r"holidays|standards|kept)(\?list=.*)?$")
ITEM_PAGES = re.compile(r"^(/items/[A-Z0-9]+|/track.*|/api/v1/items/.+)$")
SEARCH_PAGES = re.compile(r"^/items\?q=")
SEARCHES = [f"/items?q={text}" for text in ("兰州", "城关", "封控", "康县", "催问", "疫情防控")]
LISTS = ["/items?list=late", "/items?list=risk", "/items?list=noway", "/items?list=silent", "/items?list=moved"]


def addresses(samples: dict[str, str], patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(address, what is missing): every address with samples in the place of its parts."""
    from django.urls import URLResolver, get_resolver

    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + re.sub(r"^\^|\$$|\\Z", "", str(one.pattern))
        if isinstance(one, URLResolver):
            yield from addresses(samples, one.url_patterns, route)
            continue
        missing = [name for name in re.findall(r"<(?:\w+:)?(\w+)>", route) if _sample(samples, route, name) is None]
        filled = re.sub(r"<(?:\w+:)?(\w+)>",
                        lambda part, route=route: _sample(samples, route, part[1]) or "", route)  # type: ignore[misc]
        yield "/" + filled, ", ".join(missing)


def _sample(samples: dict[str, str], route: str, name: str) -> str | None:
    """By the address's first part and the name, else by the name alone."""
    return samples.get(f"{route.removeprefix('api/v1/').split('/')[0]}.{name}", samples.get(name))


def samples_find() -> dict[str, str]:
    """One of each thing that an address may name."""
    from django.db import connection

    from youlu.engines.codes.item_key import item_number

    asked = {
        "closure_id": "SELECT id FROM network_closure ORDER BY id DESC LIMIT 1",
        "order_id": "SELECT id FROM desk_workorder LIMIT 1", "agent_id": "SELECT id FROM workforce_agent LIMIT 1",
        "preview_id": "SELECT id FROM continuity_preview LIMIT 1",
        "applications.number": "SELECT number FROM applications_application LIMIT 1",
        "route_id": "SELECT id FROM network_route LIMIT 1", "office_id": "SELECT id FROM network_office LIMIT 1",
        "code": "SELECT code FROM network_office LIMIT 1", "trip_key": "SELECT trip_key FROM network_trip LIMIT 1",
    }
    found = {"programme": "id_card_mail"}
    for name, statement in asked.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            if row := cursor.fetchone():
                found[name] = str(row[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT item_key FROM mail_item WHERE place < 3 AND cardinality(planned_legs) > 4 LIMIT 1")
        found["items.number"] = item_number(cursor.fetchone()[0])
    return found


class Caller:
    """One person's session, or a token, over HTTP and in this process."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.headers = headers
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def over_http(self, address: str) -> tuple[int, float]:
        """(status, milliseconds to the last byte)."""
        from urllib.parse import quote

        for _ in range(3):
            begun = time.perf_counter()
            try:
                self.connection.request("GET", quote(address, safe="/?=&%"), headers=self.headers)
                answer = self.connection.getresponse()
                answer.read()
                return answer.status, (time.perf_counter() - begun) * 1000
            except (http.client.RemoteDisconnected, ConnectionError):  # it had been idle for too long
                self.connection.close()
        raise SystemExit(f"{address}: the server hangs up")

    def in_process(self, address: str) -> Any:
        from django.test import Client

        return Client(SERVER_NAME="localhost").get(address, headers=self.headers)


def callers_make(port: int) -> dict[str, Caller]:
    """A person of each role and a token that may read everything."""
    from django.conf import settings
    from django.test import Client

    from youlu.domain.access.models import Role, User
    from youlu.domain.access.selectors import actor_of_system, role_permissions
    from youlu.domain.access.services import token_issue

    made = {}
    for role in Role.values:
        user = User.objects.filter(roles__contains=[role]).first() or User.objects.create(
            username=f"bench-{role}", roles=[role])
        client = Client()
        client.force_login(user)
        made[role] = Caller(port, {"Cookie": f"sessionid={client.cookies[settings.SESSION_COOKIE_NAME].value}"})
    every = sorted(frozenset[str]().union(*role_permissions().values()))
    token = token_issue(actor=actor_of_system("bench"), kind="device", name="bench-pages", permissions=every)
    made["token"] = Caller(port, {"Authorization": f"Bearer {token}"})
    return made


@contextmanager
def queries_caught() -> Iterator[list[tuple[str, Any]]]:
    from django.db import connection

    caught: list[tuple[str, Any]] = []

    def catch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "core_scenarioclock" not in sql:
            caught.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(catch):
        yield caught


def scanned_whole(queries: list[tuple[str, Any]]) -> list[str]:
    """Tables of more than SCAN_ROWS rows that a query reads from end to end; partitions count together."""
    from django.db import connection

    found = []
    for sql, params in queries:
        if not sql.lstrip().upper().startswith(("SELECT", "WITH")):
            continue
        rows: dict[str, int] = defaultdict(int)
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (FORMAT JSON) " + sql, params)
            plan = cursor.fetchone()[0]
            for name in _tables_scanned(plan[0]["Plan"]):
                cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE relname = %s", [name])
                rows[re.sub(r"_p\d\d$", "", name)] += cursor.fetchone()[0]
        found += [f"{name} ({count:,}): {' '.join(sql.split())[:160]}"
                  for name, count in rows.items() if count > SCAN_ROWS]
    return found


def _tables_scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for child in node.get("Plans", []):
        yield from _tables_scanned(child)


def run(args: argparse.Namespace) -> dict[str, Any]:
    from bench import ground

    if not os.environ.get("DATABASE_URL"):
        ground.big(items=args.items, scans=args.scans, name="pages")
    ground.start()
    server = None
    try:
        server = server_start(args.port)
        return _measure(args)
    finally:
        if server is not None:
            server.terminate()
            server.wait(10)
        from django.db import connection

        connection.close()
        if not args.keep:
            ground.copy_drop("pages")


def _measure(args: argparse.Namespace) -> dict[str, Any]:
    from youlu.domain.mail.jobs import sums_make

    closure_make()
    callers, samples = callers_make(args.port), samples_find()
    every = [*addresses(samples), *((address, "") for address in (*LISTS, *SEARCHES))]
    left_out, pages = [], {}
    for address, missing in every:
        if missing or re.search(r"metrics|assets|factors|account|\.well-known", address):
            left_out.append(f"{address} ({missing or 'not a page of the rooms'})")
            continue
        chosen = _who_may(callers, address)
        if chosen is None:
            left_out.append(f"{address} (no GET)")
        else:
            sums_make()  # as the worker does every ten seconds
            pages[address] = _page(callers[chosen], address, args.times)
    return _summed(pages, left_out)


def _who_may(callers: dict[str, Caller], address: str) -> str | None:
    """The first caller for whom the page opens."""
    names = ["token"] if address.startswith("/api/") else [name for name in callers if name != "token"]
    for name in names:
        if callers[name].over_http(address)[0] == 200:
            return name
    return None


def _page(caller: Caller, address: str, times: int) -> dict[str, Any]:
    with ThreadPoolExecutor(WARM_CALLERS) as pool:
        list(pool.map(lambda one: [one.over_http(address) for _ in range(WARM_TIMES)],
                      [Caller(caller.connection.port, caller.headers) for _ in range(WARM_CALLERS)]))
    took = sorted(caller.over_http(address)[1] for _ in range(times))
    caller.in_process(address)  # what a process reads once
    with queries_caught() as queries:
        caller.in_process(address)
    return {"p95_ms": round(took[min(int(times * 0.95), times - 1)], 1), "median_ms": round(took[times // 2], 1),
            "queries": len(queries), "scans": scanned_whole(queries)}


def _summed(pages: dict[str, Any], left_out: list[str]) -> dict[str, Any]:
    kinds = {"item": ITEM_PAGES, "list": LIST_PAGES, "search": SEARCH_PAGES}
    of_kind = {kind: [page for address, page in pages.items() if pattern.match(address)]
               for kind, pattern in kinds.items()}
    return {**{f"{kind}_p95_ms": max((page["p95_ms"] for page in found), default=0.0)
               for kind, found in of_kind.items()},
            "queries_max": max(page["queries"] for found in of_kind.values() for page in found),
            "queries_max_of_all": max(page["queries"] for page in pages.values()),
            "scanned_whole": sorted({scan for page in pages.values() for scan in page["scans"]}),
            "pages": dict(sorted(pages.items(), key=lambda page: -page[1]["p95_ms"])), "left_out": sorted(left_out),
            "machine_load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}


def closure_make() -> None:
    """The tour's closure, applied: some items are late or at risk, customers are owed word."""
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.continuity.apply import closure_apply
    from youlu.domain.continuity.services import closure_declare
    from youlu.scenarios.lanzhou.tour import tour_closure

    closure_declare(actor=actor_of_system("bench"), closure=tour_closure())
    closure_apply()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--scans", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--port", type=int, default=8461)
    parser.add_argument("--keep", action="store_true", help="keep the copy of the database")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
