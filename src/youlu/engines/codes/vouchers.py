"""Vouchers: a signed, dated, one-use text, short enough for a small QR code.

`base64url(version | expiry | serial | tag)`: one byte, four bytes of minutes since 1970 (UTC), one to forty ASCII
characters, sixteen bytes of HMAC-SHA-256 under a key derived for one programme, so that an issuer who holds the
key of one programme can make no voucher of another. The serial is the issuer's reference and carries no person.
That it is used once is the redeemer's record, not the text's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

VERSION = 1
TAG_BYTES = 16
SERIAL_MAX = 40
_HEAD_BYTES = 5
_SERIAL = re.compile(r"[0-9A-Za-z-]{1,40}")


class VoucherError(ValueError):
    """The base; never carries the text, which is as good as money."""


class ForgedVoucherError(VoucherError):
    """Not made with any of the keys, for another programme, altered, or no voucher at all."""


class ExpiredVoucherError(VoucherError):
    """Genuine, but its time is over. `expired_at_s` says since when."""

    def __init__(self, serial: str, expired_at_s: int) -> None:
        super().__init__("expired")
        self.serial, self.expired_at_s = serial, expired_at_s


@dataclass(frozen=True)
class Voucher:
    """A genuine voucher; `expires_at_s` is Unix seconds, the first instant at which it is no longer good."""

    programme: str
    serial: str
    expires_at_s: int


def programme_key(master: bytes, programme: str) -> bytes:
    """The signing key (32 bytes) of one programme."""
    return hmac.digest(master, b"youlu voucher\0" + programme.encode(), hashlib.sha256)


def voucher_sign(key: bytes, *, serial: str, expires_at_s: int) -> str:
    """The text to print. `key` is the programme's.

    Raises
    ------
    ValueError : the serial is empty, longer than 40 or not of letters, digits and hyphens.
    """
    if not _SERIAL.fullmatch(serial):
        raise ValueError("a serial is 1 to 40 letters, digits and hyphens")
    body = bytes([VERSION]) + (expires_at_s // 60).to_bytes(4, "big") + serial.encode()
    return base64.urlsafe_b64encode(body + _tag(key, body)).decode().rstrip("=")


def voucher_verify(keys: Iterable[bytes], text: str, *, programme: str, now_s: int) -> Voucher:
    """Read a voucher; `keys` are the programme's current and former ones, all tried in constant time.

    Raises
    ------
    ForgedVoucherError, ExpiredVoucherError
    """
    raw = _raw(text)
    body, tag = raw[:-TAG_BYTES], raw[-TAG_BYTES:]
    # All keys are compared before deciding: which one matched must not show in the time.
    genuine = [hmac.compare_digest(_tag(key, body), tag) for key in keys]
    if not any(genuine) or body[0] != VERSION:
        raise ForgedVoucherError("forged")
    voucher = Voucher(programme, body[_HEAD_BYTES:].decode(), int.from_bytes(body[1:_HEAD_BYTES], "big") * 60)
    if now_s >= voucher.expires_at_s:
        raise ExpiredVoucherError(voucher.serial, voucher.expires_at_s)
    return voucher


def _raw(text: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ForgedVoucherError("forged") from None
    # Base64 has several spellings of one value: only the one we print is accepted.
    canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=") == text
    if not canonical or not _HEAD_BYTES < len(raw) - TAG_BYTES <= _HEAD_BYTES + SERIAL_MAX:
        raise ForgedVoucherError("forged")
    return raw


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:TAG_BYTES]
