"""Which of many short lists of keys contain one of a few: a look at one bit per key, false alarms allowed."""

import numpy as np
from numba import njit

_BITS = 20  # 128 KiB of bits stay in the second-level cache
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(64 - _BITS)


def lists_touching(wanted: np.ndarray, keys: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """bool[N]: lists `keys[offset[i]:offset[i + 1]]` in which a key of `wanted` may occur.

    Every list with such a key is named; of the others a share that grows with the number of wanted keys (one in a
    thousand a key of the list at a thousand wanted).

    Parameters
    ----------
    wanted : int64[K]
    keys : int64[M]
    offset : int64[N + 1]
    """
    touched = np.zeros(len(offset) - 1, np.bool_)
    if len(wanted) and len(keys):
        _mark(_bits(np.ascontiguousarray(wanted, np.int64)), keys, offset, touched)
    return touched


@njit(cache=True, nogil=True)
def _bits(wanted):
    bits = np.zeros(1 << (_BITS - 3), np.uint8)
    for key in wanted:
        place = (np.uint64(key) * _MULTIPLIER) >> _SHIFT
        bits[place >> np.uint64(3)] |= np.uint8(1) << np.uint8(place & np.uint64(7))
    return bits


@njit(cache=True, nogil=True)
def _mark(bits, keys, offset, touched):
    for nth in range(len(touched)):
        for at in range(offset[nth], offset[nth + 1]):
            place = (np.uint64(keys[at]) * _MULTIPLIER) >> _SHIFT
            if bits[place >> np.uint64(3)] >> np.uint8(place & np.uint64(7)) & np.uint8(1):
                touched[nth] = True
                break
