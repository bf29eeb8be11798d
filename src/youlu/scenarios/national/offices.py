"""Offices of the national network: one per province (at its capital), prefecture and county, then Gansu's below."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from youlu.domain.network.plan import OfficePlan
from youlu.scenarios.national.draft import Draft
from youlu.scenarios.national.facts import Division, distance_km, divisions, gansu_townships, inside, outline_polygons

# Provinces whose mail is exchanged through one mainland centre instead of being carried by our own network.
EXCHANGED_THROUGH = {"710000": "350000", "810000": "440000", "820000": "440000"}
WAVES = ((510, 840), (720, 1080))  # 08:30-12:00 and 14:00-18:00, TRADE practice
GANSU = "620000"
LANZHOU = "620100"
# Lanzhou's districts that depots serve straight from the provincial centre; no branches stand there.
LANZHOU_CITY_DISTRICTS = ("620102", "620103", "620104", "620105")
CARD_CENTRES = ("510000", "620000")
TOWNSHIP_RADIUS_KM = (9.0, 110.0)


@dataclass
class Places:
    """The offices by what they serve."""

    centres: dict[str, OfficePlan] = field(default_factory=dict)  # by province code
    prefectures: dict[str, OfficePlan] = field(default_factory=dict)  # by prefecture code, capitals excluded
    counties: dict[str, OfficePlan] = field(default_factory=dict)
    branches: dict[str, list[OfficePlan]] = field(default_factory=dict)  # by county code
    card_centres: dict[str, OfficePlan] = field(default_factory=dict)

    def serving(self, county: Division) -> OfficePlan:
        """The centre that sends the county its mail: its prefecture's; where it has none of its own, the nearest."""
        if county.parent in self.prefectures:
            return self.prefectures[county.parent]
        centre = self.centres[county.province]
        if county.parent != county.province:
            return centre
        nearby = [centre, *(p for code, p in self.prefectures.items() if code[:2] == county.code[:2])]
        return min(nearby, key=lambda p: distance_km(p.lon, p.lat, county.lon, county.lat))


def places_draw(draft: Draft, *, gansu_townships: bool) -> Places:
    """Add all offices to the draft: provinces, prefectures, counties, card centres, then Gansu's branches."""
    places = Places()
    rows = divisions()
    for level, draw in (("province", _centre_draw), ("prefecture", _prefecture_draw), ("county", _county_draw)):
        for division in rows.values():
            if division.level == level:
                draw(draft, places, division, gansu_townships)
    for province in CARD_CENTRES:
        places.card_centres[province] = _card_centre_draw(draft, places.centres[province])
    if gansu_townships:
        for county in places.counties.values():
            if county.code[:2] == GANSU[:2] and county.code not in LANZHOU_CITY_DISTRICTS:
                places.branches[county.code] = _branches_draw(draft, rows[county.code])
    return places


def office_add(
    draft: Draft, *, code: str, name: str, full_name: str, kind: str, division_code: str, lon: float, lat: float,
    may_transit: bool, handling_min: int, unsealing_min: int,
    waves: tuple[tuple[int, ...], tuple[int, ...]] = WAVES, weekdays: int = 127, cutoff_min: int = 1080,
) -> OfficePlan:
    office = OfficePlan(len(draft.offices), code, name, full_name, kind, division_code, round(lon, 5), round(lat, 5),
                        may_transit, handling_min, unsealing_min, waves[0], waves[1], weekdays, cutoff_min)
    draft.offices.append(office)
    return office


def short_name(name: str) -> str:
    """兰州市 -> 兰州; names of autonomous prefectures and leagues stay whole."""
    return name.removesuffix("市") if len(name) > 2 else name


def _centre_draw(draft: Draft, places: Places, province: Division, gansu_townships: bool) -> None:
    capital = divisions().get(province.code[:2] + "0100")
    if province.code in EXCHANGED_THROUGH:
        short = province.name.removesuffix("特别行政区").removesuffix("省")
        places.centres[province.code] = office_add(
            draft, code=province.code, name=short, full_name=f"{province.name}（互换）", kind="exchange",
            division_code=province.code, lon=province.lon, lat=province.lat, may_transit=False, handling_min=180,
            unsealing_min=180)
        return
    city = capital or province
    whole = province.name + capital.name if capital else province.name
    places.centres[province.code] = office_add(
        draft, code=city.code, name=short_name(city.name), full_name=f"{whole}省会邮区中心" if capital else
        f"{whole}邮区中心", kind="provincial_centre", division_code=city.code, lon=city.lon, lat=city.lat,
        may_transit=True, handling_min=120, unsealing_min=90)


def _prefecture_draw(draft: Draft, places: Places, prefecture: Division, gansu_townships: bool) -> None:
    if prefecture.code.endswith("0100"):
        return  # the provincial centre stands there
    province = divisions()[prefecture.province]
    places.prefectures[prefecture.code] = office_add(
        draft, code=prefecture.code, name=short_name(prefecture.name),
        full_name=f"{province.name}{prefecture.name}邮区中心", kind="centre", division_code=prefecture.code,
        lon=prefecture.lon, lat=prefecture.lat, may_transit=True, handling_min=80, unsealing_min=60)


def _county_draw(draft: Draft, places: Places, county: Division, gansu_townships: bool) -> None:
    rows = divisions()
    above = rows[county.province].name + ("" if county.parent == county.province else rows[county.parent].name)
    # A Gansu county passes mail on to its own townships. It hangs on a spur of its own, so that nobody else's
    # mail can change there to any use; all other counties end their mail.
    passes_on = gansu_townships and county.code[:2] == GANSU[:2] and county.code not in LANZHOU_CITY_DISTRICTS
    places.counties[county.code] = office_add(
        draft, code=county.code, name=county.name, full_name=f"{above}{county.name}邮政分公司", kind="county_centre",
        division_code=county.code, lon=county.lon, lat=county.lat, may_transit=passes_on, handling_min=45,
        unsealing_min=45)


def _card_centre_draw(draft: Draft, centre: OfficePlan) -> OfficePlan:
    province = divisions()[centre.code[:2] + "0000"]
    return office_add(
        draft, code=f"{province.code}K1", name=f"{centre.name}制证中心驻点",
        full_name=f"{province.name}公安制证中心邮政驻点（演示）", kind="card_centre", division_code=centre.code,
        lon=centre.lon + 0.03, lat=centre.lat + 0.01, may_transit=False, handling_min=30, unsealing_min=30,
        weekdays=31, cutoff_min=1020)


def _branches_draw(draft: Draft, county: Division) -> list[OfficePlan]:
    branches = []
    above = divisions()[county.province].name + divisions()[county.parent].name + county.name
    for rank, (code, name) in enumerate(gansu_townships().get(county.code, ())):
        lon, lat = _township_point(draft, county, code, name, rank)
        branches.append(office_add(
            draft, code=code, name=name, full_name=f"{above}{name}邮政支局", kind="branch", division_code=code,
            lon=lon, lat=lat, may_transit=False, handling_min=30, unsealing_min=30))
    return branches


def _township_point(draft: Draft, county: Division, code: str, name: str, rank: int) -> tuple[float, float]:
    """A modelled point: at the seat for its own town and streets, else scattered on the county's own ground.

    Ground is what lies inside the prefecture's outline and nearer to this seat than to any other of Gansu.
    """
    chance = draft.chance("township", code)
    if "街道" in name or (name == "城关镇"):
        return county.lon + chance.uniform(-0.012, 0.012), county.lat + chance.uniform(-0.01, 0.01)
    seats = [d for d in divisions().values() if d.level == "county" and d.province == county.province]
    others = sorted((distance_km(county.lon, county.lat, d.lon, d.lat), d.code) for d in seats if d != county)
    reach = min(max(0.75 * sum(km for km, _ in others[:4]) / 4, TOWNSHIP_RADIUS_KM[0]), TOWNSHIP_RADIUS_KM[1])
    near = [d for d in seats if d != county and distance_km(county.lon, county.lat, d.lon, d.lat) < 2.2 * reach]
    rings = outline_polygons()[county.parent]
    turn = rank * 2.39996 + chance.uniform(-0.3, 0.3)  # the golden angle spreads them evenly
    radius = reach * math.sqrt(chance.uniform(0.03, 1.0))
    while radius > 2.0:
        lat = county.lat + radius / 111.2 * math.sin(turn)
        lon = county.lon + radius / (111.2 * math.cos(math.radians(county.lat))) * math.cos(turn)
        own = distance_km(county.lon, county.lat, lon, lat)
        if inside(lon, lat, rings) and all(distance_km(d.lon, d.lat, lon, lat) > own for d in near):
            return lon, lat
        radius *= 0.82
    return county.lon + chance.uniform(-0.02, 0.02), county.lat + chance.uniform(-0.015, 0.015)
