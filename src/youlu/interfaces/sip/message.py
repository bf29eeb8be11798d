"""SIP messages read and written (RFC 3261, 7 and 25). What is read came from a network: whatever is not a whole,
plain message is refused, and a refusal never quotes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from youlu.interfaces.sip.uris import Address, BadMessageError, list_split

BYTES_MOST = 16_384
HEADERS_MOST = 100
SEQUENCE_MOST = 2**31
TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}")
METHOD = re.compile(r"[A-Z]{1,20}")
UNPRINTED = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
COMPACT = {"b": "referred-by", "c": "content-type", "e": "content-encoding", "f": "from", "i": "call-id",
           "k": "supported", "l": "content-length", "m": "contact", "o": "event", "r": "refer-to", "s": "subject",
           "t": "to", "v": "via", "x": "session-expires"}
ONCE = ("from", "to", "call-id", "cseq")
LISTS = frozenset({"via", "route", "record-route", "contact", "require"})
REASONS = {100: "Trying", 180: "Ringing", 182: "Queued", 200: "OK", 202: "Accepted", 400: "Bad Request",
           401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
           420: "Bad Extension", 423: "Interval Too Brief", 480: "Temporarily Unavailable",
           481: "Call/Transaction Does Not Exist", 483: "Too Many Hops", 487: "Request Terminated",
           488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error",
           503: "Service Unavailable"}
Headers = Iterable[tuple[str, str]]


@dataclass(repr=False)  # a number must not come into a log by way of a message
class Message:
    """Headers in their order, names in lower case; the body as it came."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def first(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")

    def all(self, name: str) -> list[str]:
        """Every value; of a header that may hold a list, each of its members."""
        values = [value for known, value in self.headers if known == name]
        return [one for value in values for one in list_split(value)] if name in LISTS else values

    @property
    def call_id(self) -> str:
        return self.first("call-id")

    @property
    def sequence(self) -> int:
        return int(self.first("cseq").split()[0])

    @property
    def sequence_method(self) -> str:
        return self.first("cseq").split()[1]

    @property
    def from_tag(self) -> str:
        return Address.read(self.first("from")).param("tag")

    @property
    def to_tag(self) -> str:
        return Address.read(self.first("to")).param("tag")

    def via(self, name: str) -> str | None:
        """A parameter of the topmost Via, "" where it has no value, None where it is not there."""
        for part in self.all("via")[0].split(";")[1:]:
            known, _, value = part.partition("=")
            if known.strip().lower() == name:
                return value.strip()
        return None

    def sent_by(self) -> str:
        """host:port of the topmost Via."""
        return self.all("via")[0].split(";")[0].split()[-1]

    def _written(self, line: str) -> bytes:
        kept = [(name, value) for name, value in self.headers if name != "content-length"]
        lines = [line, *(f"{name.title()}: {value}" for name, value in kept), f"Content-Length: {len(self.body)}"]
        if any("\r" in one or "\n" in one for one in lines):
            raise BadMessageError("a line break inside a header")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape") + self.body


@dataclass(repr=False)
class Request(Message):
    method: str = ""
    uri: str = ""

    def write(self) -> bytes:
        return self._written(f"{self.method} {self.uri} SIP/2.0")


@dataclass(repr=False)
class Response(Message):
    status: int = 0
    reason: str = ""

    def write(self) -> bytes:
        return self._written(f"SIP/2.0 {self.status} {self.reason or REASONS.get(self.status, 'Other')}")


def message_read(data: bytes) -> Request | Response:
    """One datagram as a message.

    Raises
    ------
    BadMessageError
    """
    if len(data) > BYTES_MOST:
        raise BadMessageError("too long")
    head, gap, body = data.partition(b"\r\n\r\n")
    if not gap:
        raise BadMessageError("no end of headers")
    lines = head.decode("utf-8", "surrogateescape").split("\r\n")
    if len(lines) > HEADERS_MOST or any(UNPRINTED.search(line) for line in lines):
        raise BadMessageError("too many headers, or a character that is none")
    headers = _headers_read(lines[1:])
    message = _start_read(lines[0], headers)
    message.body = _body_read(message, body)
    _check(message)
    return message


def _headers_read(lines: Sequence[str]) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and headers:  # a header goes on in the next line
            name, value = headers[-1]
            headers[-1] = name, f"{value} {line.strip()}".strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or not TOKEN.fullmatch(name):
            raise BadMessageError("a line that is no header")
        headers.append((COMPACT.get(name, name), value.strip()))
    return headers


def _start_read(line: str, headers: list[tuple[str, str]]) -> Request | Response:
    parts = line.split(" ", 2)
    if len(parts) != 3:
        raise BadMessageError("no start line")
    if parts[0] == "SIP/2.0":
        if not re.fullmatch(r"[1-6][0-9][0-9]", parts[1], re.ASCII):
            raise BadMessageError("no status")
        return Response(headers, status=int(parts[1]), reason=parts[2])
    if parts[2] != "SIP/2.0" or not METHOD.fullmatch(parts[0]) or not parts[1]:
        raise BadMessageError("no request line")
    return Request(headers, method=parts[0], uri=parts[1])


def _body_read(message: Message, body: bytes) -> bytes:
    length = message.first("content-length")
    if not length:
        return body
    if not re.fullmatch(r"[0-9]{1,5}", length, re.ASCII) or int(length) > len(body):
        raise BadMessageError("Content-Length is not the body's")
    return body[:int(length)]


def _check(message: Request | Response) -> None:
    """The headers without which no message can be placed."""
    if any(len(message.all(name)) != 1 for name in ONCE) or not message.all("via"):
        raise BadMessageError("a header is missing or there twice")
    sequence = message.first("cseq").split()
    is_whole = len(sequence) == 2 and re.fullmatch(r"[0-9]{1,10}", sequence[0], re.ASCII)
    if not is_whole or int(sequence[0]) >= SEQUENCE_MOST:
        raise BadMessageError("no CSeq")
    if isinstance(message, Request) and sequence[1] != message.method:
        raise BadMessageError("CSeq of another method")
    if not message.call_id or not message.via("branch") or len(message.all("via")[0].split(";")[0].split()) != 2:
        raise BadMessageError("no Call-ID or no branch")
    _ = message.from_tag, message.to_tag  # both can be read


def response_to(request: Request, status: int, *, tag: str = "", headers: Headers = (), body: bytes = b"") -> Response:
    """A response with what must be repeated of the request; `tag` is put behind To where it has none."""
    to = request.first("to")
    if tag and not request.to_tag:
        to += f";tag={tag}"
    repeated = [("via", value) for value in request.all("via")]
    if 100 < status < 300 and request.method == "INVITE":
        repeated += [("record-route", value) for value in request.all("record-route")]
    repeated += [("from", request.first("from")), ("to", to), ("call-id", request.call_id),
                 ("cseq", request.first("cseq"))]
    return Response([*repeated, *headers], body, status)
