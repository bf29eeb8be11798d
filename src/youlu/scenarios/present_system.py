"""The post's present system, played: a day's mail of made-up numbers over the real timetable, as a file of traces.

It rides the trips it was planned on, with the noise of real life: late vehicles, scans that are missing, second
attempts, words nobody explained, numbers mistyped. Same seed, same file. It writes files and nothing else; what Youlu
knows of this mail it knows by reading them.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TextIO

import numpy as np

from youlu.core import clock
from youlu.domain.mail.models import MailClass
from youlu.domain.mail.traces.accepting import ShadowItem, shadow_held
from youlu.domain.network.selectors import OfficeRow, epoch_current, offices_all
from youlu.domain.network.trips import leg_end, trip_book
from youlu.domain.promise.compute import promises_compute
from youlu.domain.promise.held import UNKNOWN_S
from youlu.domain.promise.world import world_at
from youlu.engines.codes.item_key import item_number, s10_keys

HEADINGS = ("邮件号", "操作码", "机构代码", "操作时间", "下一站", "寄达局", "未妥投原因")
CENTRES = ("provincial_centre", "centre")
MISSING, UNKNOWN_CODE, UNKNOWN_OFFICE, MISTYPED = 0.02, 0.005, 0.005, 0.002
SECOND_TRY, NEXT_DAY = 0.06, 0.05
Row = tuple[dt.datetime, list[str]]


def traces_write(out: TextIO, *, items: int, day: dt.date, seed: int) -> int:
    """Write the traces of mail accepted on a day, up to now, in the order of their occurrence; returns the rows."""
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    rows = [row for row in _noisy(_journeys(items, day, seed), random.Random(seed + 1)) if row[0] <= clock.now()]
    writer.writerows(cells for _, cells in sorted(rows))
    return len(rows)


def _journeys(items: int, day: dt.date, seed: int) -> Iterator[Row]:
    """Every item's rows as they should be."""
    rng = random.Random(seed)
    offices = offices_all()
    called = sorted({key for stops, _, _ in trip_book().stops.values() for key in stops})
    morning = dt.datetime.combine(day, dt.time(8), clock.SHANGHAI)
    keys = s10_keys("EA", np.arange(seed * 1000, seed * 1000 + items), "CN").tolist()
    mail = []
    for key in keys:
        origin, dest = rng.sample(called, 2)
        mail.append(ShadowItem(key, MailClass.EXPRESS, origin, dest,
                               morning + dt.timedelta(minutes=rng.randrange(9 * 60))))
    world = world_at(at=morning, epoch=epoch_current())
    promises = promises_compute(world, shadow_held(mail))
    for nth, item in enumerate(mail):
        if promises.arrive_by_s[nth] != UNKNOWN_S:
            legs = promises.legs[promises.legs_offset[nth]:promises.legs_offset[nth + 1]].tolist()
            told = dt.datetime.fromtimestamp(int(promises.arrive_by_s[nth]), clock.SHANGHAI)
            yield from _journey(item, legs, told, offices, rng)


def _journey(
    item: ShadowItem, legs: list[int], told: dt.datetime, offices: tuple[OfficeRow, ...], rng: random.Random
) -> Iterator[Row]:
    number, dest = item_number(item.item_key), offices[item.dest_office_id]
    yield _row(item.accepted_at, number, "203", offices[item.origin_office_id].code, dest=dest.code)
    book = trip_book()
    for _, ride in groupby(legs, key=lambda leg: leg >> 16):
        mine = list(ride)
        first, last = book.leg(mine[0]), book.leg(mine[-1])
        if first is None or last is None:
            continue
        start, end = offices[first.from_office], offices[leg_end(mine[-1])]
        late = dt.timedelta(minutes=rng.randrange(25))
        yield _row(first.departs_at + late, number, "989" if start.kind in CENTRES else "305", start.code,
                   ahead=end.code)
        yield _row(last.arrives_at + late, number, "954" if end.kind in CENTRES else "306", end.code)
    done = told - dt.timedelta(minutes=rng.randrange(10, 150))
    if rng.random() < SECOND_TRY:
        yield _row(done, number, "705", dest.code, cause="103")
        done += dt.timedelta(days=1)
    elif rng.random() < NEXT_DAY:
        done += dt.timedelta(days=1)
    yield _row(done - dt.timedelta(minutes=rng.randrange(30, 60)), number, "702", dest.code)
    yield _row(done, number, "704", dest.code)


def _row(
    at: dt.datetime, number: str, code: str, office: str, *, ahead: str = "", dest: str = "", cause: str = ""
) -> Row:
    return at, [number, code, office, clock.local(at).strftime("%Y-%m-%d %H:%M:%S"), ahead, dest, cause]


def _noisy(rows: Iterable[Row], rng: random.Random) -> Iterator[Row]:
    """Some rows are lost, some say what nobody explained, some are mistyped."""
    for at, cells in rows:
        dice = rng.random()
        if dice < MISSING and cells[1] != "203":
            continue
        if cells[1] != "203" and dice < MISSING + UNKNOWN_CODE:
            cells[1] = "799"
        elif cells[1] != "203" and dice < MISSING + UNKNOWN_CODE + UNKNOWN_OFFICE:
            cells[2] = f"OLD-{cells[2]}"
        elif dice > 1 - MISTYPED:
            cells[0] = cells[0][:-1]
        yield at, cells
