"""The deferred work of the loop. Each is safe to run again: what is done is seen from watermarks."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import OperationalError, connection
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from youlu.core import clock
from youlu.core.queues import LOOP, defer_once
from youlu.domain.continuity.apply import closure_apply, partitions_behind
from youlu.domain.continuity.effects import effect_answer
from youlu.domain.continuity.preview import preview_answer
from youlu.domain.mail.changed import changed_trim
from youlu.domain.mail.missed import missed_find
from youlu.domain.mail.overload import overload_mark
from youlu.domain.mail.resident import flight_now

APPLY_LOCK = 0x6170706C79  # "apply": one run at a time, whatever the number of workers
TRIM_EVERY_S = 60
# The database was away for a moment: what was asked is still to be answered.
AGAIN = RetryStrategy(max_attempts=10, wait=2, retry_exceptions=[OperationalError])


@app.task(name="continuity.apply", queue=LOOP, retry=AGAIN, pass_context=True)
def apply_job(context: JobContext) -> None:
    """Make promises true under the current epoch."""
    apply_alone(stop=context.should_abort)


def apply_alone(*, stop: Callable[[], bool] = lambda: False) -> None:
    """Run the loop unless somebody runs it already: a second worker leaves it to the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [APPLY_LOCK])
        if not cursor.fetchone()[0]:
            return
    try:
        closure_apply(stop=stop)
        defer_once(overload_job)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [APPLY_LOCK])


@app.task(name="continuity.preview", queue=LOOP, retry=AGAIN)
def preview_job(preview_id: str) -> None:
    """Answer one preview."""
    preview_answer(preview_id)


@app.task(name="continuity.effect", retry=AGAIN)
def effect_job(effect_id: str) -> None:
    """Answer what a draft of a timetable would do."""
    effect_answer(uuid.UUID(effect_id))


@app.periodic(cron="* * * * * */2")
@app.task(name="continuity.watch", queue=LOOP, queueing_lock="continuity.watch")
def watch_job(timestamp: int) -> None:
    """Every two seconds: the arrays of what is in flight caught up, connections missed by the clock, and whether
    anything is left behind by whatever happened."""
    missed_find(now=clock.now(), parts=flight_now())
    if timestamp % TRIM_EVERY_S == 0:
        changed_trim()
    if partitions_behind():
        apply_alone()


@app.periodic(cron="*/5 * * * *")
@app.task(name="continuity.overload", queueing_lock="continuity.overload", lock="continuity.overload",
          pass_context=False)
def overload_job(timestamp: int = 0) -> None:
    """After a run and every five minutes: which trips more mail is planned on than they carry."""
    overload_mark([part.held for part in flight_now()])
