"""A plan's figures with their intervals, and against doing nothing: plain JSON, nothing is worded here.

Every figure is [mean, low, high], a Student interval at 95 % over the replications; the paired difference to doing
nothing is of the same customers with the same luck. What has no value (nobody called) is None.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np

from youlu.domain.desk.emergency.facts import Facts, Inputs
from youlu.domain.desk.emergency.simulating import (
    CALL_BACKS,
    CALLS,
    CONTACTS,
    ORDER,
    first_day,
    hours_of_tonight,
)
from youlu.engines.queueing.simulation import Interval, Result, interval_of

Figure = list[float] | None
DONE_SHARE = 0.5  # contacts are said to be done when they are in half of the replications


def figures_of(result: Result, facts: Facts, inputs: Inputs, base: Result | None = None) -> dict[str, Any]:
    """Figures of one result. `base`: of doing nothing, to be compared with.

    Keys: lost_tonight_h (calls lost an hour, tonight), lost_day, answered_share, within_share, wait_s, orders_on_time,
    orders_left, contacts_share, call_backs_kept, unmet_day, busy_on_site, busy_at_home, each a Figure; `against` the
    same for the differences of the first eight; contacts_done_at and its half of the day.
    """
    values = _values(result, facts, inputs, is_plan=base is not None)
    row: dict[str, Any] = {name: _figure(interval_of(each)) for name, each in values.items()}
    row["busy_on_site"], row["busy_at_home"] = (_busy(result, site) for site in ("on_site", "at_home"))
    row["contacts_done_at"] = _contacts_done(result, facts)
    row["against"] = {} if base is None else _against(values, _values(base, facts, inputs, is_plan=False))
    return row


def _values(result: Result, facts: Facts, inputs: Inputs, *, is_plan: bool) -> dict[str, np.ndarray]:
    """float64[R] by name."""
    day = first_day(facts)
    days = inputs.days - facts.start_min / 1_440
    lost = result.values("abandoned", CALLS)
    names = [c.name for c in result.problem.channels]
    orders = [name for name in names if name.startswith(ORDER)]
    due = sum((result.values("due", name) for name in orders), np.zeros(result.replications))
    on_time = sum((result.values("on_time", name) for name in orders), np.zeros(result.replications))
    contacts = result.values("done", CONTACTS) - result.values("given_up", CONTACTS)
    owed = _contacts_owed(result)
    undone = np.maximum(owed - contacts, 0.0)
    found = {
        "lost_tonight_h": (result.values("abandoned", CALLS, min(day, inputs.days - 1)) / hours_of_tonight(facts)),
        "lost_day": lost / days,
        "answered_share": result.values("answered_share", CALLS),
        "within_share": result.values("within_share", CALLS),
        "wait_s": result.values("wait_mean_s", CALLS),
        "orders_on_time": _share(on_time, due),
        "orders_left": sum((result.values("backlog", name) for name in orders), np.zeros(result.replications)),
        "contacts_share": _told(contacts, owed, inputs, is_plan=is_plan),
        "unmet_day": (lost + (due - on_time) + undone) / days,
    }
    if CALL_BACKS in names:
        found["call_backs_kept"] = result.values("on_time_share", CALL_BACKS)
    return found


def _told(by_voice: np.ndarray, owed: float, inputs: Inputs, *, is_plan: bool) -> np.ndarray:
    """Of all customers owed word, who has it: by message at once where a plan sends first, the others by voice."""
    voice = by_voice / owed if owed else np.ones(len(by_voice))
    return 1 - inputs.voice_share * (1 - voice) if is_plan else voice


def _contacts_owed(result: Result) -> float:
    channel = result.problem.channels[result.problem.channel_index(CONTACTS)]
    return float(sum(channel.expected)) + len(channel.given_s)


def _share(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


def _figure(interval: Interval) -> Figure:
    if not interval.count or not math.isfinite(interval.half):
        return None
    return [round(x, 4) for x in (interval.mean, interval.low, interval.high)]


def _against(plan: dict[str, np.ndarray], base: dict[str, np.ndarray]) -> dict[str, Figure]:
    return {name: _figure(interval_of(plan[name] - base[name])) for name in plan if name in base}


def _busy(result: Result, site: str) -> Figure:
    """Share of their duty that those at the site are busy; None where nobody is on duty there."""
    if site not in result.problem.sites:
        return None
    return _figure(result.site_occupancy(site))


def _contacts_done(result: Result, facts: Facts) -> str | None:
    """When every customer owed a call has had it, in half of the replications; None: not within the horizon."""
    seconds = result.finished_by(CONTACTS, DONE_SHARE)
    if not math.isfinite(seconds):
        return None
    return (facts.start_at + dt.timedelta(seconds=seconds)).isoformat()
