"""Who asks the desk over HTTP, ours and the peer's alike."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import quote, urlencode


class Caller:
    """A signed-in person on one connection."""

    def __init__(self, port: int, cookie: str, token: str) -> None:
        self.port, self.headers, self.token = port, {"Cookie": cookie}, token
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, address: str, **headers: str) -> tuple[int, float, bytes]:
        return self._ask("GET", address, None, headers)

    def post(self, address: str, **fields: str) -> tuple[int, float, bytes]:
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields})
        return self._ask("POST", address, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def post_json(self, address: str, body: dict[str, Any], **headers: str) -> tuple[int, float, bytes]:
        return self._ask("POST", address, json.dumps(body), {"Content-Type": "application/json", **headers})

    def _ask(self, method: str, address: str, body: str | None, more: dict[str, str]) -> tuple[int, float, bytes]:
        for _ in range(3):
            begun = time.perf_counter()
            try:
                self.connection.request(method, quote(address, safe="/?=&%"), body, {**self.headers, **more})
                answer = self.connection.getresponse()
                text = answer.read()
                return answer.status, (time.perf_counter() - begun) * 1000, text
            except (http.client.RemoteDisconnected, ConnectionError):
                self.connection.close()
        raise SystemExit(f"{address}: the server hangs up")

    def again(self) -> Caller:
        another = Caller(self.port, "", self.token)
        another.headers = self.headers
        return another


class LeanCaller(Caller):
    """The same at a fifth of the CPU, where many ask at once on the server's own cores: what the asking costs is
    taken from whoever answers, and the faster the server, the more of it."""

    def __init__(self, like: Caller) -> None:
        super().__init__(like.port, "", like.token)
        self.headers = like.headers
        self.socket: socket.socket | None = None

    def _ask(self, method: str, address: str, body: str | None, more: dict[str, str]) -> tuple[int, float, bytes]:
        said = (body or "").encode()
        lines = [f"{method} {address} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(said)}",
                 *(f"{name}: {value}" for name, value in {**self.headers, **more}.items())]
        text = "\r\n".join(lines).encode() + b"\r\n\r\n" + said
        for _ in range(3):
            begun = time.perf_counter()
            try:
                status, answer = self._exchange(text)
                return status, (time.perf_counter() - begun) * 1000, answer
            except ConnectionError:
                self.socket = None
        raise SystemExit(f"{address}: the server hangs up")

    def _exchange(self, text: bytes) -> tuple[int, bytes]:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=120)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(text)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, answer = got.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
        length = int(fields.get(b"content-length", -1))  # without one it comes in chunks, the last of them empty
        while len(answer) < length if length >= 0 else not answer.endswith(b"0\r\n\r\n"):
            answer += self._more()
        return int(head[9:12]), answer

    def _more(self) -> bytes:
        assert self.socket is not None
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionResetError
        return more
