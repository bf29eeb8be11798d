"""A call that came in: Youlu says whom to ring, for as long as the caller waits."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import logging
import uuid
from typing import TYPE_CHECKING, NoReturn

from youlu.interfaces.sip.calls import ANSWERED, REFUSED, RINGING, TRANSFERRED, Call, TurnedAwayError
from youlu.interfaces.sip.legs import Leg, State
from youlu.interfaces.sip.message import Message
from youlu.interfaces.sip.news import ENDED
from youlu.interfaces.sip.transactions import Server
from youlu.interfaces.sip.uris import Address, BadMessageError, Uri

if TYPE_CHECKING:
    from youlu.interfaces.sip.exchange import Exchange

log = logging.getLogger(__name__)


class CallIn(Call):
    """From the trunk to an agent: Youlu says whom to ring, for as long as the caller waits."""

    def __init__(self, exchange: Exchange, server: Server, number: str) -> None:
        super().__init__(exchange, f"in-{uuid.uuid4().hex}")
        self.caller = Leg.of(exchange.layer, self, server)
        self.legs.append(self.caller)
        self.hops = self.caller.hops
        self.offer = server.request
        self.number = number
        self.agent, self.agent_no = self.caller, ""  # until there is one
        self.tried: list[str] = []
        self.is_known = False  # Youlu knows who calls
        self.is_handing_on = False

    def ends(self) -> tuple[Leg, Leg]:
        return self.caller, self.agent

    async def switch(self) -> None:
        self.agent_no, self.agent = await self.found(self.offer)
        self.caller.accept(await self.agent.answer())
        self.tell(ANSWERED, self.agent_no)
        log.info("call %s is with %s", self.reference, self.agent_no)
        assert self.caller.server is not None  # noqa: S101
        self.agent.ack(await self.caller.server.confirmed)
        await self.talk()

    async def found(self, content: Message | None) -> tuple[str, Leg]:
        """The agent who answered: asked for, rung, asked for again."""
        while True:
            staff_no = await self.way()
            leg = await self.ring(staff_no, content, within_s=self.exchange.limits.ring_s,
                                  ringing=functools.partial(self.rings, staff_no))
            if leg is not None:
                return staff_no, leg
            self.tried.append(staff_no)

    def rings(self, staff_no: str) -> None:
        """The trunk lets the caller hear it."""
        self.tell(RINGING, staff_no)
        self.provisional(180)

    async def way(self) -> str:
        """The agent that Youlu names, the caller waiting until it does.

        Raises
        ------
        TurnedAwayError : it names nobody, or does not answer.
        """
        silent_since = asyncio.get_running_loop().time()
        while True:
            data = {"call": self.reference, "tried": self.tried, **({"number": self.number} if self.number else {})}
            status, way = await self.exchange.youlu.ask("route", "call.route", data)
            now = asyncio.get_running_loop().time()
            if status == 200:
                silent_since, self.is_known = now, True
                if way.get("to") == "agent":
                    return str(way["agent"])
                if way.get("to") != "queue":
                    self.turn_away(480, self.retry_after(way.get("call_back_at")))
            else:
                log.warning("call %s: Youlu does not say where it goes: HTTP %s", self.reference, status or "no answer")
                if now - silent_since > self.exchange.limits.away_s:
                    self.turn_away(503, 60)
            self.provisional(182)  # said again each time, or proxies would take the call for dead
            await asyncio.sleep(self.exchange.limits.ask_s if status == 200 else self.exchange.limits.away_s / 10)

    def provisional(self, status: int) -> None:
        if self.caller.state is State.RINGING and self.caller.server is not None:
            self.caller.server.respond(status)

    def turn_away(self, status: int, retry_after_s: int | None) -> NoReturn:
        """End the call with a word to the trunk."""
        self.refusal = (status, [("retry-after", str(retry_after_s))] if retry_after_s else [])
        raise TurnedAwayError

    def retry_after(self, at: object) -> int | None:
        try:
            return max(int((dt.datetime.fromisoformat(str(at)) - self.exchange.youlu.now()).total_seconds()), 1)
        except (TypeError, ValueError):
            return None

    def ended(self) -> None:
        self.exchange.news.tell(ENDED, self.reference, number="" if self.is_known else self.number)

    def left(self, leg: Leg) -> None:
        if not (leg is self.agent and self.is_handing_on):
            super().left(leg)

    # handing on (REFER without consultation, RFC 5589, 6)

    async def hand_on(self, leg: Leg, server: Server) -> None:
        """The agent gives the call to another one. Who does not answer has not got it: the caller stays with the first,
        or is taken to somebody else where the first has hung up."""
        staff_no = self._referred_to(server) if leg is self.agent else ""
        if not staff_no:
            server.respond(403)
            return
        server.respond(202, headers=[leg.contact])
        self._progress(leg, "100 Trying")
        self.is_handing_on = True
        try:
            await self.settled()
            found = await self.ring(staff_no, None, within_s=self.exchange.limits.ring_s)
            is_given = found is not None and await self._given(found, staff_no)
        finally:
            self.is_handing_on = False
        self._progress(leg, "200 OK" if is_given else "480 Temporarily Unavailable", over=True)
        if is_given:
            leg.close()
        elif leg.state is State.GONE:
            self.tried = [staff_no]
            await self._found_again()

    async def _found_again(self) -> None:
        while True:
            staff_no, found = await self.found(None)
            if await self._given(found, staff_no):
                return
            self.tried.append(staff_no)

    async def _given(self, leg: Leg, staff_no: str) -> bool:
        """Give an answered caller the media of a leg that was rung without an offer (RFC 3725, flow I: at once)."""
        response = await self.caller.again(await leg.answer())
        if response.status >= REFUSED:
            leg.close()
            return False
        leg.ack(response)
        self.caller.ack()
        self.agent, self.agent_no = leg, staff_no
        self.tell(TRANSFERRED, staff_no)
        return True

    def _referred_to(self, server: Server) -> str:
        """The staff number in Refer-To; "" where it is none of ours, or asks for more than a plain hand-over."""
        try:
            target = Address.read(server.request.first("refer-to")).uri
            user = Uri.read(target).user
        except BadMessageError:
            return ""
        return user if user in self.exchange.registrar.agents and user != self.agent_no and "?" not in target else ""

    def _progress(self, leg: Leg, words: str, *, over: bool = False) -> None:
        if leg.state is State.UP:
            state = "terminated;reason=noresource" if over else "active;expires=60"
            leg.send("NOTIFY", headers=[("event", "refer"), ("subscription-state", state)],
                     content=Message([("content-type", "message/sipfrag")], f"SIP/2.0 {words}\r\n".encode()))
