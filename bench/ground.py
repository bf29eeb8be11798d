"""The ground that the large benches stand on: a million items in flight, built once and kept as a template database.

    url = bench.ground.big(items=1_000_000, scans=10_000_000)   # a fresh copy; DATABASE_URL, YOULU_DATA_DIR are set
    url = bench.ground.big(items=1_000_000, orders=1_000_000)   # with work orders instead of old scans

The embedded server and its templates live in `YOULU_BENCH_DIR` (else the user's cache folder), outside the project and
shared by all working copies of it. A template whose migrations are a part of ours is taken and migrated forward; one
with others is not ours. `python -m bench.ground --items 1000000 --scans 10000000` builds it and prints what it holds.
Work orders stand on the same items in a template of their own: `--orders 1000000`.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

SCENARIO_ITEMS = 100_000
ROOT = Path(__file__).resolve().parents[1]
VERSION = 5  # raise when what is built changes
ORDERS_VERSION = 1  # the same for work orders
HISTORY_SERVICE = "HZ"  # service letters of the numbers whose old scans make up the rest


@dataclass(frozen=True)
class Held:
    """What a template holds: items in flight, scans at least, work orders."""

    items: int
    scans: int = 0
    orders: int = 0

    @property
    def prefix(self) -> str:
        if self.orders:
            return f"desk{VERSION}.{ORDERS_VERSION}_{self.items}_{self.orders}"
        return f"ground{VERSION}_{self.items}_{self.scans}"

    @property
    def base(self) -> Held | None:
        """What it is built upon; the items alone stand on nothing."""
        return Held(self.items) if self.items and (self.scans or self.orders) else None


def big(*, items: int = 1_000_000, scans: int = 0, orders: int = 0, name: str = "bench") -> str:
    """A fresh copy of the ground for this run: its database's URL, also set as DATABASE_URL with YOULU_DATA_DIR.

    Parameters
    ----------
    items : in flight, about 5 % more are delivered today (the Lanzhou scenario on the national network).
    scans : at least so many are stored; 0: those of the items alone, about 5.4 an item.
    orders : work orders, one in fifty of them not closed; not together with `scans`.
    name : of the copy; a copy of the same name is dropped first. Call `copy_drop(name)` when done.
    """
    with _locked():
        server = _server()
        template = _template(server, Held(items, scans, orders))
        copy_drop(name)
        _copy(server, template, f"copy_{name}")
        folder = _home() / f"copy_{name}"
        # Hard links: what a ledger or a timetable's arrays hold never changes, what is new is new.
        shutil.copytree(_home() / template, folder, copy_function=os.link)
    os.environ |= {"DATABASE_URL": server.dsn(f"copy_{name}"), "YOULU_DATA_DIR": str(folder)}
    return os.environ["DATABASE_URL"]


def bare(*, name: str) -> str:
    """An empty database for `start` to fill with the product's tables: its URL, set as `big` sets it."""
    database_make(name)
    folder = home() / f"copy_{name}"
    folder.mkdir(exist_ok=True)
    os.environ |= {"DATABASE_URL": server().dsn(f"copy_{name}"), "YOULU_DATA_DIR": str(folder)}
    return os.environ["DATABASE_URL"]


def database_make(name: str) -> None:
    """An empty database `copy_<name>`; one of that name is dropped first."""
    with _locked():
        copy_drop(name)
        _copy(_server(), "template0", f"copy_{name}")


def home() -> Path:
    """Where the benches keep what they build once."""
    return _home()


def server():
    """The embedded server of the benches."""
    return _server()


def start() -> None:
    """Django on the copy that `big` made: migrated forward, the scenario's clock at its beginning."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")
    from youlu.config import commandline

    commandline.start()
    from youlu.core import clock
    from youlu.scenarios.lanzhou.load import CLOCK_AT

    clock.clock_set(at=CLOCK_AT)


def copy_drop(name: str = "bench") -> None:
    """Remove a copy and its folder, whoever is connected to it."""
    with _connected(_server()) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"copy_{name}")))
    shutil.rmtree(_home() / f"copy_{name}", ignore_errors=True)


def server_stop() -> None:
    """Stop the server of the benches; the templates stay."""
    _server().stop()


def _home() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("YOULU_BENCH_DIR") or cache / "youlu-bench").resolve()


def _server():
    from youlu.core import postgres

    return postgres.server_start(_home())


def _connected(server, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(server.dsn(database), autocommit=True)


@contextmanager
def _locked() -> Iterator[None]:
    """One builder at a time, whatever the number of working copies."""
    _home().mkdir(parents=True, exist_ok=True)
    with (_home() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _template(server, held: Held) -> str:
    """The name of a template that holds the ground, built where there is none."""
    ours = _migrations()
    apps = {app for app, _ in ours}
    with _connected(server) as connection:
        found = [row[0] for row in connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC", [f"{held.prefix}_"])]
    for name in found:
        with _connected(server, name) as connection:
            applied = {tuple(row) for row in connection.execute("SELECT app, name FROM django_migrations")}
        if {row for row in applied if row[0] in apps} <= ours:
            return name
    name = f"{held.prefix}_{hashlib.sha256(json.dumps(sorted(ours)).encode()).hexdigest()[:8]}"
    base = _template(server, held.base) if held.base else None
    half_made = f"half_{name}"
    with _connected(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(half_made)))
    _copy(server, base or "template0", half_made)
    folder = _home() / name
    shutil.rmtree(folder, ignore_errors=True)
    if base:
        shutil.copytree(_home() / base, folder, copy_function=os.link)
    _build(server.dsn(half_made), folder, held)
    with _connected(server) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(half_made), sql.Identifier(name)))
    return name


def _copy(server, template: str, database: str) -> None:
    with _connected(server) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(database), sql.Identifier(template)))


def _migrations() -> set[tuple[str, str]]:
    """Those of our own apps, as files."""
    folders = (ROOT / "src" / "youlu").glob("**/migrations/0*.py")
    return {(path.parents[1].name, path.stem) for path in folders}


def _build(url: str, folder: Path, held: Held) -> None:
    """Fill a database in a process of its own: Django is set up once a process."""
    environment = {**os.environ, "DATABASE_URL": url, "YOULU_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "bench.ground", "--fill", "--items", str(held.items),
                    "--scans", str(held.scans), "--orders", str(held.orders)], cwd=ROOT, env=environment, check=True)


def _fill(held: Held) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")
    from youlu.config import commandline

    commandline.start()
    from django.db import connection

    from youlu.scenarios.lanzhou.load import scenario_load, scenario_loaded
    from youlu.scenarios.lanzhou.tour import tour_prepare

    def tell(line: str) -> None:
        print(line, file=sys.stderr)

    if held.items and not scenario_loaded():
        scenario_load(items=held.items, tell=lambda _, english: tell(english))
        tour_prepare()
        _settle(held.items)
    started = time.monotonic()
    _history(held.scans)
    _orders(held.orders)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
        cursor.execute("CHECKPOINT")
    tell(f"history, orders, vacuum: {time.monotonic() - started:.1f} s")


def _settle(items: int) -> None:
    """Vehicles for so much mail (the scenario's are for 100,000 items: on them seven items of ten would be too many),
    and what a worker of the running product has long done: nothing left behind, full trips and their items marked."""
    from django.db.models import F

    from youlu.domain.continuity.apply import closure_apply
    from youlu.domain.mail.overload import overload_mark
    from youlu.domain.mail.resident import flight_now
    from youlu.domain.network.models import VehicleCapacity

    VehicleCapacity.objects.update(items=F("items") * max(1, items // SCENARIO_ITEMS))
    closure_apply()
    overload_mark([part.held for part in flight_now()])


def _orders(orders: int) -> None:
    """Work orders as seen from the scenario's beginning, where `start` puts every run."""
    from bench.desk_orders import orders_fill

    from youlu.core import clock
    from youlu.scenarios.lanzhou.load import CLOCK_AT

    if orders:
        with clock.frozen(CLOCK_AT):
            orders_fill(orders)


def _history(scans: int) -> None:
    """Scans of the week before, as those of today's delivered items were, under numbers of their own."""
    import numpy as np
    from django.db import connection

    from youlu.engines.codes.item_key import s10_keys

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mail_scan")
        missing = scans - cursor.fetchone()[0]
        if missing <= 0:
            return
        cursor.execute("SELECT item_key, count(*) FROM mail_scan GROUP BY 1 ORDER BY 2 DESC, 1")
        source, each = (np.array(column, np.int64) for column in zip(*cursor.fetchall(), strict=True))
        enough = int(np.searchsorted(np.cumsum(each), missing)) + 1
        source = source[:enough]
        keys = s10_keys(HISTORY_SERVICE, np.arange(10_000_000, 10_000_000 + len(source)), "CN")
        cursor.execute("CREATE TEMP TABLE history (item_key bigint, old bigint)")
        with cursor.copy("COPY history FROM STDIN") as copy:
            copy.write("".join(f"{key}\t{old}\n" for key, old in zip(keys.tolist(), source.tolist(), strict=True)))
        cursor.execute(
            "INSERT INTO mail_scan (item_key, device, sequence, kind, occurred_at, received_at, office_id, leg, cause,"
            " corrects_device, corrects_sequence, body_digest) SELECT h.item_key, device, sequence, kind,"
            " occurred_at - interval '8 days', received_at - interval '8 days', office_id, leg, cause,"
            " corrects_device, corrects_sequence, body_digest FROM mail_scan s JOIN history h ON h.old = s.item_key"
            " ORDER BY h.item_key")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--scans", type=int, default=0)
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    held = Held(args.items, args.scans, args.orders)
    if args.fill:
        _fill(held)
        return
    started = time.monotonic()
    with _locked():
        server = _server()
        name = _template(server, held)
    with _connected(server, name) as connection:
        size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    print(json.dumps({"template": name, "bytes": size and size[0], "seconds": round(time.monotonic() - started, 1)}))


if __name__ == "__main__":
    main()
