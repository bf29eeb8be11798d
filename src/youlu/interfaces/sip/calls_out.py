"""A call of two ends that Youlu asked for: the agent is rung first, then the customer, whose number Youlu is asked for
in the moment of dialling (RFC 3725, flow IV: neither end waits for an ACK while the other rings)."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from typing import TYPE_CHECKING

from youlu.interfaces.sip.calls import ANSWERED, REFUSED, RINGING, Call, once
from youlu.interfaces.sip.legs import Leg
from youlu.interfaces.sip.message import Message, Response

if TYPE_CHECKING:
    from youlu.interfaces.sip.exchange import Exchange

DIAL_MOST_S = 120.0
log = logging.getLogger(__name__)
# On hold until the other end is there: one line of audio that carries nothing yet (RFC 3725, flow IV).
SILENT_OFFER = Message([("content-type", "application/sdp")], (
    b"v=0\r\no=youlu 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    b"m=audio 9 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=inactive\r\n"))


class CallOut(Call):
    """A call of two ends that Youlu asked for: the agent first, then the customer, by whose number Youlu is asked when
    it is dialled (RFC 3725, flow IV)."""

    def __init__(self, exchange: Exchange, reference: str, agent_no: str, until: dt.datetime) -> None:
        super().__init__(exchange, reference)
        self.agent_no, self.until = agent_no, until
        self.pair: tuple[Leg, Leg] | None = None

    def ends(self) -> tuple[Leg, Leg]:
        assert self.pair is not None  # noqa: S101
        return self.pair

    async def switch(self) -> None:
        left_s = (self.until - self.exchange.youlu.now()).total_seconds()
        within_s = min(self.exchange.limits.ring_s, left_s)
        if within_s <= 0:
            return
        agent = await self.ring(self.agent_no, SILENT_OFFER, within_s=within_s)
        if agent is None:
            return
        agent.ack()
        status, answer = await self.exchange.youlu.ask("number", "call.number", {"call": self.reference})
        if status != 200 or not isinstance(answer.get("number"), str):
            log.warning("call %s is not dialled: HTTP %s", self.reference, status)
            return
        customer = self.exchange.leg_to_trunk(self, answer["number"])
        del answer
        self.legs.append(customer)
        customer.on_ringing = once(lambda: self.tell(RINGING, self.agent_no))
        self.exchange.trunk_dial(customer)
        try:
            async with asyncio.timeout(DIAL_MOST_S):
                response = await customer.answer()
        except TimeoutError:
            return
        if response.status >= REFUSED:
            log.info("call %s was not answered: %s", self.reference, response.status)
            return
        if await self._joined(agent, customer, response):
            self.tell(ANSWERED, self.agent_no)
            self.pair = agent, customer
            await self.talk()

    async def _joined(self, agent: Leg, customer: Leg, offer: Response) -> bool:
        response = await agent.again(offer)
        if response.status >= REFUSED:
            log.warning("call %s: the agent's telephone refused the media: %s", self.reference, response.status)
            return False
        customer.ack(response)
        agent.ack()
        return True
