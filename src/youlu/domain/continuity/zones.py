"""Places of measures by what people call them: 康县, 620102, 雁北路街道001号院, 兰州-陇南."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from youlu.domain.continuity.errors import ClosureInvalidError
from youlu.domain.network.models import DeliverySegment, Measure, Route
from youlu.domain.network.selectors import compounds_find, office_find
from youlu.domain.promise.effects import division_prefix

Zone = Measure.Zone


@dataclass(frozen=True)
class ZoneFound:
    """A place as a measure stores it; `division_code` says whose business it is ("" for a route: everybody's)."""

    kind: str
    ref: str
    name: str
    division_code: str


def zone_find(*, kind: str, text: str, scope: str = "") -> ZoneFound:
    """The one place of `kind` that `text` names; `scope` (division-code prefix) settles compounds of one name.

    Raises
    ------
    UnknownOfficeError, AmbiguousOfficeError : of an office, a division or a leg's end.
    ClosureInvalidError : of the other kinds, and of a kind that is none.
    """
    text = text.strip()
    if kind == Zone.OFFICE:
        office = office_find(text)
        return ZoneFound(kind, str(office.id), office.name, office.division_code)
    if kind == Zone.DIVISION:
        return _division(text)
    if kind == Zone.COMPOUND:
        return _compound(text, scope)
    if kind == Zone.LEG:
        return _leg(text)
    if kind == Zone.SEGMENT:
        segment = DeliverySegment.objects.filter(code=text).select_related("office").first()
        if segment is not None:
            return ZoneFound(kind, str(segment.id), segment.name, segment.office.division_code)
    if kind == Zone.ROUTE:
        route = Route.objects.filter(code=text).first()
        if route is not None:
            return ZoneFound(kind, str(route.id), route.name, "")
    label = Zone(kind).label if kind in Zone.values else kind
    words = _("没有叫“{text}”的{kind}。请从候选里选，段道和邮路要写代码。")
    raise ClosureInvalidError(what=words.format(text=text, kind=label))


def zones_find(places: list[tuple[str, str]], *, scope: str = "") -> list[ZoneFound]:
    """`zone_find` of many (kind, text), each place looked up once and all compounds in one query."""
    names = list(dict.fromkeys(text for kind, text in places if kind == Zone.COMPOUND))
    known = {(Zone.COMPOUND.value, row.name): ZoneFound(Zone.COMPOUND, str(row.id), row.name, row.division_code)
             for row in compounds_find(names, division_prefix=scope).rows} if names else {}
    for kind, text in dict.fromkeys(places):
        if (kind, text) not in known:
            known[kind, text] = zone_find(kind=kind, text=text, scope=scope)
    return [known[place] for place in places]


def scope_of(zones: list[ZoneFound]) -> str:
    """The smallest division that holds all the places: a prefix of 0, 2, 4, 6 or 9 digits."""
    return _shared([zone.division_code for zone in zones])


def _shared(codes: list[str]) -> str:
    """The longest division that every code lies in."""
    return next(codes[0][:length] for length in (9, 6, 4, 2, 0)
                if len(codes[0]) >= length and all(code.startswith(codes[0][:length]) for code in codes))


def _division(text: str) -> ZoneFound:
    code = text if re.fullmatch(r"\d{6}|\d{9}", text) else office_find(text).division_code
    return ZoneFound(Zone.DIVISION, code, text, division_prefix(code))


def _compound(text: str, scope: str) -> ZoneFound:
    found = compounds_find([text], division_prefix=scope)
    if found.rows:
        row = found.rows[0]
        return ZoneFound(Zone.COMPOUND, str(row.id), row.name, row.division_code)
    if found.ambiguous:
        words = _("有{count}个小区叫“{text}”。请写明属于哪个行政区。")
        raise ClosureInvalidError(what=words.format(count=len(found.ambiguous[0][1]), text=text))
    raise ClosureInvalidError(what=_("没有叫“{text}”的小区。请核对名称。").format(text=text))


def _leg(text: str) -> ZoneFound:
    ends = re.split(r"[-—–~～至]", text)
    if len(ends) != 2 or not all(end.strip() for end in ends):
        raise ClosureInvalidError(what=_("区段要写成“甲地-乙地”，例如“兰州-陇南”。"))
    u, v = (office_find(end) for end in ends)
    return ZoneFound(Zone.LEG, f"{u.id}-{v.id}", f"{u.name}—{v.name}", _shared([u.division_code, v.division_code]))
