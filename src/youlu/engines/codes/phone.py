"""Chinese telephone numbers: mobile, fixed line with area code, 400/800 and short service numbers such as 11185.

Shapes after the national numbering plan as commonly implemented: mobile 1[3-9] + 9 digits, area code 0 + 2 or 3
digits + 7 or 8 digits. A prefix need not be assigned: synthetic people have unassigned ones.
"""

from __future__ import annotations

import re

from youlu.engines.codes.errors import CodeError, InvalidFormatError

_DECORATION = re.compile(r"[\s\-()\u2010-\u2015\uff08\uff09\u00b7.]+")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋", "0123456789+")
_SHAPE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}|1\d{2,4}|9\d{4}")


def compact(text: str) -> str:
    """Digits only, without the country code: "+86 138-9311-0432" is "13893110432"."""
    digits = _DECORATION.sub("", text.translate(_FULL_WIDTH))
    for prefix in ("+86", "0086"):
        if digits.startswith(prefix):
            rest = digits[len(prefix):]
            return rest if rest.startswith(("0", "1", "400", "800")) else "0" + rest
    return digits[2:] if re.fullmatch(r"861[3-9]\d{9}", digits) else digits


def validate(text: str) -> str:
    """The compact number.

    Raises
    ------
    InvalidFormatError : no number of the Chinese plan has this shape.
    """
    number = compact(text)
    if not _SHAPE.fullmatch(number):
        raise InvalidFormatError()
    return number


def is_valid(text: str) -> bool:
    try:
        validate(text)
    except CodeError:
        return False
    return True


def tail(text: str) -> str:
    """The last four digits, by which a customer proves to be the one; shorter numbers have none ("")."""
    number = compact(text)
    return number[-4:] if len(number) >= 7 else ""


def mask(text: str) -> str:
    """At least six digits hidden (GB/T 41833-2022): "1******0432"; shorter numbers whole."""
    number = compact(text)
    if len(number) < 7:
        return "*" * len(number)
    shown = max(0, len(number) - 10)
    return number[:shown] + "*" * (len(number) - 4 - shown) + number[-4:]
