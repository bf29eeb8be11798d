"""The heading of a letter: who wrote, about what, in answer to what, and whether a machine did."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses

from youlu.core.crypto import blind_index
from youlu.domain.desk.channels.mail.errors import UnreadableLetterError
from youlu.domain.desk.channels.mail.words import text_clean, text_decoded
from youlu.domain.parties.errors import BadEmailError
from youlu.domain.parties.sealing import email_plain

SUBJECT_MAX, NAME_MAX, HEADING_MAX = 200, 40, 2_000
MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
MACHINES = re.compile(r"(?:mailer-daemon|postmaster)@")
BULK = {"bulk", "junk", "list", "auto_reply"}


@dataclass(frozen=True, repr=False)  # a traceback that shows locals must not show a person
class Letter:
    """`key` is the same wherever and however often the letter lies; `answers` is where a number of ours may stand."""

    key: bytes
    sender: str
    name: str
    subject: str
    message_id: str
    answers: str
    is_by_machine: bool


def letter_read(header: bytes) -> Letter:
    """A letter of its heading.

    Raises
    ------
    UnreadableLetterError : nobody can be made out who wrote it.
    """
    said = BytesHeaderParser(policy=compat32).parsebytes(header)
    headings = [(name.lower(), value) for name, value in said.raw_items()]

    def raw(name: str) -> str:
        return next((value for known, value in headings if known == name), "")[:HEADING_MAX]

    name, sender = _sender(raw("from"))
    message_id = (MESSAGE_ID.findall(raw("message-id")) or [""])[0]
    what = "\0".join((message_id, sender, raw("date"), raw("subject"))) if message_id else header.decode("latin-1")
    answers = " ".join(_decoded(raw(one)) for one in ("subject", "in-reply-to", "references", "to", "delivered-to"))
    return Letter(
        blind_index(hashlib.sha256(_bytes(what)).hexdigest(), field="desk.mail.letter"), sender, name,
        " ".join(_decoded(raw("subject")).split())[:SUBJECT_MAX], message_id, answers,
        _is_by_machine(raw, sender, has_path=any(known == "return-path" for known, _ in headings)))


def _sender(written: str) -> tuple[str, str]:
    for name, address in getaddresses([written]):
        try:
            plain = email_plain(_bytes(address).decode("utf-8", "replace"))
        except BadEmailError:
            continue
        said = " ".join(_decoded(name).split())[:NAME_MAX]
        return ("" if "@" in said else said), plain
    raise UnreadableLetterError("sender")


def _is_by_machine(raw: Callable[[str], str], sender: str, *, has_path: bool) -> bool:
    """Automatic answers, bounces and what goes to many (RFC 3834): neither an order nor an answer."""
    sent_by = raw("auto-submitted").partition(";")[0].strip().lower()
    return bool((sent_by and sent_by != "no") or raw("precedence").strip().lower() in BULK
                or (has_path and raw("return-path").strip() == "<>")
                or raw("content-type").strip().lower().startswith("multipart/report") or MACHINES.match(sender))


def _decoded(value: str) -> str:
    """Encoded words (RFC 2047), also those that cut a character in two, and bytes that should not stand there."""
    plain = value.replace("\r", "").replace("\n", "")
    try:
        found = decode_header(plain)
    except HeaderParseError:
        found = [(plain, None)]
    pieces = []
    for piece, charset in found:
        content = piece if isinstance(piece, bytes) else _bytes(piece)
        pieces.append(text_decoded(content, charset or ""))
    return text_clean("".join(pieces))


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")
