"""What a telephone seals to us opens here and nowhere else."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from youlu.core.sealed_box import CURVE, ORDER, UnreadableBoxError, box_key, box_open


def sealed(text: str) -> str:
    """As the script of the phone does it."""
    own = ec.generate_private_key(CURVE)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, base64.b64decode(box_key()))
    key = HKDF(SHA256(), 32, salt=point, info=b"youlu box").derive(own.exchange(ec.ECDH(), theirs))
    return base64.b64encode(point + AESGCM(key).encrypt(bytes(12), text.encode(), None)).decode()


def test_a_box_opens_and_two_of_one_text_differ() -> None:
    one, other = sealed("晚上再打"), sealed("晚上再打")
    assert one != other
    assert box_open(one) == box_open(other) == "晚上再打"


def test_what_was_altered_cut_or_is_no_box_says_so() -> None:
    box = base64.b64decode(sealed("晚上再打"))
    for raw in (b"", box[:65], box[:-1], box[:70] + bytes([box[70] ^ 1]) + box[71:], b"\x04" + bytes(64) + box[65:]):
        with pytest.raises(UnreadableBoxError):
            box_open(base64.b64encode(raw).decode())
    with pytest.raises(UnreadableBoxError):
        box_open("晚上再打")


def test_the_key_is_the_same_for_ever_and_another_with_another_secret(settings: Any) -> None:
    first, box = box_key(), sealed("x")
    assert box_key() == first
    settings.BLIND_INDEX_KEY = base64.b64encode(bytes(32)).decode()
    assert box_key() != first
    with pytest.raises(UnreadableBoxError):
        box_open(box)


def test_the_order_is_the_curves() -> None:
    """n·G is the point at infinity: (n − 1)·G has G's x."""
    first = ec.derive_private_key(1, CURVE).public_key().public_numbers()
    last = ec.derive_private_key(ORDER - 1, CURVE).public_key().public_numbers()
    assert (first.x, first.y != last.y) == (last.x, True)
