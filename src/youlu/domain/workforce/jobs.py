"""The deferred work of the app."""

from __future__ import annotations

import uuid

from django.db import OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from youlu.domain.workforce.rostering.solving import run_answer

AGAIN = RetryStrategy(max_attempts=3, wait=2, retry_exceptions=[OperationalError])


@app.task(name="workforce.solve", retry=AGAIN)
def solve_job(run_id: str) -> None:
    """Search for one roster."""
    run_answer(uuid.UUID(run_id))
