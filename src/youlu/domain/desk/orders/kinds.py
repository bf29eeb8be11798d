"""The kinds of work by name, for lists: read once a request, however many orders name them."""

from __future__ import annotations

from dataclasses import dataclass

from youlu.core.once import once
from youlu.domain.desk.models import OrderKind


@dataclass(frozen=True)
class KindName:
    code: str
    name: str
    has_subtypes: bool


def kind_names() -> tuple[KindName, ...]:
    """Every kind, the most pressing first."""
    return once("desk.kinds", lambda: tuple(
        KindName(*row) for row in OrderKind.objects.order_by("first_reply_min", "code").values_list(
            "code", "name", "has_subtypes")))


def order_kinds() -> tuple[tuple[str, str], ...]:
    """(code, name) of every kind."""
    return tuple((one.code, one.name) for one in kind_names())


def kinds_divided() -> tuple[str, ...]:
    """Codes of the kinds that have sub-types."""
    return tuple(one.code for one in kind_names() if one.has_subtypes)
