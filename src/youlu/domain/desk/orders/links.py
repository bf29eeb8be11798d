"""The link by which a customer follows an order: signed, so that nobody makes one."""

from __future__ import annotations

import base64
import binascii
import uuid

from django.core import signing


def follow_link(order_id: uuid.UUID) -> str:
    """The part of the address that names an order to its customer and to nobody else."""
    return signing.Signer(salt="desk.follow", sep=".").sign(
        base64.urlsafe_b64encode(order_id.bytes).decode().rstrip("="))


def order_linked(link: str) -> uuid.UUID:
    """The order of a link; of one that we did not sign, an order that there is not."""
    try:
        named = signing.Signer(salt="desk.follow", sep=".").unsign(link)
        return uuid.UUID(bytes=base64.urlsafe_b64decode(named + "=="))
    except (signing.BadSignature, binascii.Error, ValueError):
        return uuid.UUID(int=0)
