"""A made-up week before the scenario: how the mail stood hour by hour. Nothing of it was counted, and it says so."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from youlu.domain.insight.counting import WHOLE, values_now
from youlu.domain.insight.models import Indicator
from youlu.domain.insight.services import hour_of, readings_make

HOURS = 7 * 24 + 3  # a little more than a week, so that the same hour a week ago is among them
USUAL_PCT = 97.6  # of an ordinary week
BY_DAY_PCT = 0.5  # better in the night, when the couriers are back
SHARES = {Indicator.RISK: 0.012, Indicator.LATE: 0.008, Indicator.NO_WAY: 0.0, Indicator.SILENT: 0.002}


def history_make(*, at: dt.datetime, seed: int, items: int) -> None:
    """Store a plausible week before `at` for the whole and every prefecture that mail is on its way to."""
    rng = np.random.default_rng(seed + 3)
    scopes = sorted({scope for indicator, scope in values_now() if indicator == Indicator.KEPT_PCT})
    offset = {scope: 0.0 if scope == WHOLE else float(rng.normal(0, 0.8)) for scope in scopes}
    values: dict[tuple[str, str, dt.datetime], float] = {}
    for hours_ago in range(1, HOURS + 1):
        hour = hour_of(at) - dt.timedelta(hours=hours_ago)
        wave = math.cos(2 * math.pi * (hour.astimezone(at.tzinfo).hour - 4) / 24)
        for scope in scopes:
            pct = USUAL_PCT + offset[scope] + BY_DAY_PCT * wave + float(rng.normal(0, 0.25))
            values[Indicator.KEPT_PCT, scope, hour] = round(min(pct, 99.9), 2)
        for indicator, share in SHARES.items():
            values[indicator, WHOLE, hour] = float(rng.poisson(items * share * (1 - 0.2 * wave)))
        values[Indicator.CLOSURES, WHOLE, hour] = 0.0
        values[Indicator.ORDERS, WHOLE, hour] = float(rng.poisson(220 * (1 - 0.3 * wave)))
    readings_make(values=values)
