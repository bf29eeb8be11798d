"""Lanzhou's last mile: depots under its districts and counties, city runs, delivery segments, compounds.

Streets and towns are real (nine-digit codes); depots, segments and compounds are synthetic and say so. The points of
depots are modelled: scattered around the seat of their district.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from youlu.domain.network.plan import CompoundPlan, OfficePlan, SegmentPlan
from youlu.scenarios.national.draft import Draft
from youlu.scenarios.national.facts import divisions, gansu_townships
from youlu.scenarios.national.offices import GANSU, LANZHOU_CITY_DISTRICTS, Places, office_add

# District or county -> number of depots.
DEPOTS = {"620102": 9, "620103": 5, "620104": 4, "620105": 3, "620111": 1, "620121": 1, "620122": 1, "620123": 1}
DEPOT_RADIUS_KM = {"620102": 5.5, "620103": 6.0, "620104": 7.0, "620105": 5.0}
RUN_LEAVES_MIN = (325, 735, 1110)  # out before wave 1, before wave 2, and to fetch what was collected
RUN_STOPS_MAX = 3
SEGMENTS_PER_DEPOT = (8, 15)
COMPOUNDS_PER_SEGMENT = (9, 16)
DEPOT_WAVES = ((510, 840), (720, 1080))
SYNTHETIC = "synthetic"


@dataclass
class LastMile:
    """Segments and compounds as they are drawn."""

    segments: list[SegmentPlan] = field(default_factory=list)
    compounds: list[CompoundPlan] = field(default_factory=list)


def lanzhou_draw(draft: Draft, places: Places) -> LastMile:
    """Add depots and their city runs to the draft; return the segments and compounds."""
    last_mile = LastMile()
    centre = places.centres[GANSU]
    by_district: dict[str, list[OfficePlan]] = {}
    for district, count in DEPOTS.items():
        streets = gansu_townships()[district]
        if district not in LANZHOU_CITY_DISTRICTS:  # beyond the city only the seat's own streets and town
            streets = tuple(s for s in streets if s[1].endswith("街道") or s[1] == "城关镇") or streets[:1]
        for rank in range(count):
            share = streets[rank * len(streets) // count:(rank + 1) * len(streets) // count]
            depot = _depot_draw(draft, district, rank, share)
            by_district.setdefault(district, []).append(depot)
            _segments_draw(draft, last_mile, depot, share)
    for district, depots in by_district.items():
        if district in LANZHOU_CITY_DISTRICTS:
            _city_runs_draw(draft, centre, [places.counties[district], *depots])
        else:
            _city_runs_draw(draft, places.counties[district], depots)
    return last_mile


def card_runs_draw(draft: Draft, places: Places) -> None:
    """The card-making centre's van: to the provincial centre at 10:30 and 17:30, and back."""
    for province, office in places.card_centres.items():
        centre = places.centres[province]
        drawn = draft.route_add("card_run", (centre, office))
        for rank, leaves in enumerate((630, 1050)):
            drawn.trip_add(1 + 2 * rank, (centre, office), leaves_min=leaves - 40)
            drawn.trip_add(2 + 2 * rank, (office, centre), leaves_min=leaves)


def _depot_draw(draft: Draft, district: str, rank: int, share: tuple[tuple[str, str], ...]) -> OfficePlan:
    seat = divisions()[district]
    chance = draft.chance("depot", district, rank)
    radius = DEPOT_RADIUS_KM.get(district, 1.0) * math.sqrt((rank + 0.5) / DEPOTS[district])
    turn = rank * 2.39996 + chance.uniform(-0.2, 0.2)
    # Lanzhou lies in a valley that runs east and west: half as far north and south.
    lat = seat.lat + 0.4 * radius / 111.2 * math.sin(turn)
    lon = seat.lon + radius / (111.2 * math.cos(math.radians(seat.lat))) * math.cos(turn)
    name = share[0][1].removesuffix("街道").removesuffix("镇") + "揽投部"
    above = f"{divisions()[GANSU].name}{divisions()[seat.parent].name}{seat.name}"
    return office_add(
        draft, code=f"{district}D{rank + 1:02d}", name=name, full_name=above + name, kind="depot",
        division_code=district, lon=lon, lat=lat, may_transit=False, handling_min=30, unsealing_min=60,
        waves=DEPOT_WAVES, cutoff_min=1080)


def _city_runs_draw(draft: Draft, centre: OfficePlan, stops: list[OfficePlan]) -> None:
    """Rings of up to three stops, three times a day; the evening ring brings back what was collected."""
    rings = -(-len(stops) // RUN_STOPS_MAX)
    for rank in range(rings):
        ring = (centre, *stops[rank * len(stops) // rings:(rank + 1) * len(stops) // rings], centre)
        drawn = draft.route_add("city_run", ring)
        lag = max(0, draft.chance("city_run", ring[1].code).randrange(0, 15, 5))
        first = RUN_LEAVES_MIN[0] if centre.kind == "provincial_centre" else 490  # after the county's lorry
        for order, leaves in enumerate((first, *RUN_LEAVES_MIN[1:])):
            drawn.trip_add(1 + 2 * order, ring, leaves_min=leaves + lag - (60 if order == 2 and first == 490 else 0))


def _segments_draw(draft: Draft, last_mile: LastMile, depot: OfficePlan, share: tuple[tuple[str, str], ...]) -> None:
    """The depot's segments, dealt to its streets in turn, and the compounds of each."""
    chance = draft.chance("segments", depot.code)
    count = chance.randint(*SEGMENTS_PER_DEPOT)
    numbered = dict.fromkeys((code for code, _ in share), 0)
    for rank in range(count):
        code9, street = share[rank * len(share) // count] if count >= len(share) else share[rank]
        segment = SegmentPlan(len(last_mile.segments) + 1, depot.id, f"{depot.code}-{rank + 1:02d}",
                              f"{depot.name.removesuffix('揽投部')}{rank + 1}号段", 127, *DEPOT_WAVES)
        last_mile.segments.append(segment)
        for _ in range(chance.randint(*COMPOUNDS_PER_SEGMENT)):
            numbered[code9] += 1
            households = round(chance.lognormvariate(6.0, 0.7) / 10) * 10
            last_mile.compounds.append(CompoundPlan(
                len(last_mile.compounds) + 1, segment.id, f"{street}{numbered[code9]:03d}号院", code9,
                min(max(households, 40), 3000), SYNTHETIC))
