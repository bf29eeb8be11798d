"""What may be shown without a reason (GB/T 41833-2022): at least one character of the name, six digits of the
phone, and unit and room of the address stay hidden."""

from __future__ import annotations

import re

_ROOM = re.compile(r"[0-9A-Za-z０-９一二三四五六七八九十百零]+(?=\s*(?:号楼|栋|幢|座|单元|层|楼|室|户|房|门))")
_DASHED_ROOM = re.compile(r"[0-9A-Za-z]+(?:[-－—][0-9A-Za-z]+)+\s*$")
_LAST_NUMBER = re.compile(r"[0-9０-９]+\s*$")


def name_masked(name: str) -> str:
    """王建民 is 王*民, 王民 is 王*, a single character is hidden."""
    if len(name) <= 2:
        return name[:1] * (len(name) - 1) + "*" if name else ""
    return name[0] + "*" * (len(name) - 2) + name[-1]


def unit_masked(name: str) -> str:
    """A unit's name is no person's; shown whole."""
    return name


def address_masked(address: str) -> str:
    """Building, unit, floor and room numbers become `**`; the compound stays."""
    hidden = _ROOM.sub("**", address)
    return _LAST_NUMBER.sub("**", _DASHED_ROOM.sub("**", hidden))


def email_masked(email: str) -> str:
    """zhang@post.example is z***@post.example: how long the name is stays hidden too."""
    local, at, domain = email.partition("@")
    return f"{local[:1] if len(local) > 1 else ''}***@{domain}" if at else ""


def id_number_masked(id_number: str) -> str:
    return id_number[:1] + "*" * (len(id_number) - 2) + id_number[-1:] if len(id_number) > 2 else "*" * len(id_number)
