"""The bags of the evening, by the door that scanners use: the afternoon's were unsealed in the province's centre and
three things were not as listed; what leaves with the evening's trunks is sealed, one vehicle stands loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import connection

from youlu.domain.access.selectors import Actor
from youlu.domain.mail.bags.ingest import ContainerScanInput, container_scans_ingest
from youlu.domain.mail.bags.models import ContainerScanKind as Kind
from youlu.domain.mail.bags.numbers import container_numbers_allocate
from youlu.domain.mail.ordinary import CountInput, ordinary_count
from youlu.domain.network.trips import LEG_DAY_ZERO, LegTimes, trip_book
from youlu.engines.codes.item_key import item_number

A_BAG = 60  # items at most
BAGS_WAITING, BAGS_UNSEALED = 12, 8
SEALED_BEFORE = dt.timedelta(minutes=25)
UNSEALED_AFTER = dt.timedelta(minutes=12)
DEVICE = "FB-01"  # the sealing bench
# A trip's items by the leg they wait for, or by the leg they came on: the largest groups first.
_WAITING = """
SELECT planned_legs[legs_done + 1], (array_agg(item_key ORDER BY item_key))[:%(most)s] FROM mail_item
WHERE place = 0 AND place_office_id = %(centre)s AND place_since < %(before)s
  AND next_departure_at BETWEEN %(at)s AND %(at)s + interval '5 hours'
GROUP BY 1 HAVING count(*) >= 5 ORDER BY count(*) DESC, 1 LIMIT %(groups)s"""
_CAME = """
SELECT planned_legs[legs_done], (array_agg(item_key ORDER BY item_key))[:%(most)s] FROM mail_item
WHERE place = 0 AND place_office_id = %(centre)s AND legs_done > 0 AND place_since < %(before)s
GROUP BY 1 HAVING count(*) >= 5 ORDER BY count(*) DESC, 1 LIMIT %(groups)s"""
_LYING = """
SELECT item_key FROM mail_item WHERE place = 0 AND place_office_id = %s AND place_since < %s
  AND item_key <> ALL(%s::bigint[]) ORDER BY 1 LIMIT 1"""


def bags_make(*, actor: Actor, at: dt.datetime, centre: int) -> int:
    """Seal, load, unseal as the evening would have it; returns how many bags."""
    waiting = _groups(_WAITING, at=at, centre=centre, groups=BAGS_WAITING, before=at - 2 * SEALED_BEFORE)
    came = _groups(_CAME, at=at, centre=centre, groups=BAGS_UNSEALED, before=at - 2 * UNSEALED_AFTER)
    numbers = container_numbers_allocate(actor=actor, count=len(waiting) + len(came))
    scans = [_sealed(number, leg, items, at - SEALED_BEFORE, nth)
             for nth, (number, (leg, items)) in enumerate(zip(numbers, waiting, strict=False))]
    scans += _loaded(actor, scans, waiting, at)
    bagged = {key for _, items in waiting + came for key in items}
    for nth, (number, (leg, items)) in enumerate(zip(numbers[len(waiting):], came, strict=True)):
        scans += _unsealed(number, leg, items, nth, bagged)
    refused = [outcome.error for outcome in container_scans_ingest(actor=actor, scans=scans) if outcome.error]
    if refused:
        raise refused[0]
    return len(numbers)


def ordinary_make(*, actor: Actor, at: dt.datetime, offices: list[int]) -> None:
    """A week of ordinary letters, counted and nothing more."""
    counts = [
        CountInput(office, at.date() - dt.timedelta(days=back), kind, direction, 40 + (office * 37 + back * 101) % 900)
        for office in offices for back in range(7)
        for kind in ("letter", "printed") for direction in ("accepted", "delivered")]
    ordinary_count(actor=actor, counts=counts)


def _groups(sql: str, **values: Any) -> list[tuple[int, list[int]]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"most": A_BAG, **values})
        return cursor.fetchall()


def _leg(key: int) -> LegTimes:
    leg = trip_book().leg(key)
    if leg is None:
        raise LookupError(f"no trip of the timetable runs the leg {key}")
    return leg


def _names(leg: int) -> dict[str, Any]:
    """A leg's key as scans write it."""
    return {"trip_key": leg >> 32, "service_date": LEG_DAY_ZERO + dt.timedelta(days=leg >> 16 & 0xFFFF),
            "stop_seq": leg & 0xFFFF}


def _sealed(number: str, leg: int, items: list[int], at: dt.datetime, nth: int) -> ContainerScanInput:
    return ContainerScanInput(
        number, DEVICE, 1, Kind.SEALED, at, office_id=_leg(leg).from_office, to_office_id=_leg(leg).to_office,
        contents=tuple(item_number(key) for key in items), seal=f"F{7001 + nth}", weight_g=420 * len(items) + 350)


def _loaded(
    actor: Actor, sealed: list[ContainerScanInput], waiting: list[tuple[int, list[int]]], at: dt.datetime
) -> list[ContainerScanInput]:
    """The vehicle of the first trip stands loaded with the bag that waits for it."""
    if not sealed:
        return []
    (vehicle,) = container_numbers_allocate(actor=actor, is_vehicle=True)
    leg = waiting[0][0]
    return [ContainerScanInput(
        vehicle, DEVICE, 1, Kind.LOADED, at - SEALED_BEFORE / 2, office_id=_leg(leg).from_office,
        to_office_id=_leg(leg).to_office, contents=(sealed[0].number,), **_names(leg))]


def _unsealed(number: str, leg: int, items: list[int], nth: int, bagged: set[int]) -> list[ContainerScanInput]:
    """A bag that came by `leg` and was unsealed; of the first three one lacks an item, one has one too many, one has a
    damaged one."""
    times, names = _leg(leg), [item_number(key) for key in items]
    listed, found, damaged = list(names), list(names), tuple[str, ...]()
    if nth == 0:
        listed += _lying_at(times.from_office, before=times.departs_at - 2 * SEALED_BEFORE)
    elif nth == 1:
        found += _lying_at(times.to_office, before=times.arrives_at, but=bagged)
    elif nth == 2:
        damaged = (names[0],)
    seal = _sealed(number, leg, items, times.departs_at - SEALED_BEFORE, 100 + nth)
    return [
        replace(seal, contents=tuple(listed)),
        ContainerScanInput(number, DEVICE, 2, Kind.DEPARTED, times.departs_at, **_names(leg)),
        ContainerScanInput(number, DEVICE, 3, Kind.ARRIVED, times.arrives_at, office_id=times.to_office),
        ContainerScanInput(number, DEVICE, 4, Kind.UNSEALED, times.arrives_at + UNSEALED_AFTER,
                           office_id=times.to_office, found=tuple(found), damaged=damaged)]


def _lying_at(office: int, *, before: dt.datetime, but: Iterable[int] = ()) -> list[str]:
    """The number of an item that lies at the office since `before` and is not among `but`, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(_LYING, [office, before, list(but)])
        return [item_number(key) for key, in cursor.fetchall()]
