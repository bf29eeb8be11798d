"""Youlu's real web server on the database of the tests, and the SIP exchange beside it: two programs that know each
other by address and keys."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from django.db import connection
from tests.faults.post import children_of, gone, kill, until
from tests.interfaces.sip.telephones import HOST, port_free

from youlu.domain.partners.services import PartnerKeys
from youlu.domain.partners.signing import secret_make
from youlu.interfaces.cli.processes import server_command

ROOT = Path(__file__).resolve().parents[3]
SECRETS = {"2207": "a-telephone-of-the-tests-2207", "2208": "a-telephone-of-the-tests-2208"}
SETTINGS = """
state = "{state}"
[youlu]
url = "{url}"
sign = "{keys.secret_in}"
verify = "{keys.secret_out}"
[listen]
sip = "{host}:{sip}"
messages = "{host}:{messages}"
[trunk]
address = "{host}:{trunk}"
accept = ["{host}"]
number = "11185"
[agents.2207]
secret = "{secrets[2207]}"
[agents.2208]
secret = "{secrets[2208]}"
[limits]
ring_s = 3
ask_s = 0.2
away_s = 20
"""


class Program:
    """A process with its own log."""

    def __init__(self, command: list[str], log: Path, **env: str) -> None:
        self.command, self.log = command, log
        self.env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **env}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.env, cwd=ROOT, stdout=log, stderr=log,
                                            start_new_session=True)

    def kill(self) -> None:
        if self.process is not None:
            pids = [self.process.pid, *children_of(self.process.pid)]
            kill(*pids)
            self.process.wait()
            self.process = None
            until(lambda: all(gone(pid) for pid in pids), "a killed program is gone")


class Ground:
    """The two programs, and what a test asks of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = PartnerKeys(secret_make(), secret_make())
        self.web_port, self.sip, self.messages, self.trunk = (port_free() for _ in range(4))
        name = connection.settings_dict["NAME"]
        base = os.environ["DATABASE_URL"]
        address, mark, options = base.partition("?")
        url = f"{address.rpartition('/')[0]}/{name}{mark}{options}"
        self.web = Program(server_command(HOST, self.web_port), folder / "web.log", DATABASE_URL=url,
                           DJANGO_SETTINGS_MODULE="youlu.config.settings", YOULU_LOG_LEVEL="INFO")
        self.state, self.log = folder / "state.sqlite", folder / "exchange.log"
        self.exchange = Program([sys.executable, "-m", "youlu.interfaces.sip", str(self.settings()), "DEBUG"], self.log)

    def settings(self) -> Path:
        path = self.folder / "phone.toml"
        path.write_text(SETTINGS.format(
            state=self.state, url=f"http://{HOST}:{self.web_port}", keys=self.keys, host=HOST, sip=self.sip,
            messages=self.messages, trunk=self.trunk, secrets={int(k): v for k, v in SECRETS.items()}))
        path.chmod(0o600)
        return path

    def web_start(self) -> None:
        self.web.start()
        until(lambda: httpx.get(f"http://{HOST}:{self.web_port}/healthz", timeout=5).status_code < 500, "Youlu answers")

    def exchange_start(self) -> None:
        self.exchange.start()
        until(lambda: self.counts() is not None, "the exchange answers")

    def counts(self) -> dict[str, Any]:
        return httpx.get(f"http://{HOST}:{self.messages}/state", timeout=5).json()

    def quiet(self) -> None:
        """No call any more, all news told."""
        until(lambda: (self.counts()["calls"], self.counts()["news"]) == (0, 0), "no call and no news are left")

    def kept(self) -> bytes:
        """All that the exchange has written."""
        files = [self.log, *self.folder.glob("state.sqlite*")]
        return b"".join(file.read_bytes() for file in files if file.exists())

    def close(self) -> None:
        self.exchange.kill()
        self.web.kill()
