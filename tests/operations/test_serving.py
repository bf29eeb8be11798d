"""A whole installation served, asked by a monitor, stopped; and what starting it leaves on the machine."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests.operations.machine import SAMPLE_ENV, Machine
from youlu.config.settings import _database

SAMPLE = Path(__file__).parent / "release.tar"
PATIENCE_S = 90


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    home = tmp_path / "private" / "data"
    home.parent.mkdir(mode=0o700)
    machine = Machine(home, **SAMPLE_ENV)
    yield machine
    machine.stop()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def served(machine: Machine, *options: str, said: IO[str] | int = subprocess.DEVNULL) -> Iterator[
        tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "youlu", "serve", "--port", str(port), *options],
                               env=machine.env, cwd=machine.home.parent, stdout=subprocess.DEVNULL, stderr=said,
                               start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def answers(address: str) -> bool:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{address}/readyz", timeout=PATIENCE_S).status_code == 200:
                return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(["/bin/sleep", "60"], timeout=0.2, check=False)
    return False


@pytest.mark.slow
def test_two_server_processes_are_counted_as_one_and_stop_stops_everything(machine: Machine) -> None:
    assert machine.youlu("restore", str(SAMPLE)).returncode == 0
    token = machine.youlu("token", "issue", "monitor", "--may", "metrics.read").stdout.strip()
    with served(machine, "--no-worker") as (address, process):
        assert answers(address)
        for _ in range(40):  # each over a connection of its own: both processes get some
            assert httpx.get(f"{address}/track", timeout=PATIENCE_S).status_code == 200
        told = httpx.get(f"{address}/metrics", timeout=PATIENCE_S,
                         headers={"Authorization": f"Bearer {token}"})
        assert re.search(r'youlu_requests_total\{route="track",status="2xx"\} 40\n', told.text)
        assert re.search(r"youlu_recalc_partitions_behind [1-9]", told.text)
        assert httpx.get(f"{address}/metrics", timeout=PATIENCE_S).status_code == 404

        stopped = machine.youlu("stop")
        assert stopped.returncode == 0
        assert process.wait(PATIENCE_S) == 0
    assert not machine.server.is_running()
    assert "没有在跑的" in machine.youlu("stop").stderr


@pytest.mark.slow
def test_starting_opens_no_parent_folder_to_others_and_hides_the_secrets(machine: Machine) -> None:
    modes = {place: stat.S_IMODE(place.stat().st_mode) for place in machine.home.parents if place != place.parent}
    assert machine.youlu("migrate").returncode == 0
    assert {place: stat.S_IMODE(place.stat().st_mode) for place in modes} == modes
    assert modes[machine.home.parent] == 0o700
    assert stat.S_IMODE((machine.home / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(machine.server.socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(machine.server.data_dir.stat().st_mode) == 0o700


def test_an_address_with_two_hosts_follows_the_one_that_takes_writes() -> None:
    read = _database("postgresql://youlu:geheim@db1,db2/youlu?target_session_attrs=read-write")
    assert (read["HOST"], read["NAME"]) == ("db1,db2", "youlu")
    assert read["OPTIONS"] == {"application_name": "youlu", "target_session_attrs": "read-write"}


@pytest.mark.slow
def test_ctrl_c_ends_the_server_and_its_worker_without_a_traceback(machine: Machine, tmp_path: Path) -> None:
    assert machine.youlu("restore", str(SAMPLE)).returncode == 0
    with (tmp_path / "said").open("w+") as said:
        with served(machine, said=said) as (address, process):
            assert answers(address)
            os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all that stand in its foreground
            assert process.wait(PATIENCE_S) == 0
        said.seek(0)
        text = said.read()
    assert not re.search("Traceback|KeyboardInterrupt|Unexpected exit|starting it again", text), text
