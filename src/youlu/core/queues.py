"""The queues of background work. A worker serves each by threads of its own: a closure waits for no housekeeping."""

from __future__ import annotations

from typing import Any

from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

LOOP = "loop"  # what a dispatcher waits for: previews, new promises, the watch over what is left behind
REST = "default"  # everything else

# Queue -> jobs at once. Of the rest two: what takes minutes at night does not hold up customers' messages.
AT_ONCE = {LOOP: 1, REST: 2}


def defer_once(task: Task[..., Any, Any]) -> None:
    """Ask for a job that waits at most once (its queueing lock); outside a transaction, which a refusal would end."""
    try:
        task.defer()
    except AlreadyEnqueued:
        return
