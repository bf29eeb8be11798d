"""`national_build`: the whole plan in one call."""

from __future__ import annotations

from functools import lru_cache

from youlu.domain.network.plan import NetworkPlan
from youlu.scenarios.national.draft import Draft
from youlu.scenarios.national.facts import divisions
from youlu.scenarios.national.lanzhou_city import LastMile, card_runs_draw, lanzhou_draw
from youlu.scenarios.national.offices import places_draw
from youlu.scenarios.national.provincial import county_runs_draw, cross_routes_draw, prefecture_trunks_draw
from youlu.scenarios.national.townships import township_loops_draw
from youlu.scenarios.national.trunks import trunks_draw


@lru_cache(maxsize=2)  # two seconds of drawing; a plan never changes
def national_build(*, seed: int = 2022, gansu_townships: bool = True) -> NetworkPlan:
    """Build the national network: a MODEL on real divisions and real distances, not the post's own timetable.

    Parameters
    ----------
    seed : varies the clock times within their windows, the scattered points and the synthetic compounds.
    gansu_townships : also draw Gansu's township branches with their loops, and Lanzhou's depots, segments, compounds.

    Returns
    -------
    NetworkPlan : about 3,200 offices, 4,500 with Gansu below the county; equal arguments give an equal plan.

    Notes
    -----
    Frequencies, speeds and road factors are rows of `scenarios/data/frequencies.csv`, each with its source.
    See docs/background/the-national-network.md for what is real and what is assumed.
    """
    draft = Draft(seed)
    places = places_draw(draft, gansu_townships=gansu_townships)
    trunks_draw(draft, places)
    prefecture_trunks_draw(draft, places)
    cross_routes_draw(draft, places)
    county_runs_draw(draft, places, gansu_spurs=gansu_townships)
    card_runs_draw(draft, places)
    last_mile = LastMile()
    if gansu_townships:
        township_loops_draw(draft, places)
        last_mile = lanzhou_draw(draft, places)
    return NetworkPlan(
        name="national", offices=tuple(draft.offices), calendars=tuple(draft.calendars.values()),
        routes=tuple(draft.routes), trips=tuple(draft.trips), segments=tuple(last_mile.segments),
        compounds=tuple(last_mile.compounds), notes=_notes(seed))


def _notes(seed: int) -> tuple[str, ...]:
    lost = "、".join(division.name for division in divisions().values() if not division.point_known)
    return (
        f"A model, seed {seed}: clock times, speeds and road factors are assumed; divisions and distances are real.",
        f"Without a known point, placed beside their sisters: {lost}.",
        "Townships and depots have modelled points; segments and compounds are synthetic.",
    )
