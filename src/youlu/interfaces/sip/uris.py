"""Addresses of SIP: a URI, and a header that names one (RFC 3261, 19 and 20.10). Read by plain searches: no pattern
that a hostile line could make slow."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote


class BadMessageError(Exception):
    """What is wrong with a message, in constant words: never what stood in it."""


@dataclass(frozen=True, repr=False)  # a user may be a number
class Uri:
    """scheme:user@host:port;params. `port` is 0 where it is not said; of a `tel:` the number is the user."""

    scheme: str
    user: str
    host: str
    port: int = 0
    params: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Uri:
        """Raises BadMessageError."""
        scheme, colon, rest = text.strip().partition(":")
        scheme = scheme.lower()
        if not colon or scheme not in ("sip", "sips", "tel") or not rest or any(c in rest for c in ' <>"'):
            raise BadMessageError("no URI")
        rest, *params = rest.partition("?")[0].split(";")
        if scheme == "tel":
            return cls(scheme, unquote(rest), "", 0, tuple(params))
        user, at, place = rest.rpartition("@")
        host, port = host_port(place)
        return cls(scheme, unquote(user.partition(":")[0]) if at else "", host, port, tuple(params))


@dataclass(frozen=True, repr=False)
class Address:
    """A From, To, Contact or the like: the URI as written and the header's own parameters."""

    uri: str
    params: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, text: str) -> Address:
        """Raises BadMessageError."""
        opened = _outside_quotes(text, "<")
        if opened >= 0:
            closed = text.find(">", opened)
            if closed < 0:
                raise BadMessageError("an address without an end")
            uri, rest = text[opened + 1:closed], text[closed + 1:]
        else:
            uri, semicolon, rest = text.partition(";")
            rest = semicolon + rest
        params = []
        for part in rest.split(";")[1:]:
            name, _, value = part.partition("=")
            params.append((name.strip().lower(), value.strip()))
        return cls(uri.strip(), tuple(params))

    def param(self, name: str) -> str:
        return next((value for known, value in self.params if known == name), "")


def host_port(text: str) -> tuple[str, int]:
    """host and port of `host`, `host:port`, `[v6]:port`; port 0 where it is not said.

    Raises
    ------
    BadMessageError
    """
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if not host or not (port == "" or (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65536)):
        raise BadMessageError("no host and port")
    return host, int(port or 0)


def list_split(text: str) -> list[str]:
    """The members of a list: commas inside quotes and angles do not count."""
    members, start, depth, quoted, escaped = [], 0, 0, False, False
    for at, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = sign == "\\", sign != '"'
        elif sign == '"':
            quoted = True
        elif sign in "<>":
            depth = depth + 1 if sign == "<" else 0
        elif sign == "," and depth == 0:
            members.append(text[start:at].strip())
            start = at + 1
    members.append(text[start:].strip())
    return [one for one in members if one]


def _outside_quotes(text: str, wanted: str) -> int:
    quoted = escaped = False
    for at, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = sign == "\\", sign != '"'
        elif sign == '"':
            quoted = True
        elif sign == wanted:
            return at
    return -1
