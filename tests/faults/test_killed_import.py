"""Kill a process again and again while it makes orders of a file; then each good row is one order, none is two."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from youlu.core import postgres

ROWS, BAD_EACH = 1_000, 50
KILLS, PATIENCE_S = 3, 120
pytestmark = pytest.mark.faults
WORK = """
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")
django.setup()
from youlu.domain.desk.importing.making import import_make, imports_at_work
for import_id, _ in imports_at_work():
    while import_make(import_id):
        pass
"""
SEND = """
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "youlu.config.settings")
django.setup()
from youlu.domain.access.selectors import actor_of_system
from youlu.domain.desk.importing.making import import_start
from youlu.domain.desk.importing.receiving import import_read, import_receive
rows = ["类型,标题"] + [("没有" if n % BAD_EACH == 0 else "催投") + f",第{n}件" for n in range(ROWS)]
import_id, _ = import_receive(actor=actor_of_system("tests"), content="\\n".join(rows).encode())
import_read(import_id)
import_start(actor=actor_of_system("tests"), import_id=import_id)
""".replace("BAD_EACH", str(BAD_EACH)).replace("ROWS", str(ROWS))


class Desk:
    """A Youlu of its own: database, commands, a worker that can be killed."""

    def __init__(self, home: Path) -> None:
        self.server = postgres.server_start(home)
        postgres.database_ensure(self.server, "youlu")
        self.env = {**os.environ, "YOULU_DATA_DIR": str(home), "DATABASE_URL": self.server.dsn("youlu")}

    def run(self, *words: str) -> None:
        subprocess.run([sys.executable, *words], env=self.env, check=True, capture_output=True)

    def worker(self) -> subprocess.Popen[bytes]:
        """The work of the job, without the minute that a queue takes to give a dead worker's job to another."""
        return subprocess.Popen([sys.executable, "-c", WORK], env=self.env, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def ask(self, sql: str) -> Any:
        with psycopg.connect(self.server.dsn("youlu"), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None

    def made(self) -> int:
        return self.ask("SELECT count(*) FROM desk_workorder")

    def work(self, until: int) -> None:
        """Until so many orders are there, then the worker is killed."""
        worker, patience = self.worker(), time.monotonic() + PATIENCE_S
        while self.made() < until and time.monotonic() < patience:
            with suppress(subprocess.TimeoutExpired):
                worker.wait(0.01)
        worker.kill()
        worker.wait()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.run("-m", "youlu", "manage", "migrate")
    desk.run("-c", SEND)
    yield desk
    desk.server.stop(mode="immediate")


def test_killed_three_times_in_the_middle_every_good_row_is_one_order(desk: Desk) -> None:
    good = ROWS - ROWS // BAD_EACH
    for nth in range(KILLS):
        desk.work(until=desk.made() + 1 + 97 * nth)
        assert 0 < desk.made() < good, "killed in the middle"
    desk.work(until=good)
    assert desk.made() == good
    assert desk.ask("SELECT count(DISTINCT title) FROM desk_workorder") == good
    assert desk.ask("SELECT count(*) FROM desk_orderimportrow WHERE NOT is_bad AND order_id IS NULL") == 0
    assert desk.ask("SELECT count(*) FROM desk_orderimportrow WHERE is_bad") == ROWS // BAD_EACH
    assert desk.ask("SELECT created FROM desk_orderimport") == good
