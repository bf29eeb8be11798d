"""Readings by the hour of business time, whatever its rate."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.domain.insight.services import readings_take


@app.periodic(cron="* * * * *")
@app.task(name="insight.readings", queueing_lock="insight.readings", pass_context=False)
def readings_job(timestamp: int = 0) -> None:
    """Each minute: count if the hour has not been counted."""
    readings_take()
