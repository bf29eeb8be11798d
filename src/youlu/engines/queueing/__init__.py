"""Queues in closed form: how many of a stream of calls a number of people hold, make wait and lose.

`erlang_c` has callers who wait for ever, `erlang_a` callers who hang up; `capacity` says it in an hour's figures.
"""

from youlu.engines.queueing.birth_death import Params, Problem, Result, erlang_a, erlang_c
from youlu.engines.queueing.capacity import Held, capacity, drain_h, people_needed

__all__ = ["Held", "Params", "Problem", "Result", "capacity", "drain_h", "erlang_a", "erlang_c", "people_needed"]
