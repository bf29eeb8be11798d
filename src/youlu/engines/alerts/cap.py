"""One message of the Common Alerting Protocol 1.2 (OASIS, July 2010) as XML.

Times carry their offset and no fraction; "Z" is not allowed there. Geocodes are GB/T 2260 division codes.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
GEOCODE = "GB/T 2260"


@dataclass(frozen=True)
class Area:
    """A place in words and the codes of its divisions."""

    words: str
    divisions: tuple[str, ...]


@dataclass(frozen=True)
class Info:
    """What is told in one language; instants with an offset, `expires` None where the end is open."""

    language: str
    category: str
    event: str
    response: str
    urgency: str
    severity: str
    certainty: str
    effective: dt.datetime
    onset: dt.datetime
    expires: dt.datetime | None
    sender_name: str
    headline: str
    description: str
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class CapMessage:
    """`references` are (sender, identifier, sent) of the earlier messages that this one follows."""

    identifier: str
    sender: str
    sent: dt.datetime
    kind: str  # Alert, Update or Cancel
    is_public: bool
    references: tuple[tuple[str, str, dt.datetime], ...]
    infos: tuple[Info, ...]


def cap_write(message: CapMessage) -> str:
    """The message as an XML document.

    Raises
    ------
    ValueError : an identifier or sender with a blank, comma, < or &; an instant without an offset.
    """
    for name in (message.identifier, message.sender):
        if not re.fullmatch(r"[^\s,<&]+", name):
            raise ValueError(f"CAP does not allow {name!r} as an identifier or sender")
    lines = [
        _element("identifier", message.identifier), _element("sender", message.sender),
        _element("sent", _time(message.sent)), _element("status", "Actual"), _element("msgType", message.kind),
        _element("scope", "Public" if message.is_public else "Restricted")]
    if not message.is_public:
        lines.append(_element("restriction", "for holders of a token of the post"))
    if message.references:
        lines.append(_element("references", " ".join(
            f"{sender},{identifier},{_time(sent)}" for sender, identifier, sent in message.references)))
    body = "".join([*lines, *(_info(info) for info in message.infos)])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="{NAMESPACE}">{body}</alert>\n'


def _info(info: Info) -> str:
    parts = [
        _element("language", info.language), _element("category", info.category), _element("event", info.event),
        _element("responseType", info.response), _element("urgency", info.urgency),
        _element("severity", info.severity), _element("certainty", info.certainty),
        _element("effective", _time(info.effective)), _element("onset", _time(info.onset))]
    if info.expires is not None:
        parts.append(_element("expires", _time(info.expires)))
    parts += [_element("senderName", info.sender_name), _element("headline", info.headline),
              _element("description", info.description)]
    return f"<info>{''.join([*parts, *(_area(area) for area in info.areas)])}</info>"


def _area(area: Area) -> str:
    codes = "".join(f"<geocode>{_element('valueName', GEOCODE)}{_element('value', code)}</geocode>"
                    for code in area.divisions)
    return f"<area>{_element('areaDesc', area.words)}{codes}</area>"


def _element(name: str, text: str) -> str:
    readable = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return f"<{name}>{escape(readable)}</{name}>"


def _time(instant: dt.datetime) -> str:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return instant.replace(microsecond=0).isoformat()
