"""The desk in figures: how many of a stream of calls a number of people hold, make wait and lose.

In closed form `erlang_c` has callers who wait for ever, `erlang_a` callers who hang up; `capacity` says it in an hour's
figures, `people_by_period` and `people_split` turn it round. `simulation` runs a desk of many skills, sites and
channels event by event; `forecast` says what will come.
"""

from youlu.engines.queueing.birth_death import Params, Problem, Result, erlang_a, erlang_c
from youlu.engines.queueing.capacity import Held, capacity, drain_h, people_needed, wait_expected_s
from youlu.engines.queueing.staffing import (
    Line,
    held_by_channel,
    held_of,
    people_by_period,
    people_split,
    staffing_check,
)
from youlu.engines.queueing.warming import kernels_compile

__all__ = [
    "Held",
    "Line",
    "Params",
    "Problem",
    "Result",
    "capacity",
    "drain_h",
    "erlang_a",
    "erlang_c",
    "held_by_channel",
    "held_of",
    "kernels_compile",
    "people_by_period",
    "people_needed",
    "people_split",
    "staffing_check",
    "wait_expected_s",
]
