"""The planned leg as it is stored on an item: trip key, service date and stop sequence in one bigint.

Array positions change with every revision of the timetable; this key survives them.
"""

import numpy as np

from youlu.engines.promise.errors import TimetableError

DAY_ZERO = 10957
"""2000-01-01 in days since 1970-01-01: 16 bits then reach to the year 2179."""


def leg_key_encode(trip_key: np.ndarray, service_day: np.ndarray, seq: np.ndarray) -> np.ndarray:
    """Pack arrays of one shape into int64: trip key 31 bits, service day 16 bits, stop sequence 16 bits.

    Raises
    ------
    TimetableError
        A part does not fit into its bits.
    """
    trips, days, seqs = (np.asarray(part, dtype=np.int64) for part in (trip_key, service_day, seq))
    days = days - DAY_ZERO
    for name, part, limit in (("trip key", trips, 2**31), ("service day", days, 2**16), ("seq", seqs, 2**16)):
        if part.size and (part.min() < 0 or part.max() >= limit):
            raise TimetableError(f"{name} outside 0..{limit - 1}")
    return (trips << 32) | (days << 16) | seqs


def leg_key_decode(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Undo `leg_key_encode`: (trip key, service day since 1970-01-01, stop sequence), all int64."""
    packed = np.asarray(keys, dtype=np.int64)
    return packed >> 32, ((packed >> 16) & 0xFFFF) + DAY_ZERO, packed & 0xFFFF
