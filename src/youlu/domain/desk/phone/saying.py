"""What the history of an order says of its calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from youlu.domain.desk.phone.models import Call


def span(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """Minutes and seconds between two instants, 3:12; "" where one is not known."""
    if start is None or end is None:
        return ""
    seconds = max(int((end - start).total_seconds()), 0)
    return f"{seconds // 60}:{seconds % 60:02}"


def calls_said(ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What came of each call and how long it lasted, by id: one question, none without ids."""
    wanted = list(ids)
    rows = Call.objects.filter(id__in=wanted) if wanted else ()
    return {str(call.id): (str(call.get_outcome_display()), span(call.answered_at, call.ended_at)) for call in rows}
