"""Who calls, as the trunk says it."""

from __future__ import annotations

import re

from youlu.interfaces.sip.message import Request
from youlu.interfaces.sip.uris import Address, BadMessageError, Uri

DECORATION = re.compile(r"[\s().-]+")
NUMBER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
WITHHELD = ("id", "user", "header", "critical")


def caller_number(request: Request) -> str:
    """The caller's number in digits; "" where it is withheld (RFC 3323, 3325) or none is told.

    A trunk tells the number to us even where the caller does not want it shown: then nobody is told.
    """
    privacy = {part.strip().lower() for value in request.all("privacy") for part in value.split(";")}
    if privacy & set(WITHHELD):
        return ""
    told = [one for one in (*request.all("p-asserted-identity"), request.first("from")) if one]
    return next((number for number in map(_number, told) if number), "")


def _number(header: str) -> str:
    try:
        uri = Uri.read(Address.read(header).uri)
    except BadMessageError:
        return ""
    number = DECORATION.sub("", uri.user.partition(";")[0])
    return number if NUMBER.fullmatch(number) else ""
