"""One side of a call (a dialog, RFC 3261, 12): rung or ringing, up, gone. Requests go where its datagrams come from, as
through an outbound proxy: a Contact never sends us elsewhere."""

from __future__ import annotations

import asyncio
import copy
import enum
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from youlu.interfaces.sip import digest
from youlu.interfaces.sip.message import Headers, Message, Request, Response, response_to
from youlu.interfaces.sip.transactions import Client, Layer, Place, Server, branch_make, cancel_of
from youlu.interfaces.sip.uris import Address, Uri

ALLOW = ("allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, REFER")
HOPS = 70
AGAIN_MOST_S = 32.0


class State(enum.Enum):
    RINGING, UP, GONE = "ringing", "up", "gone"


@dataclass(frozen=True, repr=False)
class Credentials:
    """What the trunk asks for."""

    user: str
    secret: str


class Owner(Protocol):
    """The call that a leg belongs to."""

    def left(self, leg: Leg) -> None:
        """The other side hung up, or can no longer be reached."""

    def asked(self, leg: Leg, server: Server) -> None:
        """It wants to change the media (INVITE) or to hand the call on (REFER)."""


class Leg:
    """A dialog of ours. `remote` gets its tag with the answer; `place` is where its datagrams go."""

    def __init__(self, layer: Layer, owner: Owner, *, place: Place, call_id: str, local: str, remote: str,
                 target: str, hops: int = HOPS) -> None:
        self.layer, self.owner, self.place = layer, owner, place
        self.call_id, self.local, self.remote, self.target = call_id, local, remote, target
        self.local_tag, self.hops = Address.read(local).param("tag"), hops
        self.routes: list[str] = []
        self.sequence, self.heard_sequence = 0, 0
        self.state = State.RINGING
        self.server: Server | None = None
        self.invitation: Invitation | None = None
        self.on_ringing: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, layer: Layer, owner: Owner, server: Server) -> Leg:
        """The leg of a caller; 100 is said at once."""
        request = server.request
        contact = Address.read(next(iter(request.all("contact")), "")).uri
        Uri.read(contact)
        leg = cls(layer, owner, place=server.source, call_id=request.call_id, remote=request.first("from"),
                  local=f"{request.first('to')};tag={server.tag}", target=contact, hops=hops_of(request) - 1)
        leg.server, leg.heard_sequence, leg.routes = server, request.sequence, request.all("record-route")
        server.on_cancel = lambda: owner.left(leg)
        server.respond(100)
        return leg

    @classmethod
    def to(cls, layer: Layer, owner: Owner, *, place: Place, uri: str, local: str, hops: int = HOPS) -> Leg:
        """A leg that `dial` will ring. `local`: who calls, as a URI."""
        tagged = f"<{local}>;tag={secrets.token_hex(8)}"
        return cls(layer, owner, place=place, call_id=secrets.token_hex(16), local=tagged, remote=f"<{uri}>",
                   target=uri, hops=hops)

    def dial(self, *, content: Message | None = None, headers: Headers = (),
             credentials: Credentials | None = None) -> None:
        self.invitation = Invitation(self, content, headers=headers, credentials=credentials)

    async def answer(self) -> Response:
        """The last word on the latest INVITE; who waits may stop waiting."""
        assert self.invitation is not None  # noqa: S101
        return await asyncio.shield(self.invitation.answer)

    async def again(self, content: Message | None) -> Response:
        """Ask for other media on a leg that is up; a good answer waits for its `ack`."""
        self.invitation = Invitation(self, content)
        try:
            async with asyncio.timeout(AGAIN_MOST_S):
                return await self.answer()
        except TimeoutError:
            return response_to(self.invitation.client.request, 408)

    def ack(self, content: Message | None = None) -> None:
        if self.invitation is not None:
            self.invitation.ack(content)

    def accept(self, content: Message) -> None:
        """Answer the caller."""
        assert self.server is not None  # noqa: S101
        self.state = State.UP
        self.server.respond(200, headers=[self.contact, ALLOW, *content_type(content)], body=content.body)
        self.server.confirmed.add_done_callback(self._confirmed)

    def _confirmed(self, future: asyncio.Future[Request | None]) -> None:
        if not future.cancelled() and future.result() is None and self.state is State.UP:
            self.owner.left(self)  # nobody confirmed: nobody is there

    @property
    def contact(self) -> tuple[str, str]:
        return "contact", f"<sip:youlu@{self.layer.here}>"

    def close(self, *, status: int = 487, headers: Headers = ()) -> None:
        """End it in the way its state asks for; `status` is what a caller hears who was never answered."""
        state, self.state = self.state, State.GONE
        if state is State.RINGING and self.server is not None:
            self.server.respond(status, headers=headers)
        elif state is State.RINGING and self.invitation is not None:
            self.invitation.call_off()
        elif state is State.UP:
            self.ack()
            if self.server is not None and not self.server.confirmed.done():
                self.server.confirmed.add_done_callback(lambda _: self.send("BYE"))  # not before its ACK: 15.1.1
            else:
                self.send("BYE")

    def up(self, response: Response) -> None:
        """Answered: the dialog is whole."""
        self.state = State.UP
        self.remote = response.first("to")
        self.routes = list(reversed(response.all("record-route")))
        self.refresh(response)

    def refresh(self, message: Message) -> None:
        """The peer may have moved its Contact."""
        contacts = message.all("contact")
        if contacts:
            target = Address.read(contacts[0]).uri
            Uri.read(target)
            self.target = target

    def request(self, method: str, *, sequence: int, headers: Headers = (), content: Message | None = None) -> Request:
        built = [("via", f"SIP/2.0/UDP {self.layer.here};branch={branch_make()};rport"),
                 ("max-forwards", str(self.hops)), *(("route", one) for one in self.routes), ("from", self.local),
                 ("to", self.remote), ("call-id", self.call_id), ("cseq", f"{sequence} {method}")]
        if method in ("INVITE", "REFER", "NOTIFY"):
            built += [self.contact, ALLOW]
        built += [*headers, *content_type(content)]
        return Request(built, content.body if content else b"", method, self.target)

    def send(self, method: str, *, headers: Headers = (), content: Message | None = None) -> None:
        """A request inside the dialog whose answer changes nothing."""
        self.sequence += 1
        request = self.request(method, sequence=self.sequence, headers=headers, content=content)
        Client(self.layer, request, self.place, lambda _: None)

    def take(self, server: Server) -> None:
        """A request of theirs inside the dialog."""
        request = server.request
        is_known = request.from_tag == Address.read(self.remote).param("tag") and self.state is not State.GONE
        if not is_known or (self.server is None and self.state is not State.UP):
            server.respond(481)
        elif request.sequence <= self.heard_sequence:
            server.respond(500)
        else:
            self.heard_sequence = request.sequence
            self._deal(server)

    def _deal(self, server: Server) -> None:
        method = server.request.method
        if method == "BYE":
            server.respond(200)
            if self.state is State.RINGING and self.server is not None:
                self.server.respond(487)
            self.ack()
            self.state = State.GONE
            self.owner.left(self)
        elif method == "INVITE":
            server.respond(100)
            self.refresh(server.request)
            self.owner.asked(self, server)
        elif method == "REFER":
            self.owner.asked(self, server)
        else:
            server.respond(200 if method == "OPTIONS" else 405, headers=[ALLOW])


class Invitation:
    """One INVITE of ours until its ACK, the first of a dialog or a later one."""

    def __init__(self, leg: Leg, content: Message | None, *, headers: Headers = (),
                 credentials: Credentials | None = None) -> None:
        self.leg, self.content, self.headers, self.credentials = leg, content, tuple(headers), credentials
        self.answer: asyncio.Future[Response] = leg.layer.loop.create_future()
        self.tag, self.acknowledged = "", b""
        self.is_first, self.is_off, self.is_heard, self.is_cancelled = leg.state is State.RINGING, False, False, False
        self.client = self._send()

    def _send(self, *more: tuple[str, str]) -> Client:
        self.leg.sequence += 1
        self.sequence = self.leg.sequence
        headers = [*self.headers, *more]
        request = self.leg.request("INVITE", sequence=self.sequence, headers=headers, content=self.content)
        return Client(self.leg.layer, request, self.leg.place, self._heard)

    def _heard(self, response: Response) -> None:
        if response.status < 200:
            self.is_heard = True
            if self.is_off:
                self._cancel()
            elif response.status > 100:
                self.leg.on_ringing()
        elif response.status < 300:
            self._accepted(response)
        elif not self._proved(response):
            if self.is_first:
                self.leg.state = State.GONE
            self._tell(response)

    def _accepted(self, response: Response) -> None:
        if self.tag and response.to_tag != self.tag:
            other = copy.copy(self.leg)  # the trunk rang two at once and both answered: one is enough
            other.up(response)
            other.layer.send(self._ack_of(other, None), other.place)
            other.send("BYE")
        elif self.tag:
            if self.acknowledged:
                self.leg.layer.send(self.acknowledged, self.leg.place)
        else:
            self.tag = response.to_tag or "?"
            if self.is_first:
                self.leg.up(response)
            else:
                self.leg.refresh(response)
            if self.is_off:
                self.leg.close()  # answered in the moment of being called off
            self._tell(response)

    def _proved(self, response: Response) -> bool:
        """Whether the INVITE went out again with what was asked for, once."""
        header, back = ("www-authenticate", "authorization") if response.status == 401 else (
            "proxy-authenticate", "proxy-authorization")
        if response.status not in (401, 407) or self.credentials is None or self.is_off:
            return False
        credentials, self.credentials = self.credentials, None
        proof = digest.answer(response.first(header), user=credentials.user, secret=credentials.secret, method="INVITE",
                              uri=self.leg.target)
        if proof:
            self.client = self._send((back, proof))
        return bool(proof)

    def _tell(self, response: Response) -> None:
        if not self.answer.done():
            self.answer.set_result(response)

    def call_off(self) -> None:
        """Stop the ringing (RFC 3261, 9.1: not before the first sign of life)."""
        self.is_off = True
        if self.is_heard:
            self._cancel()

    def _cancel(self) -> None:
        if not self.is_cancelled:
            self.is_cancelled = True
            Client(self.leg.layer, cancel_of(self.client.request), self.leg.place, lambda _: None)
            self.client.wait_for_end()

    def ack(self, content: Message | None) -> None:
        if self.tag and not self.acknowledged:
            self.acknowledged = self._ack_of(self.leg, content)
            self.leg.layer.send(self.acknowledged, self.leg.place)

    def _ack_of(self, leg: Leg, content: Message | None) -> bytes:
        return leg.request("ACK", sequence=self.sequence, content=content).write()


def content_type(content: Message | None) -> Iterable[tuple[str, str]]:
    """What says how a body is to be read; nothing where there is none."""
    if content is None or not content.body:
        return ()
    return [("content-type", content.first("content-type") or "application/sdp")]


def hops_of(request: Request) -> int:
    text = request.first("max-forwards")
    return min(int(text), HOPS) if text.isascii() and text.isdigit() and len(text) < 4 else HOPS
