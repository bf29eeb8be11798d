"""Gansu below the county: loops of several township branches, five a week, three or one where it is remote."""

from __future__ import annotations

import math
from itertools import pairwise

from youlu.domain.network.plan import OfficePlan
from youlu.scenarios.national.draft import Draft
from youlu.scenarios.national.facts import distance_km, links
from youlu.scenarios.national.offices import Places

REMOTE_KM = 45.0  # straight line from the county seat
FAR_KM = 75.0
LOOP_STOPS_MAX = 6
LOOP_MAX_MIN = 510
LEAVES_AFTER_COUNTY_MIN = 20
LEAVES_FROM_MIN = 480
WAVE_ENDS_MIN = 1080
WAVE_LASTS_MIN = 120


def township_loops_draw(draft: Draft, places: Places) -> None:
    """Add the loops and set each branch's delivery days and wave by the loop that serves it."""
    arrives = _county_arrivals(draft)
    for county_code, branches in places.branches.items():
        county = places.counties[county_code]
        leaves = max(LEAVES_FROM_MIN, arrives[county.id] + county.handling_min + LEAVES_AFTER_COUNTY_MIN)
        by_link: dict[str, list[OfficePlan]] = {}
        for branch in branches:
            by_link.setdefault(link_name_for(county, branch), []).append(branch)
        for link_name, members in by_link.items():
            for stops in _loops(county, members, link_name):
                _loop_draw(draft, places, county, stops, link_name, leaves)


def link_name_for(county: OfficePlan, branch: OfficePlan) -> str:
    """The kind of route by the straight distance from the county seat."""
    km = distance_km(county.lon, county.lat, branch.lon, branch.lat)
    return "township_far" if km >= FAR_KM else "township_remote" if km >= REMOTE_KM else "township_daily"


def _county_arrivals(draft: Draft) -> dict[int, int]:
    """County office -> the morning arrival of its lorry, minutes of the day."""
    remote_too = {route.id for route in draft.routes if route.code.endswith(("-county_daily", "-county_remote"))}
    return {trip.office_ids[-1]: trip.arr_min[-1] % 1440 for trip in draft.trips
            if trip.route_id in remote_too and trip.number == "1001"}


def _loops(county: OfficePlan, members: list[OfficePlan], link_name: str) -> list[list[OfficePlan]]:
    """Cut the branches, in order of bearing, into loops that a vehicle can drive between two county lorries."""
    link = links()[link_name]

    def bearing(office: OfficePlan) -> float:
        return math.atan2(office.lat - county.lat, (office.lon - county.lon) * math.cos(math.radians(county.lat)))

    def lasts(stops: list[OfficePlan]) -> int:
        round_trip = [county, *stops, county]
        return sum(link.minutes(link.km(a, b)) + link.dwell_min
                   for a, b in pairwise(round_trip))

    loops: list[list[OfficePlan]] = []
    for branch in sorted(members, key=bearing):
        if loops and len(loops[-1]) < LOOP_STOPS_MAX and lasts([*loops[-1], branch]) <= LOOP_MAX_MIN:
            loops[-1].append(branch)
        else:
            loops.append([branch])
    return loops


def _loop_draw(
    draft: Draft, places: Places, county: OfficePlan, stops: list[OfficePlan], link_name: str, leaves_min: int
) -> None:
    ring = (county, *stops, county)
    drawn = draft.route_add(link_name, ring)
    trip = drawn.trip_add(1, ring, leaves_min=leaves_min)
    for branch, arrival in zip(stops, trip.arr_min[1:], strict=False):
        ready = arrival % 1440 + branch.unsealing_min
        starts = min(math.ceil(ready / 30) * 30, WAVE_ENDS_MIN - WAVE_LASTS_MIN)
        draft.office_change(branch, wave_start_min=(starts,), wave_end_min=(WAVE_ENDS_MIN,),
                            delivery_weekdays=drawn.link.weekdays)
