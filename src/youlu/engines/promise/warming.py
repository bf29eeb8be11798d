"""Compile the kernels once, at installation, so that nobody's first quote waits for the compiler."""

import numpy as np

from youlu.engines.promise.backlog import drain
from youlu.engines.promise.batch import Questions, batch_answer
from youlu.engines.promise.building import timetable_build
from youlu.engines.promise.closures import flags_derive
from youlu.engines.promise.forward import scan
from youlu.engines.promise.handling import Handling
from youlu.engines.promise.repromise import Starts, repromise
from youlu.engines.promise.timetable import TripPattern

DAY = 19000


def kernels_compile() -> None:
    """Run every kernel on two offices; numba keeps the machine code beside the package."""
    at = np.array([600, 660], dtype=np.int32)
    patterns = [TripPattern(1, np.array([0, 1], dtype=np.int32), at, at, [DAY])]
    timetable = timetable_build(patterns, 2, DAY, 1)
    handling = Handling.uniform(0, 2)
    flags = flags_derive(timetable, (), 0)
    scan(timetable, flags, handling, 0, 0, 0, 1)
    zero = np.zeros(1, dtype=np.int32)
    starts = Starts.at_offices(zero, zero, np.ones(1))
    repromise((timetable,), ((flags,),), handling, starts, want_legs=True, threads=1)
    drain(np.ones((1, 2)), 60, np.full(2, 60))
    batch_answer(patterns, 2, Questions(zero, zero + 1, zero + DAY, zero), 0)
