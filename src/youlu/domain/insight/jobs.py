"""Readings by the hour of business time, whatever its rate."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.domain.insight.keeping import days_count
from youlu.domain.insight.services import readings_take


@app.periodic(cron="* * * * *")
@app.task(name="insight.readings", queueing_lock="insight.readings", lock="insight.readings", pass_context=False)
def readings_job(timestamp: int = 0) -> None:
    """Each minute: count if the hour has not been counted."""
    readings_take()


@app.periodic(cron="*/10 * * * *")
@app.task(name="insight.kept", queueing_lock="insight.kept", lock="insight.kept", pass_context=False)
def kept_job(timestamp: int = 0) -> None:
    """Every ten minutes: count kept rates if yesterday, by business time, has not been counted."""
    days_count()
