"""The keys of an installation in a file of their own, kept apart from the backups: neither opens without the other."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from django.conf import settings

from youlu.core.backup.archive import Seal
from youlu.core.backup.errors import ArchiveUnreadableError, PassphraseError

NAME = "youlu-keys"


def keys_save(path: Path, *, passphrase: str) -> None:
    """Write the keys in use to `path`, mode 0600, sealed under `passphrase` when it is given."""
    held = {"secret_key": settings.SECRET_KEY, "audit_key": settings.AUDIT_KEY,
            "blind_index_key": settings.BLIND_INDEX_KEY, "voucher_key": settings.VOUCHER_KEY,
            "field_key": "", "field_keys": dict(settings.FIELD_KEYS)}  # the ring whole, whatever its ids
    body = json.dumps(held).encode()
    if passphrase:
        seal = Seal(passphrase, os.urandom(16).hex())
        body = json.dumps({"salt": seal.salt, NAME: seal.close(NAME, body).hex()}).encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)  # of a file that was there already


def keys_read(path: Path, *, passphrase: str) -> dict[str, object]:
    """What `secrets.json` of the data directory holds, from a file of `keys_save` or a copy of `secrets.json`.

    Raises
    ------
    PassphraseError : sealed under another one.
    ArchiveUnreadableError : no such file, or not one of keys.
    """
    try:
        raw = json.loads(path.read_bytes())
        if NAME in raw:
            raw = json.loads(Seal(passphrase, raw["salt"]).open(NAME, bytes.fromhex(raw[NAME])))
        if "field_key" not in raw:
            raise ValueError
    except InvalidTag:
        raise PassphraseError(path=path) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise ArchiveUnreadableError(path=path) from None
    return dict(raw)
