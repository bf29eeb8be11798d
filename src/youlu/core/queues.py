"""The queues of background work. A worker serves each by threads of its own: a closure waits for no housekeeping."""

from __future__ import annotations

from typing import Any

from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

LOOP = "loop"  # what people wait for: previews, new promises and word of them, one after the other
REST = "default"  # everything else

# Queue -> jobs at once. Of the rest two: what takes minutes at night holds up no partner and no message.
AT_ONCE = {LOOP: 1, REST: 2}


def defer_once(task: Task[..., Any, Any]) -> None:
    """Ask for a job that waits at most once (its queueing lock); outside a transaction, which a refusal would end."""
    try:
        task.defer()
    except AlreadyEnqueued:
        return
