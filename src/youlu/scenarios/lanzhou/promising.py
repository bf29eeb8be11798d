"""Promises at acceptance, by the product's own promise: one call for all items."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.plan import NetworkPlan
from youlu.domain.promise.compute import promises_compute
from youlu.domain.promise.held import AT_OFFICE, UNKNOWN_S, Held
from youlu.domain.promise.world import World, world_at
from youlu.engines.promise import legs_find
from youlu.scenarios.lanzhou.flows import CLASSES, Flows
from youlu.scenarios.lanzhou.journeys import Plans

LOCAL_S = 8 * 3600  # Asia/Shanghai has had no summer time since 1991
DAY_S = 86_400


def plans_make(plan: NetworkPlan, flows: Flows, *, first_at: dt.datetime, epoch: int) -> Plans:
    """Promise each item as of its acceptance.

    The world stands at `first_at`, before all acceptances: an item is ready from its own acceptance on, so each gets
    the promise that a quote of that instant gives.
    """
    world = world_at(at=first_at, epoch=epoch)
    promises = promises_compute(world, _held(flows))
    leg = legs_find(world.long, promises.legs)
    trip = world.long.trip[leg]
    offset = promises.legs_offset
    last_of_item = np.zeros(len(leg), bool)
    last_of_item[offset[1:][np.diff(offset) > 0] - 1] = True
    rides_on = np.zeros(len(leg), bool)
    rides_on[:-1] = (trip[1:] == trip[:-1]) & ~last_of_item[:-1]
    known = promises.arrive_by_s != UNKNOWN_S
    arrival = np.where(known, promises.arrival_s, 0)
    told = np.where(known, promises.arrive_by_s, 0)
    return Plans(
        accepted_s=flows.accepted_s, origin=flows.origin, dest=flows.dest, arrival_s=arrival,
        wave_start_s=_wave_starts(plan, flows, told), wave_end_s=told, offset=offset, leg=promises.legs,
        leg_from=world.long.u[leg], leg_to=world.long.v[leg], leg_dep_s=_seconds(world, world.long.dep[leg]),
        leg_arr_s=_seconds(world, world.long.arr[leg]), leg_rides_on=rides_on)


def _seconds(world: World, minutes: NDArray[np.int32]) -> NDArray[np.int64]:
    return world.start_s + minutes.astype(np.int64) * 60


def _held(flows: Flows) -> Held:
    count = len(flows)
    none = np.full(count, -1, np.int32)
    unknown = np.full(count, UNKNOWN_S)
    return Held(
        item_key=np.arange(count, dtype=np.int64), position_no=np.zeros(count, np.int32),
        place=np.full(count, AT_OFFICE, np.int16), place_office=flows.origin, place_leg=np.full(count, -1, np.int64),
        since_s=flows.accepted_s, dest_office=flows.dest, dest_segment=np.where(flows.segment, flows.segment, none),
        dest_compound=np.where(flows.compound, flows.compound, none), kind=flows.mail_class.astype(np.int16),
        expected_s=unknown, arrival_s=unknown, legs_done=np.zeros(count, np.int16),
        legs_offset=np.zeros(count + 1, np.int64), legs=np.empty(0, np.int64),
        kinds=tuple((name, "") for name in CLASSES))


def _wave_starts(plan: NetworkPlan, flows: Flows, told_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """The start of the wave whose end was told: by segment where there is one, else by office."""
    waves: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}

    def known(row) -> int:
        return waves.setdefault((row.wave_start_min, row.wave_end_min), len(waves))

    of_office = np.array([known(office) for office in plan.offices])
    of_segment = np.array([0, *(known(segment) for segment in plan.segments)])
    template = np.where(flows.segment > 0, of_segment[flows.segment], of_office[flows.dest])
    midnight = (told_s + LOCAL_S) // DAY_S * DAY_S - LOCAL_S
    end_min = (told_s - midnight) // 60
    start_min = np.zeros(len(told_s), np.int64)
    for (starts, ends), number in waves.items():
        for start, end in zip(starts, ends, strict=True):
            start_min[(template == number) & (end_min == end)] = start
    return midnight + start_min * 60
