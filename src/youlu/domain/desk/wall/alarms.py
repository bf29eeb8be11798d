"""What needs somebody to act now, out of what the wall shows; worded by the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from youlu.core import clock
from youlu.domain.desk.campaigns.models import Campaign
from youlu.domain.desk.wall.facts import Arrivals, Wall

OPEN_HOURS = range(8, 24)  # the lines are answered from eight to midnight
MORE_THAN, MORE_BY = 1.5, 10  # half as much again as foreseen, and ten at least; trade practice, unverified
QUEUE_LONG = 3  # callers who wait at once


@dataclass(frozen=True)
class Alarm:
    """`state`: late (act now) or risk (act soon); `code` and `values` for the sentence."""

    state: str
    code: str
    values: dict[str, Any]


def alarms_of(wall: Wall) -> tuple[Alarm, ...]:
    """The worst first; nothing that merely is so."""
    found = [Alarm("late", "outreach_stopped", {"name": one.name, "why": one.why}) for one in wall.outreaches
             if one.state == Campaign.State.STOPPED and one.why != Campaign.Why.ASKED]
    if wall.due["very_late"]:
        found.append(Alarm("late", "very_late", {"n": wall.due["very_late"]}))
    if clock.local(wall.at).hour in OPEN_HOURS and not any(s.taking for s in wall.seats if s.site == "on_site"):
        found.append(Alarm("late", "nobody_on_site", {}))
    if wall.calls and wall.calls.broken:
        found.append(Alarm("late", "broken", {"n": wall.calls.broken}))
    if wall.calls and wall.calls.waiting >= QUEUE_LONG:
        found.append(Alarm("risk", "queue", {"n": wall.calls.waiting}))
    found += [Alarm("risk", "outreach_late", {"name": one.name, "short": one.pace.people_short})
              for one in wall.outreaches if one.state != Campaign.State.STOPPED and not one.pace.is_in_time]
    for arrivals in wall.arrivals:
        more = _more_pct(arrivals)
        if more:
            found.append(Alarm("risk", f"{arrivals.channel}_surge", {"pct": more}))
    if wall.alerts:
        found.append(Alarm("risk", "alerts", {"n": wall.alerts}))
    return tuple(found)


def _more_pct(arrivals: Arrivals) -> int:
    """How much more than foreseen came in the last two whole half hours, per cent; 0 where it is within reason."""
    if arrivals.came is None or len(arrivals.came) < 3:
        return 0
    came, foreseen = sum(arrivals.came[-3:-1]), sum(arrivals.expected[len(arrivals.came) - 3:len(arrivals.came) - 1])
    if not foreseen or came < MORE_THAN * foreseen or came - foreseen < MORE_BY:
        return 0
    return round(100 * (came / foreseen - 1))
