"""What will come and how many it takes: half-hour history → forecast × surge → people → needs."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from procrastinate.contrib.django import app

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.domain.access.selectors import Actor
from youlu.domain.promise.holidays import Almanac
from youlu.domain.workforce.errors import NoHistoryError, PeriodError, SurgeError
from youlu.domain.workforce.models import Arrival, Demand, Forecast
from youlu.domain.workforce.needs import demand_follow, needs_set, typed_of
from youlu.domain.workforce.rostering.facts import Wanted
from youlu.domain.workforce.rostering.problem import DAYS_MOST
from youlu.domain.workforce.staffing import DayCheck, people_of
from youlu.domain.workforce.trade import NIGHT_PEOPLE, NIGHT_UNTIL_MIN, WORK, Work
from youlu.engines.calendar import day_of_date

if TYPE_CHECKING:
    from youlu.engines.queueing.forecast import History, Result

HISTORY_DAYS = 182
PERIODS = 48
HALF_HOUR = dt.timedelta(minutes=30)
SURGE_MOST = 20.0
FORECAST_JOB, CHECK_JOB = "workforce.forecast", "workforce.staffing_check"  # by name: jobs stand above


@dataclass(frozen=True)
class ForecastRow:
    """How a channel was foreseen. `error_pct`: mean error by half hour in the backtest; None: could not be tested."""

    channel: str
    start_date: dt.date
    days: int
    surge: float
    history_days: int
    chosen: str
    scores: tuple[tuple[str, float, float], ...]
    flags: tuple[str, ...]
    made_at: dt.datetime
    checks: tuple[DayCheck, ...] = ()

    @property
    def worst_check(self) -> DayCheck | None:
        """The day on which the simulation answers the least in time; None: not simulated (yet)."""
        return min(self.checks, key=lambda check: check.mean, default=None)

    @property
    def error(self) -> str:
        return f"{self.error_pct}%"

    @property
    def channel_label(self) -> str:
        return str(Demand.Channel(self.channel).label)

    @property
    def error_pct(self) -> float | None:
        return round(100 * self.scores[0][1], 1) if self.scores else None


def demand_forecast(
    *, actor: Actor, start_date: dt.date, days: int, surge: float | Mapping[str, float] = 1.0,
    work: Sequence[Work] = WORK, over_typed: bool = True,
) -> tuple[str, ...]:
    """Foresee each channel that has a history and write the people needed; returns the channels.

    Parameters
    ----------
    surge : factor on arrivals, for all or by channel.
    over_typed : also where somebody typed what is wanted; False: that stands.

    Raises
    ------
    NoHistoryError : no channel has any history before the period. PeriodError, SurgeError.
    """
    actor.require("workforce.roster")
    if not 1 <= days <= DAYS_MOST:
        raise PeriodError(days=DAYS_MOST)
    factors = {one.channel: surge.get(one.channel, 1.0) if isinstance(surge, Mapping) else surge for one in work}
    if not all(0 <= factor <= SURGE_MOST for factor in factors.values()):
        raise SurgeError(most=round(SURGE_MOST))
    foreseen = {one: found for one in work if (found := _foresee(one.channel, start_date, days, factors[one.channel]))}
    if not foreseen:
        raise NoHistoryError()
    with transaction.atomic():
        for one, (history_days, result, arrivals) in foreseen.items():
            _keep(one, result, history_days, start_date, factors[one.channel], arrivals, over_typed)
        typed = frozenset[dt.datetime]() if over_typed else typed_of("night", start_date, days)
        needs_set([row for row in _nights(start_date, days) if row.start_at not in typed], source="值守")
        audit_record(actor=actor.id, action="forecast.make", object_type="period", object_id=start_date.isoformat(),
                     days=days, channels=sorted(one.channel for one in foreseen))
    return tuple(one.channel for one in foreseen)


def demand_forecast_start(*, actor: Actor, start_date: dt.date, days: int, surge: float = 1.0) -> None:
    """Ask the worker to foresee a period anew.

    Raises
    ------
    NoHistoryError, PeriodError, SurgeError : told at once, not by a job that fails.
    """
    actor.require("workforce.roster")
    if not 1 <= days <= DAYS_MOST:
        raise PeriodError(days=DAYS_MOST)
    if not 0 <= surge <= SURGE_MOST:
        raise SurgeError(most=round(SURGE_MOST))
    if not Arrival.objects.exists():
        raise NoHistoryError()
    with transaction.atomic():
        app.configure_task(FORECAST_JOB, priority=5).defer(
            start_date=start_date.isoformat(), days=days, surge=surge)
        audit_record(actor=actor.id, action="forecast.ask", object_type="period", object_id=start_date.isoformat(),
                     days=days, surge=surge)


def forecasts_newest() -> tuple[ForecastRow, ...]:
    """The newest forecast of each channel."""
    rows = Forecast.objects.order_by("channel", "-id").distinct("channel")
    return tuple(ForecastRow(
        row.channel, row.start_date, row.days, row.surge, row.history_days, row.chosen,
        tuple((name, wape, by_day) for name, wape, by_day, _ in row.scores), tuple(row.flags), row.made_at,
        tuple(DayCheck(**check) for check in row.checks))
        for row in rows)


def _foresee(channel: str, start_date: dt.date, days: int, surge: float) -> tuple[int, Result, np.ndarray] | None:
    from youlu.engines.queueing.forecast import Problem, forecast  # only where a forecast is made: scipy's statistics

    history = _history(channel, start_date)
    if history is None:
        return None
    # Days between the history's last and the period are foreseen too, and passed over.
    gap = day_of_date(start_date) - history.first_day - history.days
    almanac = Almanac().at(clock.now())
    result = forecast(Problem(history, gap + days, almanac if almanac.years else None, (surge,)))
    return history.days, result, result.mean[gap:]


def _history(channel: str, start_date: dt.date) -> History | None:
    """float64[D, 48] up to the eve of the period, today left out unless it is over; None: nothing known."""
    from youlu.engines.queueing.forecast import History as Known

    until = min(clock.midnight(start_date), clock.midnight(clock.today()))
    rows = list(Arrival.objects.filter(
        channel=channel, start_at__lt=until, start_at__gte=until - dt.timedelta(days=HISTORY_DAYS),
    ).order_by("start_at").values_list("start_at", "count"))
    if not rows:
        return None
    first, last = (clock.local(rows[n][0]).date() for n in (0, -1))
    counts = np.zeros(((last - first).days + 1, PERIODS))
    seen = np.zeros(len(counts), dtype=bool)
    for start_at, count in rows:
        local = clock.local(start_at)
        day = (local.date() - first).days
        counts[day, local.hour * 2 + local.minute // 30] = count
        seen[day] = True
    counts[~seen] = np.nan
    return Known(day_of_date(first), counts)


def _keep(
    work: Work, result: Result, history_days: int, start_date: dt.date, surge: float, arrivals: np.ndarray,
    over_typed: bool,
) -> None:
    name = work.channel
    people = people_of(np.round(arrivals.ravel(), 1), work)
    wanted, expected = [], []
    stands = frozenset() if over_typed else typed_of(name, start_date, len(arrivals))
    for n, count in enumerate(arrivals.ravel()):
        start_at = clock.midnight(start_date) + n * HALF_HOUR
        if count > 0.05 and start_at not in stands:
            wanted.append(Wanted(start_at, name, round(float(people[n]), 2), work.skill))
            expected.append(round(float(count), 2))
    source = f"预测：{result.chosen}"
    needs_set(wanted, source=source, expected=expected)
    demand_follow(name, (row.start_at for row in wanted), source=source)
    scores = [[s.name, round(s.wape, 4), round(s.wape_day, 4), None if math.isnan(s.covered) else round(s.covered, 3)]
              for s in result.scores]
    made = Forecast.objects.create(
        channel=name, start_date=start_date, days=len(arrivals), surge=surge, history_days=history_days,
        chosen=result.chosen, scores=scores, flags=sorted(str(flag) for flag in result.flags), made_at=clock.now())
    if not math.isinf(work.patience_s):
        app.configure_task(CHECK_JOB, priority=-5).defer(forecast_id=str(made.id))


def _nights(start_date: dt.date, days: int) -> list[Wanted]:
    return [Wanted(clock.midnight(start_date + dt.timedelta(days=day)) + dt.timedelta(minutes=minute), "night",
                   NIGHT_PEOPLE)
            for day in range(days) for minute in range(0, NIGHT_UNTIL_MIN, 30)]
