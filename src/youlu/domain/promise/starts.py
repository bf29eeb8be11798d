"""From where the fold puts an item to where its next journey starts.

At an office it can leave at max(now, since + handling); a vehicle's mail may get off at the next stop or ride on; on a
leg closed under way it is put back at the leg's office; out for delivery it is where it was going.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.trips import leg_end
from youlu.domain.promise.held import AT_OFFICE, ON_TRIP, Held
from youlu.domain.promise.waves import accepted_min
from youlu.domain.promise.world import World
from youlu.engines.promise import CANCELLED, legs_find


@dataclass(frozen=True, eq=False)
class Origins:
    """Per item: office (-1 on a leg), leg (-1 at an office; index into the short timetable), minute ready or arriving,
    class group, and the minute since which it has been at its destination (-1: not there)."""

    office: NDArray[np.int32]
    leg: NDArray[np.int32]
    minute: NDArray[np.int32]
    group: NDArray[np.uint8]
    at_dest_min: NDArray[np.int64]


def origins_of(world: World, held: Held) -> Origins:
    group_of_kind = np.array([world.group_of(*kind) for kind in held.kinds], np.uint8)
    group = group_of_kind[held.kind] if len(held) else np.empty(0, np.uint8)
    since = np.maximum(-((world.start_s - held.since_s) // 60), 0)
    fresh = (held.place == AT_OFFICE) & (held.position_no == 0)  # lies where it was handed in
    since[fresh] = accepted_min(world.waves, world.start_day, held.place_office[fresh], since[fresh])
    office = held.place_office.astype(np.int32).copy()
    leg = np.full(len(held), -1, np.int32)
    minute = np.zeros(len(held), np.int64)
    riding = held.place == ON_TRIP
    _ride(world, held, riding, group, office, leg, minute)
    waiting = ~riding
    for number in np.unique(group[waiting]):
        mine = waiting & (group == number)
        ready = world.handling.ready(office[mine], since[mine], int(number), starting=True)
        minute[mine] = np.maximum(ready, world.now_min)
    put_back = riding & (leg < 0)
    at_dest = (leg < 0) & (office == held.dest_office) & ~put_back
    at_dest_min = np.where(at_dest, since, -1)
    return Origins(office, leg, minute.astype(np.int32), group, at_dest_min)


def _ride(
    world: World, held: Held, riding: NDArray[np.bool_], group: NDArray[np.uint8], office: NDArray[np.int32],
    leg: NDArray[np.int32], minute: NDArray[np.int64],
) -> None:
    """Fill in items on vehicles: the leg they are on by now, or the office they are put down at."""
    tt, now = world.short, world.now_min
    mine = np.flatnonzero(riding)
    current = legs_find(tt, held.place_leg[mine])
    for number in np.unique(group[mine]):
        flags = world.flags(long=False, group=int(number))
        chosen = np.flatnonzero((group[mine] == number) & (current >= 0))
        while len(chosen):  # ride on past the stops whose time is past
            following = tt.next_leg[current[chosen]]
            on = (following >= 0) & (tt.dep[np.maximum(following, 0)] <= now)
            on &= flags[np.maximum(following, 0)] & CANCELLED == 0
            chosen = chosen[on]
            current[chosen] = following[on]
    for item in mine[current < 0].tolist():
        # The leg ran before the horizon: its mail is at the leg's end.
        office[item], minute[item] = leg_end(int(held.place_leg[item])), now
    mine, current = mine[current >= 0], current[current >= 0]
    ended = np.zeros(len(mine), bool)
    for number in np.unique(group[mine]):
        of_group = group[mine] == number
        flags = world.flags(long=False, group=int(number))
        back = of_group & (flags[current] & CANCELLED > 0) & (tt.arr[current] > now)
        at = tt.u[current[back]]
        office[mine[back]] = at
        minute[mine[back]] = world.handling.ready(at, np.full(len(at), now), int(number), starting=True)
        ended |= back
    rides, its_leg = mine[~ended], current[~ended]
    office[rides], leg[rides], minute[rides] = -1, its_leg, np.maximum(tt.arr[its_leg], now)
