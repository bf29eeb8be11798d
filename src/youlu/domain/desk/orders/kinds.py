"""The kinds of work and what they are divided into, for lists: one question a request, whatever they list."""

from __future__ import annotations

from dataclasses import dataclass

from youlu.core.once import once
from youlu.domain.desk.models import OrderKind


@dataclass(frozen=True)
class Subtype:
    code: str
    kind: str
    name: str
    public_name: str
    source: str


@dataclass(frozen=True)
class KindName:
    code: str
    name: str
    has_subtypes: bool
    subtypes: tuple[Subtype, ...]


def kind_names() -> tuple[KindName, ...]:
    """Every kind, the most pressing first, with what it is divided into in the order in which that is offered."""
    return once("desk.kinds", _kinds_read)


def _kinds_read() -> tuple[KindName, ...]:
    rows = list(OrderKind.objects.order_by("first_reply_min", "code", "ordersubtype__rank", "ordersubtype__code")
                .values_list("code", "name", "has_subtypes", *(f"ordersubtype__{name}" for name in (
                    "code", "name", "public_name", "source"))))
    divided: dict[str, list[Subtype]] = {}
    for kind, _, _, code, *more in rows:
        divided.setdefault(kind, []).extend([Subtype(code, kind, *more)] if code is not None else [])
    named = {code: (name, has_subtypes) for code, name, has_subtypes, *_ in rows}
    return tuple(KindName(code, *said, tuple(divided[code])) for code, said in named.items())


def order_kinds() -> tuple[tuple[str, str], ...]:
    """(code, name) of every kind."""
    return tuple((one.code, one.name) for one in kind_names())


def kinds_divided() -> tuple[str, ...]:
    """Codes of the kinds that have sub-types."""
    return tuple(one.code for one in kind_names() if one.has_subtypes)


def subtypes_all() -> tuple[Subtype, ...]:
    """Of every kind, in the order in which they are offered."""
    return tuple(one for kind in sorted(kind_names(), key=lambda kind: kind.code) for one in kind.subtypes)
