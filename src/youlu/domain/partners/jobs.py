"""The outbox, every two seconds: what a deed queued is with the partner soon after, or retried with growing pauses."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.domain.partners.services import outbox_send


@app.periodic(cron="* * * * * */2")
@app.task(name="partners.outbox_send", queueing_lock="partners.outbox_send", pass_context=False)
def outbox_send_due(timestamp: int) -> None:
    outbox_send()
