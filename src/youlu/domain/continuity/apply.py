"""`closure_apply`: the loop of DESIGN in code. Who is hit → what becomes of what is held → new promises → work for the
desk → can the people present carry it.

It reads outside transactions, computes, and commits one hash partition at a time. A partition whose watermark shows
the current epoch is done, so a run that is killed is resumed by starting it again; a commit under an older epoch is
refused and the run begins anew under the newer one.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from youlu.core import clock
from youlu.domain.continuity.backlogs import backlog_settle
from youlu.domain.continuity.hitting import Hits, Part, due_read, hits_join, what_changed, who_is_hit
from youlu.domain.continuity.runs import run_begin, run_count, run_finish
from youlu.domain.continuity.telling import customers_owe
from youlu.domain.desk.capacity import capacity_facts
from youlu.domain.mail.resident import flight_now
from youlu.domain.mail.revise import revisions_commit, watermark_raise, watermarks
from youlu.domain.network.epoch import epoch_hold
from youlu.domain.network.selectors import epoch_current
from youlu.domain.promise.compute import promises_compute
from youlu.domain.promise.world import World, world_at


def closure_apply(*, stop: Callable[[], bool] = lambda: False) -> None:
    """Make every promise true under the current epoch, and owe those whose time changed a word about it."""
    while (behind := partitions_behind()) and not stop():
        world = world_at(at=clock.now(), epoch=epoch_current())
        run_begin(world.epoch)
        world = backlog_settle(world, min(behind.values()), stop=stop)
        hits = who_is_affected(world, behind)
        held = disposition_hold(hits)
        promises = promises_compute(world, held.items, stop=stop)
        for partition, part in what_changed(hits, promises).items():
            if stop() or not partition_commit(world, partition, part):
                break
        else:
            run_finish(world.epoch, capacity=capacity_facts())


def partitions_behind() -> dict[int, int]:
    """Partition -> its watermark, of those not yet looked at under the current epoch or with items due."""
    epoch, due = epoch_current(), due_read()
    return {number: mark for number, mark in watermarks().items() if mark < epoch or number in due}


def who_is_affected(world: World, behind: dict[int, int]) -> Hits:
    """Of what is in flight in each partition, the items whose promise may change. The epoch was read before: whoever
    was accepted under an older one is among them."""
    flight = flight_now()
    return hits_join([who_is_hit(world, partition, flight[partition].held, since) for partition, since in
                      behind.items()])


def disposition_hold(hits: Hits) -> Hits:
    """What becomes of what is held: until a dispatch room says otherwise, it waits where it is (就地暂存)."""
    return hits


def partition_commit(world: World, partition: int, part: Part) -> bool:
    """Store one partition whole: promises, revisions, contacts, watermark. False when the epoch moved on."""
    with transaction.atomic():
        if epoch_hold() != world.epoch:
            return False
        done = revisions_commit(partition=partition, epoch=world.epoch, at=world.at, held=part.items,
                                promises=part.promises, cause=part.cause, closure_ids=part.closure_ids)
        owed = customers_owe(part, first=partition == 0, at=world.at)
        watermark_raise(partition=partition, epoch=world.epoch)
        run_count(world.epoch, part, done, owed)
    return True
