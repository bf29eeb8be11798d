"""Kill our own worker again and again while it makes promises true under overlapping closures; then recount all.

The control: the same recount finds a revision that is taken away.
"""

from __future__ import annotations

import json
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

ITEMS = 30_000
PARTITIONS = 16
PATIENCE_S = 120
CLOSURES = (
    ["--act", "delivery", "--division", "620102", "--to", "2022-07-18 00:00", "--title", "城关区停投"],
    ["--act", "delivery", "--division", "620000", "--to", "2022-07-15 00:00", "--title", "全省停投"],
    ["--act", "transit", "--office", "天水", "--to", "2022-07-13 00:00", "--title", "天水停运"],
)
pytestmark = pytest.mark.faults


class Post:
    """A Youlu of its own: database, commands, a worker that can be killed."""

    def __init__(self, home: Path) -> None:
        self.server = postgres.server_start(home)
        postgres.database_ensure(self.server, "youlu")
        self.env = {**os.environ, "YOULU_DATA_DIR": str(home), "DATABASE_URL": self.server.dsn("youlu")}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "youlu", *words], env=self.env, text=True, capture_output=True,
                              check=False)

    def worker(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "youlu", "worker"], env=self.env, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def ask(self, sql: str) -> Any:
        with psycopg.connect(self.server.dsn("youlu"), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None

    def behind(self) -> int:
        """Partitions that were not looked at under the current epoch."""
        return self.ask("SELECT count(*) FROM mail_watermark WHERE epoch < (SELECT epoch FROM network_epochcounter)")

    def killed_in_the_middle(self) -> bool:
        """Start a worker and kill it after it has committed at least one partition more; whether it was in time."""
        before, worker = self.behind(), self.worker()
        patience = time.monotonic() + PATIENCE_S
        while self.behind() == before and time.monotonic() < patience:
            with suppress(subprocess.TimeoutExpired):
                worker.wait(0.01)
        worker.kill()
        worker.wait()
        return 0 < self.behind() < PARTITIONS

    def work_to_the_end(self) -> None:
        worker = self.worker()
        patience = time.monotonic() + PATIENCE_S
        while (self.behind() or self.ask("SELECT count(*) FROM mail_recalc_due")) and time.monotonic() < patience:
            with suppress(subprocess.TimeoutExpired):
                worker.wait(0.1)
        worker.kill()
        worker.wait()

    def verify(self) -> dict[str, Any]:
        return json.loads(self.run("verify", "--json", "--seed", "1", "--sample", "1500").stdout)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    post = Post(tmp_path_factory.mktemp("post"))
    loaded = post.run("scenario", "lanzhou", "--items", str(ITEMS))
    assert loaded.returncode == 0, loaded.stderr
    post.ask("UPDATE core_scenarioclock SET rate = 0")
    yield post
    post.server.stop(mode="immediate")


def test_a_worker_killed_in_the_middle_of_three_overlapping_closures_loses_and_doubles_nothing(post: Post) -> None:
    in_time = 0
    for words in CLOSURES:
        declared = post.run("closure", "declare", *words, "--authority", "演示机关", "--document", "1号",
                            "--from", "2022-07-11 18:45")
        assert declared.returncode == 0, declared.stderr
        in_time += sum(post.killed_in_the_middle() for _ in range(3) if post.behind())
    assert in_time >= 3, "no kill came in the middle: the test proves nothing"
    post.work_to_the_end()
    found = post.verify()
    assert (found["lost"], found["doubled"], found["mismatches"]) == (0, 0, 0), found["findings"]
    assert post.ask("SELECT count(*) FROM mail_promise_revision WHERE cause = 'closure'") > 0

    post.ask("DELETE FROM mail_promise_revision WHERE (item_key, revision_no) = (SELECT item_key, revision_no FROM"
             " mail_promise_revision WHERE cause = 'closure' LIMIT 1)")
    assert post.verify()["lost"] >= 1  # the harness can see
