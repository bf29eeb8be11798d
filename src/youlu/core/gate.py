"""The gate between workers and an upgrade: an advisory lock that every worker holds shared and an upgrade alone.

A worker that sees an upgrade waiting finishes its job and leaves; the next one waits at the gate until the upgrade is
through. It works from any machine that reaches the database, and a killed holder lets go by dying.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import psycopg
from django.db import connection

from youlu.core.errors import YouluError

GATE = 0x67617465  # "gate"
WANTED = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND objsubid = 1
               AND mode = 'ExclusiveLock' AND NOT granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""
# Versions before the gate hold no lock: known by their heartbeat.
WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '5 seconds'"
HEARTBEATS_WAIT_S = 15
POLL_S = 0.5


class WorkersRunError(YouluError):
    code = "core.workers_run"
    status = 409
    sentence = "后台任务在{seconds}秒内没有停下。等手上的任务做完，或者停掉它（systemctl stop youlu-worker），再试。"


class WorkerGate:
    """A worker's hold on the gate; making it waits for an upgrade to end."""

    def __init__(self) -> None:
        self._session = _session()
        self._session.execute("SELECT pg_advisory_lock_shared(%s)", [GATE])

    def is_wanted(self) -> bool:
        """Whether an upgrade waits. A lost session is made anew; the gate being shut means yes."""
        try:
            return bool(self._one(WANTED))
        except psycopg.OperationalError:
            self.leave()
            self._session = _session()
            return not self._one("SELECT pg_try_advisory_lock_shared(%s)")

    def leave(self) -> None:
        self._session.close()

    def _one(self, query: str) -> object:
        row = self._session.execute(query, [GATE]).fetchone()
        return row[0] if row else None


@contextlib.contextmanager
def gate_shut(*, wait_s: int) -> Iterator[None]:
    """Ask all workers to leave and keep them out within the block.

    Raises
    ------
    WorkersRunError : some did not leave in time.
    """
    with _session() as session:
        session.execute("SELECT set_config('lock_timeout', %s, false)", [f"{wait_s}s"])
        try:
            session.execute("SELECT pg_advisory_lock(%s)", [GATE])
        except psycopg.errors.LockNotAvailable:
            raise WorkersRunError(seconds=wait_s) from None
        _heartbeats_wait(session)
        yield


def _heartbeats_wait(session: psycopg.Connection) -> None:
    """A worker that was just killed beats no more; an older one goes on."""
    if session.execute("SELECT to_regclass('procrastinate_workers')").fetchone() == (None,):
        return
    end = time.monotonic() + HEARTBEATS_WAIT_S
    while session.execute(WORKERS).fetchone() != (0,):
        if time.monotonic() > end:
            raise WorkersRunError(seconds=HEARTBEATS_WAIT_S)
        time.sleep(POLL_S)


def _session() -> psycopg.Connection:
    return psycopg.connect(**connection.get_connection_params(), autocommit=True)
