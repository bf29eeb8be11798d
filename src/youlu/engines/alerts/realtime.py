"""A feed of GTFS-Realtime 2.0 alerts in the wire format of protocol buffers.

Six kinds of message and two kinds of field are all that alerts need, so they are written here by the published field
numbers; the tests read the feed with a decoder that is not ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

CAUSES = {"other": 2, "weather": 8, "medical_emergency": 12}
EFFECTS = {"no_service": 1, "other_effect": 7}


@dataclass(frozen=True)
class Entity:
    """What an alert is about: exactly one of the three, by its id in the GTFS feed."""

    route_id: str = ""
    trip_id: str = ""
    stop_id: str = ""


@dataclass(frozen=True)
class Alert:
    """`texts` are (language, header, description)."""

    id: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    entities: tuple[Entity, ...]
    cause: str
    effect: str
    texts: tuple[tuple[str, str, str], ...]


def feed_bytes(alerts: Sequence[Alert], *, made_at: dt.datetime) -> bytes:
    """The whole set of alerts that hold at `made_at`."""
    header = _text(1, "2.0") + _number(2, 0) + _number(3, int(made_at.timestamp()))
    return _message(1, header) + b"".join(_message(2, _text(1, a.id) + _message(5, _alert(a))) for a in alerts)


def _alert(alert: Alert) -> bytes:
    period = _number(1, int(alert.starts_at.timestamp()))
    if alert.ends_at is not None:
        period += _number(2, int(alert.ends_at.timestamp()))
    headers = b"".join(_message(1, _text(1, header) + _text(2, language)) for language, header, _ in alert.texts)
    bodies = b"".join(_message(1, _text(1, body) + _text(2, language)) for language, _, body in alert.texts)
    return b"".join([
        _message(1, period), *(_message(5, _entity(entity)) for entity in alert.entities),
        _number(6, CAUSES[alert.cause]), _number(7, EFFECTS[alert.effect]), _message(10, headers),
        _message(11, bodies)])


def _entity(entity: Entity) -> bytes:
    if entity.route_id:
        return _text(2, entity.route_id)
    if entity.trip_id:
        return _message(4, _text(1, entity.trip_id))
    return _text(5, entity.stop_id)


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _message(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
