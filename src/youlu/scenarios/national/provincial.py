"""Inside a province: centre to prefectures by night and day, prefectures to one another and across the border,
prefectures to counties before dawn and back in the evening."""

from __future__ import annotations

from itertools import pairwise

from youlu.domain.network.plan import OfficePlan
from youlu.scenarios.national.draft import Draft
from youlu.scenarios.national.facts import Division, distance_km, divisions, links
from youlu.scenarios.national.offices import EXCHANGED_THROUGH, GANSU, LANZHOU_CITY_DISTRICTS, Places

ON_THE_WAY = 1.10  # a prefecture lies on the way to another if the detour over it is at most this
DAY_RUN_UP_TO_MIN = 600
AIR_FROM_KM = 900.0
SISTER_WITHIN_KM = 260.0
BORDER_WITHIN_KM = 420.0
COUNTY_ARRIVES_MIN = (330, 480)  # 05:30 to 08:00
COUNTY_LEAVES_FROM_MIN = 30  # 00:30, when the centre has sorted
COUNTY_CHAIN_MAX = 3
ISLAND = "460300"  # 三沙: by boat, once a week
URBAN_WITHIN_KM = 40.0


def prefecture_trunks_draw(draft: Draft, places: Places) -> None:
    """Centre to prefectures: one night run each way per chain, a day run where it is near, aircraft where it is far."""
    for province, centre in places.centres.items():
        prefectures = [p for code, p in places.prefectures.items() if code[:2] == province[:2]]
        for chain in _chains(centre, [p for p in prefectures if not _island(p)]):
            _chain_runs_draw(draft, (centre, *chain))
        for prefecture in prefectures:
            air = links()["prefecture_air"]
            if air.km(centre, prefecture) >= AIR_FROM_KM and not _island(prefecture):
                leaves = draft.chance("prefecture_air", prefecture.code).randrange(480, 780, 5)
                drawn = draft.route_add("prefecture_air", (centre, prefecture))
                drawn.trip_add(1, (centre, prefecture), leaves_min=leaves)
                drawn.trip_add(2, (prefecture, centre), leaves_min=leaves + drawn.duration_min() + 60)
            if _island(prefecture):
                _island_run_draw(draft, centre, prefecture)


def _island(office: OfficePlan) -> bool:
    return office.code == ISLAND


def _chains(centre: OfficePlan, prefectures: list[OfficePlan]) -> list[tuple[OfficePlan, ...]]:
    """Paths from the centre outwards; each prefecture hangs on the last one that lies on its way."""

    def away(office: OfficePlan) -> float:
        return distance_km(centre.lon, centre.lat, office.lon, office.lat)

    before: dict[int, OfficePlan] = {}
    for office in prefectures:
        on_way = [q for q in prefectures if q is not office and away(q) < away(office)
                  and away(q) + distance_km(q.lon, q.lat, office.lon, office.lat) <= ON_THE_WAY * away(office)]
        if on_way:
            before[office.id] = max(on_way, key=away)
    inner = {office.id for office in before.values()}
    chains = []
    for office in prefectures:
        if office.id not in inner:
            path = [office]
            while path[0].id in before:
                path.insert(0, before[path[0].id])
            chains.append(tuple(path))
    return chains


def _chain_runs_draw(draft: Draft, stops: tuple[OfficePlan, ...]) -> None:
    back = tuple(reversed(stops))
    chance = draft.chance("prefecture", stops[-1].code)
    night = draft.route_add("prefecture_night", stops, label="（夜班）")
    far = min(1.0, night.duration_min() / 720)
    night.trip_add(1, stops, leaves_min=1320 + round((1 - far) * 18) * 5 + chance.randrange(0, 40, 5))
    night.trip_add(2, back, leaves_min=1410 + chance.randrange(0, 60, 5))
    if night.duration_min() <= DAY_RUN_UP_TO_MIN:
        day = draft.route_add("prefecture_day", stops, label="（日班）")
        day.trip_add(1, stops, leaves_min=600 + chance.randrange(0, 120, 5))
        day.trip_add(2, back, leaves_min=600 + chance.randrange(0, 120, 5))


def _island_run_draw(draft: Draft, centre: OfficePlan, prefecture: OfficePlan) -> None:
    drawn = draft.route_add("county_island", (centre, prefecture))
    drawn.trip_add(1, (centre, prefecture), leaves_min=480)
    drawn.trip_add(2, (prefecture, centre), leaves_min=480 + drawn.duration_min() + 600)


def cross_routes_draw(draft: Draft, places: Places) -> None:
    """Ways round a closed provincial centre: a prefecture to its nearest sister, and to a near centre next door."""
    drawn_pairs = set()
    mainland = {code: o for code, o in places.centres.items() if code not in EXCHANGED_THROUGH}
    for code, prefecture in places.prefectures.items():
        if _island(prefecture):
            continue
        sisters = [p for other, p in places.prefectures.items() if other[:2] == code[:2] and p is not prefecture]
        near = min(sisters, key=lambda p: distance_km(prefecture.lon, prefecture.lat, p.lon, p.lat), default=None)
        if near and distance_km(prefecture.lon, prefecture.lat, near.lon, near.lat) <= SISTER_WITHIN_KM:
            pair = (min(prefecture.id, near.id), max(prefecture.id, near.id))
            if pair not in drawn_pairs:
                drawn_pairs.add(pair)
                _pair_run_draw(draft, "prefecture_cross", prefecture, near, 840)
        foreign = min((c for p, c in mainland.items() if p[:2] != code[:2]),
                      key=lambda c: distance_km(prefecture.lon, prefecture.lat, c.lon, c.lat))
        if distance_km(prefecture.lon, prefecture.lat, foreign.lon, foreign.lat) <= BORDER_WITHIN_KM:
            _pair_run_draw(draft, "border_trunk", foreign, prefecture, 1320)


def _pair_run_draw(draft: Draft, link: str, a: OfficePlan, b: OfficePlan, leaves_min: int) -> None:
    chance = draft.chance(link, a.code, b.code)
    drawn = draft.route_add(link, (a, b))
    drawn.trip_add(1, (a, b), leaves_min=leaves_min + chance.randrange(0, 180, 5))
    drawn.trip_add(2, (b, a), leaves_min=leaves_min + chance.randrange(0, 180, 5))


def county_runs_draw(draft: Draft, places: Places, *, gansu_spurs: bool) -> None:
    """Every county from the centre that serves it; with `gansu_spurs` Gansu's counties get a lorry each."""
    served: dict[int, list[Division]] = {}
    for code in places.counties:
        county = divisions()[code]
        served.setdefault(places.serving(county).id, []).append(county)
    for centre_id, counties in served.items():
        centre = draft.offices[centre_id]
        offices = [places.counties[c.code] for c in counties if c.code not in LANZHOU_CITY_DISTRICTS]
        longest = 1 if gansu_spurs and centre.code[:2] == GANSU[:2] else COUNTY_CHAIN_MAX
        for chain in _county_chains(centre, offices, longest):
            _county_runs_of_chain(draft, (centre, *chain))
        for office in offices:
            if distance_km(centre.lon, centre.lat, office.lon, office.lat) <= URBAN_WITHIN_KM:
                noon = draft.route_add("county_noon", (centre, office), label="（午班）")
                leaves = draft.chance("noon", office.code).randrange(690, 750, 5)
                noon.trip_add(1, (centre, office), leaves_min=leaves)
                noon.trip_add(2, (office, centre), leaves_min=leaves + noon.duration_min() + 30)


def _county_chains(centre: OfficePlan, offices: list[OfficePlan], longest: int) -> list[tuple[OfficePlan, ...]]:
    """Lorries of up to `longest` counties each, the farthest last, all reached within the window of the morning."""
    link = links()["county_daily"]
    window = COUNTY_ARRIVES_MIN[1] - COUNTY_ARRIVES_MIN[0] - 10
    left = sorted(offices, key=lambda o: (distance_km(centre.lon, centre.lat, o.lon, o.lat), o.id))
    chains = []
    while left:
        chain = [left.pop()]
        while len(chain) < longest:
            best = None
            for candidate in left:
                direct, over = link.km(centre, chain[0]), link.km(centre, candidate) + link.km(candidate, chain[0])
                stops = [candidate, *chain]
                spread = sum(link.minutes(link.km(a, b)) + link.dwell_min
                             for a, b in pairwise(stops))
                if over <= 1.2 * direct + 6 and spread <= window and (best is None or over - direct < best[0]):
                    best = (over - direct, candidate)
            if best is None:
                break
            chain.insert(0, best[1])
            left.remove(best[1])
        chains.append(tuple(chain))
    return chains


def _county_runs_of_chain(draft: Draft, stops: tuple[OfficePlan, ...]) -> None:
    link_name = "county_island" if _island(stops[0]) else "county_daily"
    probe = links()[link_name]
    drive = sum(probe.minutes(probe.km(a, b)) + probe.dwell_min for a, b in pairwise(stops))
    if link_name == "county_daily" and drive - probe.dwell_min > COUNTY_ARRIVES_MIN[1] - COUNTY_LEAVES_FROM_MIN:
        link_name = "county_remote"
    drawn = draft.route_add(link_name, stops)
    first = drawn.duration_min(stops[:2])
    earliest = COUNTY_ARRIVES_MIN[0] - first
    latest = COUNTY_ARRIVES_MIN[1] - drawn.duration_min()
    if link_name == "county_daily":
        early = max(earliest, COUNTY_LEAVES_FROM_MIN)
        leaves = min(latest, early + draft.chance("county", stops[-1].code).randrange(0, 45, 5))
    else:
        leaves = COUNTY_LEAVES_FROM_MIN
    drawn.trip_add(1, stops, leaves_min=leaves)
    back_leaves = 1110 if link_name == "county_daily" else max(1110, leaves + drawn.duration_min() + 120)
    drawn.trip_add(2, tuple(reversed(stops)), leaves_min=back_leaves)

