"""Who works on the timetable: one drafts, another puts in force."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from youlu.domain.access.selectors import Actor
from youlu.domain.network.drafts import TripInput, draft_make, draft_save, trips_newest

MAY = frozenset({"timetable.read", "timetable.edit", "timetable.activate"})
DRAFTER = Actor(id="user:he", name="何工", permissions=MAY)
HEAD = Actor(id="user:lu", name="鲁主任", permissions=MAY)
TOMORROW = dt.date(2022, 7, 12)


def wanted(key: int, **changes: object) -> TripInput:
    """The trip as it is in force, with changes."""
    return replace(TripInput.of(trips_newest([key])[key]), **changes)  # type: ignore[arg-type]


def draft_of(*puts: TripInput, drops: tuple[int, ...] = (), title: str = "夏季调整") -> tuple[uuid.UUID, int]:
    """(draft, version) with these changes."""
    draft_id = draft_make(actor=DRAFTER, title=title)
    return draft_id, draft_save(actor=DRAFTER, draft_id=draft_id, version=1, puts=puts, drops=drops)
