"""Figures of the house as it stands, gathered from every app that names a function `gauges` in its AppConfig.

None holds personal data: counts, by labels of a closed set.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils.module_loading import import_string

from youlu.core.metrics import Family

KEPT_S = 15.0  # asked more often, the same figures are given: counting a million items is not free

_lock = threading.Lock()
_kept: tuple[float, list[Family]] | None = None


def gauges_read(*, fresh: bool = False) -> list[Family]:
    """All families of all apps, at most KEPT_S old."""
    global _kept
    with _lock:
        if fresh or _kept is None or time.monotonic() - _kept[0] > KEPT_S:
            names = [config.gauges for config in apps.get_app_configs() if hasattr(config, "gauges")]
            _kept = (time.monotonic(), [family for name in names for family in import_string(name)()])
        return _kept[1]


def counts(query: str, *labels: str) -> list[tuple[dict[str, str], float]]:
    """Samples of a query whose rows are the labels' values and then a number."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [(dict(zip(labels, map(str, row[:-1]), strict=True)), row[-1] or 0) for row in cursor.fetchall()]


def one(name: str, help_: str, query: str, kind: str = "gauge") -> Family:
    """A family of one number without labels."""
    return Family(name, help_, kind, counts(query))


def core_gauges() -> list[Family]:
    """Jobs, workers, events that wait, audit rows not yet sealed, whether a scenario's clock drives the house."""
    jobs: Any = counts("SELECT status, count(*) FROM procrastinate_jobs GROUP BY status", "state")
    return [
        Family("jobs", "Deferred jobs, by state; those that succeed are deleted.", "gauge", jobs),
        one("workers", "Worker processes whose heart beat within half a minute.",
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'"),
        Family("outbox_events", "Events that wait for a subscriber.", "gauge", counts(
            "SELECT subscriber, count(*) FROM core_eventrow GROUP BY subscriber", "subscriber")),
        one("outbox_oldest_seconds", "Age of the oldest waiting event.",
            "SELECT coalesce(extract(epoch FROM now() - min(made_at)), 0)::float8 FROM core_eventrow"),
        one("audit_unsealed", "Audit rows that the sealing job has not chained yet.",
            "SELECT count(*) FROM core_auditentry WHERE seal_no IS NULL"),
        one("scenario_clock", "1 while a scenario's clock drives business time.",
            "SELECT count(*) FROM core_scenarioclock"),
    ]
