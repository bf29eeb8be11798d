"""The exchange itself: who may ask for what, and the parts that calls need. Whatever is not allowed here is refused."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Mapping
from typing import Any

from youlu.interfaces.sip.callers import caller_number
from youlu.interfaces.sip.calls import Call
from youlu.interfaces.sip.calls_in import CallIn
from youlu.interfaces.sip.calls_out import CallOut
from youlu.interfaces.sip.flood import Flood
from youlu.interfaces.sip.legs import ALLOW, Credentials, Leg, hops_of
from youlu.interfaces.sip.listening import Listener
from youlu.interfaces.sip.news import News
from youlu.interfaces.sip.registrar import Registrar
from youlu.interfaces.sip.settings import Settings
from youlu.interfaces.sip.state import state_open
from youlu.interfaces.sip.transactions import Layer, Place, Server, fault_log
from youlu.interfaces.sip.uris import BadMessageError
from youlu.interfaces.sip.youlu import Youlu

log = logging.getLogger(__name__)
TWO_ENDED = "call.two_ended"
GOODBYE_S = 3.0


class Exchange:
    """One exchange; `run` until `stop` is set."""

    layer: Layer

    def __init__(self, settings: Settings) -> None:
        self.settings, self.limits, self.trunk = settings, settings.limits, settings.trunk
        self.db = state_open(settings.state)
        self.youlu = Youlu(settings.url, settings.sign, self.db)
        self.news = News(self.youlu, self.db)
        self.registrar = Registrar(settings.agents, self.db)
        self.calls: dict[str, Call] = {}
        self.flood = Flood(settings.limits.datagrams)

    async def run(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        transport, self.layer = await loop.create_datagram_endpoint(
            lambda: Layer(self, self.settings.here), local_addr=self.settings.sip)
        lost = self.news.lost_end()
        if lost:
            log.warning("%s calls were cut off by the last end of this program", lost)
        sender = loop.create_task(self.news.send_forever())
        try:
            with Listener(self.settings.messages, self.settings.verify, self.told, self.counts):
                log.info("SIP at %s:%s, messages at http://%s:%s/messages", *self.settings.sip, *self.settings.messages)
                await stop.wait()
            await self._goodbye()
        finally:
            sender.cancel()
            transport.close()
            await self.youlu.close()
            self.db.close()

    async def _goodbye(self) -> None:
        """Hang up everywhere and tell it, as far as that is quickly done; the rest is told at the next start."""
        tasks = [call.task for call in self.calls.values() if call.task is not None]
        for task in tasks:
            task.cancel()
        try:
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.gather(*tasks, return_exceptions=True)
                while self.layer.clients or self.news.waiting():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            log.warning("%s news wait for the next start", self.news.waiting())

    def counts(self) -> dict[str, int]:
        """For whoever watches over the program: how many, never who."""
        return {"calls": len(self.calls), "telephones": len(self.registrar.reachable()), "news": self.news.waiting()}

    # what comes by SIP

    def lets_in(self, source: Place, size: int) -> bool:
        return self.trunk.is_from(source[0]) or self.registrar.is_theirs(source) or self.flood.lets_in(source[0])

    def take(self, server: Server) -> None:
        request = server.request
        is_theirs = self.registrar.is_theirs(server.source)
        is_trunk = not is_theirs and self.trunk.is_from(server.source[0])  # also where `accept` is a whole network
        server.is_brief = not (is_trunk or is_theirs)
        if request.method == "REGISTER":
            self._carefully(server, lambda: self.registrar.register(server))
        elif server.is_brief:
            server.respond(403)
        elif request.all("require"):
            server.respond(420, headers=[("unsupported", ", ".join(request.all("require")))])
        elif request.to_tag:
            leg = self._leg(request.call_id, request.to_tag)
            self._carefully(server, lambda: leg.take(server) if leg else server.respond(481))
        elif request.method == "INVITE":
            self._carefully(server, lambda: self._invited(server, is_trunk))
        else:
            server.respond(200 if request.method == "OPTIONS" else 405, headers=[ALLOW])

    def _carefully(self, server: Server, work: Callable[[], None]) -> None:
        try:
            work()
        except BadMessageError:
            server.respond(400)
        except Exception as error:
            fault_log("a request", error)
            server.respond(500)

    def _leg(self, call_id: str, tag: str) -> Leg | None:
        return next((leg for call in self.calls.values() for leg in call.legs
                     if leg.call_id == call_id and leg.local_tag == tag), None)

    def _invited(self, server: Server, is_trunk: bool) -> None:
        """Only the trunk brings calls in: an agent's telephone calls by the button in Youlu."""
        if not is_trunk:
            server.respond(403)
        elif hops_of(server.request) == 0:
            server.respond(483)
        elif len(self.calls) >= self.limits.calls:
            server.respond(503, headers=[("retry-after", "60")])
        else:
            CallIn(self, server, caller_number(server.request)).start()

    # what comes from Youlu

    async def told(self, message_id: str, message: Mapping[str, Any]) -> int:
        """Take one believed message of Youlu's; the HTTP status to answer."""
        data = message.get("data")
        if message.get("type") != TWO_ENDED or not isinstance(data, dict):
            return 422
        try:
            call, agent_no, until = str(data["call"]), str(data["agent"]), dt.datetime.fromisoformat(data["until"])
        except (KeyError, TypeError, ValueError):
            return 422
        if until.tzinfo is None:
            return 422
        if self.news.is_new(message_id, call):
            self.youlu.clock_set(str(message.get("timestamp")))
            CallOut(self, call, agent_no, until).start()
        return 200

    # legs for calls

    def leg_to_agent(self, call: Call, staff_no: str, *, hops: int) -> Leg | None:
        """None where the agent has no telephone here. Theirs is not shown the customer's number: it would keep it."""
        telephone = self.registrar.telephone_of(staff_no)
        if telephone is None:
            log.info("call %s: agent %s has no telephone here", call.reference, staff_no)
            return None
        return Leg.to(self.layer, call, place=telephone.place, uri=telephone.uri, local=f"sip:youlu@{self.layer.here}",
                      hops=hops)

    def leg_to_trunk(self, call: Call, number: str) -> Leg:
        host, port = self.trunk.place
        return Leg.to(self.layer, call, place=self.trunk.place, uri=f"sip:{number}@{host}:{port}",
                      local=f"sip:{self.trunk.number}@{self.layer.here}")

    def trunk_dial(self, leg: Leg) -> None:
        """Without an offer: the customer's telephone makes it when it answers. The official number is shown."""
        identity = f"<sip:{self.trunk.number}@{self.layer.here}>"
        credentials = Credentials(self.trunk.user, self.trunk.secret) if self.trunk.user else None
        leg.dial(headers=[("p-asserted-identity", identity)], credentials=credentials)
