"""The deferred work of the app."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.workforce.forecasting import demand_forecast
from youlu.domain.workforce.rostering.solving import run_answer
from youlu.domain.workforce.staffing import forecast_check

AGAIN = RetryStrategy(max_attempts=3, wait=2, retry_exceptions=[OperationalError])


@app.task(name="workforce.solve", retry=AGAIN)
def solve_job(run_id: str) -> None:
    """Search for one roster."""
    run_answer(uuid.UUID(run_id))


@app.task(name="workforce.forecast", retry=AGAIN)
def forecast_job(start_date: str, days: int, surge: float = 1.0) -> None:
    """Foresee a period anew."""
    demand_forecast(actor=actor_of_system("forecast"), start_date=dt.date.fromisoformat(start_date), days=days,
                    surge=surge)


@app.task(name="workforce.staffing_check", retry=AGAIN)
def staffing_check_job(forecast_id: str) -> None:
    """Simulate the people that a forecast asked for, after everything that somebody waits for."""
    forecast_check(uuid.UUID(forecast_id))
