"""Rolling over to the next service day: its arrays lie ready before midnight, those of days long over go."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.core import clock
from youlu.domain.promise.arrays import arrays_prepare, arrays_sweep
from youlu.domain.promise.errors import RevisionMovedError


@app.periodic(cron="*/5 * * * *")
@app.task(name="promise.roll_over", queueing_lock="promise.roll_over")
def roll_over_job(timestamp: int) -> None:
    """Every five minutes."""
    try:
        arrays_prepare(clock.today())
    except RevisionMovedError:  # the next run makes those of the newer one
        return
    arrays_sweep(clock.today())
