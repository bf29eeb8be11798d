"""Identifiers: UUIDv7 (RFC 9562), ordered by the real time of their making."""

from __future__ import annotations

import datetime as dt
import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """A random UUID whose first 48 bits are Unix milliseconds."""
    millis = time.time_ns() // 1_000_000
    value = (millis & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return uuid.UUID(int=value)


def uuid7_floor(at: dt.datetime) -> uuid.UUID:
    """Below every `uuid7` made from `at` on: an index by id then serves as one by time."""
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80)
