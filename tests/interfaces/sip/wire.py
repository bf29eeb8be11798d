"""Two ends of SIP in one process over real sockets, with a wire between them that loses what a test wants lost."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

from youlu.interfaces.sip.message import Message, Request
from youlu.interfaces.sip.transactions import Client, Layer, Place, Server, branch_make

HOST = "127.0.0.1"
_open: list[asyncio.DatagramTransport] = []
LONGEST_S = 60.0


def run(test: Callable[[], Coroutine[None, None, None]]) -> None:
    """The test in a loop of its own; its sockets are closed behind it."""
    async def whole() -> None:
        try:
            await test()
        finally:
            while _open:
                _open.pop().close()
            await asyncio.sleep(0)

    in_a_loop(whole)


def in_a_loop(test: Callable[[], Coroutine[None, None, None]]) -> None:
    """In a thread of its own: a browser test that ran before leaves a loop in this one. What hangs ends in a minute."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(lambda: asyncio.run(asyncio.wait_for(test(), LONGEST_S))).result()


class End:
    """One end: what it was asked stands in `taken`. `loses`: whether a datagram that it sends is lost."""

    def __init__(self, loses: Callable[[bytes, int], bool] = lambda data, nth: False) -> None:
        self.taken: list[Server] = []
        self.news = asyncio.Event()
        self.loses, self.sent = loses, 0
        self.layer: Layer

    async def open(self) -> End:
        loop = asyncio.get_running_loop()
        transport, self.layer = await loop.create_datagram_endpoint(
            lambda: Layer(self, f"{HOST}:0"), local_addr=(HOST, 0))
        self.place: Place = transport.get_extra_info("sockname")[:2]
        self.layer.here = f"{HOST}:{self.place[1]}"
        sending = self.layer.send

        def send(data: bytes, to: Place) -> None:
            self.sent += 1
            if not self.loses(data, self.sent):
                sending(data, to)

        self.layer.send = send  # type: ignore[method-assign]
        self.transport = transport
        _open.append(transport)
        return self

    def lets_in(self, source: Place, size: int) -> bool:
        return True

    def take(self, server: Server) -> None:
        self.taken.append(server)
        self.news.set()

    async def asked(self) -> Server:
        await self.news.wait()
        self.news.clear()
        return self.taken[-1]

    def ask(self, method: str, to: End, heard: Callable[[Message], None], **headers: str) -> Client:
        return Client(self.layer, request(method, self.layer.here, to.place, **headers), to.place, heard)


def request(method: str, here: str, to: Place, **headers: str) -> Request:
    more = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Request([
        ("via", f"SIP/2.0/UDP {here};branch={branch_make()};rport"), ("max-forwards", "70"),
        ("from", f"<sip:a@{here}>;tag={secrets.token_hex(4)}"), ("to", f"<sip:b@{to[0]}>"),
        ("call-id", secrets.token_hex(8)), ("cseq", f"1 {method}"), ("contact", f"<sip:a@{here}>"), *more,
    ], b"", method, f"sip:b@{to[0]}:{to[1]}")
