"""How many people arrivals take, by the trade's figures of a channel; and what a simulation says of that number."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from youlu.core import clock
from youlu.domain.workforce.models import Forecast, StaffNeed
from youlu.domain.workforce.trade import WORK, Work
from youlu.engines.queueing import capacity, people_by_period

PERIODS, PERIOD_S = 48, 1_800.0
REPLICATIONS, SEED = 50, 1


@dataclass(frozen=True)
class DayCheck:
    """A day's calls answered in 20 seconds, in per cent of all: by Erlang A, half hour by half hour as if each were
    long, and simulated with the people of one half hour finding the queue of the one before: mean and 95 % interval.

    `people`: at most in a half hour, whole; `lost`: who hang up in the simulation, per cent.
    """

    date: str
    calls: float
    people: int
    formula: float
    mean: float
    low: float
    high: float
    lost: float

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.date)

    @property
    def formula_said(self) -> str:
        return f"{self.formula:g}%"

    @property
    def mean_said(self) -> str:
        return f"{self.mean:g}%"

    @property
    def span_said(self) -> str:
        return f"{self.low:g}–{self.high:g}%"


def people_of(arrivals: Sequence[float] | np.ndarray, work: Work, *, period_s: float = PERIOD_S) -> np.ndarray:
    """People for float64[P] arrivals a period: Erlang A for who hangs up, the time it takes for what can wait."""
    if math.isinf(work.patience_s):
        return np.asarray(arrivals, dtype=float) * work.service_s / period_s / work.busy_share
    return people_by_period(arrivals, period_s=period_s, service_s=work.service_s, patience_s=work.patience_s,
                            within_share=work.within_share).astype(float)


def forecast_check(forecast_id: uuid.UUID) -> int:
    """Simulate each day of a forecast of calls with the people it asked for, and keep what came of it; returns days.

    Of a channel that can wait, and of days that a later forecast or a person has said anew, there is nothing to check.
    """
    row = Forecast.objects.filter(id=forecast_id).first()
    work = next((one for one in WORK if row and one.channel == row.channel), None)
    if row is None or work is None or math.isinf(work.patience_s):
        return 0
    people, expected = _wanted(row, work)
    checks = [_day(row.start_date + dt.timedelta(days=day), people[day], expected[day], work)
              for day in range(row.days) if expected[day].any()]
    Forecast.objects.filter(id=row.id).update(checks=[asdict(check) for check in checks])
    return len(checks)


def _wanted(row: Forecast, work: Work) -> tuple[np.ndarray, np.ndarray]:
    """int64[D, 48] whole people and float64[D, 48] arrivals, as the needs have them now."""
    begin = clock.midnight(row.start_date)
    people, expected = np.zeros(row.days * PERIODS, dtype=np.int64), np.zeros(row.days * PERIODS)
    rows = StaffNeed.objects.filter(channel=row.channel, skill=work.skill, start_at__gte=begin,
                                    start_at__lt=begin + dt.timedelta(days=row.days))
    for start_at, wanted, count in rows.values_list("start_at", "people", "expected"):
        nth = int((start_at - begin).total_seconds() // PERIOD_S)
        people[nth], expected[nth] = math.ceil(wanted), count
    return people.reshape(row.days, PERIODS), expected.reshape(row.days, PERIODS)


def _day(day: dt.date, people: np.ndarray, expected: np.ndarray, work: Work) -> DayCheck:
    from youlu.engines.queueing import staffing_check  # the simulation's kernels, only where one is made
    from youlu.engines.queueing.simulation import Times

    shares = [capacity(arrivals_per_h=float(count) * 3_600 / PERIOD_S, service_s=work.service_s, agents=int(many),
                       patience_s=work.patience_s).within_share if count else 0.0
              for many, count in zip(people, expected, strict=True)]
    result = staffing_check(people, expected, handling=Times.exponential(work.service_s),
                            patience=Times.exponential(work.patience_s), seed=SEED, replications=REPLICATIONS)
    within, lost = result.interval("within_share", "calls"), result.interval("abandoned_share", "calls")
    return DayCheck(day.isoformat(), round(float(expected.sum()), 1), int(people.max()),
                    _pct(float(np.dot(shares, expected) / expected.sum())), _pct(within.mean), _pct(within.low),
                    _pct(within.high), _pct(lost.mean))


def _pct(share: float) -> float:
    return round(100 * min(max(share, 0.0), 1.0), 1) if math.isfinite(share) else 0.0
