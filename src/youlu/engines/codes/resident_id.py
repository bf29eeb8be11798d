"""The resident identity number (GB 11643): division, date of birth, three digits, a check character.

Source: GB 11643-1999, ISO 7064 MOD 11-2; weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, characters 10X98765432.
"""

from __future__ import annotations

import datetime as dt
import re

from youlu.engines.codes.divisions import PROVINCES
from youlu.engines.codes.errors import (
    CodeError,
    InvalidChecksumError,
    InvalidComponentError,
    InvalidFormatError,
    InvalidLengthError,
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")


def compact(text: str) -> str:
    return re.sub(r"[\s-]", "", text.translate(_FULL_WIDTH)).upper()


def calc_check_digit(body: str) -> str:
    """The eighteenth character of the seventeen digits in `body`."""
    if not re.fullmatch(r"[0-9]{17}", body):
        raise InvalidFormatError()
    return CHECKS[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def validate(text: str, *, on: dt.date | None = None) -> str:
    """The compact number; `on` is today: nobody is born after it.

    Raises
    ------
    InvalidLengthError, InvalidFormatError, InvalidChecksumError
    InvalidComponentError : no such province, an impossible date (30 February), or one to come.
    """
    number = compact(text)
    if len(number) != 18:
        raise InvalidLengthError()
    if not _SHAPE.fullmatch(number):
        raise InvalidFormatError()
    if calc_check_digit(number[:17]) != number[17]:
        raise InvalidChecksumError()
    born = _date(number)
    if number[:2] not in PROVINCES or (on is not None and born > on):
        raise InvalidComponentError()
    return number


def is_valid(text: str, *, on: dt.date | None = None) -> bool:
    try:
        validate(text, on=on)
    except CodeError:
        return False
    return True


def format(text: str) -> str:
    """620102 19900307 123X"""
    number = compact(text)
    return " ".join((number[:6], number[6:14], number[14:]))


def birth_date(text: str) -> dt.date:
    return _date(validate(text))


def age(text: str, *, on: dt.date) -> int:
    """Whole years on the day `on`; who is born on 29 February completes the year on 1 March."""
    born = birth_date(text)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _date(number: str) -> dt.date:
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise InvalidComponentError() from None
