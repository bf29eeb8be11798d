"""What a worker reads before its first job, so that the first preview does not wait for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import connection

from youlu.core import clock
from youlu.domain.mail.overload import loads_of
from youlu.domain.mail.resident import flight_now
from youlu.domain.network.selectors import epoch_current
from youlu.domain.network.trips import trip_book
from youlu.domain.promise.world import world_at
from youlu.engines.promise import kernels_compile

log = logging.getLogger(__name__)


def warm_begin() -> threading.Thread:
    """Read the items in flight, the timetable and the trips in a thread of its own; a job that wants them meanwhile
    waits for what is missing. Nothing depends on it: a failure is noted and the first job reads for itself."""
    thread = threading.Thread(target=_warm, name="warm", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    beside = threading.Thread(target=_guarded, args=[_network_warm], name="warm-network", daemon=True)
    beside.start()  # the server gathers the items meanwhile
    _guarded(_items_warm)
    beside.join()


def _items_warm() -> None:
    for part in flight_now():
        loads_of(part.held)


def _network_warm() -> None:
    kernels_compile()  # compiled long ago: loads them
    world = world_at(at=clock.now(), epoch=epoch_current())
    world.long.leg_keys  # noqa: B018  kept by the timetable
    trip_book()


def _guarded(warm: Callable[[], None]) -> None:
    try:
        warm()
    except Exception:
        log.exception("the worker begins cold")
    finally:
        connection.close()
