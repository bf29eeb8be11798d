"""Keeping what was worked out about backlogs, so that every promise under an epoch waits alike; and showing it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from youlu.core.clock import SHANGHAI
from youlu.domain.network.capacity import capacity_edit
from youlu.domain.network.epoch import epoch_hold
from youlu.domain.network.selectors import epoch_current, offices_all
from youlu.domain.promise.backlog import BINS, OfficeQueue
from youlu.domain.promise.lanes import lanes_of, run_newest
from youlu.domain.promise.models import BacklogRun, OfficeBacklog
from youlu.domain.promise.world import World
from youlu.engines.promise import BIN_MIN, NEVER


@dataclass(frozen=True)
class HourWaiting:
    """Items waiting at the end of an hour."""

    at: dt.datetime
    items: int


@dataclass(frozen=True)
class BacklogRow:
    """An office's backlog as pages show it; `drained_at` None: not within 45 days."""

    office_id: int
    office: str
    per_hour: int
    is_stopped: bool
    stopped_until: dt.datetime | None
    hours: tuple[HourWaiting, ...]
    drained_at: dt.datetime | None

    @property
    def most(self) -> int:
        return max((hour.items for hour in self.hours), default=0)


def backlog_store(*, world: World, queues: tuple[OfficeQueue, ...], closure_id: uuid.UUID | None) -> bool:
    """Keep the queues of a world's epoch, once; False when the epoch moved on meanwhile."""
    with transaction.atomic():
        if epoch_hold() != world.epoch:
            return False
        before = run_newest(world.epoch)
        run, made = BacklogRun.objects.get_or_create(epoch=world.epoch, defaults={
            "computed_at": world.at, "start_day": world.start_day, "lanes": lanes_of(world.capacities),
            "closure_id": closure_id, "is_news": bool(queues) or _had_any(before) or _new_list(before, world.epoch)})
        if made:
            OfficeBacklog.objects.bulk_create(_row(run, world, queue) for queue in queues)
    return True


def _had_any(run: int | None) -> bool:
    return run is not None and OfficeBacklog.objects.filter(run_id=run).exists()


def _new_list(before: int | None, epoch: int) -> bool:
    return (before or 0) < capacity_edit() <= epoch


def _row(run: BacklogRun, world: World, queue: OfficeQueue) -> OfficeBacklog:
    bins = _bins_needed(queue)
    return OfficeBacklog(
        run=run, office_id=queue.office_id, per_hour=queue.per_hour, is_stopped=queue.is_stopped,
        stopped_until=None if queue.stopped_until_min is None else world.instant(queue.stopped_until_min),
        first_hour=queue.first_hour, waiting=queue.waiting.tolist(), ready_min=queue.ready_min[:, :bins].tolist(),
        drained_at=None if queue.drained_min is None else world.instant(queue.drained_min))


def _bins_needed(queue: OfficeQueue) -> int:
    """Hours of arrival up to the last turn: later ones wait for nothing more (the last row holds for them)."""
    if (queue.ready_min >= NEVER).any():
        return BINS
    return min(int(queue.ready_min.max()) // BIN_MIN + 1, BINS)


def run_settled(epoch: int) -> bool:
    """Whether the backlogs of this very epoch are stored."""
    return BacklogRun.objects.filter(epoch=epoch).exists()


def news_between(older: int, newer: int) -> tuple[bool, uuid.UUID | None]:
    """Whether backlogs came, went or changed after one epoch and by another, and the closure they follow from."""
    found = (BacklogRun.objects.filter(epoch__gt=older, epoch__lte=newer, is_news=True).order_by("-epoch")
             .values_list("closure_id", flat=True))
    rows = list(found[:1])
    return bool(rows), rows[0] if rows else None


def closure_of_run(epoch: int) -> uuid.UUID | None:
    """The closure that the backlogs of the newest run up to an epoch follow from."""
    return (BacklogRun.objects.filter(epoch__lte=epoch).order_by("-epoch").values_list("closure_id", flat=True)
            .first())


def queue_row(world_start: dt.datetime, queue: OfficeQueue) -> BacklogRow:
    """A queue that was worked out, as a page shows it."""
    def at(minute: int | None) -> dt.datetime | None:
        return None if minute is None else world_start + dt.timedelta(minutes=minute)

    return _shown(queue.office_id, queue.per_hour, queue.is_stopped, at(queue.stopped_until_min), queue.first_hour,
                  queue.waiting, world_start, at(queue.drained_min))


def backlogs_now(*, office_id: int | None = None, closure_id: uuid.UUID | None = None) -> tuple[BacklogRow, ...]:
    """The backlogs under the epoch in force, the largest first; of one office, or of one closure, where it is named."""
    run = run_newest(epoch_current())
    if run is None:
        return ()
    rows = OfficeBacklog.objects.filter(run_id=run).select_related("run")
    if closure_id is not None:
        rows = rows.filter(run__closure_id=closure_id)
    if office_id is not None:
        rows = rows.filter(office_id=office_id)
    found = [_shown(r.office_id, r.per_hour, r.is_stopped, r.stopped_until, r.first_hour, np.array(r.waiting),
                    _midnight(r.run.start_day), r.drained_at) for r in rows]
    return tuple(sorted(found, key=lambda row: -row.most))


def _shown(
    office_id: int, per_hour: int, is_stopped: bool, until: dt.datetime | None, first_hour: int, waiting: np.ndarray,
    start: dt.datetime, drained_at: dt.datetime | None,
) -> BacklogRow:
    hours = tuple(HourWaiting(start + dt.timedelta(hours=first_hour + nth + 1), items)
                  for nth, items in enumerate(waiting.tolist()))
    return BacklogRow(office_id, offices_all()[office_id].name, per_hour, is_stopped, until, hours, drained_at)


def _midnight(start_day: int) -> dt.datetime:
    return dt.datetime.combine(dt.date(1970, 1, 1) + dt.timedelta(days=start_day), dt.time(), SHANGHAI)
