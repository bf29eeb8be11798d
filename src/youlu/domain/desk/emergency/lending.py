"""Who is lent is another city's: asked for by an order of the desk, which says who must be there when, and is owed.

The order is urgent and due when the first of them begins, so that it stands on the next handover until somebody has
the other city's answer.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Any

from youlu.core import clock
from youlu.domain.access.selectors import Actor
from youlu.domain.desk.emergency.publishing import shift_at
from youlu.domain.desk.emergency.rosters import LENT
from youlu.domain.desk.models import WorkOrder
from youlu.domain.desk.orders.opening import order_open

KIND = "coordination"


def lent_ask(*, actor: Actor, watch_id: uuid.UUID, plan: dict[str, Any]) -> dict[str, Any]:
    """Open the order in the caller's transaction, once a watch; its number and id, as the watch keeps them."""
    shifts = sorted((shift_at(s)[0], s["who"], s) for s in plan["shifts"] if s["who"].startswith(LENT))
    people = len({who for _, who, _ in shifts})
    if not shifts:
        return {}
    first_at = shifts[0][0]
    order_id = order_open(
        actor=actor, kind=KIND, title=f"应急值守借人：请邻市派{people}人，{clock.local(first_at):%m月%d日%H:%M}到岗",
        body=lent_words(shifts), channel="other", key=f"lent:{watch_id}")
    order = WorkOrder.objects.filter(id=order_id)
    order.update(priority=2, due_at=first_at, warn_at=min(first_at, order.get().warn_at or first_at))
    return {"lent_order": order.get().number, "lent_order_id": str(order_id)}


def lent_words(shifts: list[tuple[Any, str, dict[str, Any]]]) -> str:
    """What the other city is told, a line a person: 外援1 07-12 08:00–15:30、07-13 08:00–15:30."""
    by_person: dict[int, list[str]] = defaultdict(list)
    for _, who, shift in shifts:
        begins_at, ends_at = (clock.local(at) for at in shift_at(shift))
        by_person[int(who.removeprefix(LENT))].append(f"{begins_at:%m-%d %H:%M}–{ends_at:%H:%M}")
    lines = [f"外援{nth} {'、'.join(times)}" for nth, times in sorted(by_person.items())]
    return "\n".join(["在岗接电话，标准工时，每天7小时。到岗名单请回在本单。", *lines])
