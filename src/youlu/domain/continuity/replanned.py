"""Whose way another timetable has changed: items with a leg ahead of a trip that the revision changes or ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from youlu.domain.network.models import TimetableRevision
from youlu.domain.network.trips import LEG_DAY_ZERO
from youlu.domain.promise.held import Held


def legs_replanned(held: Held, *, since: int, epoch: int) -> NDArray[np.bool_] | None:
    """bool[N] over `held`: items whose planned way was taken away or re-timed after the epoch `since`, by `epoch`.

    None where no timetable came into force in that time. A timetable that was imported whole changes nobody's way by
    itself: who comes out otherwise is revised.
    """
    revisions = TimetableRevision.objects.filter(epoch__gt=since, epoch__lte=epoch).values_list(
        "effective_date", "changed_trip_keys")
    if not revisions:
        return None
    changed = np.zeros(len(held.legs), bool)
    trip, day = held.legs >> 32, held.legs >> 16 & 0xFFFF
    for effective_date, keys in revisions:
        if effective_date is not None:
            changed |= np.isin(trip, keys) & (day >= (effective_date - LEG_DAY_ZERO).days)
    owner = np.repeat(np.arange(len(held)), np.diff(held.legs_offset))
    ahead = np.arange(len(held.legs)) - held.legs_offset[owner] >= held.legs_done[owner]
    hit = np.zeros(len(held), bool)
    hit[owner[changed & ahead]] = True
    return hit
