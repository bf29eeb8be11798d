"""A bad wire: a small TCP proxy that cuts a call before it arrives, swallows the answer, or delivers the call twice.

One call a connection: the proxy reads a whole HTTP request, decides by its own seed what becomes of it, and closes.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from contextlib import suppress
from random import Random

FATES = ("through", "cut", "answer lost", "twice", "late")
DELAY_S = 0.05
TIMEOUT_S = 30


class Proxy:
    """`port` is where clients connect; `fates` counts what became of their calls."""

    def __init__(self, upstream: int, *, seed: int, weights: tuple[int, ...] = (4, 2, 3, 2, 1)) -> None:
        self.upstream, self.weights = upstream, weights
        self.rng, self.lock = Random(seed), threading.Lock()
        self.fates: Counter[str] = Counter()
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Proxy:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            pass  # wakes the listener
        self.thread.join(TIMEOUT_S)
        self.listener.close()

    def _listen(self) -> None:
        while True:
            client, _ = self.listener.accept()
            if self.over.is_set():
                client.close()
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(TIMEOUT_S)
            request = request_read(client)
            if request:
                answer = self._fate(request)
                if answer:
                    client.sendall(answer)

    def _fate(self, request: bytes) -> bytes:
        """What the client hears: an answer, or nothing before the connection closes."""
        with self.lock:
            fate = self.rng.choices(FATES, self.weights)[0]
            self.fates[fate] += 1
        if fate == "cut":
            return b""
        if fate == "late":
            self.over.wait(DELAY_S)
        answer = self._ask(request)
        if fate == "twice":
            answer = self._ask(request)
        return b"" if fate == "answer lost" else answer

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.upstream), TIMEOUT_S) as server:
            server.sendall(request)
            return b"".join(iter(lambda: server.recv(65536), b""))


def request_read(client: socket.socket) -> bytes:
    """One whole request, with `Connection: close` so that the answer ends with the connection."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = client.recv(65536)
        if not more:
            return b""
        received += more
    head, body = received.split(b"\r\n\r\n", 1)
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += client.recv(65536)
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body
