"""Hand over what waits: one short batch a job, a new job while there is more."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.domain.messages.delivery import messages_deliver

BATCH = 50


@app.periodic(cron="* * * * *")
@app.task(name="messages.deliver", queueing_lock="messages.deliver", pass_context=False)
def messages_deliver_due(timestamp: int = 0) -> None:
    for _ in range(10):
        if messages_deliver(limit=BATCH) < BATCH:
            return
