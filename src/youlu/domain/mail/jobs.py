"""What is done by the clock: the list of exceptions, the traces of closures, what silence usually means, sums."""

from __future__ import annotations

from procrastinate.contrib.django import app

from youlu.domain.mail import loads, selectors  # noqa: F401  (they declare the sums)
from youlu.domain.mail.exceptions.held import held_write
from youlu.domain.mail.exceptions.refresh import exceptions_refresh
from youlu.domain.mail.exceptions.silence import silence_learn
from youlu.domain.mail.sums import sums_make
from youlu.domain.mail.tracking import wrong_tries_forget


@app.periodic(cron="* * * * *")
@app.task(name="mail.exceptions", queueing_lock="mail.exceptions", lock="mail.exceptions")
def exceptions_job(timestamp: int) -> None:
    """Every minute: who must be looked at, and what closures keep from being delivered."""
    held_write()
    exceptions_refresh()


@app.periodic(cron="15 3 * * *")
@app.task(name="mail.silence", queueing_lock="mail.silence", lock="mail.silence")
def silence_job(timestamp: int) -> None:
    """Every night: what the last sixty days teach of each leg."""
    silence_learn()


@app.periodic(cron="9 * * * *")
@app.task(name="mail.tries_forget", queueing_lock="mail.tries_forget")
def tries_forget_job(timestamp: int) -> None:
    """Every hour: wrong tries at tracking that no longer count."""
    wrong_tries_forget()


@app.periodic(cron="* * * * * */10")
@app.task(name="mail.sums", queueing_lock="mail.sums", lock="mail.sums")
def sums_job(timestamp: int) -> None:
    """Every ten seconds: what pages show of all mail in flight, where making it takes long."""
    sums_make()
