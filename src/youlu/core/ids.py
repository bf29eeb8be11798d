"""Identifiers: UUIDv7 (RFC 9562), ordered by the real time of their making."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
import uuid

RANDOM_BITS = 74
_lock = threading.Lock()
_last = 0  # milliseconds and random bits of this process's last one


def uuid7() -> uuid.UUID:
    """A UUID whose first 48 bits are Unix milliseconds, the others random.

    Each is above those that this process made before, so that what happened within a millisecond, or while the clock
    went back, keeps its order (RFC 9562, 6.2, method 2: the random bits are counted on from, by a random step).
    """
    global _last
    drawn = int.from_bytes(os.urandom(10), "big")
    value = time.time_ns() // 1_000_000 << RANDOM_BITS | drawn >> 80 - RANDOM_BITS
    with _lock:
        if value >> RANDOM_BITS <= _last >> RANDOM_BITS:
            value = _last + 1 + (drawn & 0xFFFFFFFF)
        _last = value
    millis, high, low = value >> RANDOM_BITS, value >> 62 & 0xFFF, value & ((1 << 62) - 1)
    return uuid.UUID(int=millis << 80 | 7 << 76 | high << 64 | 2 << 62 | low)


def uuid7_floor(at: dt.datetime) -> uuid.UUID:
    """Below every `uuid7` made from `at` on: an index by id then serves as one by time."""
    return uuid.UUID(int=int(at.timestamp() * 1000) << 80)
