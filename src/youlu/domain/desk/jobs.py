"""Send what is owed by message. Idempotent: a second run finds nothing left to claim."""

from __future__ import annotations

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from youlu.domain.desk.sending import contacts_send, failed_messages_take


@app.task(name="desk.contacts_send", queueing_lock="desk.contacts_send")
def contacts_send_job() -> None:
    """A slice of 5,000, then a new job, so that nothing else waits long behind it."""
    failed_messages_take()
    counts = contacts_send()
    if not counts.is_done and not counts.is_blocked:
        contacts_send_defer()


@app.periodic(cron="* * * * *")
@app.task(name="desk.contacts_send_each_minute", queueing_lock="desk.contacts_send_each_minute")
def contacts_send_each_minute(timestamp: int) -> None:
    """What quiet hours, a missing wording or a kill left."""
    contacts_send_job()


def contacts_send_defer() -> None:
    """Ask for sending soon; call it outside a transaction (a waiting job is answered by an error of the database)."""
    try:
        contacts_send_job.defer()
    except AlreadyEnqueued:
        return
