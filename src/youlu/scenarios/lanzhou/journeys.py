"""Where each item has come by now along its planned legs, and the scans that put it there.

Everything runs to the timetable up to the scenario's clock: nothing is late before the tour begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AT_OFFICE, ON_TRIP, ON_ROUND, DELIVERED = range(4)
SCAN_ACCEPTED, SCAN_DEPARTED, SCAN_ARRIVED, SCAN_OUT, SCAN_DELIVERED = range(5)
NEVER_S = np.int64(2**62)


@dataclass(frozen=True)
class Plans:
    """The promises of N items: legs of item i are `[offset[i]:offset[i + 1]]` of the leg columns. Unix seconds."""

    accepted_s: NDArray[np.int64]
    origin: NDArray[np.int32]
    dest: NDArray[np.int32]
    arrival_s: NDArray[np.int64]
    wave_start_s: NDArray[np.int64]
    wave_end_s: NDArray[np.int64]  # what the customer was told
    offset: NDArray[np.int64]
    leg: NDArray[np.int64]
    leg_from: NDArray[np.int32]
    leg_to: NDArray[np.int32]
    leg_dep_s: NDArray[np.int64]
    leg_arr_s: NDArray[np.int64]
    leg_rides_on: NDArray[np.bool_]  # the next leg of the item is the same vehicle's

    def __len__(self) -> int:
        return len(self.origin)


@dataclass(frozen=True)
class Positions:
    """Per item; -1 is "none". `next_departure_s` NEVER_S: none. `moves` counts the scans that moved it."""

    place: NDArray[np.int8]
    office: NDArray[np.int32]
    leg: NDArray[np.int64]
    since_s: NDArray[np.int64]
    legs_done: NDArray[np.int16]
    next_departure_s: NDArray[np.int64]
    moves: NDArray[np.int32]


@dataclass(frozen=True)
class Scans:
    """M scans ordered by item, then time. `leg` is -1 but for departures; `sequence` counts within a device."""

    item: NDArray[np.int64]
    kind: NDArray[np.int8]
    occurred_s: NDArray[np.int64]
    office: NDArray[np.int32]
    leg: NDArray[np.int64]
    device_no: NDArray[np.int32]
    sequence: NDArray[np.int64]


def delivered_s(plans: Plans, chance: NDArray[np.float64]) -> NDArray[np.int64]:
    """The second of delivery within the promised wave: whole minutes after the round began."""
    minutes = 10 + np.floor(chance * ((plans.wave_end_s - plans.wave_start_s) / 60 - 15))
    return plans.wave_start_s + minutes.astype(np.int64) * 60


def positions_at(plans: Plans, delivery_s: NDArray[np.int64], now_s: int) -> Positions:
    """Where the items are at `now_s` if everything ran to the timetable."""
    items = np.repeat(np.arange(len(plans)), np.diff(plans.offset))
    departed = np.bincount(items[plans.leg_dep_s <= now_s], minlength=len(plans))
    total = np.diff(plans.offset)
    last = plans.offset[:-1] + departed - 1  # the leg it departed on last; nonsense where none, masked below
    safe = np.clip(last, 0, max(len(plans.leg) - 1, 0))
    there = plans.arrival_s <= now_s
    started = (departed > 0) & ~there
    aboard = started & ((plans.leg_arr_s[safe] > now_s) | plans.leg_rides_on[safe])
    waiting = started & ~aboard
    out = there & (plans.wave_start_s <= now_s)
    done = there & (delivery_s <= now_s)
    place = np.select([done, out, aboard], [DELIVERED, ON_ROUND, ON_TRIP], AT_OFFICE).astype(np.int8)
    office = np.select([there, aboard, waiting], [plans.dest, -1, plans.leg_to[safe]], plans.origin)
    since = np.select([done, out, there, aboard, waiting],
                      [delivery_s, plans.wave_start_s, plans.arrival_s, plans.leg_dep_s[safe], plans.leg_arr_s[safe]],
                      plans.accepted_s)
    legs_done = np.where(there, total, departed)
    ahead = legs_done < total
    following = np.clip(plans.offset[:-1] + legs_done, 0, max(len(plans.leg) - 1, 0))
    alighted = np.bincount(items[(plans.leg_arr_s <= now_s) & ~plans.leg_rides_on], minlength=len(plans))
    return Positions(
        place, office.astype(np.int32), np.where(aboard, plans.leg[safe], -1), since, legs_done.astype(np.int16),
        np.where(ahead, plans.leg_dep_s[following], NEVER_S), (departed + alighted + out + done).astype(np.int32))


def scans_until(plans: Plans, delivery_s: NDArray[np.int64], now_s: int) -> Scans:
    """Every scan that has happened by `now_s`: accepted, departed on each leg, arrived, out, delivered.

    Device 2 x office is the office's own, 2 x office + 1 the couriers'.
    """
    every = np.arange(len(plans))
    items = np.repeat(every, np.diff(plans.offset))
    left, came = plans.leg_dep_s <= now_s, (plans.leg_arr_s <= now_s) & ~plans.leg_rides_on
    out, done = plans.wave_start_s <= now_s, delivery_s <= now_s
    parts = [
        (every, SCAN_ACCEPTED, plans.accepted_s, plans.origin, None),
        (items[left], SCAN_DEPARTED, plans.leg_dep_s[left], plans.leg_from[left], plans.leg[left]),
        (items[came], SCAN_ARRIVED, plans.leg_arr_s[came], plans.leg_to[came], None),
        (every[out], SCAN_OUT, plans.wave_start_s[out], plans.dest[out], None),
        (every[done], SCAN_DELIVERED, delivery_s[done], plans.dest[done], None),
    ]
    item = np.concatenate([p[0] for p in parts])
    kind = np.concatenate([np.full(len(p[0]), p[1], np.int8) for p in parts])
    occurred = np.concatenate([p[2] for p in parts])
    office = np.concatenate([p[3] for p in parts]).astype(np.int32)
    leg = np.concatenate([np.full(len(p[0]), -1, np.int64) if p[4] is None else p[4] for p in parts])
    device = office * 2 + (kind >= SCAN_OUT)
    sequence = _sequence(device, occurred, item, kind)
    order = np.lexsort((kind, occurred, item))
    return Scans(item[order], kind[order], occurred[order], office[order], leg[order], device[order].astype(np.int32),
                 sequence[order])


def _sequence(
    device: NDArray[np.int32], occurred: NDArray[np.int64], item: NDArray[np.int64], kind: NDArray[np.int8]
) -> NDArray[np.int64]:
    """1, 2, 3 … within each device, in order of time."""
    order = np.lexsort((kind, item, occurred, device))
    first = np.flatnonzero(np.r_[True, np.diff(device[order]) != 0])
    counted = np.arange(len(order)) - np.repeat(first, np.diff(np.r_[first, len(order)])) + 1
    sequence = np.empty(len(order), np.int64)
    sequence[order] = counted
    return sequence
