"""From arrays to the rows of the mail tables, by COPY in text form (built column by column)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from youlu.domain.mail.services import number_range_ensure, numbers_allocate
from youlu.domain.mail.tables import ITEM_COLUMNS
from youlu.domain.network.plan import NetworkPlan
from youlu.scenarios.lanzhou.flows import CLASSES, Flows
from youlu.scenarios.lanzhou.journeys import NEVER_S, Plans, Positions, Scans
from youlu.scenarios.ledger import Acknowledged

# Service letters of S10 numbers by mail class: express, parcels, registered.
SERVICES = {"express": "EZ", "parcel": "CZ", "registered": "RZ"}
LINES_A_CHUNK = 20_000


def keys_allocate(mail_class: NDArray[np.int8], classes: Sequence[str]) -> NDArray[np.int64]:
    """A number of ours for each item, in order within its class's service letters."""
    keys = np.empty(len(mail_class), np.int64)
    for number, name in enumerate(classes):
        mine = np.flatnonzero(mail_class == number)
        number_range_ensure(service=SERVICES[name])
        keys[mine] = numbers_allocate(count=len(mine), service=SERVICES[name])
    return keys


def items_copy(
    keys: NDArray[np.int64], flows: Flows, plans: Plans, positions: Positions, addressee: Sequence[uuid.UUID],
    sender: Sequence[uuid.UUID], *, epoch: int,
) -> None:
    """Items with their position, their first revision, and the watermarks that say they were promised now."""
    classes = [CLASSES[n] for n in flows.mail_class.tolist()]
    origin, dest = flows.origin.tolist(), flows.dest.tolist()
    segment, compound = _or_null(flows.segment, 0), _or_null(flows.compound, 0)
    accepted, told, arrival = _instants(plans.accepted_s), _instants(plans.wave_end_s), _instants(plans.arrival_s)
    legs = _arrays(plans.leg, plans.offset)
    place, office = positions.place.tolist(), _or_null(positions.office, -1)
    leg, since = _or_null(positions.leg, -1), _instants(positions.since_s)
    done, moves = positions.legs_done.tolist(), positions.moves.tolist()
    departs = _instants(positions.next_departure_s)
    order = np.argsort(keys).tolist()
    key = keys.tolist()
    _copy(f"mail_item ({', '.join(ITEM_COLUMNS)})", (
        f"{key[i]}\t{classes[i]}\t\t{origin[i]}\t{dest[i]}\t{segment[i]}\t{compound[i]}\t{sender[i]}\t{addressee[i]}\t"
        f"{accepted[i]}\t{place[i]}\t{office[i]}\t{leg[i]}\t{since[i]}\t{moves[i]}\t{told[i]}\t{told[i]}\t{told[i]}\t"
        f"{arrival[i]}\t{legs[i]}\t{done[i]}\t{departs[i]}\t{epoch}\t1\t{since[i]}\n" for i in order))
    _copy("mail_promise_revision", (
        f"{key[i]}\t1\t{epoch}\taccepted\t\\N\t{accepted[i]}\t0\t{origin[i]}\t\\N\t{accepted[i]}\t{told[i]}\t"
        f"{arrival[i]}\t{legs[i]}\n" for i in order))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mail_watermark SET epoch = %s", [epoch])


def scans_copy(keys: NDArray[np.int64], plan: NetworkPlan, scans: Scans, *, now_s: int) -> Acknowledged:
    """Store the scans; returns them as acknowledged."""
    names = [f"{mark}{office.code}" for office in plan.offices for mark in ("H", "P")]
    device = [names[n] for n in scans.device_no.tolist()]
    item_key, sequence, kind = keys[scans.item], scans.sequence.tolist(), scans.kind.tolist()
    occurred = _instants(scans.occurred_s)
    received = _instants(np.minimum(scans.occurred_s + 5 + scans.sequence % 50, now_s))
    office, leg, key = scans.office.tolist(), scans.leg.tolist(), item_key.tolist()

    def lines() -> Iterable[str]:
        for i in range(len(key)):
            json_leg, row_leg = ("null", r"\N") if leg[i] < 0 else (leg[i], leg[i])
            digest = hashlib.blake2b(
                f'[{kind[i]}, "{occurred[i][:-1]}+00:00", {office[i]}, {json_leg}, null, null]'.encode(),
                digest_size=16).hexdigest()
            yield (f"{key[i]}\t{device[i]}\t{sequence[i]}\t{kind[i]}\t{occurred[i]}\t{received[i]}\t{office[i]}\t"
                   f"{row_leg}\t\\N\t\\N\t\\N\t\\\\x{digest}\n")

    _copy("mail_scan", lines())
    return Acknowledged(item_key, np.array(names), scans.device_no, scans.sequence, scans.kind, scans.occurred_s)


def _copy(table: str, lines: Iterable[str]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        chunk: list[str] = []
        for line in lines:
            chunk.append(line)
            if len(chunk) == LINES_A_CHUNK:
                copy.write("".join(chunk))
                chunk.clear()
        copy.write("".join(chunk))


def _instants(seconds: NDArray[np.int64]) -> list[str]:
    r"""ISO text in UTC, \N for NEVER_S."""
    never = seconds == NEVER_S
    text = np.datetime_as_string(np.where(never, 0, seconds).astype("datetime64[s]"), timezone="UTC")
    return np.where(never, r"\N", text).tolist()


def _or_null(values: NDArray[np.integer], none: int) -> list[str]:
    return [r"\N" if value == none else str(value) for value in values.tolist()]


def _arrays(values: NDArray[np.int64], offset: NDArray[np.int64]) -> list[str]:
    text = [str(value) for value in values.tolist()]
    bounds = offset.tolist()
    return ["{" + ",".join(text[a:b]) + "}" for a, b in pairwise(bounds)]
