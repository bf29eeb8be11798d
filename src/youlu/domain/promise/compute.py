"""New promises for many items at once: sweep and walk, then the wave each customer is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from youlu.domain.promise.held import ON_ROUND, UNKNOWN_S, Held
from youlu.domain.promise.starts import Origins, origins_of
from youlu.domain.promise.waves import NO_WAVE, waves_group, waves_told
from youlu.domain.promise.world import World
from youlu.engines.promise import NEVER, UNREACHABLE, Result, Starts, legs_find, repromise

THREADS = 2


@dataclass(frozen=True, eq=False)
class Promises:
    """Per item of a Held, in its order. Instants in Unix seconds, UNKNOWN_S where nothing can be said."""

    arrive_by_s: NDArray[np.int64]
    arrival_s: NDArray[np.int64]  # at the destination office
    legs_offset: NDArray[np.int64]
    legs: NDArray[np.int64]
    legs_done: NDArray[np.int16]
    next_departure_s: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> Promises:
        """The promises of the items under the mask, in order."""
        counts = np.diff(self.legs_offset)
        offset = np.zeros(int(mask.sum()) + 1, np.int64)
        np.cumsum(counts[mask], out=offset[1:])
        return Promises(self.arrive_by_s[mask], self.arrival_s[mask], offset, self.legs[np.repeat(mask, counts)],
                        self.legs_done[mask], self.next_departure_s[mask])


def promises_compute(world: World, held: Held, *, stop: Callable[[], bool] | None = None) -> Promises:
    """Promise every item anew from where it is, under the world's measures."""
    origins = origins_of(world, held)
    result = _journeys(world, held, origins, stop)
    there = origins.at_dest_min >= 0
    arrival = np.where(there, origins.at_dest_min, result.arrival_min.astype(np.int64))
    reached = there | (result.arrival_min < UNREACHABLE)
    unsealed = np.where(reached, arrival + world.waves.unsealing_min[held.dest_office], NO_WAVE)
    if world.draining is not None:
        coming = reached & ~there
        unsealed[coming] = np.maximum(unsealed[coming], _turns(world, held, origins, arrival)[coming])
    # What already lies at its destination goes out with the next wave, not with one that has left.
    ready = np.where(there, np.maximum(unsealed, world.now_min), unsealed)
    on_round = held.place == ON_ROUND
    ready = np.where(on_round, world.now_min, ready)
    windows = [world.window(effect) for effect in world.effects]
    told = waves_told(waves_group(world.waves, world.effects, windows, held, world.start_day), ready, on_round)
    legs_offset, legs = result.legs_offset, result.legs
    # The plan of what is on a vehicle begins with the leg it is on, which is boarded already.
    done = ((origins.leg >= 0) & (np.diff(legs_offset) > 0)).astype(np.int16)
    return Promises(
        np.where(told < NO_WAVE, world.start_s + told * 60, UNKNOWN_S),
        np.where(reached, world.start_s + arrival * 60, UNKNOWN_S),
        legs_offset, legs, done, _next_departure(world, legs_offset, legs, done),
    )


def _turns(world: World, held: Held, origins: Origins, arrival: NDArray[np.int64]) -> NDArray[np.int64]:
    """When mail that comes to its destination has had its turn there; 0 where nothing waits."""
    turns = np.zeros(len(held), np.int64)
    for group in np.unique(origins.group).tolist():
        mine = origins.group == group
        turns[mine] = world.handling.turn(held.dest_office[mine], arrival[mine], group)
    return np.where(turns < NEVER, turns, NO_WAVE)


def _journeys(world: World, held: Held, origins: Origins, stop: Callable[[], bool] | None) -> Result:
    flags = (lambda group: world.flags(long=False, group=group), lambda group: world.flags(long=True, group=group))
    starts = Starts(office=origins.office, ready_min=origins.minute, leg=origins.leg, arr_min=origins.minute,
                    dest=held.dest_office.astype(np.int32), group=origins.group)
    return repromise((world.short, world.long), flags, world.handling, starts, want_legs=True,
                     closures=world.leg_closures, threads=THREADS, stop=stop)


def _next_departure(
    world: World, offset: NDArray[np.int64], legs: NDArray[np.int64], done: NDArray[np.int16]
) -> NDArray[np.int64]:
    departure = np.full(len(offset) - 1, UNKNOWN_S, np.int64)
    ahead = np.flatnonzero(np.diff(offset) > done)
    if len(ahead):
        found = legs_find(world.long, legs[offset[:-1][ahead] + done[ahead]])
        departure[ahead] = np.where(found >= 0, world.start_s + world.long.dep[found].astype(np.int64) * 60, UNKNOWN_S)
    return departure
