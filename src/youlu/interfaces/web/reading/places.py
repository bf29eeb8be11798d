"""Names of places as pages write them: prefectures of the map, short names of offices."""

from __future__ import annotations

from functools import lru_cache

from youlu.domain.network.selectors import OfficeRow, offices_all

SHORT = {"临夏回族自治州": "临夏", "甘南藏族自治州": "甘南", "积石山保安族东乡族撒拉族自治县": "积石山县"}


def short_name(name: str) -> str:
    return SHORT.get(name, name)


@lru_cache(maxsize=4)
def _centres(offices: int) -> dict[str, OfficeRow]:
    found: dict[str, OfficeRow] = {}
    for office in offices_all():
        if office.kind in ("provincial_centre", "centre"):
            found.setdefault(office.division_code[:4], office)
    return found


def centre_of(code: str) -> OfficeRow | None:
    """The centre of a prefecture by the first four digits of its code."""
    centres = _centres(len(offices_all()))
    return centres.get(code[:4]) or centres.get(f"{code[:2]}00")  # 3101 is Shanghai's, whose centre stands at 310000


def prefecture_name(code: str) -> str:
    """兰州 for 6201…; the code itself where there is no centre."""
    centre = centre_of(code)
    return short_name(centre.name) if centre else code
