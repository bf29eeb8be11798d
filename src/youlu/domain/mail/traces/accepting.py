"""Items that are known by their traces alone: computed for as any other from the moment of acceptance, told to nobody.

No party stands behind them and nothing was ever said, so `told_arrive_by` stays empty; `shadow_source` keeps them from
every way of telling (`mail.revise`, `mail.tracking`, `desk.orders`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from youlu.core.clock import local
from youlu.domain.mail.flight import instants
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.tables import ITEM_COLUMNS
from youlu.domain.network.epoch import epoch_hold
from youlu.domain.network.selectors import epoch_current
from youlu.domain.promise.compute import Promises, promises_compute
from youlu.domain.promise.held import Held, held_handed_in
from youlu.domain.promise.world import World, world_at

RETRIES = 5


@dataclass(frozen=True)
class ShadowItem:
    """An acceptance as it is read off a trace."""

    item_key: int
    mail_class: MailClass
    origin_office_id: int
    dest_office_id: int
    accepted_at: dt.datetime


def shadow_accept(*, source: str, items: Sequence[ShadowItem]) -> set[int]:
    """Make the items that are not there yet, each with its promise of acceptance; returns the keys without a way.

    One day of acceptances is one sweep: the world stands at the first of them, each item starts at its own.
    """
    no_way: set[int] = set()
    days: dict[dt.date, list[ShadowItem]] = {}
    for item in sorted(items, key=lambda item: (item.accepted_at, item.item_key)):
        days.setdefault(local(item.accepted_at).date(), []).append(item)
    for mine in days.values():
        no_way |= _accept_day(source, mine)
    return no_way


def _accept_day(source: str, items: list[ShadowItem]) -> set[int]:
    for _ in range(RETRIES):
        world = world_at(at=items[0].accepted_at, epoch=epoch_current())
        promises = promises_compute(world, shadow_held(items))
        with transaction.atomic():
            if epoch_hold() == world.epoch:
                return _store(source, world, items, promises)
    raise RuntimeError("the epoch moved at every try")  # the caller sends again: nothing was kept


def shadow_held(items: list[ShadowItem]) -> Held:
    return held_handed_in(
        kind=[(str(item.mail_class), "") for item in items], origin=[item.origin_office_id for item in items],
        dest=[item.dest_office_id for item in items], since_s=[int(item.accepted_at.timestamp()) for item in items])


def _store(source: str, world: World, items: list[ShadowItem], promises: Promises) -> set[int]:
    """Insert items and their first revisions, in the order of their keys."""
    told, arrival = instants(promises.arrive_by_s), instants(promises.arrival_s)
    departs = instants(promises.next_departure_s)
    rows, no_way = [], set()
    for nth, item in enumerate(items):
        if told[nth] is None:
            no_way.add(item.item_key)
            continue
        legs = promises.legs[promises.legs_offset[nth]:promises.legs_offset[nth + 1]].tolist()
        rows.append((
            item.item_key, str(item.mail_class), "", item.origin_office_id, item.dest_office_id, None, None, None, None,
            item.accepted_at, 0, item.origin_office_id, None, item.accepted_at, 0, told[nth], told[nth], None,
            arrival[nth], legs, 0, departs[nth], world.epoch, 1, item.accepted_at, source))
    columns = (*ITEM_COLUMNS, "shadow_source")
    insert = (f"INSERT INTO mail_item ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
              " ON CONFLICT DO NOTHING")
    with connection.cursor() as cursor:
        cursor.executemany(insert, sorted(rows))
        cursor.execute(
            "INSERT INTO mail_promise_revision SELECT item_key, 1, epoch, 'accepted', NULL, accepted_at, place,"
            " place_office_id, place_leg, place_since, expected_arrive_by, arrival_at, planned_legs FROM mail_item"
            " WHERE item_key = ANY(%s::bigint[]) AND shadow_source = %s AND revision_no = 1 ON CONFLICT DO NOTHING",
            [[row[0] for row in rows], source])
    return no_way
