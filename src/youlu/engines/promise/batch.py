"""Many questions about a timetable of any unit of time, each with its own horizon of service days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from youlu.engines.promise.building import timetable_build
from youlu.engines.promise.errors import StartError
from youlu.engines.promise.forward_kernel import forward_many
from youlu.engines.promise.timetable import NEVER, TripPattern

SPAN_DAYS = 14
"""Questions whose days of readiness lie this close share one layout of legs."""


@dataclass(frozen=True, eq=False)
class Questions:
    """Structure of arrays for M questions.

    Attributes
    ----------
    origin, dest : int32[M]
        Dense office index.
    day : int32[M]
        Day of readiness, days since 1970-01-01.
    ready : int32[M]
        Instants after that day's midnight, in the unit of `day_length`.
    """

    origin: np.ndarray
    dest: np.ndarray
    day: np.ndarray
    ready: np.ndarray


def batch_answer(
    patterns: Sequence[TripPattern],
    n_offices: int,
    questions: Questions,
    handling: int,
    *,
    horizon_days: int = 14,
    day_length: int = 1440,
) -> np.ndarray:
    """Earliest arrivals with one handling time at every office.

    A leg counts if its trip runs on a service day before the question's day + `horizon_days`; trips of all
    earlier days count as long as they are under way. The same office as origin and destination arrives when
    ready. `arr_min` and `dep_min` of the patterns, `ready` and `handling` are in one unit, of which
    `day_length` make a day.

    Returns
    -------
    int64[M]
        Instants after the midnight of the question's day; -1 where there is no way.
    """
    out = np.full(len(questions.day), -1, dtype=np.int64)
    if handling < 0:
        raise StartError(f"handling is negative: {handling}")
    longest = max((int(p.arr_min[-1]) for p in patterns if len(p.stops)), default=0)
    lead_days = longest // day_length + 1
    order = np.argsort(questions.day, kind="stable")
    days = questions.day[order]
    begin = 0
    while begin < len(order):
        end = int(np.searchsorted(days, days[begin] + SPAN_DAYS))
        chosen, start_day = order[begin:end], int(days[begin])
        n_days = int(days[end - 1]) - start_day + horizon_days
        timetable = timetable_build(
            patterns, n_offices, start_day, n_days, lead_days, day_length=day_length, limit=NEVER
        )
        shift = (questions.day[chosen].astype(np.int64) - start_day) * day_length
        found = np.empty(len(chosen), dtype=np.int32)
        tt = timetable
        # Added in 64 bits: the sum of a far arrival and a long handling must not wrap round.
        ready_leg = np.minimum(tt.arr.astype(np.int64) + handling, NEVER).astype(np.int32)
        forward_many(tt.u, tt.v, tt.dep, tt.arr, tt.trip, tt.seq, tt.base, ready_leg, tt.service_day, n_offices,
                     len(tt.trip_key), questions.origin[chosen], (questions.ready[chosen] + shift).astype(np.int32),
                     questions.dest[chosen], (questions.day[chosen] + horizon_days - 1).astype(np.int32),
                     found)  # fmt: skip
        out[chosen] = np.where(found == NEVER, -1, found - shift)
        begin = end
    return out
