"""When mail arrives: a timetable, what offices do to mail, what is closed, and exact earliest arrivals.

Quick start::

    timetable = timetable_build(patterns, n_offices, start_day, n_days=14)
    flags = flags_derive(timetable, closures, group=0)
    found = scan(timetable, flags, handling, 0, origin, ready_min, dest)
    for step in explain(found, dest): ...

Instants are minutes from the local midnight of the timetable's start day; 65535 means there is no way.
"""

from youlu.engines.promise.backlog import BIN_MIN, Drain, drain
from youlu.engines.promise.building import timetable_build
from youlu.engines.promise.closures import LegClosure, flags_derive, reopen_min
from youlu.engines.promise.errors import (
    ClosureError,
    HandlingError,
    PromiseError,
    StartError,
    TimetableError,
)
from youlu.engines.promise.forward import ClosedAlternative, Scan, Step, explain, scan
from youlu.engines.promise.handling import Handling
from youlu.engines.promise.key_filter import lists_touching
from youlu.engines.promise.keys import leg_key_decode, leg_key_encode
from youlu.engines.promise.profile import Profile, profiles
from youlu.engines.promise.repromise import RepromiseStopped, Result, Starts, repromise
from youlu.engines.promise.timetable import (
    CANCELLED,
    LAST,
    NEVER,
    NO_ALIGHT,
    NO_BOARD,
    UNREACHABLE,
    Timetable,
    TripPattern,
    legs_find,
)
from youlu.engines.promise.warming import kernels_compile

__all__ = [
    "BIN_MIN",
    "CANCELLED",
    "LAST",
    "NEVER",
    "NO_ALIGHT",
    "NO_BOARD",
    "UNREACHABLE",
    "ClosedAlternative",
    "ClosureError",
    "Drain",
    "Handling",
    "HandlingError",
    "LegClosure",
    "Profile",
    "PromiseError",
    "RepromiseStopped",
    "Result",
    "Scan",
    "StartError",
    "Starts",
    "Step",
    "Timetable",
    "TimetableError",
    "TripPattern",
    "drain",
    "explain",
    "flags_derive",
    "kernels_compile",
    "leg_key_decode",
    "leg_key_encode",
    "legs_find",
    "lists_touching",
    "profiles",
    "reopen_min",
    "repromise",
    "scan",
    "timetable_build",
]
