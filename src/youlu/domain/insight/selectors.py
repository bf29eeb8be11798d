"""The past of indicators, for comparison with now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from youlu.domain.insight.counting import WHOLE
from youlu.domain.insight.models import Indicator, Reading

TREND_HOURS = 23  # with the present value a day: what a sparkline shows
WEEK = dt.timedelta(days=7)
NEAR = dt.timedelta(hours=2)


@dataclass(frozen=True)
class Past:
    """`trend`: the last day's values by indicator, hour by hour, oldest first, without the present one. `last_week`:
    the kept rate of each scope at this hour a week ago. `is_made`: some of it was made up for a scenario."""

    trend: dict[str, tuple[float, ...]]
    last_week: dict[str, float]
    is_made: bool

    def hour_ago(self, indicator: str) -> float | None:
        """The newest value of an indicator that was kept."""
        values = self.trend.get(indicator, ())
        return values[-1] if values else None


def past_read(*, now: dt.datetime) -> Past:
    """What pages compare the present with (two queries)."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    day = Reading.objects.filter(scope=WHOLE, at__lt=hour, at__gte=hour - dt.timedelta(hours=TREND_HOURS))
    trend: dict[str, list[float]] = defaultdict(list)
    made = False
    for indicator, value, is_made in day.order_by("at").values_list("indicator", "value", "is_made"):
        trend[indicator].append(value)
        made |= is_made
    week_ago = Reading.objects.filter(indicator=Indicator.KEPT_PCT, at__gte=hour - WEEK - NEAR,
                                      at__lte=hour - WEEK + NEAR)
    nearest: dict[str, tuple[dt.timedelta, float]] = {}
    for scope, at, value, is_made in week_ago.values_list("scope", "at", "value", "is_made"):
        away = abs(at - (hour - WEEK))
        if scope not in nearest or away < nearest[scope][0]:
            nearest[scope] = away, value
        made |= is_made
    return Past({name: tuple(values) for name, values in trend.items()},
                {scope: value for scope, (_, value) in nearest.items()}, made)
