"""Jobs of workers that were killed: put back, or ended where another of the same kind waits already."""

from __future__ import annotations

import logging

from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

log = logging.getLogger(__name__)


async def orphans_rescue(manager: JobManager, *, stalled_after_s: float) -> None:
    """Look once. A worker that has not beaten its heart for `stalled_after_s` is taken for dead.

    A job that may wait only once (its queueing lock) cannot be put back while its successor waits, which does the same
    work: it is ended. Without that one such job would stand before all orphans behind it for ever.
    """
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=stalled_after_s):
        try:
            await manager.retry_job(job)
            log.warning("job %s of a dead worker is put back", job.id)
        except UniqueViolation:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
            log.warning("job %s of a dead worker is ended: another of its kind waits", job.id)
