"""Backlogs in the loop: when they are worked out anew, and what a preview foresees of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from youlu.domain.mail.resident import flight_now
from youlu.domain.network.capacity import capacity_edit
from youlu.domain.network.models import Measure
from youlu.domain.network.selectors import MeasureRow, measure_row
from youlu.domain.promise.backlog import Foreseen, backlog_foresee
from youlu.domain.promise.backlog_store import backlog_store, closure_of_run, run_settled
from youlu.domain.promise.effects import Effect, effects_of
from youlu.domain.promise.held import Held, held_join
from youlu.domain.promise.world import World, world_at
from youlu.engines.calendar import OPEN_END

Act = Measure.Act


@dataclass(frozen=True)
class _Why:
    """What makes backlogs possible: stops that ended just now, and the closure to name."""

    lifted: tuple[Effect, ...]
    closure_id: uuid.UUID | None


def backlog_settle(world: World, since: int, *, stop: Callable[[], bool]) -> World:
    """The world with the backlogs of its epoch, worked out and stored where they may have changed after `since`.

    Without a stopped office, a list of capacities or an earlier backlog this is one query and the same world.
    """
    if run_settled(world.epoch):
        return world
    why = _why(world, since)
    if why is None:
        return world
    everyone = held_join([part.held for part in flight_now()])
    foreseen = backlog_foresee(world, everyone, lifted=why.lifted, stop=stop)
    if backlog_store(world=world, queues=foreseen.queues, closure_id=why.closure_id):
        return world_at(at=world.at, epoch=world.epoch)
    return world


def backlog_preview(world: World, alone: World, everyone: Callable[[], Held]) -> Foreseen | None:
    """What a closure would dam up and how that drains; None where it stops no office, or without an end: the backlogs
    there are stay as they are.

    Parameters
    ----------
    alone : the world of its measures only.
    """
    ending = any(alone.window(effect)[1] < OPEN_END for effect in alone.office_stops)
    return backlog_foresee(world, everyone()) if ending else None


def _why(world: World, since: int) -> _Why | None:
    """None where no office is stopped with an end, none was opened, nothing queues and no list was read in."""
    ended = [measure_row(m) for m in Measure.objects.filter(
        act=Act.TRANSIT, until_epoch__gt=since, until_epoch__lte=world.epoch, from_epoch__lte=since,
        starts_at__lt=world.at).exclude(zone_kind__in=("leg", "route")).select_related("closure")]
    lifted = tuple(effects_of(ended)) if ended else ()
    ending = [e for e in world.office_stops if world.window(e)[1] < OPEN_END]
    if not (lifted or ending or world.draining or since < capacity_edit() <= world.epoch):
        return None
    return _Why(lifted, _named(world, ended, ending))


def _named(world: World, ended: list[MeasureRow], ending: list[Effect]) -> uuid.UUID | None:
    if ended:
        return ended[-1].closure_id
    return ending[-1].closure_ids[-1] if ending else closure_of_run(world.epoch)
