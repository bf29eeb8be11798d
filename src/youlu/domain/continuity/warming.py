"""What a worker reads before its first job, so that the first preview does not wait for it."""

from __future__ import annotations

import logging
import threading

from django.db import connection

from youlu.core import clock
from youlu.domain.mail.resident import flight_now
from youlu.domain.network.selectors import epoch_current
from youlu.domain.network.trips import trip_book
from youlu.domain.promise.world import world_at

log = logging.getLogger(__name__)


def warm_begin() -> threading.Thread:
    """Read the items in flight, the timetable and the trips in a thread of its own; a job that wants them meanwhile
    waits for what is missing. Nothing depends on it: a failure is noted and the first job reads for itself."""
    thread = threading.Thread(target=_warm, name="warm", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    try:
        flight_now()
        world = world_at(at=clock.now(), epoch=epoch_current())
        world.long.leg_keys  # noqa: B018  kept by the timetable
        trip_book()
    except Exception:
        log.exception("the worker begins cold")
    finally:
        connection.close()
