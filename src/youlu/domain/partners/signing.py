"""Signed messages after Standard Webhooks: HMAC-SHA-256 over `id.timestamp.body`, base64, "v1," in front.

Secrets are written `whsec_<base64>`. A header may carry several signatures (a key is being changed); one good one
under one of the keys is enough.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping

PREFIX = "whsec_"
TOLERANCE_S = 300
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class SignatureError(Exception):
    """Why a message is not believed, for our log; the sender hears one sentence for all."""


def secret_make() -> str:
    return PREFIX + base64.b64encode(os.urandom(32)).decode()


def sign(secret: str, *, message_id: str, timestamp_s: int, body: bytes) -> str:
    """The value of the header `webhook-signature`."""
    signed = hmac.digest(_key(secret), f"{message_id}.{timestamp_s}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed).decode()


def headers_for(secret: str, *, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    signature = sign(secret, message_id=message_id, timestamp_s=timestamp_s, body=body)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp_s), "webhook-signature": signature}


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, *, now_s: int) -> str:
    """The message's id, if one of the signatures is good under one of the secrets.

    Raises
    ------
    SignatureError : a header is missing or malformed, the time is more than five minutes off, or nothing matches.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp, signatures = (given.get(name, "") for name in HEADERS)
    whole = 0 < len(message_id) <= 200 and message_id.isprintable() and signatures
    if not whole or not (timestamp.isascii() and timestamp.isdigit()):
        raise SignatureError("headers missing or malformed")
    if abs(int(timestamp) - now_s) > TOLERANCE_S:
        raise SignatureError("timestamp outside the tolerance")
    expected = [sign(secret, message_id=message_id, timestamp_s=int(timestamp), body=body) for secret in secrets]
    matches = [hmac.compare_digest(one.encode(), other.encode())
               for one in expected for other in signatures.split(" ")]
    if not any(matches):
        raise SignatureError("no matching signature")
    return message_id


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise SignatureError("a secret is not base64") from None
