"""A primary and its standby, by the embedded server's own programs; the primary can be killed, the standby promoted."""

from __future__ import annotations

import itertools
import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import psycopg

from tests.faults.post import Post, children_of, gone, kill, until
from youlu.core import postgres
from youlu.core.postgres import EmbeddedServer


class Pair(Post):
    """A post whose `DATABASE_URL` names both servers of a pair and wants the one that writes."""

    def __init__(self, home: Path, *, synchronous: bool) -> None:
        super().__init__(home)
        self.synchronous = synchronous
        self.numbers = itertools.count(1)
        # The two places keep their sockets; who is in which changes with every promotion.
        self.places = [self.server, self._beside(next(self.numbers))]
        self.primary, self.standby = self.server, self.places[1]
        hosts = ",".join(str(place.socket_dir) for place in self.places)
        self.env["DATABASE_URL"] = f"postgresql://postgres@/youlu?host={hosts}&target_session_attrs=read-write"

    def _beside(self, number: int) -> EmbeddedServer:
        folder = self.server.socket_dir / f"s{number}"
        postgres.own_directory(folder, self.server.system_user)
        return replace(self.server, data_dir=folder / "data", socket_dir=folder)

    def begin(self) -> None:
        """Make the first standby. Synchronous: no commit is answered before the standby has written it."""
        self._standby_make()

    def dsn(self, server: EmbeddedServer, database: str = "youlu") -> str:
        return f"postgresql://postgres@/{database}?host={server.socket_dir}"

    def of(self, server: EmbeddedServer, sql: str) -> list[tuple]:
        with psycopg.connect(self.dsn(server), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def _standby_make(self) -> None:
        new = self.standby
        new._run("pg_basebackup", "-h", str(self.primary.socket_dir), "-U", "postgres", "-D", str(new.data_dir), "-R",
                 "-X", "stream", "-c", "fast")
        self._start(new)
        until(lambda: self.of(self.primary, "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"),
              "the standby follows")
        self.of(self.primary, f"ALTER SYSTEM SET synchronous_standby_names = '{'*' if self.synchronous else ''}'")
        self.of(self.primary, "SELECT pg_reload_conf()")
        if self.synchronous:
            until(lambda: self.of(self.primary, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"),
                  "the standby is synchronous")

    def _start(self, server: EmbeddedServer) -> None:
        server._run("pg_ctl", "start", "-w", "-t", "60", "-D", str(server.data_dir), "-l",
                    str(server.data_dir / "server.log"), "-o",
                    f"-c listen_addresses='' -c unix_socket_directories={server.socket_dir}")

    def processes(self, server: EmbeddedServer) -> list[int]:
        with suppress(FileNotFoundError):
            postmaster = int((server.data_dir / "postmaster.pid").read_text().split("\n")[0])
            return [postmaster, *children_of(postmaster)]
        return []

    def hold_back_standby(self) -> None:
        """The standby receives nothing any more, as behind a network that is cut: the process stands still."""
        (pid,) = self.of(self.standby, "SELECT pid FROM pg_stat_wal_receiver")[0]
        os.kill(pid, signal.SIGSTOP)
        self.held_back = pid

    def fail_over(self) -> None:
        """Kill every process of the primary at once, promote the standby. `replace_primary` makes the pair whole."""
        processes = self.processes(self.primary)
        kill(*processes)
        until(lambda: all(gone(pid) for pid in processes), "the killed primary is gone")
        if held := self.__dict__.pop("held_back", None):
            kill(held)
        self.standby._run("pg_ctl", "promote", "-w", "-t", "60", "-D", str(self.standby.data_dir))
        # Its former master cannot confirm anything: until a new standby follows it, it stands alone.
        self.of(self.standby, "ALTER SYSTEM SET synchronous_standby_names = ''")
        self.of(self.standby, "SELECT pg_reload_conf()")
        self.primary, self.standby = self.standby, self.primary

    def replace_primary(self) -> None:
        """A new standby in the place of the killed primary, which is never started again as it was."""
        rmtree(self.standby.data_dir)
        self._standby_make()

    def close(self) -> None:
        for server in (self.primary, self.standby):
            processes = self.processes(server)
            kill(*processes)
            until(lambda processes=processes: all(gone(pid) for pid in processes), "a server of the pair is gone")
        super().close()
