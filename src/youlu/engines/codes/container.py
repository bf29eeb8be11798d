"""Numbers of bags (总包) and of vehicle runs (封车): ours, with a check digit, and those of other systems as they come.

Ours: two letters (ZB a bag, ZC a vehicle's run), two digits of the year, nine of a serial, one check digit of
ISO/IEC 7064 MOD 11,10 over the eleven digits, which finds every single wrong digit and nearly every exchange of two
neighbours. No public rule of the post's own domestic bag labels was found, so this form is of our making. Bags of
other systems (the UPU's 29-character receptacle identifier S9 among them) have 15 to 35 letters and digits: they are
kept as they are and nothing in them is checked. An item's number has 13, so neither form can be taken for one.
"""

from __future__ import annotations

import re

from youlu.engines.codes.errors import InvalidChecksumError, InvalidFormatError
from youlu.engines.codes.item_key import number_compact as compact

BAG, VEHICLE = "ZB", "ZC"
SERIAL_MAX = 999_999_999
_OURS = re.compile(r"Z[BC]([0-9]{11})([0-9])")
_FOREIGN = re.compile(r"[A-Z0-9]{15,35}")


def check_digit(digits: str) -> int:
    """The digit of ISO/IEC 7064 MOD 11,10 that `digits` must be followed by."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def number_make(kind: str, year: int, serial: int) -> str:
    """One of ours; `kind` is BAG or VEHICLE, `serial` 1..999,999,999."""
    if kind not in (BAG, VEHICLE) or not 0 < serial <= SERIAL_MAX:
        raise ValueError(f"{kind} {serial}")
    digits = f"{year % 100:02d}{serial:09d}"
    return f"{kind}{digits}{check_digit(digits)}"


def validate(text: str) -> str:
    """The compact number.

    Raises
    ------
    InvalidFormatError : neither ours nor of a length that other systems use.
    InvalidChecksumError : one of ours, mistyped.
    """
    number = compact(text)
    if match := _OURS.fullmatch(number):
        if check_digit(match[1]) != int(match[2]):
            raise InvalidChecksumError()
        return number
    if not _FOREIGN.fullmatch(number):
        raise InvalidFormatError()
    return number


def is_vehicle(number: str) -> bool:
    """Whether a compact number names a vehicle's run; bags of other systems are bags."""
    return _OURS.fullmatch(number) is not None and number.startswith(VEHICLE)
