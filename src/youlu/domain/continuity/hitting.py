"""Who is affected by what changed since a partition was last looked at, and what each item's revision will say."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from youlu.domain.continuity.replanned import legs_replanned
from youlu.domain.mail.models import PARTITIONS, PromiseRevision
from youlu.domain.network.models import Closure, Measure
from youlu.domain.promise.backlog_store import news_between
from youlu.domain.promise.compute import Promises
from youlu.domain.promise.held import Held, held_join
from youlu.domain.promise.hits import items_hit
from youlu.domain.promise.world import World

Cause = PromiseRevision.Cause


@dataclass(frozen=True, eq=False)
class Hits:
    """Items to be promised anew. `must` are revised whatever comes out (hit, or due by themselves); the others only
    if something came out otherwise (after a lift, under another timetable). `reason[i]` indexes `reasons`, (cause,
    closure)."""

    items: Held
    partition: NDArray[np.int16]
    must: NDArray[np.bool_]
    reason: NDArray[np.int32]
    reasons: tuple[tuple[str, uuid.UUID | None], ...]
    looked_at: dict[int, int]


@dataclass(frozen=True, eq=False)
class Part:
    """What one partition commits, and how many items of it were looked at."""

    items: Held
    promises: Promises
    cause: list[str]
    closure_ids: list[uuid.UUID | None]
    looked_at: int


def who_is_hit(world: World, partition: int, held: Held, since: int) -> Hits:
    """The partition's items whose promise may differ from when it was looked at under the epoch `since`."""
    reasons: list[tuple[str, uuid.UUID | None]] = [("", None)]
    reason = np.zeros(len(held), np.int32)
    for opened in _closed_between(since, world.epoch):
        alone = replace(world, effects=tuple(e for e in world.effects if opened in e.closure_ids),
                        _flags={}, _groups={})
        reasons.append((Cause.CLOSURE, opened))
        reason[items_hit(alone, held)] = len(reasons) - 1
    must = reason > 0
    for key, cause, closure_id in _due_rows(partition):
        at = int(np.searchsorted(held.item_key, key))
        if at < len(held) and held.item_key[at] == key and not must[at]:
            reasons.append((cause, closure_id))
            reason[at], must[at] = len(reasons) - 1, True
    chosen = must
    replanned = legs_replanned(held, since=since, epoch=world.epoch)
    if replanned is not None:  # another timetable: whose legs are gone must, the others may go sooner or later
        reasons.append((Cause.TIMETABLE, None))
        reason[~must] = len(reasons) - 1
        must = must | replanned
        chosen = np.ones(len(held), bool)
    everybody = _everybody(since, world.epoch)
    if everybody is not None:
        reasons.append(everybody)
        reason[~must] = len(reasons) - 1
        chosen = np.ones(len(held), bool)
    count = int(chosen.sum())
    return Hits(held.where(chosen), np.full(count, partition, np.int16), must[chosen], reason[chosen], tuple(reasons),
                {partition: len(held)})


def _everybody(since: int, epoch: int) -> tuple[str, uuid.UUID | None] | None:
    """Why everybody is looked at: something got better somewhere, or mail has to queue somewhere; None if neither."""
    lifted = _lifted_between(since, epoch)
    if lifted is not None:
        return Cause.LIFT, lifted
    queueing, closure_id = news_between(since, epoch)
    if not queueing:
        return None
    return (Cause.CLOSURE, closure_id) if closure_id else (Cause.CAPACITY, None)


def hits_join(parts: list[Hits]) -> Hits:
    """All partitions' hits as one, so that one sweep serves them."""
    reasons: list[tuple[str, uuid.UUID | None]] = []
    numbers = []
    for part in parts:
        numbers.append(part.reason + len(reasons))
        reasons.extend(part.reasons)
    return Hits(
        held_join([part.items for part in parts]), np.concatenate([part.partition for part in parts]),
        np.concatenate([part.must for part in parts]), np.concatenate(numbers).astype(np.int32), tuple(reasons),
        {number: count for part in parts for number, count in part.looked_at.items()},
    )


def what_changed(hits: Hits, promises: Promises) -> dict[int, Part]:
    """Partition -> what it commits; every partition looked at is there, if only to raise its watermark."""
    changed = hits.must | (promises.arrive_by_s != hits.items.expected_s) | (promises.arrival_s != hits.items.arrival_s)
    parts = {}
    for number, looked_at in hits.looked_at.items():
        mask = changed & (hits.partition == number)
        reasons = [hits.reasons[nth] for nth in hits.reason[mask].tolist()]
        parts[number] = Part(hits.items.where(mask), promises.where(mask), [cause for cause, _ in reasons],
                             [closure for _, closure in reasons], looked_at)
    return parts


def _closed_between(older: int, newer: int) -> list[uuid.UUID]:
    """Closures with measures that came into force after `older`, by `newer`, oldest first."""
    rows = Measure.objects.filter(from_epoch__gt=older, from_epoch__lte=newer, until_epoch__isnull=True)
    ids = rows.values_list("closure_id", flat=True).distinct()
    return list(Closure.objects.filter(id__in=ids).order_by("declared_epoch").values_list("id", flat=True))


def _lifted_between(older: int, newer: int) -> uuid.UUID | None:
    """The closure whose measures were last taken out of force in that time, None if none was."""
    return (Measure.objects.filter(until_epoch__gt=older, until_epoch__lte=newer, from_epoch__lte=older)
            .order_by("-until_epoch").values_list("closure_id", flat=True).first())


def _due_rows(partition: int) -> list[tuple[int, str, uuid.UUID | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT item_key, cause, closure_id FROM mail_recalc_due_p{partition:02d} ORDER BY item_key")
        return cursor.fetchall()


def due_read() -> set[int]:
    """Partitions with items whose promise is due to be made anew."""
    one_each = " UNION ALL ".join(
        f"SELECT {n} WHERE EXISTS (SELECT FROM mail_recalc_due_p{n:02d})" for n in range(PARTITIONS))
    with connection.cursor() as cursor:
        cursor.execute(one_each)
        return {row[0] for row in cursor.fetchall()}
