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

log = logging.getLogger(__name__)
RESTART_PAUSE_S = 0.3
HEARTBEAT_S = 1.0
STALLED_AFTER_S = 4.0


def server_command(host: str, port: int) -> list[str]:
    return [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
            "--workers", "2", "--blocking-threads", "4", "--log-level", "warning", "--no-ws",
            "youlu.config.wsgi:application"]


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
        process = subprocess.Popen(self.command, env=self.env)
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
    children = [Supervised(name, command, pid_dir=pid_dir, env=(envs or {}).get(name))
                for name, command in commands.items()]
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    for child in children:
        child.stop()


def work_forever() -> None:
    """Take jobs until told to stop. Jobs of workers that were killed are put back (their lease is a heartbeat)."""
    from procrastinate.contrib.django import app as jobs

    with_connector = jobs.with_connector(jobs.connector.get_worker_connector())  # type: ignore[attr-defined]

    async def run() -> None:
        async with with_connector.open_async():
            rescue = asyncio.create_task(_rescue_orphans(with_connector))
            try:
                await with_connector.run_worker_async(
                    concurrency=1, update_heartbeat_interval=HEARTBEAT_S, stalled_worker_timeout=STALLED_AFTER_S,
                    fetch_job_polling_interval=1.0, delete_jobs="successful",
                )
            finally:
                rescue.cancel()

    asyncio.run(run())


async def _rescue_orphans(app: object) -> None:
    manager = app.job_manager  # type: ignore[attr-defined]
    while True:
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
            log.warning("job %s of a dead worker is put back", job.id)
            await manager.retry_job(job)
        await asyncio.sleep(HEARTBEAT_S)
