"""A Youlu of its own to be killed: database, web server and worker from one data directory, on a port of its own.

Every process is started in a session of its own and killed by its number; nothing is left when `close` returns.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from shutil import rmtree
from typing import Any

import httpx
import psycopg

from youlu.core import postgres
from youlu.interfaces.cli.processes import server_command, worker_command

PATIENCE_S = 120
PR_SET_CHILD_SUBREAPER = 36
ROOT = Path(__file__).resolve().parents[2]


def until(true: Callable[[], Any], what: str, *, patience_s: float = PATIENCE_S, look_every_s: float = 0.02) -> Any:
    """Look until `true` answers something; fail with `what` when patience ends. A database that is away gives none."""
    ends = time.monotonic() + patience_s
    while time.monotonic() < ends:
        with suppress(psycopg.OperationalError, httpx.TransportError):
            if answer := true():
                return answer
        threading.Event().wait(look_every_s)
    raise AssertionError(f"after {patience_s} s still not: {what}")


def port_free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def children_of(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(entry.name))
    return found


def kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of what our processes leave behind, so that a killed database server can be reaped: as a
    zombie it would pass for alive where nobody else reaps (a container without an init)."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def gone(pid: int) -> bool:
    """No such process any more; reaped here if it was ours."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return not (Path("/proc") / str(pid)).exists()


class Post:
    """The processes of one Youlu. `application` names another WSGI application, for the controls."""

    def __init__(self, home: Path) -> None:
        adopt_orphans()
        self.home = home
        self.server = postgres.server_start(home)
        postgres.database_ensure(self.server, "youlu")
        self.port = port_free()
        self.application = "youlu.config.wsgi:application"
        self.env = {**os.environ, "YOULU_DATA_DIR": str(home), "DATABASE_URL": self.server.dsn("youlu"),
                    "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "youlu.config.settings",
                    "YOULU_LOG_LEVEL": "ERROR"}
        self.log = (home / "processes.log").open("ab")
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    # what runs beside the tests

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", *words], env=self.env, cwd=ROOT, text=True, capture_output=True,
                              check=False)

    def youlu(self, *words: str) -> dict[str, Any]:
        """A command's answer in JSON."""
        return json.loads(self.run("youlu", *words, "--json").stdout)

    def ask(self, sql: str, values: Any = None) -> list[tuple]:
        with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def number(self, sql: str) -> int:
        return self.ask(sql)[0][0]

    # starting

    def web_start(self) -> None:
        command = [*server_command("127.0.0.1", self.port)[:-1], self.application]
        self.web = self._spawn(command)

    def worker_start(self) -> None:
        self.worker = self._spawn(worker_command())

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=self.log, stderr=self.log,
                                start_new_session=True)

    def keep_running(self) -> None:
        """Start again what has ended, as the supervisor of `youlu serve` does."""
        if self.web is not None and self.web.poll() is not None:
            self.web_start()
        if self.worker is not None and self.worker.poll() is not None:
            self.worker_start()

    def answers(self) -> bool:
        return httpx.get(f"{self.address}/closures", timeout=5).status_code == 401

    # killing

    def web_kill(self, rng: Random) -> str:
        """The server's parent, one of its workers, or all of them at once."""
        assert self.web is not None
        workers = children_of(self.web.pid)
        which = rng.choice(["parent", "child", "all"]) if workers else "all"
        kill(*{"parent": [self.web.pid], "child": workers[-1:], "all": [self.web.pid, *workers]}[which])
        if which == "child":
            until(lambda: self.web is None or self.web.poll() is not None
                  or set(children_of(self.web.pid)) - set(workers), "the server has another worker for the killed one")
            return "web child"
        self.web.wait()
        # Nobody may go on answering without a parent: the old program would stay behind an upgrade.
        until(lambda: all(gone(pid) for pid in workers), "workers of a killed server end")
        self.web_start()
        return f"web {which}"

    def worker_kill(self) -> str:
        assert self.worker is not None
        kill(self.worker.pid)
        self.worker.wait()
        self.worker_start()
        return "worker"

    def backend_kill(self, rng: Random) -> str:
        """One session of the database server: the server then ends all of them and recovers."""
        try:
            pids = [pid for (pid,) in self.ask(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                " ORDER BY state = 'active' DESC, pid LIMIT 6")]
        except psycopg.OperationalError:
            pids = []
        kill(*([rng.choice(pids)] if pids else []))
        return "backend"

    def database_processes(self) -> list[int]:
        postmaster = int((self.server.data_dir / "postmaster.pid").read_text().split("\n")[0])
        return [postmaster, *children_of(postmaster)]

    def database_kill(self, *, all_: bool = True) -> str:
        """The database server's first process, and all others in the same moment where asked."""
        processes = self.database_processes()
        kill(*(processes if all_ else processes[:1]))
        until(lambda: all(gone(pid) for pid in processes), "the killed database server is gone")
        self.database_start()
        return "database"

    def database_start(self) -> None:
        def started() -> bool:
            with suppress(postgres.EmbeddedPostgresError):
                postgres.server_start(self.home)
                return True
            return False  # shared memory of the killed one is still in use, or it recovers

        until(started, "the database server starts again")

    def close(self) -> None:
        for process in (self.web, self.worker):
            if process is not None:
                kill(process.pid, *children_of(process.pid))
                process.wait()
        postmaster = self.database_processes() if (self.server.data_dir / "postmaster.pid").exists() else []
        self.server.stop(mode="immediate")
        until(lambda: all(gone(pid) for pid in postmaster), "the database server is gone")
        self.log.close()
        if self.server.socket_dir.parent == postgres.ROOT_HOME:
            rmtree(self.server.socket_dir)
