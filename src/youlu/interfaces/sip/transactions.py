"""Transactions over UDP (RFC 3261, 17, with RFC 6026): a request is sent until it is answered, an answer until it is
confirmed, and what comes twice is dealt with once. Above it nobody knows that datagrams are lost."""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from collections.abc import Callable
from typing import Protocol, cast

from youlu.interfaces.sip.message import Headers, Request, Response, message_read, response_to
from youlu.interfaces.sip.uris import Address, BadMessageError, host_port

log = logging.getLogger(__name__)
T1_S, T2_S, T4_S = 0.5, 4.0, 5.0
GIVE_UP = 64  # times T1: timers B, D, F, H, J and what CANCEL is waited for
TRANSACTIONS_MOST = 20_000
Place = tuple[str, int]


class Above(Protocol):
    """Who deals with requests."""

    def lets_in(self, source: Place, size: int) -> bool:
        """Whether a datagram is looked at at all."""

    def take(self, server: Server) -> None:
        """A new request."""


class Layer(asyncio.DatagramProtocol):
    """The socket with its transactions. `here` is host:port as others reach it."""

    def __init__(self, above: Above, here: str) -> None:
        self.above, self.here = above, here
        self.clients: dict[tuple[str, str], Client] = {}
        self.servers: dict[tuple[str, ...], Server] = {}
        self.unconfirmed: dict[tuple[str, str, int], Server] = {}
        self.loop = asyncio.get_running_loop()
        self.socket: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.socket = cast(asyncio.DatagramTransport, transport)

    def send(self, data: bytes, to: Place) -> None:
        if self.socket is not None and not self.socket.is_closing():
            self.socket.sendto(data, to)

    def error_received(self, exc: Exception) -> None:
        """A datagram that nobody took: its transaction finds out by itself."""

    def datagram_received(self, data: bytes, addr: Place) -> None:
        try:
            if self.above.lets_in(addr[:2], len(data)) and data.strip(b"\r\n\0"):
                self._received(data, addr[:2])
        except BadMessageError as error:
            log.debug("a datagram that is no message: %s", error)
        except Exception as error:  # one message must not end the calls of all others
            fault_log("a message", error)

    def _received(self, data: bytes, source: Place) -> None:
        message = message_read(data)
        if isinstance(message, Response):
            client = self.clients.get((message.via("branch") or "", message.sequence_method))
            if client is not None:
                client.receive(message)
        elif message.method == "ACK":
            server = self.unconfirmed.get((message.call_id, message.from_tag, message.sequence))
            if server is not None:
                server.confirm(message)
        else:
            self._request(message, source)

    def _request(self, request: Request, source: Place) -> None:
        key = (request.via("branch") or "", request.sent_by(), source[0])
        known = self.servers.get((*key, request.method))
        if known is not None:
            known.again()
            return
        if len(self.servers) >= TRANSACTIONS_MOST:
            return
        server = Server(self, request, source, (*key, request.method))
        if request.method != "CANCEL":
            self.above.take(server)
            return
        server.is_brief = True
        cancelled = self.servers.get((*key, "INVITE"))
        server.respond(200 if cancelled else 481)
        if cancelled is not None and cancelled.final is None and cancelled.on_cancel is not None:
            cancelled.on_cancel()


class Client:
    """A request of ours. `heard` gets every response once, of an INVITE also each repeated 2xx; silence is a 408."""

    def __init__(self, layer: Layer, request: Request, to: Place, heard: Callable[[Response], None]) -> None:
        self.layer, self.request, self.to, self.heard = layer, request, to, heard
        self.is_invite = request.method == "INVITE"
        self.data, self.confirmation = request.write(), b""
        self.pause_s, self.is_heard, self.is_final = T1_S, False, False
        self.key = (request.via("branch") or "", request.method)
        layer.clients[self.key] = self
        layer.send(self.data, to)
        self.resend: asyncio.TimerHandle | None = layer.loop.call_later(T1_S, self._again)
        self.end = layer.loop.call_later(GIVE_UP * T1_S, self._silent)

    def _again(self) -> None:
        self.layer.send(self.data, self.to)
        self.pause_s = self.pause_s * 2 if self.is_invite else min(self.pause_s * 2, T2_S)
        self.resend = self.layer.loop.call_later(self.pause_s, self._again)

    def _silent(self) -> None:
        self._over()
        self.heard(response_to(self.request, 408))

    def _quiet(self) -> None:
        if self.resend is not None:
            self.resend.cancel()
            self.resend = None
        self.end.cancel()

    def _over(self) -> None:
        self._quiet()
        self.layer.clients.pop(self.key, None)

    def wait_for_end(self) -> None:
        """Somebody who was rung and called off has so long to say that they are."""
        self.end.cancel()
        self.end = self.layer.loop.call_later(GIVE_UP * T1_S, self._silent)

    def receive(self, response: Response) -> None:
        if response.status < 200:
            if self.is_invite and not self.is_heard:
                self._quiet()
            if not self.is_final:
                self.is_heard = True
                self.heard(response)
            return
        if not self.is_final:
            self.is_final = True
            self._quiet()
            self.end = self.layer.loop.call_later(GIVE_UP * T1_S if self.is_invite else T4_S, self._over)
            if self.is_invite and response.status >= 300:
                self.confirmation = refusal_ack(self.request, response)
                self.layer.send(self.confirmation, self.to)
            self.heard(response)
        elif self.is_invite and response.status >= 300:
            self.layer.send(self.confirmation, self.to)
        elif self.is_invite:
            self.heard(response)


class Server:
    """A request of theirs. The final answer to an INVITE is sent until its ACK comes: `confirmed` has that ACK, or None
    when none came. One that `is_brief` is forgotten with its answer: what a stranger asks takes up no memory."""

    def __init__(self, layer: Layer, request: Request, source: Place, key: tuple[str, ...]) -> None:
        self.layer, self.request, self.source, self.key = layer, request, source, key
        self.tag = secrets.token_hex(8)
        self.last = b""
        self.final: int | None = None
        self.to = self._back_to()
        self.on_cancel: Callable[[], None] | None = None
        self.confirmed: asyncio.Future[Request | None] = layer.loop.create_future()
        self.resend: asyncio.TimerHandle | None = None
        self.pause_s, self.is_brief = T1_S, False
        layer.servers[key] = self
        if request.method != "INVITE":  # whoever should have answered has not
            layer.loop.call_later(GIVE_UP * T1_S, self._over)

    def _back_to(self) -> Place:
        """Where answers go (RFC 3261, 18.2.2; RFC 3581)."""
        port = host_port(self.request.sent_by())[1]
        if self.request.via("rport") is None:
            return self.source[0], port or 5060
        vias = self.request.all("via")
        parts = [part for part in vias[0].split(";") if part.strip().lower().split("=")[0] not in ("rport", "received")]
        vias[0] = ";".join([*parts, f"received={self.source[0]}", f"rport={self.source[1]}"])
        others = [one for one in self.request.headers if one[0] != "via"]
        self.request.headers[:] = [*(("via", via) for via in vias), *others]
        return self.source

    def respond(self, status: int, *, headers: Headers = (), body: bytes = b"") -> None:
        """Answer; a second final answer is none."""
        if self.final is not None:
            return
        tag = self.tag if status > 100 else ""
        self.last = response_to(self.request, status, tag=tag, headers=headers, body=body).write()
        self.layer.send(self.last, self.to)
        if status < 200:
            return
        self.final = status
        if self.is_brief:
            self._over()
            return
        self.layer.loop.call_later(GIVE_UP * T1_S, self._over)
        if self.request.method == "INVITE":
            self.layer.unconfirmed[self._confirmation()] = self
            self.resend = self.layer.loop.call_later(self.pause_s, self._again)

    def _confirmation(self) -> tuple[str, str, int]:
        return self.request.call_id, self.request.from_tag, self.request.sequence

    def _again(self) -> None:
        self.layer.send(self.last, self.to)
        self.pause_s = min(self.pause_s * 2, T2_S)
        self.resend = self.layer.loop.call_later(self.pause_s, self._again)

    def again(self) -> None:
        """The same request came once more."""
        if self.last:
            self.layer.send(self.last, self.to)

    def confirm(self, ack: Request) -> None:
        if self.resend is not None:
            self.resend.cancel()
        if not self.confirmed.done():
            self.confirmed.set_result(ack)

    def _over(self) -> None:
        if self.resend is not None:
            self.resend.cancel()
        self.layer.servers.pop(self.key, None)
        self.layer.unconfirmed.pop(self._confirmation(), None)
        if not self.confirmed.done():
            self.confirmed.set_result(None)


def branch_make() -> str:
    return "z9hG4bK" + secrets.token_hex(12)


def refusal_ack(request: Request, response: Response) -> bytes:
    """The ACK of a refused INVITE, part of its transaction (RFC 3261, 17.1.1.3)."""
    headers = [("via", request.all("via")[0]), ("max-forwards", "70"),
               *(("route", one) for one in request.all("route")), ("from", request.first("from")),
               ("to", response.first("to")), ("call-id", request.call_id), ("cseq", f"{request.sequence} ACK")]
    return Request(headers, b"", "ACK", request.uri).write()


def cancel_of(request: Request) -> Request:
    """The CANCEL of an INVITE of ours (RFC 3261, 9.1)."""
    headers = [("via", request.all("via")[0]), ("max-forwards", "70"),
               *(("route", one) for one in request.all("route")), ("from", request.first("from")),
               ("to", request.first("to")), ("call-id", request.call_id), ("cseq", f"{request.sequence} CANCEL")]
    return Request(headers, b"", "CANCEL", request.uri)


def fault_log(of: str, error: BaseException) -> None:
    """Where it went wrong, never with what: the words of an error may hold a number."""
    at = traceback.extract_tb(error.__traceback__)[-1:]
    place = f"{at[0].filename.rsplit('/', 1)[-1]}:{at[0].lineno}" if at else "?"
    log.error("%s went wrong: %s at %s", of, type(error).__name__, place)


def tag_of(header: str) -> str:
    return Address.read(header).param("tag")
