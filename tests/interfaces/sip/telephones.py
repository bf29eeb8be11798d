"""Telephones of the tests: sipp plays callers and customers behind the trunk, baresip is the agents' telephone. Both
are programs that others wrote, over real sockets of this machine."""

from __future__ import annotations

import json
import os
import queue
import shutil
import socket
import subprocess
import threading
import time
import wave
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

SCENARIOS = Path(__file__).parent / "scenarios"
MODULES = Path("/usr/lib/baresip/modules")
HOST = "127.0.0.1"
PATIENCE_S = 60
CONFIG = """
sip_listen {host}:{port}
net_interface {host}
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module account.so
module menu.so
module ctrl_tcp.so
ctrl_tcp_listen {host}:{control}
audio_source aufile,{tone}
audio_player aubridge,nobody
audio_alert aubridge,nobody
snd_path {folder}
rtp_ports 20000-40000
"""
ACCOUNT = ("<sip:{staff_no}@{host}:{exchange};transport=udp>;auth_user={staff_no};auth_pass={secret};regint=60;"
           "answermode=manual;audio_codecs=pcma\n")


def needed() -> None:
    """Skip where the programs are missing, unless they must be there."""
    missing = [name for name in ("sipp", "baresip") if shutil.which(name) is None]
    if not missing:
        return
    if os.environ.get("YOULU_SIP_REQUIRED") == "1":
        pytest.fail(f"not installed: {', '.join(missing)} (Debian: sip-tester, baresip)")
    pytest.skip(f"{', '.join(missing)} not installed (Debian: sip-tester, baresip)")


def port_free() -> int:
    """A port that nobody has, for datagrams and for streams."""
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket() as other:
            one.bind((HOST, 0))
            port = int(one.getsockname()[1])
            with suppress(OSError):
                other.bind((HOST, port))
                return port


class Sipp:
    """One caller or customer: a scenario played once. `hears` sends back the voice it gets."""

    def __init__(self, scenario: str, folder: Path, *, to: int, port: int = 0, number: str = "",
                 privacy: str = "none", host: str = HOST) -> None:
        self.port = port or port_free()
        self.media, self.folder, self.scenario = port_free(), folder, scenario
        self.name = f"{scenario}-{self.port}"
        text = (SCENARIOS / f"{scenario}.xml").read_text().replace("[number]", number).replace("[privacy]", privacy)
        (folder / f"{self.name}.xml").write_text(text)
        self.said = (folder / f"{self.name}.out").open("w+b")
        self.process = subprocess.Popen(
            ["sipp", f"{HOST}:{to}", "-sf", f"{self.name}.xml", "-m", "1", "-i", host, "-p", str(self.port),
             "-mi", host, "-mp", str(self.media), "-rtp_echo", "-nostdin", "-timeout", str(PATIENCE_S),
             "-timeout_error", "-trace_err", "-error_file", f"{self.name}.errors"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=self.said, stderr=self.said)

    def done(self) -> None:
        """The scenario was played to its end, as it is written."""
        code = self.process.wait(PATIENCE_S + 10)
        errors = self.folder / f"{self.name}.errors"
        assert code == 0, f"{self.scenario} ended with {code}: {errors.read_text() if errors.exists() else ''}"

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.said.close()


class Baresip:
    """An agent's telephone. `wait` for its next event of a type; `tell` it what the agent presses."""

    def __init__(self, staff_no: str, secret: str, folder: Path, *, exchange: int) -> None:
        self.staff_no, self.folder = staff_no, folder / f"baresip-{staff_no}"
        self.folder.mkdir()
        control = port_free()
        self.port = port_free()
        (self.folder / "config").write_text(CONFIG.format(
            host=HOST, port=self.port, modules=MODULES, control=control, folder=self.folder,
            tone=self.folder / "tone.wav"))
        tone_write(self.folder / "tone.wav")
        (self.folder / "accounts").write_text(
            ACCOUNT.format(staff_no=staff_no, host=HOST, exchange=exchange, secret=secret))
        (self.folder / "contacts").touch()
        self.said = (self.folder / "said").open("w+b")
        self.process = subprocess.Popen(["baresip", "-f", str(self.folder)], stdin=subprocess.DEVNULL, stdout=self.said,
                                        stderr=self.said)
        self.socket = self._connected(control)
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _connected(self, control: int) -> socket.socket:
        for _ in range(PATIENCE_S * 20):
            with suppress(ConnectionRefusedError):
                return socket.create_connection((HOST, control))
            threading.Event().wait(0.05)
        raise AssertionError("baresip does not listen")

    def _read(self) -> None:
        """Netstrings of JSON."""
        raw = b""
        with suppress(OSError):
            while more := self.socket.recv(65_536):
                raw += more
                while b":" in raw:
                    length, _, rest = raw.partition(b":")
                    if len(rest) <= int(length):
                        break
                    message, raw = json.loads(rest[:int(length)]), rest[int(length) + 1:]
                    (self.events if message.get("event") else self.answers).put(message)

    def tell(self, command: str, params: str = "") -> str:
        message = json.dumps({"command": command, "params": params}).encode()
        self.socket.sendall(b"%d:%s," % (len(message), message))
        return str(self.answers.get(timeout=PATIENCE_S).get("data", ""))

    def wait(self, kind: str) -> dict[str, Any]:
        """The next event of the kind; others before it are passed over."""
        ends = time.monotonic() + PATIENCE_S
        seen = []
        while time.monotonic() < ends:
            with suppress(queue.Empty):
                event = self.events.get(timeout=1)
                seen.append(event.get("type"))
                if seen[-1] == kind:
                    return event
        raise AssertionError(f"{self.staff_no} waits for {kind}, saw {seen}")

    def heard(self) -> int:
        """Bytes of voice that came to the agent's ear."""
        return sum(file.stat().st_size for file in self.folder.glob("dump-*-dec.wav"))

    def forget(self) -> None:
        """What happened until now does not count."""
        with suppress(queue.Empty):
            while True:
                self.events.get_nowait()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.reader.join()
        self.socket.close()
        self.said.close()


def tone_write(path: Path) -> None:
    """Ten minutes would be as good: something that is no silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(bytes((n * 7 % 256, n % 64)) for n in range(80_000)))
