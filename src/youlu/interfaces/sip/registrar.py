"""Where agents are to be reached: their telephone registers with the staff number and its secret, or its address stands
in the settings. Nobody else is ever rung."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass

from youlu.interfaces.sip import digest
from youlu.interfaces.sip.message import Request
from youlu.interfaces.sip.settings import AgentSettings
from youlu.interfaces.sip.transactions import Place, Server
from youlu.interfaces.sip.uris import Address, BadMessageError, Uri

EXPIRES_LEAST_S, EXPIRES_S, EXPIRES_MOST_S = 60, 300, 3600


@dataclass(frozen=True, repr=False)
class Telephone:
    """`uri` is asked for, `place` is where datagrams go: where it registered from, which is right behind a home router
    too. `until_s` since 1970."""

    uri: str
    place: Place
    until_s: float = float("inf")


class Registrar:
    """One telephone an agent: who registers again is rung there. A restart forgets none of them."""

    def __init__(self, agents: Mapping[str, AgentSettings], db: sqlite3.Connection) -> None:
        self.agents, self.nonces, self._db = agents, digest.Nonces(), db
        self._registered = {
            staff_no: Telephone(uri, (host, port), until_s) for staff_no, uri, host, port, until_s in db.execute(
                "SELECT staff_no, uri, host, port, until_s FROM telephone") if staff_no in agents}

    def telephone_of(self, staff_no: str) -> Telephone | None:
        agent = self.agents.get(staff_no)
        if agent is None:
            return None
        if agent.place is not None:
            return Telephone(f"sip:{staff_no}@{agent.place[0]}:{agent.place[1]}", agent.place)
        known = self._registered.get(staff_no)
        return known if known is not None and known.until_s > time.time() else None

    def reachable(self) -> list[str]:
        return [staff_no for staff_no in self.agents if self.telephone_of(staff_no) is not None]

    def is_theirs(self, place: Place) -> bool:
        """Whether a telephone of ours is there."""
        now = time.time()
        return (any(one.place == place and one.until_s > now for one in self._registered.values())
                or any(agent.place == place for agent in self.agents.values()))

    def register(self, server: Server) -> None:
        """Answer a REGISTER (RFC 3261, 10.3)."""
        request = server.request
        staff_no = self._believed(request, server.source)
        if staff_no is None:
            given = digest.credentials_read(request.first("authorization"))
            stale = bool(given) and not self.nonces.is_good(given.get("nonce", ""), server.source)
            nonce = self.nonces.make(server.source)
            server.respond(401, headers=[("www-authenticate", digest.challenge(nonce, stale=stale))])
            return
        if Uri.read(Address.read(request.first("to")).uri).user != staff_no:
            server.respond(403)
            return
        self._bind(server, staff_no)

    def _believed(self, request: Request, source: Place) -> str | None:
        given = digest.credentials_read(request.first("authorization"))
        agent = self.agents.get(given.get("username", ""))
        if agent is None or not agent.secret or not self.nonces.is_good(given.get("nonce", ""), source):
            return None
        if given.get("uri") != request.uri:
            return None
        return agent.staff_no if digest.is_answered(
            given, user=agent.staff_no, secret=agent.secret, method="REGISTER") else None

    def _bind(self, server: Server, staff_no: str) -> None:
        contacts = server.request.all("contact")
        if contacts == ["*"]:
            self._forget(staff_no)
        elif contacts:
            contact = Address.read(contacts[0])
            Uri.read(contact.uri)
            expires_s = _expires(contact.param("expires") or server.request.first("expires"))
            if expires_s == 0:
                self._forget(staff_no)
            elif expires_s < EXPIRES_LEAST_S:
                server.respond(423, headers=[("min-expires", str(EXPIRES_LEAST_S))])
                return
            else:
                self._keep(staff_no, Telephone(contact.uri, server.source, time.time() + expires_s))
        known = self.telephone_of(staff_no)
        left_s = int(known.until_s - time.time()) + 1 if known else 0
        server.respond(200, headers=[("contact", f"<{known.uri}>;expires={left_s}")] if known else [])

    def _keep(self, staff_no: str, telephone: Telephone) -> None:
        self._registered[staff_no] = telephone
        self._db.execute("INSERT OR REPLACE INTO telephone VALUES (?, ?, ?, ?, ?)", [
            staff_no, telephone.uri, *telephone.place, telephone.until_s])

    def _forget(self, staff_no: str) -> None:
        self._registered.pop(staff_no, None)
        self._db.execute("DELETE FROM telephone WHERE staff_no = ?", [staff_no])


def _expires(text: str) -> int:
    """Raises BadMessageError."""
    if not text:
        return EXPIRES_S
    if not re.fullmatch(r"[0-9]{1,10}", text, re.ASCII):
        raise BadMessageError("no expiry")
    return min(int(text), EXPIRES_MOST_S)
