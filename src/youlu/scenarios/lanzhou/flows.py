"""Who sends what where, and when: to, from, within and through Gansu in the days before the lockdown.

Shares are assumptions of this scenario (there is no public matrix): most mail comes in from the provinces where the
large sellers are, Lanzhou takes over a third of what stays in Gansu, parcels and express share the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.plan import NetworkPlan, OfficePlan

INBOUND, OUTBOUND, WITHIN, THROUGH = range(4)
FLOW_SHARES = (0.70, 0.12, 0.12, 0.06)
# Sending provinces and their weight: where the large sellers are.
SENDERS = {"33": 24, "44": 22, "32": 11, "31": 9, "11": 6, "37": 5, "41": 4, "42": 4, "51": 4, "35": 4, "13": 3,
           "61": 3, "34": 2, "43": 2, "36": 1, "50": 1, "21": 1, "53": 1, "65": 1, "63": 1, "64": 1}
# Across Gansu: between the west and everybody else.
WEST = ("65", "63")
LANZHOU_SHARE = 0.48  # of what ends in Gansu, by compound
RURAL_WEIGHTS = {"centre": 20.0, "county_centre": 14.0, "branch": 1.0}
TOUR_COMPOUND_WEIGHT = 1.7
CLASSES = ("express", "parcel", "registered")
CLASS_SHARES = (0.52, 0.41, 0.07)
CENTRE_WEIGHT = 12.0  # a provincial centre takes in as much as a dozen counties
# Accepted by hour of the local day, 08:00 to 20:00.
HOURS = np.array([2, 5, 8, 9, 6, 5, 7, 9, 10, 9, 4, 2], float)
DAYS_BACK = 7


@dataclass(frozen=True)
class Flows:
    """N items before they have a promise. Ids are those of the plan; 0 is "no segment", "no compound"."""

    flow: NDArray[np.int8]
    origin: NDArray[np.int32]
    dest: NDArray[np.int32]
    segment: NDArray[np.int32]
    compound: NDArray[np.int32]
    mail_class: NDArray[np.int8]
    accepted_s: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.origin)

    def take(self, chosen: NDArray[np.int64]) -> Flows:
        return Flows(self.flow[chosen], self.origin[chosen], self.dest[chosen], self.segment[chosen],
                     self.compound[chosen], self.mail_class[chosen], self.accepted_s[chosen])


def flows_draw(
    rng: np.random.Generator, plan: NetworkPlan, *, count: int, tour_compounds: frozenset[int], today_s: int, now_s: int
) -> Flows:
    """Draw `count` items accepted in the last days; `today_s` is the local midnight before `now_s` (Unix seconds)."""
    flow = rng.choice(4, count, p=FLOW_SHARES).astype(np.int8)
    origin, dest = np.zeros(count, np.int32), np.zeros(count, np.int32)
    outside = _draw_offices(rng, plan, SENDERS, count)
    gansu_counters = _offices_of(plan, "62", with_depots=True)
    gansu_origin = rng.choice(gansu_counters, count)
    anywhere = _draw_offices(rng, plan, dict.fromkeys(_provinces(plan) - {"62"}, 1), count)
    west = _draw_offices(rng, plan, dict.fromkeys(WEST, 1), count)
    east = _draw_offices(rng, plan, {p: w for p, w in SENDERS.items() if p not in WEST}, count)
    westward = rng.random(count) < 0.7
    origin = np.select([flow == INBOUND, flow == THROUGH], [outside, np.where(westward, east, west)], gansu_origin)
    dest = np.select([flow == OUTBOUND, flow == THROUGH], [anywhere, np.where(westward, west, east)], 0)
    segment, compound = np.zeros(count, np.int32), np.zeros(count, np.int32)
    ends_here = np.flatnonzero((flow == INBOUND) | (flow == WITHIN))
    dest[ends_here], segment[ends_here], compound[ends_here] = _gansu_destinations(
        rng, plan, len(ends_here), tour_compounds)
    accepted = _accepted(rng, count, today_s, now_s)
    drawn = Flows(flow, origin.astype(np.int32), dest.astype(np.int32), segment, compound,
                  rng.choice(3, count, p=CLASS_SHARES).astype(np.int8), accepted)
    return drawn.take(np.flatnonzero(drawn.origin != drawn.dest))


def _provinces(plan: NetworkPlan) -> set[str]:
    return {office.division_code[:2] for office in plan.offices if office.kind == "provincial_centre"}


def _counter_weight(office: OfficePlan) -> float:
    return {"provincial_centre": CENTRE_WEIGHT, "centre": 3.0, "county_centre": 1.0}.get(office.kind, 0.0)


def _draw_offices(
    rng: np.random.Generator, plan: NetworkPlan, provinces: dict[str, int], count: int
) -> NDArray[np.int32]:
    """Offices drawn by their province's weight, then by the weight of their kind within it."""
    weight = np.array([_counter_weight(office) for office in plan.offices])
    province = np.array([office.division_code[:2] for office in plan.offices])
    chance = np.zeros(len(weight))
    for code, share in sorted(provinces.items()):
        mine = province == code
        chance[mine] = share * weight[mine] / weight[mine].sum()
    return rng.choice(len(weight), count, p=chance / chance.sum()).astype(np.int32)


def _offices_of(plan: NetworkPlan, province: str, *, with_depots: bool) -> NDArray[np.int32]:
    kinds = {"county_centre", "centre", "branch"} | ({"depot"} if with_depots else set())
    rows = [office.id for office in plan.offices if office.division_code[:2] == province and office.kind in kinds]
    depots = [office.id for office in plan.offices if office.kind == "depot"] * 20  # Lanzhou sends a third
    return np.array(rows + (depots if with_depots else []), np.int32)


def _gansu_destinations(
    rng: np.random.Generator, plan: NetworkPlan, count: int, tour_compounds: frozenset[int]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """(office, segment, compound) of mail that ends in Gansu: Lanzhou by households, elsewhere by office."""
    office_of_segment = {segment.id: segment.office_id for segment in plan.segments}
    weight = np.array([compound.households * (TOUR_COMPOUND_WEIGHT if compound.id in tour_compounds else 1.0)
                       for compound in plan.compounds])
    drawn = rng.choice(len(weight), count, p=weight / weight.sum())
    segments = np.array([compound.segment_id for compound in plan.compounds], np.int32)[drawn]
    offices = np.array([office_of_segment[compound.segment_id] for compound in plan.compounds], np.int32)[drawn]
    rural = _offices_of(plan, "62", with_depots=False)
    mass = np.array([RURAL_WEIGHTS[plan.offices[office].kind] for office in rural])
    elsewhere = rng.choice(rural, count, p=mass / mass.sum())
    in_lanzhou = rng.random(count) < LANZHOU_SHARE
    return (np.where(in_lanzhou, offices, elsewhere).astype(np.int32),
            np.where(in_lanzhou, segments, 0).astype(np.int32), np.where(in_lanzhou, drawn + 1, 0).astype(np.int32))


def _accepted(rng: np.random.Generator, count: int, today_s: int, now_s: int) -> NDArray[np.int64]:
    day = rng.integers(0, DAYS_BACK, count)
    second = (8 + rng.choice(len(HOURS), count, p=HOURS / HOURS.sum())) * 3600 + rng.integers(0, 3600, count)
    accepted = today_s - day * 86_400 + second
    # What would be accepted later today was accepted yesterday.
    return np.where(accepted > now_s - 1800, accepted - 86_400, accepted)
