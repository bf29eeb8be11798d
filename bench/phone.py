"""Where does this call go now: the server's time for a decision, with a desk of 23 people and with one of 300.

    python -m bench.phone [--calls 1500] [--orders 20000] [--json]

Signed requests to `/api/v1/calls/route` through the whole of the product's web stack, in process; the time is from the
request's first byte to the answer's last. Callers come back, nine in ten are known; calls are answered and end so that
the desk is nearly always busy: decisions are for an agent, for the queue and for a promised call back in turns. A
roster is in force, 20,000 work orders stand. `queries`: the most that a decision asked; `cpu_ms`: of the web process
alone, the mean, for a machine that others use.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import json
import os
import random
import time
from typing import Any

DESKS = (23, 300)


class Exchange:
    """Signs as an exchange does; one call after another."""

    def __init__(self) -> None:
        from django.test import Client

        from youlu.domain.access.selectors import actor_of_system
        from youlu.domain.partners.services import partner_register

        self.client = Client(SERVER_NAME="127.0.0.1")
        self.keys = partner_register(actor=actor_of_system("bench"), code="exchange", name="总机", url="http://127.0.0.1:9")
        self.sent, self.cpu_s = 0, 0.0

    def post(self, path: str, topic: str, **data: Any) -> tuple[float, dict[str, Any]]:
        """Milliseconds and answer."""
        from youlu.core import clock
        from youlu.domain.partners import signing

        self.sent += 1
        body = json.dumps({"type": topic, "timestamp": clock.now().isoformat(), "data": data}).encode()
        headers = signing.headers_for(self.keys.secret_in, message_id=f"m{self.sent}",
                                      timestamp_s=int(clock.real_now().timestamp()), body=body)
        begun, busy = time.perf_counter(), time.process_time()
        answer = self.client.post(f"/api/v1/calls/{path}", body, content_type="application/json", headers=headers)
        took_ms, self.cpu_s = 1e3 * (time.perf_counter() - begun), time.process_time() - busy
        if answer.status_code != 200:
            raise SystemExit(answer.content.decode())
        return took_ms, answer.json()


def rostered(agents: int) -> None:
    """Everybody works today from eight to midnight, so that promises have a roster to be held by."""
    from youlu.core import clock
    from youlu.domain.workforce.models import Agent, Roster, RosterHold, RosterShift, ShiftKind

    RosterHold.objects.all().delete()
    start = clock.midnight(clock.today())
    kind, _ = ShiftKind.objects.get_or_create(code="bench", defaults={
        "name": "测试班", "start_min": 480, "length_min": 960, "sites": ["on_site"], "source": "bench"})
    roster = Roster.objects.create(start_date=start.date(), days=2, state="published", basis="standard",
                                   made_by="bench", made_at=start)
    RosterHold.objects.create(roster=roster, start_at=start, end_at=start + dt.timedelta(days=2))
    RosterShift.objects.bulk_create([RosterShift(
        roster=roster, agent=agent, work_date=day.date(), kind=kind, site="on_site",
        start_at=day + dt.timedelta(hours=8), end_at=day + dt.timedelta(hours=24))
        for agent in Agent.objects.all()[:agents] for day in (start, start + dt.timedelta(days=1))])


def measured(exchange: Exchange, agents: int, calls: int, chance: random.Random) -> dict[str, Any]:
    """A quarter more calls than the desk holds: whenever somebody hangs up, the first who waits is asked for."""
    hall = Hall(exchange, agents)
    for nth in range(calls):
        hall.comes(f"{agents}-{nth}", f"138{chance.randrange(10_000) + (nth % 10 == 0) * 20_000:08d}")
        if len(hall.talking) >= agents and nth % 4:
            hall.ends()
    times = sorted(hall.times)
    return {"agents": agents, "decisions": len(times), "p50_ms": round(times[len(times) // 2], 1),
            "p95_ms": round(times[int(len(times) * 0.95)], 1), "max_ms": round(times[-1], 1),
            "cpu_ms": round(1e3 * hall.cpu_s / len(times), 1),
            "queries": max(hall.queries.values()), "ways": dict(sorted(hall.ways.items()))}


class Hall:
    """Calls that are talking and calls that wait, and what every decision took."""

    def __init__(self, exchange: Exchange, agents: int) -> None:
        self.exchange, self.patient = exchange, max(agents // 8, 2)
        self.talking: collections.deque[str] = collections.deque()
        self.waiting: collections.deque[str] = collections.deque()
        self.times: list[float] = []
        self.cpu_s = 0.0
        self.queries: collections.Counter[str] = collections.Counter()
        self.ways: collections.Counter[str] = collections.Counter()

    def comes(self, name: str, number: str) -> None:
        if not self._ask(name, number=number):
            self.waiting.append(name)
        if len(self.waiting) > self.patient:
            self.exchange.post("events", "call.ended", call=self.waiting.popleft())

    def ends(self) -> None:
        """The longest call ends; who waits first is asked for."""
        self.exchange.post("events", "call.ended", call=self.talking.popleft())
        if self.waiting and self._ask(self.waiting[0]):
            self.waiting.popleft()

    def _ask(self, name: str, **data: str) -> bool:
        """Whether an agent has it now. Queries are counted now and then, apart from the time."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        is_counted = len(self.times) % 25 == 24
        if is_counted:
            with CaptureQueriesContext(connection) as caught:
                took_ms, way = self.exchange.post("route", "call.route", call=name, **data)
            self.queries[way["to"]] = max(self.queries[way["to"]], len(caught))
        else:
            took_ms, way = self.exchange.post("route", "call.route", call=name, **data)
        self.times.append(took_ms)
        self.cpu_s += self.exchange.cpu_s
        self.ways[way["to"]] += 1
        if way["to"] == "agent":
            self.exchange.post("events", "call.answered", call=name, agent=way["agent"])
            self.talking.append(name)
        return bool(way["to"] == "agent")


def run(args: argparse.Namespace) -> dict[str, Any]:
    from bench import ground

    ground.bare(name="phone")
    try:
        return _run(args)
    finally:
        from django.db import connection

        connection.close()
        ground.copy_drop("phone")


def _run(args: argparse.Namespace) -> dict[str, Any]:
    from bench import ground

    ground.start()
    from bench.desk_orders import agents_fill, orders_fill

    from youlu.domain.desk.models import Call, Parameter
    from youlu.domain.workforce.models import Presence

    chance, exchange, desks = random.Random(7), Exchange(), []
    agents_fill(max(DESKS))
    orders_fill(args.orders)
    # Who hangs up is free at once: the bench has no twenty seconds.
    Parameter.objects.filter(code="call_wrap_s").update(value=0)
    for agents in DESKS:
        ids = list(Presence.objects.order_by("agent__staff_no").values_list("id", flat=True))
        Presence.objects.update(is_taking=False)
        Presence.objects.filter(id__in=ids[:agents]).update(is_taking=True)
        rostered(agents)
        desks.append(measured(exchange, agents, args.calls, chance))
        Call.objects.filter(outcome="live").update(outcome="silent")
    return {"desks": desks, "orders": args.orders, "p95_ms": max(desk["p95_ms"] for desk in desks),
            "machine_load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_500)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
