"""Item keys: a bijective packing of (number, issue cycle) in 63 bits.

The number itself is the key: unique by primary key, and a scan finds its partition without a look-up, whether the
item is known or not. Layout from the top: cycle (15 bits), form (2 bits), value (46 bits).

======  ==============================================  =============================
form    number                                          value
======  ==============================================  =============================
0       S10: two letters, 8 digits, check, country      ((letters * 10^8) + serial) * 676 + country
1       13 digits (domestic)                            the number
2       two letters, 9 digits, 2-digit province         ((letters * 10^9) + serial) * 100 + province
======  ==============================================  =============================

The S10 check digit is derived, so a wrong one cannot be packed. Source of S10: UPU standard S10-12, weights
8 6 4 2 3 5 9 7 modulus 11.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
VALUE_BITS = 46
FORM_BITS = 2
CYCLE_MAX = (1 << 15) - 1
_S10 = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")
_DIGITS = re.compile(r"[0-9]{13}")
_LETTERED = re.compile(r"([A-Z]{2})([0-9]{9})([0-9]{2})")


class ItemNumberError(ValueError):
    """Not the number of an item: `reason` is 'form' or 'check'."""

    def __init__(self, number: str, reason: str) -> None:
        super().__init__(f"{reason}: not an item number")
        self.number, self.reason = number, reason


def s10_check_digit(serial: int) -> int:
    """The ninth digit of an S10 number whose first eight are `serial`."""
    digits = f"{serial:08d}"
    remainder = 11 - sum(int(d) * w for d, w in zip(digits, S10_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(remainder, remainder)


def number_compact(text: str) -> str:
    """As typed or scanned to as stored: no spaces or hyphens, capital letters."""
    return re.sub(r"[\s-]", "", text).upper()


def item_key(number: str, *, cycle: int = 0) -> int:
    """Pack a compact number.

    Raises
    ------
    ItemNumberError : neither an S10 nor a 13-character domestic number, or its check digit is wrong.
    """
    if not 0 <= cycle <= CYCLE_MAX:
        raise ValueError(f"cycle {cycle} is outside 0..{CYCLE_MAX}")
    form, value = _value(number)
    return (cycle << FORM_BITS | form) << VALUE_BITS | value


def _value(number: str) -> tuple[int, int]:
    if match := _S10.fullmatch(number):
        if s10_check_digit(int(match[2])) != int(match[3]):
            raise ItemNumberError(number, "check")
        return 0, (_letters(match[1]) * 10**8 + int(match[2])) * 676 + _letters(match[4])
    if _DIGITS.fullmatch(number):
        return 1, int(number)
    if match := _LETTERED.fullmatch(number):
        return 2, (_letters(match[1]) * 10**9 + int(match[2])) * 100 + int(match[3])
    raise ItemNumberError(number, "form")


def item_keys(numbers: Sequence[str]) -> NDArray[np.int64]:
    """Keys (cycle 0) of N numbers as typed or scanned, int64[N]; -1 where one is no item's number.

    S10 numbers, nearly all of what is scanned, are packed together; the others one by one.
    """
    text = np.array(numbers, dtype="U13") if numbers else np.empty(0, "U13")
    keys = _s10_keys_of(text, np.fromiter(map(len, numbers), np.int64, len(numbers)))
    for place in np.flatnonzero(keys < 0).tolist():
        with contextlib.suppress(ItemNumberError):
            keys[place] = item_key(number_compact(numbers[place]))
    return keys


def _s10_keys_of(text: NDArray[np.str_], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys of what is an S10 number exactly as stored; -1 for all else. A longer one was cut: `lengths` tells."""
    code = text.view(np.uint32).reshape(len(text), 13).astype(np.int64)
    letter, digit = code[:, [0, 1, 11, 12]] - ord("A"), code[:, 2:11] - ord("0")
    good = ((letter >= 0) & (letter < 26)).all(axis=1) & ((digit >= 0) & (digit < 10)).all(axis=1) & (lengths == 13)
    remainder = 11 - digit[:, :8] @ np.array(S10_WEIGHTS) % 11
    check = np.where(remainder == 10, 0, np.where(remainder == 11, 5, remainder))
    head = (letter[:, 0] * 26 + letter[:, 1]) * 10**8 + digit[:, :8] @ 10 ** np.arange(7, -1, -1)
    return np.where(good & (check == digit[:, 8]), head * 676 + letter[:, 2] * 26 + letter[:, 3], -1)


def item_number(key: int) -> str:
    """The number of a key; the inverse of `item_key` but for the cycle."""
    value, form = key & ((1 << VALUE_BITS) - 1), key >> VALUE_BITS & 3
    if form == 0:
        head, country = divmod(value, 676)
        letters, serial = divmod(head, 10**8)
        return f"{_pair(letters)}{serial:08d}{s10_check_digit(serial)}{_pair(country)}"
    if form == 1:
        return f"{value:013d}"
    if form == 2:
        head, province = divmod(value, 100)
        letters, serial = divmod(head, 10**9)
        return f"{_pair(letters)}{serial:09d}{province:02d}"
    raise ValueError(f"key {key} has no known form")


def item_cycle(key: int) -> int:
    return key >> (VALUE_BITS + FORM_BITS)


def s10_keys(service: str, serials: NDArray[np.int64], country: str) -> NDArray[np.int64]:
    """Keys (cycle 0) of many S10 numbers of one service and country; `serials` int64[N] of 0..99,999,999."""
    head = np.int64(_letters(service)) * np.int64(10**8) + serials.astype(np.int64)
    return head * np.int64(676) + np.int64(_letters(country))


def _letters(pair: str) -> int:
    return (ord(pair[0]) - 65) * 26 + ord(pair[1]) - 65


def _pair(value: int) -> str:
    return chr(65 + value // 26) + chr(65 + value % 26)
