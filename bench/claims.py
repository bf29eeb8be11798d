"""Two hundred agents drain twenty thousand orders: nobody gets what another has, nothing is left, at what rate.

    python -m bench.claims [--agents 200] [--orders 20000] [--json]

Each agent asks for the next order, again and again, by the product's own service in a transaction of its own, until
there is none; 48 at once on connections of their own (the embedded server has 80), in two processes. `doubles`: orders
with more than one taking; `lost`: orders that nobody took, or whose history does not say who. The control reads the
first order and then writes its own name without looking again: it must double, or the count of doubles proves nothing.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import threading
import time
from typing import Any

PROCESSES, THREADS = 2, 24
NAIVE_READ = "SELECT id FROM desk_workorder WHERE state = 'open' ORDER BY priority DESC, due_at, id LIMIT 1"
NAIVE_WRITE = "UPDATE desk_workorder SET state = 'taken', taken_by = %s, taken_at = %s WHERE id = %s"


def drain(user_ids: list[str], naive: bool, results: Any, ready: Any) -> None:
    """One process: its agents shared out among its threads."""
    from bench import ground

    ground.start()
    taken: list[int] = []

    def work(mine: list[str]) -> None:
        from django.db import connection

        from youlu.domain.access.models import User
        from youlu.domain.access.selectors import actor_of_user

        ask = _naive if naive else _asked
        try:
            actors = [actor_of_user(User.objects.get(id=user_id)) for user_id in mine]
            ready.wait()
            taken.append(_until_none(actors, ask))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(user_ids[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(sum(taken))


def _until_none(actors: list[Any], ask: Any) -> int:
    """The agents in turn, each until there is nothing for them; how many orders they got."""
    count, left = 0, list(actors)
    for actor in itertools.cycle(actors):
        if not left:
            return count
        if actor in left:
            if ask(actor):
                count += 1
            else:
                left.remove(actor)
    return count


def _asked(actor: Any) -> bool:
    from youlu.domain.desk.services import order_take_next

    return order_take_next(actor=actor) is not None


def _naive(actor: Any) -> bool:
    """The control: look, then write."""
    from django.db import connection

    from youlu.core import clock
    from youlu.core.ids import uuid7
    from youlu.domain.desk.models import OrderEvent
    from youlu.domain.workforce.selectors import agent_of

    agent = agent_of(actor)
    with connection.cursor() as cursor:
        cursor.execute(NAIVE_READ)
        row = cursor.fetchone()
        if row is None:
            return False
        cursor.execute(NAIVE_WRITE, [agent.id, clock.now(), row[0]])
    OrderEvent.objects.create(id=uuid7(), order_id=row[0], at=clock.now(), actor=actor.id, act="take")
    return True


def drained(user_ids: list[str], *, naive: bool = False) -> dict[str, Any]:
    """Drain what there is by all agents at once, then count by a slow look at the history."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM desk_orderevent WHERE act = 'take'")
        cursor.execute("SELECT count(*) FROM desk_workorder WHERE state = 'open'")
        waiting = cursor.fetchone()[0]
    connection.close()
    context = multiprocessing.get_context("spawn")
    results, ready = context.Queue(), context.Barrier(PROCESSES * THREADS + 1)
    processes = [context.Process(target=drain, args=(user_ids[n::PROCESSES], naive, results, ready))
                 for n in range(PROCESSES)]
    for process in processes:
        process.start()
    ready.wait()
    begun = time.perf_counter()
    said = sum(results.get() for _ in processes)
    for process in processes:
        process.join()
    seconds = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT order_id FROM desk_orderevent WHERE act = 'take'"
                       " GROUP BY 1 HAVING count(*) > 1) twice")
        doubles = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM desk_workorder o WHERE state = 'open' OR (state = 'taken' AND NOT EXISTS ("
                       "SELECT 1 FROM desk_orderevent e JOIN workforce_agent a ON e.actor = 'user:' || a.user_id"
                       " WHERE e.order_id = o.id AND e.act = 'take' AND a.id = o.taken_by))")
        lost = cursor.fetchone()[0]
    return {"orders": waiting, "said_taken": said, "doubles": doubles, "lost": lost,
            "per_s": round(said / seconds), "seconds": round(seconds, 1)}


def run(args: argparse.Namespace) -> dict[str, Any]:
    from bench import ground

    ground.bare(name="claims")
    try:
        return _run(args)
    finally:
        from django.db import connection

        connection.close()
        ground.copy_drop("claims")


def _run(args: argparse.Namespace) -> dict[str, Any]:
    from bench import ground

    ground.start()
    from bench.desk_orders import agents_fill, orders_fill
    from django.db import connection

    user_ids = agents_fill(args.agents)
    orders_fill(args.orders, open_share=1.0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE desk_workorder SET state = 'open', taken_by = NULL, taken_at = NULL")
    ours = drained(user_ids)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM desk_orderevent")
        cursor.execute("DELETE FROM desk_workorder WHERE number % 10 > 0")
        cursor.execute("UPDATE desk_workorder SET state = 'open', taken_by = NULL, taken_at = NULL")
    control = drained(user_ids, naive=True)
    return {"agents": args.agents, **ours, "control_doubles": control["doubles"],
            "machine_load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
