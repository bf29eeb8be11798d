"""What a telephone keeps until it has a network again, sealed to us: it can write it and not read it.

P-256 with a key of one use on the telephone's side, HKDF-SHA256, AES-256-GCM (WebCrypto has exactly these). A box is
the base64 of that key's 65 bytes and the ciphertext; the nonce is zero, because each box has a key of its own. Our key
comes out of the blind indexes' key, which outlives the rings of the fields.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from youlu.core.crypto import blind_index
from youlu.core.errors import YouluError

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve (FIPS 186-4, D.1.2.3)
INFO, POINT_BYTES = b"youlu box", 65


class UnreadableBoxError(YouluError):
    code = "core.unreadable_box"
    status = 422
    sentence = "备注打不开，可能换过密钥。这一条要重新写。"


def box_key() -> str:
    """Our public point, base64 of 65 bytes, for whoever seals."""
    point = _ours().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.b64encode(point).decode()


def box_open(box: str) -> str:
    """The text of a box. Raises UnreadableBoxError."""
    try:
        raw = base64.b64decode(box, validate=True)
        point = raw[:POINT_BYTES]
        shared = _ours().exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point))
        key = HKDF(SHA256(), 32, salt=point, info=INFO).derive(shared)
        return AESGCM(key).decrypt(bytes(12), raw[POINT_BYTES:], None).decode()
    except (binascii.Error, ValueError, InvalidTag):
        raise UnreadableBoxError() from None


def _ours() -> ec.EllipticCurvePrivateKey:
    seed = int.from_bytes(blind_index("ours", field="core.sealed_box"))
    return ec.derive_private_key(seed % (ORDER - 1) + 1, CURVE)
