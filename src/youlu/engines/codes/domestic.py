"""Domestic item numbers: thirteen digits, or two letters, nine digits and a province's two digits.

Source: the patterns that public e-commerce code has used for years to tell the post's products apart, with the
slips of their character classes put right. No public rule of a check digit was found for either form: none is
checked. One number may belong to several products.
"""

from __future__ import annotations

import re

from youlu.engines.codes.divisions import PROVINCES
from youlu.engines.codes.errors import CodeError, InvalidComponentError, InvalidFormatError, InvalidLengthError
from youlu.engines.codes.item_key import number_compact as compact

_DIGITS = re.compile(r"[0-9]{13}")
_LETTERED = re.compile(r"(GA|KQ|PH)[0-9]{9}([0-9]{2})")
# Product -> prefixes of the thirteen digits.
PREFIXES = {"ems_economy": ("10", "11", "50", "51", "95", "97"), "postal_parcel": ("96", "98", "99")}


def validate(text: str) -> str:
    """The compact number.

    Raises
    ------
    InvalidLengthError, InvalidFormatError
    InvalidComponentError : the last two digits of the lettered form are no province's.
    """
    number = compact(text)
    if len(number) != 13:
        raise InvalidLengthError()
    if _DIGITS.fullmatch(number):
        return number
    match = _LETTERED.fullmatch(number)
    if match is None:
        raise InvalidFormatError()
    if match[2] not in PROVINCES:
        raise InvalidComponentError()
    return number


def is_valid(text: str) -> bool:
    try:
        validate(text)
    except CodeError:
        return False
    return True


def format(text: str) -> str:
    """1234 5678 90123"""
    number = compact(text)
    return " ".join((number[:4], number[4:8], number[8:]))


def products(text: str) -> tuple[str, ...]:
    """The products that number this way: "ems" takes any thirteen digits."""
    number = validate(text)
    if not number.isdigit():
        return ("postal_parcel",)
    return ("ems", *(name for name, prefixes in PREFIXES.items() if number[:2] in prefixes))
