"""Where Youlu's messages come in: signed HTTP, a small server of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

log = logging.getLogger(__name__)
BODY_MOST = 65_536
PATIENCE_S = 5
AT_ONCE = 32
Told = Callable[[str, Mapping[str, Any]], Awaitable[int]]


class _Server(ThreadingHTTPServer):
    """So many connections at once and no more: who holds one open holds up few."""

    daemon_threads = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.room = threading.BoundedSemaphore(AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.warning("a connection broke off")


class Listener:
    """The server while it is entered. `told` runs in the loop that entered it; `counts` answers GET /state."""

    def __init__(self, place: tuple[str, int], verify: str, told: Told, counts: Callable[[], dict[str, int]]) -> None:
        self.loop = asyncio.get_running_loop()
        self.verify, self.told, self.counts = Webhook(verify), told, counts
        self.server = _Server(place, _handler_for(self))

    def __enter__(self) -> Listener:
        threading.Thread(target=self.server.serve_forever, daemon=True, name="messages").start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """Believe a message and hand it to the loop; the status."""
        try:
            message = self.verify.verify(body, headers)
        except (WebhookVerificationError, ValueError, RecursionError):
            log.warning("a message was not believed")
            return 401
        if not isinstance(message, dict):
            return 422
        return self.in_loop(self.told(headers["webhook-id"], message))

    def state(self) -> dict[str, int]:
        async def counted() -> dict[str, int]:
            return self.counts()

        return self.in_loop(counted())

    def in_loop(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)


def _handler_for(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_S

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if self.path != "/messages":
                self._answer(404)
            elif not (length.isascii() and length.isdigit() and len(length) < 7 and int(length) <= BODY_MOST):
                self._answer(413)
            else:
                body = self.rfile.read(int(length))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._answer(listener.receive(headers, body))

        def do_GET(self) -> None:
            if self.path == "/state":
                self._answer(200, listener.state())
            else:
                self._answer(404)

        def _answer(self, status: int, content: Mapping[str, int] | None = None) -> None:
            raw = json.dumps(content or {}).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Quiet: what is worth a line is said elsewhere."""

    return Handler
