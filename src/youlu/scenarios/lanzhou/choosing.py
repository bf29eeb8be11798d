"""Which of the items drawn are kept, and whose they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.plan import NetworkPlan
from youlu.scenarios.lanzhou.journeys import Plans


def passes_through(plan: NetworkPlan, plans: Plans, province: str) -> NDArray[np.bool_]:
    """Items with a planned leg into an office of the province (two digits)."""
    here = np.array([office.division_code[:2] == province for office in plan.offices])
    items = np.repeat(np.arange(len(plans)), np.diff(plans.offset))
    return np.bincount(items[here[plans.leg_to]], minlength=len(plans)) > 0


def calls_twice(plans: Plans) -> NDArray[np.bool_]:
    """Items whose way comes back to an office it has left: as early as the straight way, but nobody's way."""
    items = np.repeat(np.arange(len(plans)), np.diff(plans.offset))
    called = np.concatenate([items * 100_000 + plans.leg_to, np.arange(len(plans)) * 100_000 + plans.origin])
    calls, counts = np.unique(called, return_counts=True)
    again = np.zeros(len(plans), bool)
    again[calls[counts > 1] // 100_000] = True
    return again


def plans_take(plans: Plans, chosen: NDArray[np.int64]) -> Plans:
    """The plans of the chosen items, in that order."""
    counts = np.diff(plans.offset)[chosen]
    offset = np.concatenate([[0], np.cumsum(counts)])
    legs = np.repeat(plans.offset[chosen] - offset[:-1], counts) + np.arange(offset[-1])
    of_item = {name: getattr(plans, name)[chosen] for name in
               ("accepted_s", "origin", "dest", "arrival_s", "wave_start_s", "wave_end_s")}
    of_leg = {name: getattr(plans, name)[legs] for name in
              ("leg", "leg_from", "leg_to", "leg_dep_s", "leg_arr_s", "leg_rides_on")}
    return Plans(**of_item, offset=offset, **of_leg)


def pools(
    rng: np.random.Generator, place: NDArray[np.int64], items_each: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(person of each item, place of each person): a place has one person for about `items_each` of its items."""
    places, of_item, counts = np.unique(place, return_inverse=True, return_counts=True)
    size = np.ceil(counts / items_each).astype(np.int64)
    begins = np.concatenate([[0], np.cumsum(size)])
    person = begins[of_item] + np.floor(rng.random(len(place)) * size[of_item]).astype(np.int64)
    used, person = np.unique(person, return_inverse=True)
    return person.ravel(), places[np.searchsorted(begins, used, side="right") - 1]
