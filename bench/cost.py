"""What a million items cost through their life: CPU hours, gigabytes and messages, measured on a sample and scaled.

A sample of items is accepted, scanned along its planned way, hit by a closure that a share of it lives through, told,
and delivered. All of it goes through the product's own services in one process; the database's processes are counted
beside it. Gigabytes are what the tables and indexes grew by, and the write-ahead log that was written. A web server's
share (HTTP, JSON) is not in here: `bench scans` measures it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BATCH = 500
MILLION = 1_000_000


@dataclass
class Meter:
    """CPU seconds, bytes and seconds of each step."""

    steps: dict[str, dict[str, float]] = field(default_factory=dict)

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        before, begun = _reading(), time.monotonic()
        result = work()
        after = _reading()
        self.steps[name] = {"seconds": time.monotonic() - begun,
                            **{what: after[what] - before[what] for what in before}}
        return result

    def total(self, what: str) -> float:
        return sum(step[what] for step in self.steps.values())


def run(args: argparse.Namespace) -> dict[str, Any]:
    from bench import ground

    ground.big(items=args.ground, name="cost")
    ground.start()
    try:
        return _measure(args)
    finally:
        from django.db import connection

        connection.close()
        ground.copy_drop("cost")


def _measure(args: argparse.Namespace) -> dict[str, Any]:
    from youlu.core import clock
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.continuity.apply import closure_apply
    from youlu.domain.continuity.services import closure_declare
    from youlu.domain.mail.resident import flight_now
    from youlu.scenarios.lanzhou.tour import tour_closure

    flight_now()
    actor, meter = actor_of_system("bench"), Meter()
    numbers = meter.step("accept", lambda: accept(args.items))
    meter.step("closure", lambda: (closure_declare(actor=actor, closure=tour_closure()), closure_apply()))
    messages = meter.step("tell", tell)
    scans = meter.step("scans", lambda: scan_all(numbers))
    hit = _one("SELECT count(DISTINCT item_key) FROM mail_promise_revision WHERE cause = 'closure'")
    share = MILLION / args.items
    cpu_h = (meter.total("cpu_self_s") + meter.total("cpu_database_s")) / 3600
    return {
        "items": args.items, "scans": scans, "hit_of_all_in_flight": hit, "messages": messages,
        "clock": clock.now().isoformat(),
        "per_million": {
            "cpu_h": round(cpu_h * share, 2), "tables_gb": round(meter.total("tables_b") * share / 1e9, 2),
            "wal_gb": round(meter.total("wal_b") * share / 1e9, 2),
            "messages": round(messages / (args.ground + args.items) * MILLION)},
        "steps": {name: {what: round(value, 2) for what, value in step.items()} for name, step in meter.steps.items()},
        "machine_load": round(os.getloadavg()[0], 1), "cores": os.cpu_count(),
    }


def accept(count: int) -> list[str]:
    """Take items in as those in flight were: same offices, destinations, customers; returns their numbers."""
    from django.db import connection

    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.mail.models import MailClass
    from youlu.domain.mail.services import ItemInput, items_accept

    with connection.cursor() as cursor:
        cursor.execute("SELECT origin_office_id, dest_office_id, mail_class, dest_segment_id, dest_compound_id,"
                       " sender_id, addressee_id FROM mail_item WHERE place < 3 LIMIT %s", [count])
        rows = cursor.fetchall()
    actor, numbers = actor_of_system("bench"), []
    for at in range(0, len(rows), BATCH):
        items = [ItemInput(origin, dest, MailClass(kind), dest_segment_id=segment, dest_compound_id=compound,
                           sender_id=sender, addressee_id=addressee)
                 for origin, dest, kind, segment, compound, sender, addressee in rows[at:at + BATCH]]
        numbers += [row.number for row in items_accept(actor=actor, items=items) if row.number]
    return numbers


def tell() -> int:
    """Hand out what customers are owed by message until nothing is left; returns how many were told."""
    from youlu.domain.desk.sending import contacts_send

    told = 0
    while sent := contacts_send().told:
        told += sent
    return told


def scan_all(numbers: list[str]) -> int:
    """Every scan of the items' planned ways, to the door; returns how many were stored."""
    from django.db import connection

    from youlu.core import clock
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.mail.models import ScanKind
    from youlu.domain.mail.scans import ScanInput, scans_ingest
    from youlu.domain.network.trips import LEG_DAY_ZERO, trip_book
    from youlu.engines.codes.item_key import item_key

    key_of = {item_key(number): number for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute("SELECT item_key, dest_office_id, planned_legs, coalesce(expected_arrive_by, arrival_at,"
                       " accepted_at) FROM mail_item WHERE item_key = ANY(%s::bigint[])", [list(key_of)])
        items = cursor.fetchall()
    book, actor, stored, events = trip_book(), actor_of_system("bench"), 0, []
    for key, dest, legs, due in items:
        for nth, leg_key in enumerate(legs):
            leg = book.leg(leg_key)
            if leg is None:
                continue
            day = LEG_DAY_ZERO + dt.timedelta(days=leg_key >> 16 & 0xFFFF)
            events.append(ScanInput(key_of[key], "bench", key % 10**9 * 64 + 2 * nth, ScanKind.DEPARTED, leg.departs_at,
                                    trip_key=leg_key >> 32, service_date=day, stop_seq=leg_key & 0xFFFF))
            events.append(ScanInput(key_of[key], "bench", key % 10**9 * 64 + 2 * nth + 1, ScanKind.ARRIVED,
                                    leg.arrives_at, office_id=leg.to_office))
        for nth, kind in enumerate((ScanKind.OUT, ScanKind.DELIVERED)):
            events.append(ScanInput(key_of[key], "bench", key % 10**9 * 64 + 62 + nth, kind,
                                    due - dt.timedelta(hours=2 - nth), office_id=dest))
    events.sort(key=lambda scan: scan.occurred_at)
    with clock.frozen(max(scan.occurred_at for scan in events) + dt.timedelta(hours=1)):
        for at in range(0, len(events), BATCH):
            outcomes = scans_ingest(actor=actor, scans=events[at:at + BATCH])
            stored += sum(outcome.result == "stored" for outcome in outcomes)
    return stored


def _reading() -> dict[str, float]:
    from django.db import connection

    ticks = os.sysconf("SC_CLK_TCK")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'::pg_lsn")
        tables, wal = cursor.fetchone()
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR datname IS NULL")
        database = sum(_ticks(pid) for pid, in cursor.fetchall())
    return {"cpu_self_s": time.process_time(), "cpu_database_s": database / ticks, "tables_b": float(tables),
            "wal_b": float(wal)}


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _one(sql: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=50_000, help="the sample")
    parser.add_argument("--ground", type=int, default=1_000_000, help="items in flight before it")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
