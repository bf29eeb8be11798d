"""Child processes of a running Youlu: the web server, the worker, each restarted when it dies."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from youlu.core.process_ids import started_at
from youlu.core.queues import AT_ONCE, LOOP

if TYPE_CHECKING:
    from procrastinate import App

    from youlu.core.gate import WorkerGate

from procrastinate.exceptions import ConnectorException

log = logging.getLogger(__name__)
RESTART_PAUSE_S = 0.3
HEARTBEAT_S = 1.0
# On an overloaded machine a worker beats late: one taken for dead too early would see its job begun a second time. What
# a dead one leaves of the loop waits for none of this: the watch goes on with it as soon as a worker is there.
STALLED_AFTER_S = 15.0
SUPERVISOR = "supervisor.pid"
WEB_STOP_S = 10  # requests under way may take so long to end
DRAIN_S = 30.0  # a job may take so long to end before it is aborted; a run of the loop is resumed by the next worker


def server_command(host: str, port: int) -> list[str]:
    return [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
            "--workers", "2", "--blocking-threads", "4", "--log-level", "warning", "--no-ws",
            # One that died takes the other along, and that one stays as long as somebody keeps talking to it: half a
            # server that lets nobody new in.
            "--respawn-failed-workers", "--workers-kill-timeout", str(WEB_STOP_S), "youlu.config.wsgi:application"]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "youlu", "worker"]


class Supervised:
    """One child process, started again whenever it ends until `stop`."""

    def __init__(
        self, name: str, command: list[str], *, pid_dir: Path | None = None, env: dict[str, str] | None = None
    ) -> None:
        self.name, self.command, self.pid_dir = name, command, pid_dir
        self.env = {**os.environ, **(env or {})}
        self.restarts = 0
        self._stopping = threading.Event()
        self.process = self._start()
        self._thread = threading.Thread(target=self._watch, name=f"watch-{name}", daemon=True)
        self._thread.start()

    def _start(self) -> subprocess.Popen[bytes]:
        # In a group of its own: Ctrl-C is the supervisor's, who ends its children in order, not with tracebacks.
        process = subprocess.Popen(self.command, env=self.env, process_group=0)
        if self.pid_dir is not None:
            (self.pid_dir / f"{self.name}.pid").write_text(str(process.pid))
        return process

    def _watch(self) -> None:
        while not self._stopping.is_set():
            code = self.process.wait()
            if self._stopping.is_set():
                return
            log.warning("%s ended (%s), starting it again", self.name, code)
            time.sleep(RESTART_PAUSE_S)
            self.restarts += 1
            self.process = self._start()

    def stop(self) -> None:
        self._stopping.set()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run_together(
    commands: dict[str, list[str]], *, pid_dir: Path | None = None, envs: dict[str, dict[str, str]] | None = None
) -> None:
    """Run the commands until interrupted, each started again when it dies; `pid_dir` gets `<name>.pid` files, `envs`
    what the environment of single ones adds."""
    if pid_dir is not None:
        (pid_dir / SUPERVISOR).write_text(f"{os.getpid()} {started_at(os.getpid())}")
    children = [Supervised(name, command, pid_dir=pid_dir, env=(envs or {}).get(name))
                for name, command in commands.items()]
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    for child in children:
        child.stop()
    if pid_dir is not None:
        (pid_dir / SUPERVISOR).unlink(missing_ok=True)


def supervisor_stop(pid_dir: Path, *, wait_s: float = 15.0) -> bool:
    """Stop `./youlu demo` or `serve` of that data directory with its children; False when none ran."""
    path = pid_dir / SUPERVISOR
    try:
        pid, started = path.read_text().split()
    except (OSError, ValueError):
        return False
    if started_at(int(pid)) != started:
        path.unlink(missing_ok=True)
        return False
    os.kill(int(pid), signal.SIGTERM)
    end = time.monotonic() + wait_s
    while started_at(int(pid)) == started and time.monotonic() < end:
        time.sleep(0.1)
    return True


def work_forever() -> None:
    """Take jobs until told to stop, or until an upgrade asks for it. Jobs of workers that were killed are put back
    (their lease is a heartbeat)."""
    from procrastinate.contrib.django import app as jobs

    from youlu.core.gate import WorkerGate
    from youlu.domain.continuity.warming import warm_begin

    gate = WorkerGate()
    warm = warm_begin()
    with_connector = jobs.with_connector(jobs.connector.get_worker_connector())  # type: ignore[attr-defined]

    async def run() -> None:
        async with with_connector.open_async():
            queues = [asyncio.create_task(_serve(with_connector, queue, at_once, warm), name=queue)
                      for queue, at_once in AT_ONCE.items()]
            rescue, upgrade = asyncio.create_task(_rescue_orphans(with_connector)), asyncio.create_task(_wanted(gate))
            await asyncio.wait([*queues, upgrade], return_when=asyncio.FIRST_COMPLETED)
            if upgrade.done():
                log.warning("worker leaves for an upgrade")
            for task in (*queues, rescue, upgrade):
                task.cancel()  # the jobs in hand end, no other is taken
            for ended in await asyncio.gather(*queues, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended

    asyncio.run(run())
    gate.leave()


async def _serve(app: App, queue: str, at_once: int, warm: threading.Thread) -> None:
    """Take the jobs of one queue until cancelled, or told to stop by a signal."""
    if queue != LOOP:  # what people wait for has both cores until all is read
        await asyncio.to_thread(warm.join)
    await app.run_worker_async(
        queues=[queue], name=queue, concurrency=at_once, install_signal_handlers=queue == LOOP,
        update_heartbeat_interval=HEARTBEAT_S, stalled_worker_timeout=STALLED_AFTER_S, fetch_job_polling_interval=1.0,
        delete_jobs="successful", shutdown_graceful_timeout=DRAIN_S)


async def _wanted(gate: WorkerGate) -> None:
    """Until an upgrade waits."""
    while not await asyncio.to_thread(gate.is_wanted):
        await asyncio.sleep(HEARTBEAT_S)


async def _rescue_orphans(app: App) -> None:
    from youlu.core.orphans import orphans_rescue

    while True:
        try:
            await orphans_rescue(app.job_manager, stalled_after_s=STALLED_AFTER_S)
        except ConnectorException:  # the database is away: what it left is put back once it answers again
            log.warning("orphans were not looked for", exc_info=True)
        await asyncio.sleep(HEARTBEAT_S)
