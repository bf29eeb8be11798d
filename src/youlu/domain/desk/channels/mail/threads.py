"""What ties a letter to its order: the order's number with a mark that nobody can make up, in the subject and the
Message-ID of what we send; and the four digits by which whoever got our letter opens the order's link."""

from __future__ import annotations

import base64
import hmac
import re
import uuid

from django.utils.crypto import salted_hmac

MARK_LETTERS = 12  # 60 bits: a number can be guessed, this cannot
NUMBERED = re.compile(rf"(?<![0-9a-z])(\d{{1,12}})-([a-z2-7]{{{MARK_LETTERS}}})(?![0-9a-z])", re.IGNORECASE)


def order_mark(number: int) -> str:
    """10023-k7m2q9xw4tab: the number of an order with its mark."""
    digest = salted_hmac("desk.mail.thread", str(number), algorithm="sha256").digest()
    return f"{number}-{base64.b32encode(digest).decode()[:MARK_LETTERS].lower()}"


def order_numbered(text: str) -> int | None:
    """The first number in the text that stands there with its mark."""
    for found in NUMBERED.finditer(text):
        if hmac.compare_digest(order_mark(int(found[1])), f"{int(found[1])}-{found[2].lower()}"):
            return int(found[1])
    return None


def follow_digits(order_id: uuid.UUID) -> str:
    """The four digits that stand in our letters beside the order's link."""
    digest = salted_hmac("desk.mail.follow", str(order_id), algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10_000:04d}"
