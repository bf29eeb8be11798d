"""A call as this exchange switches it: legs that are rung, joined by handing each the other's media description, and
ended together. Voice goes from telephone to telephone; none of it passes here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from youlu.interfaces.sip.legs import ALLOW, HOPS, Leg, content_type
from youlu.interfaces.sip.message import Headers, Message
from youlu.interfaces.sip.news import ENDED
from youlu.interfaces.sip.transactions import Server, fault_log

if TYPE_CHECKING:
    from youlu.interfaces.sip.exchange import Exchange

log = logging.getLogger(__name__)
RINGING, ANSWERED, TRANSFERRED = "call.ringing", "call.answered", "call.transferred"
REFUSED = 300  # a status from which on nobody answered


class TurnedAwayError(Exception):
    """A caller whom nobody takes: `refusal` of the call says how."""


class Call:
    """One call from its first message to the end of its last leg. Who hangs up cancels its task; `run` tidies up."""

    def __init__(self, exchange: Exchange, reference: str) -> None:
        self.exchange, self.reference = exchange, reference
        self.legs: list[Leg] = []
        self.hops = HOPS
        self.inbox: asyncio.Queue[tuple[Leg, Server]] = asyncio.Queue()
        self.refusal: tuple[int, Headers] = (487, ())
        self.task: asyncio.Task[None] | None = None
        self.changing: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.exchange.calls[self.reference] = self
        self.exchange.news.begin(self.reference)
        self.task = asyncio.get_running_loop().create_task(self.run())

    async def run(self) -> None:
        try:
            await self.switch()
        except asyncio.CancelledError:
            pass  # somebody hung up
        except TurnedAwayError:
            pass  # and `refusal` says how
        except Exception as error:
            self.refusal = (500, ())
            fault_log(f"call {self.reference}", error)
        finally:
            if self.changing is not None:
                self.changing.cancel()
            while not self.inbox.empty():
                self.inbox.get_nowait()[1].respond(481)
            for leg in self.legs:
                leg.close(status=self.refusal[0], headers=self.refusal[1])
            log.info("call %s is over", self.reference)
            self.ended()
            self.exchange.calls.pop(self.reference, None)

    async def switch(self) -> None:
        raise NotImplementedError

    def ended(self) -> None:
        self.tell(ENDED)

    def tell(self, topic: str, agent: str = "") -> None:
        self.exchange.news.tell(topic, self.reference, agent=agent)

    # what the legs say

    def left(self, leg: Leg) -> None:
        if self.task is not None:
            self.task.cancel()

    def asked(self, leg: Leg, server: Server) -> None:
        self.inbox.put_nowait((leg, server))

    # what calls of both kinds do

    async def ring(self, staff_no: str, content: Message | None, *, within_s: float,
                   ringing: Callable[[], None] = lambda: None) -> Leg | None:
        """Ring an agent; the leg once they answered, its ACK still to come. None: no telephone, no answer, refused.
        `ringing` is called once, when the telephone says that it rings."""
        leg = self.exchange.leg_to_agent(self, staff_no, hops=self.hops)
        if leg is None:
            return None
        self.legs.append(leg)
        leg.on_ringing = once(ringing)
        leg.dial(content=content)
        try:
            async with asyncio.timeout(within_s):
                response = await leg.answer()
        except TimeoutError:
            leg.close()
            return None
        return leg if response.status < REFUSED else None

    async def talk(self) -> None:
        """Until somebody hangs up: pass on what either asks for."""
        while True:
            leg, server = await self.inbox.get()
            one, other = self.ends()
            if leg not in (one, other):
                server.respond(481)
            elif server.request.method == "INVITE":
                self.change(server, one if leg is other else other)
            else:
                await self.hand_on(leg, server)

    def ends(self) -> tuple[Leg, Leg]:
        """Who talks."""
        raise NotImplementedError

    def change(self, server: Server, other: Leg) -> None:
        """Other media for one side: the other is asked for it; one change at a time (491, RFC 3261, 14.2)."""
        if self.changing is not None and not self.changing.done():
            server.respond(491)
            return
        self.changing = asyncio.get_running_loop().create_task(self._guarded(self._change(server, other)))

    async def _change(self, server: Server, other: Leg) -> None:
        try:
            response = await other.again(server.request)
        except asyncio.CancelledError:
            server.respond(487)
            raise
        if response.status >= REFUSED:
            server.respond(response.status)
            return
        server.respond(200, headers=[other.contact, ALLOW, *content_type(response)], body=response.body)
        other.ack(await server.confirmed)

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # the call goes on with the media it has
            fault_log(f"call {self.reference}", error)

    async def hand_on(self, leg: Leg, server: Server) -> None:
        """Only calls that came in are handed on."""
        server.respond(403)

    async def settled(self) -> None:
        """Once no side's media are being changed any more."""
        if self.changing is not None:
            await asyncio.wait([self.changing])


def once(work: Callable[[], None]) -> Callable[[], None]:
    """The same, but only the first time: a telephone says more than once that it rings."""
    is_done = False

    def do() -> None:
        nonlocal is_done
        if not is_done:
            is_done = True
            work()

    return do
