"""Trunks between provincial centres: lorries by night, mail trains in the evening, aircraft by day, exchange."""

from __future__ import annotations

from youlu.domain.network.plan import OfficePlan
from youlu.scenarios.national.draft import Draft
from youlu.scenarios.national.facts import distance_km, links
from youlu.scenarios.national.offices import EXCHANGED_THROUGH, Places

ROAD_NEIGHBOURS = 9  # each centre's nearest by lorry; the union of both sides' choices is drawn
AIR_HUBS = ("110000", "310000", "320000", "440000", "510000", "610000", "420000", "530000", "650000")
AIR_FROM_KM = 550.0
# Mail trains: along the main lines only.
RAIL_PAIRS = (
    ("110000", "230000"), ("110000", "310000"), ("110000", "440000"), ("110000", "610000"), ("110000", "420000"),
    ("310000", "440000"), ("310000", "610000"), ("310000", "510000"), ("310000", "530000"), ("310000", "650000"),
    ("610000", "620000"), ("610000", "510000"), ("610000", "650000"), ("620000", "650000"), ("620000", "410000"),
    ("620000", "110000"), ("620000", "310000"), ("630000", "540000"), ("620000", "630000"), ("510000", "440000"),
    ("410000", "440000"), ("420000", "510000"), ("210000", "310000"), ("530000", "430000"),
)


def trunks_draw(draft: Draft, places: Places) -> None:
    """Add road, rail, air and exchange trunks, each daily (exchange Monday to Saturday) both ways."""
    mainland = {code: office for code, office in places.centres.items() if code not in EXCHANGED_THROUGH}
    for a, b in _road_pairs(mainland):
        chance = draft.chance("trunk_road", a.code, b.code)
        _both_ways(draft, "trunk_road", a, b, [chance.randrange(1320, 1620, 5), chance.randrange(1320, 1620, 5)])
    for one, other in RAIL_PAIRS:
        chance = draft.chance("trunk_rail", one, other)
        _both_ways(draft, "trunk_rail", mainland[one], mainland[other],
                   [chance.randrange(1200, 1380, 5), chance.randrange(1200, 1380, 5)])
    for hub, spoke in _air_pairs(mainland):
        chance = draft.chance("trunk_air", hub.code, spoke.code)
        _both_ways(draft, "trunk_air", hub, spoke, [chance.randrange(420, 840, 5), chance.randrange(540, 1140, 5)])
    for code, through in EXCHANGED_THROUGH.items():
        _both_ways(draft, "exchange", mainland[through], places.centres[code], [540, 840])


def _both_ways(draft: Draft, link: str, a: OfficePlan, b: OfficePlan, leaves_min: list[int]) -> None:
    drawn = draft.route_add(link, (a, b))
    drawn.trip_add(1, (a, b), leaves_min=leaves_min[0])
    drawn.trip_add(2, (b, a), leaves_min=leaves_min[1])


def _road_pairs(centres: dict[str, OfficePlan]) -> list[tuple[OfficePlan, OfficePlan]]:
    pairs = set()
    for a in centres.values():
        nearest = sorted((distance_km(a.lon, a.lat, b.lon, b.lat), b.id) for b in centres.values() if b is not a)
        pairs |= {(min(a.id, b), max(a.id, b)) for _, b in nearest[:ROAD_NEIGHBOURS]}
    by_id = {office.id: office for office in centres.values()}
    return [(by_id[a], by_id[b]) for a, b in sorted(pairs)]


def _air_pairs(centres: dict[str, OfficePlan]) -> list[tuple[OfficePlan, OfficePlan]]:
    pairs = []
    for rank, hub_code in enumerate(AIR_HUBS):
        hub = centres[hub_code]
        for code, spoke in centres.items():
            drawn_already = code in AIR_HUBS[: rank + 1]
            if not drawn_already and links()["trunk_air"].km(hub, spoke) >= AIR_FROM_KM:
                pairs.append((hub, spoke))
    return pairs
