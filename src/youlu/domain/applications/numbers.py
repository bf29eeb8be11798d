"""Numbers of applications: ten characters nobody can guess, read out over a telephone without mistakes."""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_CONFUSED = str.maketrans("ILOU", "110V")


def application_number_make() -> str:
    """Fifty random bits as 5 + 5 characters: A7K3F-9QXM2."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"


def application_number_compact(typed: str) -> str:
    """As typed or read out to as stored."""
    text = re.sub(r"[\s-]", "", typed).upper().translate(_CONFUSED)
    return f"{text[:5]}-{text[5:]}"


def serial_make() -> str:
    """A serial for a voucher that we issue ourselves; an agency brings its own."""
    return "V" + "".join(secrets.choice(ALPHABET) for _ in range(12))
