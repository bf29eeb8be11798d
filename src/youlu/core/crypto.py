"""Field encryption with a key ring, and blind indexes for looking up what is encrypted.

A value is stored as `<key id>:<base64 of nonce + AES-256-GCM ciphertext>`; the newest key writes, every key of
the ring reads. A blind index is an HMAC of the normalised value under a key of its own and the field's name, so
that equal values of two fields do not match.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


class UnreadableFieldError(Exception):
    """An encrypted value names a key that the ring lacks, or was altered."""


def _cipher(key_id: str) -> AESGCM:
    """Of the ring as it is now: a key that was taken out opens nothing any more."""
    try:
        return _cipher_of(settings.FIELD_KEYS[key_id])
    except KeyError:
        raise UnreadableFieldError(f"the key ring has no key {key_id!r}") from None


@lru_cache
def _cipher_of(key: str) -> AESGCM:
    return AESGCM(base64.b64decode(key))


def newest_key() -> str:
    """The id of the key that writes; a ring in a file is looked at again when the file has changed."""
    refresh = getattr(settings.FIELD_KEYS, "refresh", None)
    if refresh is not None:
        refresh()
    return next(reversed(settings.FIELD_KEYS))


def encrypt(value: str, *, field: str) -> str:
    """Encrypt under the newest key; `field` is bound to the text, so that columns cannot be swapped."""
    key_id = newest_key()
    nonce = os.urandom(12)
    sealed = _cipher(key_id).encrypt(nonce, value.encode(), field.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, field: str) -> str:
    key_id, _, body = stored.partition(":")
    raw = base64.b64decode(body)
    try:
        return _cipher(key_id).decrypt(raw[:12], raw[12:], field.encode()).decode()
    except UnreadableFieldError:
        raise
    except Exception as error:  # InvalidTag carries no message
        raise UnreadableFieldError(f"a value of {field} cannot be opened: altered, or another field's") from error


def blind_index(value: str, *, field: str) -> bytes:
    """32 bytes by which equal values of one field can be found without being read."""
    key = base64.b64decode(settings.BLIND_INDEX_KEY)
    return hmac.digest(key, f"{field}\0{value}".encode(), hashlib.sha256)


class EncryptedTextField(models.TextField):
    """Text that is plain in Python and encrypted in the database. Null stays null; look it up by blind index."""

    def _name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.attname}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None else encrypt(value, field=self._name())

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None else decrypt(value, field=self._name())

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError(f"{self._name()} is encrypted: look it up by its blind index")
