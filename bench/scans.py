"""Scans over HTTP into a store that holds ten million: 500 a call, then one a call, against raw COPY of such rows.

The server is the product's own (granian, two processes), synchronous_commit on, its worker asleep. Items in flight are
scanned along their planned ways (left, came, out, not at home, out again …) in a random order that differs from round
to round, so that nearly every scan moves its item; of a hundred rows two were sent before, one comes late (its item
is folded from all its scans) and one names a number that nobody has accepted. A checkpoint falls in the middle. What
was acknowledged as stored is counted again in the table at the end.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

CALL_ROWS = 500
CONNECTIONS = 4
DAYS_AHEAD = 12  # the clock stands so far after the scenario's: planned departures have come to pass
COUNT = re.compile(rb'"stored": (\d+), "duplicate": (\d+), "refused": (\d+)')


@dataclass
class Feed:
    """Bodies of calls, made as they are wanted: the next scan of one item after the other, in rounds."""

    numbers: list[bytes]
    tails: list[bytes]
    events: np.ndarray  # index of a tail
    offset: np.ndarray  # events of item i: offset[i]:offset[i + 1]
    cycle: list[list[bytes]]  # tails of item's destination after its way, by destination
    dest: np.ndarray
    late: bytes  # the tail of a scan that comes a day late
    rng: np.random.Generator
    run: int
    sequence: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=20_000))
    order: Iterator[tuple[int, bytes]] = field(default_factory=lambda: iter(()))
    nth: int = 0

    def body(self, rows: int) -> bytes:
        with self.lock:
            return b"[" + b",".join([self._row() for _ in range(rows)]) + b"]"

    def one(self) -> bytes:
        with self.lock:
            return self._row()

    def _row(self) -> bytes:
        self.sequence += 1
        chance = self.sequence % 100
        if chance in (33, 66) and self.recent:
            return self.recent[self.sequence % len(self.recent)]
        item, tail = next(self.order, (-1, b""))
        if item < 0:
            self.order = self._round()
            item, tail = next(self.order)
        number = self.numbers[item] if chance != 50 else b"99%011d" % (self.sequence % 10**11)
        device = b"B%d" % (item % 997)
        if chance == 99:
            device, tail = b"late", self.late
        row = b'{"number":"%b","device":"%b-%d","sequence":%d,%b' % (number, device, self.run, self.sequence, tail)
        if self.sequence % 29 == 0:
            self.recent.append(row)
        return row

    def _round(self) -> Iterator[tuple[int, bytes]]:
        nth, self.nth = self.nth, self.nth + 1
        has = self.offset[1:] - self.offset[:-1]
        for item in self.rng.permutation(len(self.numbers)).tolist():
            if nth < has[item]:
                yield item, self.tails[self.events[self.offset[item] + nth]]
            else:
                after = self.cycle[self.dest[item]]
                yield item, after[(nth - int(has[item])) % len(after)]


def feed_make(*, seed: int) -> Feed:
    """What is still to be scanned of the items in flight, by their planned ways."""
    import datetime as dt

    from django.db import connection

    from youlu.core import clock
    from youlu.domain.network.selectors import offices_all
    from youlu.domain.network.trips import LEG_DAY_ZERO, trip_book
    from youlu.engines.codes.item_key import item_number

    with connection.cursor() as cursor:
        cursor.execute("SELECT item_key, planned_legs[legs_done + 1:], place, dest_office_id FROM mail_item"
                       " WHERE place < 3 ORDER BY item_key")
        rows = cursor.fetchall()
    book, codes = trip_book(), {office.id: office.code for office in offices_all()}
    tails: list[bytes] = []
    of_leg: dict[int, tuple[int, int]] = {}

    def both(key: int) -> tuple[int, int]:
        if key not in of_leg:
            leg = book.leg(key)
            assert leg is not None
            day = LEG_DAY_ZERO + dt.timedelta(days=key >> 16 & 0xFFFF)
            tails.append(f'"kind":"departed","occurred_at":"{leg.departs_at.isoformat()}","trip_key":{key >> 32},'
                         f'"service_date":"{day}","stop_seq":{key & 0xFFFF}}}'.encode())
            tails.append(f'"kind":"arrived","occurred_at":"{leg.arrives_at.isoformat()}",'
                         f'"office":"{codes[leg.to_office]}"}}'.encode())
            of_leg[key] = len(tails) - 2, len(tails) - 1
        return of_leg[key]

    events: list[int] = []
    offset = [0]
    for _, legs, place, _ in rows:
        for nth, key in enumerate(legs if place != 2 else ()):
            left, came = both(key)
            events.append(left)
            if nth + 1 == len(legs) or legs[nth + 1] >> 16 != key >> 16:
                events.append(came)
        offset.append(len(events))
    dests = sorted({row[3] for row in rows})
    nth_of = {dest: nth for nth, dest in enumerate(dests)}
    start = clock.now() - dt.timedelta(days=5)
    cycle = [[f'"kind":"{("out", "undelivered")[n % 2]}","occurred_at":"{(start + dt.timedelta(hours=n)).isoformat()}",'
              f'"office":"{codes[dest]}"}}'.encode() for n in range(100)] for dest in dests]
    late = f'"kind":"arrived","occurred_at":"2022-07-10T09:00:00+08:00","office":"{codes[dests[0]]}"}}'.encode()
    return Feed([item_number(row[0]).encode() for row in rows], tails, np.array(events, np.int32), np.array(offset),
                cycle, np.array([nth_of[row[3]] for row in rows], np.int32), late, np.random.default_rng(seed),
                int(time.time()))


class Sender(threading.Thread):
    """One connection that sends call after call until `until`, and adds up what was answered."""

    def __init__(self, port: int, token: str, make: Any, until: float) -> None:
        super().__init__()
        self.make, self.until = make, until
        self.head = (f"POST /api/v1/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
                     "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n").encode()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.counts, self.calls, self.took = np.zeros(3, np.int64), 0, []
        self.error = ""

    def run(self) -> None:
        stream = self.socket.makefile("rb")
        while time.monotonic() < self.until:
            body = self.make()
            begun = time.monotonic()
            self.socket.sendall(self.head % len(body) + body)
            status, answer = _answer(stream)
            self.took.append(time.monotonic() - begun)
            found = COUNT.search(answer)
            if status != 200 or found is None:
                self.error = f"{status} {answer[:300]!r}"
                return
            self.calls += 1
            self.counts += [int(n) for n in found.groups()]


def _answer(stream: Any) -> tuple[int, bytes]:
    status = int(stream.readline().split()[1])
    length = 0
    while (line := stream.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line[15:])
    return status, stream.read(length)


def _send(port: int, token: str, make: Any, seconds: float) -> dict[str, Any]:
    begun = time.monotonic()
    senders = [Sender(port, token, make, begun + seconds) for _ in range(CONNECTIONS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    errors = [sender.error for sender in senders if sender.error]
    if errors:
        raise SystemExit(f"the server refused: {errors[0]}")
    stored, duplicate, refused = (int(n) for n in sum(sender.counts for sender in senders))
    took = np.sort(np.concatenate([sender.took for sender in senders]))
    return {"seconds": time.monotonic() - begun, "stored": stored, "duplicate": duplicate, "refused": refused,
            "rows": stored + duplicate + refused, "p95_ms": float(took[int(len(took) * 0.95)]) * 1000}


def copy_rate(seconds: float) -> float:
    """Rows a second of COPY into mail_scan, 500 a transaction on one connection: what the table itself can take."""
    from django.db import connection, transaction

    begun, rows, nth = time.monotonic(), 0, 0
    rng = np.random.default_rng(1)
    while time.monotonic() - begun < seconds:
        keys = rng.integers(2**46, 2**46 + 10**13, CALL_ROWS).tolist()
        text = "".join([f"{key}\tcopy-{time.time_ns()}\t{nth + n}\t2\t2022-07-11 10:00:00+00\t2022-07-11 10:00:05+00\t1"
                        f"\t\\N\t\\N\t\\N\t\\N\t\\\\x00112233445566778899aabbccddeeff\n" for n, key in enumerate(keys)])
        nth += CALL_ROWS
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy("COPY mail_scan FROM STDIN") as copy:
            copy.write(text)
        rows += CALL_ROWS
    return rows / (time.monotonic() - begun)


def memory_mib(pid: int) -> int:
    """Resident memory of a process and its children, without pages that they share with the database or each other."""
    total = 0
    for process in [pid, *_children(pid)]:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_"))
    return total // 1024


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return [*found, *(grandchild for child in found for grandchild in _children(child))]


def cpu_s(server: int, database: str = "") -> tuple[float, float]:
    """CPU seconds so far of the web server and of all the database's processes of this machine; `database`: the one
    that the server is on, where it is not ours."""
    ticks = os.sysconf("SC_CLK_TCK")
    web = sum(_ticks(pid) for pid in [server, *_children(server)])
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname IS NULL"
                       " OR datname = COALESCE(NULLIF(%s, ''), current_database())", [database])
        base = sum(_ticks(pid) for pid, in cursor.fetchall())
    return web / ticks, base / ticks


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:  # a database on another machine, or a process that has ended
        return 0
    return int(fields[11]) + int(fields[12])


def server_start(port: int) -> subprocess.Popen[bytes]:
    """The product's own web server on the database of the environment."""
    from youlu.interfaces.cli.processes import server_command

    with socket.socket() as free:  # a server that somebody left there would be measured instead
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
    process = subprocess.Popen(server_command("127.0.0.1", port), env=os.environ)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return process
        except OSError:
            time.sleep(0.2)
    process.terminate()
    process.wait(20)
    raise SystemExit("the server did not come up")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Figures: bulk_per_s, copy_per_s and the share, single_per_s, memory first and last."""
    from bench import ground

    if not os.environ.get("DATABASE_URL"):
        ground.big(items=args.items, scans=args.scans, name="scans")
    os.environ.setdefault("YOULU_API_CALLS_PER_MIN", "1000000")  # one token sends here what thousands send elsewhere
    ground.start()
    server = None
    try:
        server = server_start(args.port)
        return _measure(args, server)
    finally:
        if server is not None:
            server.terminate()
            server.wait(10)
        from django.db import connection

        connection.close()
        if not args.keep:
            ground.copy_drop("scans")


def _measure(args: argparse.Namespace, server: subprocess.Popen[bytes]) -> dict[str, Any]:
    import datetime as dt

    from django.db import connection

    from youlu.core import clock
    from youlu.domain.access.selectors import actor_of_system
    from youlu.domain.access.services import token_issue

    clock.clock_set(at=clock.now() + dt.timedelta(days=DAYS_AHEAD))
    token = token_issue(actor=actor_of_system("bench"), kind="device", name="bench", permissions=["mail.scan"])
    feed = feed_make(seed=7)
    before = _count()
    warm = _send(args.port, token, lambda: feed.body(CALL_ROWS), min(5.0, args.seconds / 4))
    first, cpu = memory_mib(server.pid), cpu_s(server.pid)
    checkpoint = threading.Timer(args.seconds / 3, _checkpoint)
    checkpoint.start()
    bulk = _send(args.port, token, lambda: feed.body(CALL_ROWS), args.seconds)
    checkpoint.join()
    last = memory_mib(server.pid)
    web_us, database_us = ((after - was) / bulk["rows"] * 1e6
                           for was, after in zip(cpu, cpu_s(server.pid), strict=True))
    single = _send(args.port, token, feed.one, min(20.0, args.seconds))
    stored = warm["stored"] + bulk["stored"] + single["stored"]
    if _count() != before + stored:
        raise SystemExit(f"{stored} acknowledged, {_count() - before} in the table")
    copied = copy_rate(min(10.0, args.seconds))
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        synchronous = cursor.fetchone()[0]
    per_s = bulk["rows"] / bulk["seconds"]
    return {
        "items": len(feed.numbers), "scans_stored_before": before, "seconds": args.seconds, "rows_a_call": CALL_ROWS,
        "bulk_per_s": round(per_s), "bulk_call_p95_ms": round(bulk["p95_ms"], 1), "copy_per_s": round(copied),
        "share_of_copy": round(per_s / copied, 2), "single_per_s": round(single["rows"] / single["seconds"]),
        "single_p95_ms": round(single["p95_ms"], 1),
        "web_cpu_us_a_scan": round(web_us), "database_cpu_us_a_scan": round(database_us),
        "stored": stored, "duplicate": bulk["duplicate"], "refused": bulk["refused"], "memory_first_mib": first,
        "memory_last_mib": last, "synchronous_commit": synchronous, "machine_load": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count()}


def _count() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mail_scan")
        return cursor.fetchone()[0]


def _checkpoint() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--scans", type=int, default=10_000_000)
    parser.add_argument("--port", type=int, default=8460)
    parser.add_argument("--keep", action="store_true", help="keep the copy of the database")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(run(args), ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
