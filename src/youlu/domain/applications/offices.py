"""Where a programme's document is handed to the post, and who brings it to the door."""

from __future__ import annotations

from dataclasses import dataclass

from youlu.domain.applications.errors import NoOfficeError
from youlu.domain.catalogue.spec import Origin, Programme
from youlu.domain.network.models import Compound, Office

COUNTY_SUFFIX = "邮政分公司"
# Who delivers in a county when the address names no compound we know: its own office, else a depot of it.
DELIVERS = (Office.Kind.COUNTY_CENTRE, Office.Kind.DEPOT, Office.Kind.BRANCH)
# Where no desk at the makers' centre is drawn, they hand over at the provincial centre.
TAKES_OVER = (Office.Kind.CARD_CENTRE, Office.Kind.PROVINCIAL_CENTRE)


@dataclass(frozen=True)
class Destination:
    office_id: int
    compound_id: int | None = None


def origin_office_id(programme: Programme, division_code: str) -> int:
    """Raises NoOfficeError."""
    if programme.origin is Origin.COUNTY_OFFICE:
        return _first(DELIVERS, division_code[:6], f"{division_code[:6]}的县级网点")
    return _first(TAKES_OVER, division_code[:2], "本省制证中心的邮政驻点")


def destination(division_code: str, compound_id: int | None) -> Destination:
    """The office that serves the compound, else the county's; raises NoOfficeError."""
    if compound_id is not None:
        served = Compound.objects.filter(id=compound_id).values_list("segment__office_id", flat=True).first()
        if served is not None:
            return Destination(served, compound_id)
    return Destination(_first(DELIVERS, division_code[:6], f"{division_code[:6]}的县级网点"))


def compound_in(address: str, division_code: str) -> int | None:
    """The compound of the county whose name the address holds; of several the longest. Matched here and not in SQL,
    so that no statement carries an address."""
    named = [(len(name), key) for key, name in Compound.objects.filter(
        division_code__startswith=division_code[:6]).values_list("id", "name") if name in address]
    return max(named)[1] if named else None


def county_names(scope: tuple[str, ...]) -> dict[str, str]:
    """GB/T 2260 code -> 甘肃省陇南市康县, of the counties that the network reaches within the scope."""
    rows = Office.objects.filter(kind=Office.Kind.COUNTY_CENTRE).order_by("division_code")
    return {
        code: name.removesuffix(COUNTY_SUFFIX)
        for code, name in rows.values_list("division_code", "full_name")
        if not scope or code.startswith(scope)
    }


def _first(kinds: tuple[str, ...], division_prefix: str, place: str) -> int:
    for kind in kinds:
        found = Office.objects.filter(kind=kind, division_code__startswith=division_prefix).order_by("id")
        office_id = found.values_list("id", flat=True).first()
        if office_id is not None:
            return office_id
    raise NoOfficeError(place=place)
