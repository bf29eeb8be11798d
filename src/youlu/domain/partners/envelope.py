"""The form of every message: {"type": topic, "timestamp": business time, "data": {…}}."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from youlu.core.clock import local
from youlu.domain.partners.errors import BadMessageError


@dataclass(frozen=True)
class Envelope:
    topic: str
    made_at: dt.datetime
    data: dict[str, Any]

    @property
    def made_on(self) -> dt.date:
        """The business day that both sides count the message under."""
        return local(self.made_at).date()


def envelope_write(topic: str, made_at: dt.datetime, data: dict[str, Any]) -> str:
    body = {"type": topic, "timestamp": made_at.isoformat(timespec="seconds"), "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def envelope_read(body: bytes) -> Envelope:
    """Raises BadMessageError naming what is missing."""
    try:
        text = body.decode()
        parsed = json.loads(text)
        json.dumps(parsed, ensure_ascii=False, allow_nan=False).encode()  # no half characters, NaN or Infinity
    except (ValueError, RecursionError):
        raise BadMessageError(problem="正文不是JSON") from None
    if "\\u0000" in text:  # no text of a PostgreSQL database can hold it
        raise BadMessageError(problem="正文含有NUL字符")
    if not isinstance(parsed, dict) or not isinstance(parsed.get("data"), dict):
        raise BadMessageError(problem="缺少data")
    topic = parsed.get("type")
    if not isinstance(topic, str) or not topic:
        raise BadMessageError(problem="缺少type")
    try:
        made_at = dt.datetime.fromisoformat(parsed["timestamp"])
    except (KeyError, TypeError, ValueError):
        raise BadMessageError(problem="timestamp不是ISO 8601时间") from None
    if made_at.tzinfo is None:
        raise BadMessageError(problem="timestamp缺少时区")
    return Envelope(topic, made_at, parsed["data"])
