"""`./youlu demo` as a whole: its own database, web server, worker and card centre, for tests that play it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from youlu.core import postgres

START_S = 480


@contextlib.contextmanager
def demo_running(home: Path, *, items: int, extra: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a demo that lives in `home`; `extra` goes into its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {name: value for name, value in os.environ.items()
           if name not in ("DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")}
    env |= {"YOULU_DATA_DIR": str(home), **(extra or {})}
    with (home / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "youlu", "demo", "--port", str(port), "--items", str(items), "--no-open"],
            env=env, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/tour", process, home / "demo.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        server = postgres.server_locate(home)
        server.stop(mode="immediate")
        shutil.rmtree(server.data_dir, ignore_errors=True)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the page answers; the log is the message when it does not."""
    patience = time.monotonic() + START_S
    while time.monotonic() < patience:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 (our own http address)
                if answer.status == 200:
                    return
        except OSError:
            pass
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
    raise AssertionError(log.read_text())
