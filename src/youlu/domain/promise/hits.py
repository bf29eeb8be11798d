"""Who is hit: items one of whose remaining planned legs is closed, or whose wave is stopped.

A measure that only removes options leaves the promise of everybody else as it is: what they were going to ride is
still there, and nothing became faster.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.models import Measure
from youlu.domain.promise.held import ON_TRIP, UNKNOWN_S, Held
from youlu.domain.promise.waves import waves_group, waves_stopped
from youlu.domain.promise.world import World
from youlu.engines.promise import CANCELLED, NO_ALIGHT, NO_BOARD, legs_find, lists_touching


def items_hit(world: World, held: Held) -> NDArray[np.bool_]:
    """bool[N]: whose promise the effects in force break. Items without a known time are not hit again."""
    hit = np.zeros(len(held), bool)
    closed = _legs_closed(world, held)
    maybe = np.flatnonzero(_wave_maybe_stopped(world, held) | lists_touching(closed, held.legs, held.legs_offset))
    if len(maybe):
        near = held.take(maybe)
        broken = _wave_stopped(world, near)
        if len(closed):
            broken |= _way_closed(world, near)
        hit[maybe] = broken & (near.expected_s != UNKNOWN_S)
    return hit


# Two cheap looks before the exact ones, that name every item they could name and few others: a million items take some
# hundredths of a second.
def _wave_maybe_stopped(world: World, held: Held) -> NDArray[np.bool_]:
    """Items that end where some effect stops the last mile."""
    maybe = np.zeros(len(held), bool)
    for effect in world.effects:
        if effect.act in (Measure.Act.DELIVERY, Measure.Act.DISPATCH):
            for ids, of_item in ((effect.offices, held.dest_office), (effect.segments, held.dest_segment),
                                 (effect.compounds, held.dest_compound)):
                if len(ids):
                    maybe |= _one_of(ids, of_item)
    return maybe


def _legs_closed(world: World, held: Held) -> NDArray[np.int64]:
    """Keys of legs that are closed to some of the mail."""
    closed = np.zeros(world.long.n_legs, bool)
    for group in {world.group_of(*kind) for kind in held.kinds}:
        closed |= world.flags(long=True, group=group) & (CANCELLED | NO_BOARD | NO_ALIGHT) > 0
    return world.long.leg_keys[closed]


def _one_of(ids: NDArray[np.int64], of_item: NDArray[np.int32]) -> NDArray[np.bool_]:
    table = np.zeros(int(max(ids.max(), of_item.max(initial=0))) + 2, bool)
    table[ids] = True  # the last place stays empty: it is what -1, none, points at
    return table[of_item]


def _wave_stopped(world: World, held: Held) -> NDArray[np.bool_]:
    windows = [world.window(effect) for effect in world.effects]
    groups = waves_group(world.waves, world.effects, windows, held, world.start_day)
    told_min = (held.expected_s - world.start_s) // 60
    return waves_stopped(groups, told_min)


def _way_closed(world: World, held: Held) -> NDArray[np.bool_]:
    """Items with a closed leg ahead of them: cancelled, or barred where they would board or get off."""
    counts = np.diff(held.legs_offset)
    owner = np.repeat(np.arange(len(held)), counts)
    nth = np.arange(len(held.legs)) - held.legs_offset[owner]
    legs = legs_find(world.long, held.legs)
    found = legs >= 0
    dep, arr, trip = (np.where(found, column[legs], 0) for column in (world.long.dep, world.long.arr, world.long.trip))
    done = nth < held.legs_done[owner]
    closed = np.zeros(len(legs), np.uint8)
    for group, mine in _by_group(world, held).items():
        flags = world.flags(long=True, group=group)
        concerned = found & mine[owner]
        closed[concerned] = flags[legs[concerned]]
    # A vehicle that the item is on has left the stops whose time is past, scanned there or not, unless it was stopped
    # there; the vehicles after it have left without the item.
    same_run = held.legs >> 16 == held.place_leg[owner] >> 16
    under_way = (held.place[owner] == ON_TRIP) & same_run & (dep <= world.now_min) & (closed & CANCELLED == 0)
    current = done & (nth == held.legs_done[owner] - 1) & (held.place[owner] == ON_TRIP) & (arr > world.now_min)
    ahead = found & ~(done | under_way) | (found & current)
    same_as_next = np.zeros(len(legs), bool)
    if len(legs):
        same_as_next[:-1] = (trip[1:] == trip[:-1]) & (owner[1:] == owner[:-1]) & found[1:] & found[:-1]
    boards = ~np.concatenate([[False], same_as_next[:-1]]) if len(legs) else same_as_next
    boards &= ~current
    broken = ahead & ((closed & CANCELLED > 0) | (boards & (closed & NO_BOARD > 0))
                      | (~same_as_next & (closed & NO_ALIGHT > 0)))
    hit = np.zeros(len(held), bool)
    hit[owner[broken]] = True
    return hit


def _by_group(world: World, held: Held) -> dict[int, NDArray[np.bool_]]:
    """Class group -> bool[N] of its items."""
    group_of_kind = np.array([world.group_of(*kind) for kind in held.kinds], np.int64)
    groups = group_of_kind[held.kind] if len(held.kinds) else np.empty(0, np.int64)
    return {int(group): groups == group for group in np.unique(groups)}
