"""The rival: Dijkstra of scipy on the time-expanded graph of the same timetable, handling and flags.

Node i is "waiting at leg i's office when it departs", node n + i is "on leg i".
"""

import time

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from youlu.engines.promise import Timetable
from youlu.engines.promise.program import Program


def graph(timetable: Timetable, program: Program) -> csr_array:
    """Edges weighted with minutes: wait, board, stay, change."""
    n = timetable.n_legs
    legs = np.arange(n)
    dep, arr = timetable.dep.astype(float), timetable.arr.astype(float)
    wait = np.flatnonzero((program.follow >= 0) & (program.follow < n))
    stay = np.flatnonzero(program.ride_on >= 0)
    change = np.flatnonzero(program.transfer < n)
    board = program.board
    edges = (
        (wait, program.follow[wait], dep[program.follow[wait]] - dep[wait]),
        (board, n + board, arr[board] - dep[board]),
        (n + stay, n + program.ride_on[stay], arr[program.ride_on[stay]] - arr[stay]),
        (n + change, program.transfer[change], dep[program.transfer[change]] - arr[change]),
    )
    tails, heads, minutes = (np.concatenate(part) for part in zip(*edges, strict=True))
    assert len(legs) == n
    return csr_array((minutes, (tails, heads)), shape=(2 * n, 2 * n))


def seconds_per_source(timetable: Timetable, program: Program, expected: np.ndarray, sources: list[int]) -> float:
    """CPU seconds of one search from the first departure of an office, which must find what the sweep found.

    `expected` is int32[len(sources), n_offices]: arrivals when leaving each source at its first departure.
    """
    edges = graph(timetable, program)
    n = timetable.n_legs
    down = np.flatnonzero(program.target < timetable.n_offices)
    spent = 0.0
    for row, office in enumerate(sources):
        first = program.board[program.bounds[office]]
        begun = time.process_time()
        minutes = dijkstra(edges, indices=int(first))
        spent += time.process_time() - begun
        arrival = np.full(timetable.n_offices, np.inf)
        np.minimum.at(arrival, timetable.v[down], minutes[n + down] + timetable.dep[first])
        arrival = np.where(np.isinf(arrival), 65535, arrival)
        arrival[office] = expected[row, office]
        assert (arrival == expected[row]).all(), f"scipy and the sweep differ from office {office}"
    return spent / len(sources)
