"""The backward sweep: all legs once, late to early, with a row of 32 destinations under way."""

import numpy as np
from numba import njit

from youlu.engines.promise.program import SLOT_NEVER, Program
from youlu.engines.promise.rows import LANES, row_step
from youlu.engines.promise.timetable import UNREACHABLE


class Live:
    """The rows of one block of destinations, one set per thread, used again for every block.

    Attributes
    ----------
    rows : uint16[n_legs + 2, 32]
        Earliest arrival by destination when boarding leg i's office at leg i or later.
    lane : int16[n_offices + 1]
        Place of a destination in the row, -1 for those of other blocks.
    """

    def __init__(self, n_legs: int, n_offices: int, n_slots: int) -> None:
        self.rows = _aligned(n_legs + 2)
        self.slots = _aligned(n_slots)
        self.lane = np.full(n_offices + 1, -1, dtype=np.int16)
        self.rows[n_legs:] = UNREACHABLE
        self.slots[SLOT_NEVER] = UNREACHABLE

    def block_sweep(self, program: Program, destinations: np.ndarray) -> None:
        """Fill `rows` and `lane` for up to 32 distinct destinations."""
        self.lane[:] = -1
        self.lane[destinations] = np.arange(len(destinations))
        sweep(self.rows, self.slots, self.lane, program.follow, program.transfer, program.stay, program.seat,
              program.target, program.arr)  # fmt: skip


def _aligned(n_rows: int) -> np.ndarray:
    """Rows that begin on a cache line, as `row_step` assumes."""
    raw = np.empty((n_rows + 1) * LANES, dtype=np.uint16)
    skip = (-raw.ctypes.data % (2 * LANES)) // 2
    return raw[skip : skip + n_rows * LANES].reshape(n_rows, LANES)


@njit(cache=True, nogil=True)
def sweep(rows, slots, lane, follow, transfer, stay, seat, target, arr):
    """One pass over all legs; see `program.Program` for the columns."""
    n = len(follow)
    for i in range(n - 1, -1, -1):
        at, after = np.int64(i), np.int64(follow[i])
        if after < 0:
            at, after = np.int64(n + 1), np.int64(n)
        change, on, off = np.int64(transfer[i]), np.int64(stay[i]), np.int64(seat[i])
        row_step(rows, at, after, change, slots, on, off)  # type: ignore[call-arg]
        k = lane[target[i]]
        if k >= 0:
            # Here mail for lane k is at its destination.
            if arr[i] < slots[seat[i], k]:
                slots[seat[i], k] = arr[i]
            if arr[i] < rows[at, k]:
                rows[at, k] = arr[i]
