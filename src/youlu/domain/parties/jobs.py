"""Every night: personal data that has been kept long enough."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.domain.access.selectors import actor_of_system
from youlu.domain.parties.retention import parties_expire


@app.periodic(cron="40 3 * * *")
@app.task(name="parties.expire", queueing_lock="parties.expire", lock="parties.expire", pass_context=False)
def parties_expire_due(timestamp: int = 0) -> None:
    parties_expire(actor=actor_of_system("retention"))
