"""All departures that matter towards one destination: what a sweep knows, spread out to be looked at."""

from dataclasses import dataclass

import numpy as np

from youlu.engines.promise.handling import Handling
from youlu.engines.promise.program import program_build
from youlu.engines.promise.sweep import Live
from youlu.engines.promise.timetable import UNREACHABLE, Timetable


@dataclass(frozen=True, eq=False)
class Profile:
    """Earliest arrivals at one destination from every office and every minute.

    Attributes
    ----------
    dest : int
    bounds : int64[n_offices + 1]
    dep_min, arrival_min : int32[]
        Boardable departures of office o at bounds[o] .. bounds[o + 1], in order of time, and the arrival of mail
        that waits there at that minute; 65535 where there is no way.
    """

    dest: int
    bounds: np.ndarray
    dep_min: np.ndarray
    arrival_min: np.ndarray

    def arrival(self, office: int, ready_min: int) -> int:
        """Arrival of mail ready at `office` at `ready_min`; 65535 if there is no way."""
        if office == self.dest:
            return min(ready_min, UNREACHABLE)
        begin, end = int(self.bounds[office]), int(self.bounds[office + 1])
        at = begin + int(np.searchsorted(self.dep_min[begin:end], ready_min))
        return int(self.arrival_min[at]) if at < end else UNREACHABLE


def profiles(timetable: Timetable, flags: np.ndarray, handling: Handling, group: int, dest: int) -> Profile:
    """The profile of one destination by a sweep of its own."""
    program = program_build(timetable, flags, handling, group)
    live = Live(timetable.n_legs, timetable.n_offices, program.n_slots)
    live.block_sweep(program, np.array([dest]))
    arrival = live.rows[program.board, 0].astype(np.int32)
    return Profile(dest, program.bounds, program.board_dep, arrival)
