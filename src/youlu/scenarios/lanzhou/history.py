"""A made-up past of the scenario: how the mail stood hour by hour for a week, what was kept day by day for two.
Nothing of it was counted, and it says so."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from youlu.core import clock
from youlu.domain.insight.counting import WHOLE, values_now
from youlu.domain.insight.models import Indicator, Kept
from youlu.domain.insight.services import hour_of, kept_make, readings_make

HOURS = 7 * 24 + 3  # a little more than a week, so that the same hour a week ago is among them
USUAL_PCT = 97.6  # of an ordinary week
BY_DAY_PCT = 0.5  # better in the night, when the couriers are back
USUAL_SHARE = {Indicator.RISK: 0.012, Indicator.LATE: 0.001, Indicator.NO_WAY: 0.0, Indicator.SILENT: 0.0004}
KEPT_DAYS = 14
KEPT_SHARE = {"express": (0.6, 0.972, 0.981), "parcel": (0.3, 0.955, 0.976), "registered": (0.1, 0.963, 0.978)}
INTO_NOW_H = 8  # the last hours lead to what is counted when the scenario begins


def history_make(*, at: dt.datetime, seed: int, items: int) -> None:
    """Store a plausible week before `at` for the whole and every prefecture that mail is on its way to."""
    rng, now = np.random.default_rng(seed + 3), values_now()
    scopes = sorted({scope for indicator, scope in now if indicator == Indicator.KEPT_PCT})
    offset = {scope: 0.0 if scope == WHOLE else float(rng.normal(0, 0.8)) for scope in scopes}
    values: dict[tuple[str, str, dt.datetime], float] = {}
    for hours_ago in range(1, HOURS + 1):
        hour = hour_of(at) - dt.timedelta(hours=hours_ago)
        wave = math.cos(2 * math.pi * (hour.astimezone(at.tzinfo).hour - 4) / 24)
        past = min(hours_ago / INTO_NOW_H, 1.0)
        for scope in scopes:
            usual = USUAL_PCT + offset[scope] + BY_DAY_PCT * wave + float(rng.normal(0, 0.25))
            values[Indicator.KEPT_PCT, scope, hour] = round(
                min(usual, 99.9) * past + now[Indicator.KEPT_PCT, scope] * (1 - past), 2)
        for indicator, share in USUAL_SHARE.items():
            mean = items * share * (1 - 0.2 * wave) * past + now[indicator, WHOLE] * (1 - past)
            values[indicator, WHOLE, hour] = float(rng.poisson(mean))
        values[Indicator.CLOSURES, WHOLE, hour] = 0.0
        values[Indicator.ORDERS, WHOLE, hour] = float(rng.poisson(now[Indicator.ORDERS, WHOLE] * (1 - 0.15 * wave)))
    readings_make(values=values)
    kept_make(rows=_kept(at.astimezone(clock.SHANGHAI).date(), rng, [scope for scope in scopes if scope], items))


def _kept(today: dt.date, rng: np.random.Generator, prefectures: list[str], items: int) -> list[Kept]:
    """By kind of mail and prefecture: share of the mail, kept by the standard, kept as promised."""
    rows = []
    for days_ago in range(1, KEPT_DAYS + 1):
        for prefecture in prefectures:
            for mail_class, (share, standard, committed) in KEPT_SHARE.items():
                due, drift = int(rng.poisson(items * share / 4 / len(prefectures))), float(rng.normal(0, 0.006))
                rows.append(Kept(
                    day=today - dt.timedelta(days=days_ago), mail_class=mail_class, prefecture=prefecture,
                    standard_due=due, standard_kept=int(rng.binomial(due, min(standard + drift, 0.999))),
                    committed_due=due, committed_kept=int(rng.binomial(due, min(committed + drift, 0.999))),
                    no_standard=0))
    return rows
