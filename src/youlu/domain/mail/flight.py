"""Reading the items in flight of one hash partition into arrays, packed by the server into one value.

A row per item would cost the client more than the sweep; here the server joins fixed-width binary records and the
client reads them with numpy (100,000 items in a few tenths of a second).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from youlu.domain.mail.models import PARTITIONS
from youlu.domain.promise.held import UNKNOWN_S, Held

__all__ = ["PARTITIONS", "UNKNOWN_S", "held_read", "instants", "kinds_in_flight"]

RECORD = np.dtype([
    ("item_key", ">i8"), ("position_no", ">i4"), ("place", ">i2"), ("place_office", ">i4"), ("place_leg", ">i8"),
    ("since_s", ">i8"), ("dest_office", ">i4"), ("dest_segment", ">i4"), ("dest_compound", ">i4"), ("kind", ">i2"),
    ("expected_s", ">i8"), ("arrival_s", ">i8"), ("legs_done", ">i2"), ("n_legs", ">i4"),
])
_SECONDS = "int8send(coalesce(extract(epoch FROM {0})::bigint, {1}))"


def kinds_in_flight() -> tuple[tuple[str, str], ...]:
    """The distinct (mail class, programme) pairs of items in flight, in a fixed order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT mail_class, programme FROM mail_item WHERE place < 3 ORDER BY 1, 2")
        return tuple((mail_class, programme) for mail_class, programme in cursor.fetchall())


def held_read(partition: int, kinds: tuple[tuple[str, str], ...], *, keys: list[int] | None = None) -> Held:
    """The items in flight of a partition (of them only `keys` where given), ordered by key."""
    unknown = int(UNKNOWN_S)
    chosen = "" if keys is None else " AND i.item_key = ANY(%(keys)s::bigint[])"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH kind AS (SELECT * FROM unnest(%(classes)s::text[], %(programmes)s::text[]) WITH ORDINALITY
                          AS k(mail_class, programme, nth))
            SELECT string_agg(int8send(item_key) || int4send(position_no) || int2send(place)
                || int4send(coalesce(place_office_id, -1)) || int8send(coalesce(place_leg, -1))
                || int8send(floor(extract(epoch FROM place_since))::bigint) || int4send(dest_office_id)
                || int4send(coalesce(dest_segment_id, -1)) || int4send(coalesce(dest_compound_id, -1))
                || int2send((nth - 1)::smallint) || {_SECONDS.format("expected_arrive_by", unknown)}
                || {_SECONDS.format("arrival_at", unknown)} || int2send(legs_done)
                || int4send(cardinality(planned_legs)), ''::bytea ORDER BY item_key),
              string_agg(array_send(planned_legs), ''::bytea ORDER BY item_key) FILTER (
                WHERE cardinality(planned_legs) > 0)
            FROM mail_item_p{partition:02d} i JOIN kind USING (mail_class, programme)
            WHERE place < 3{chosen}""",
            {"classes": [k[0] for k in kinds], "programmes": [k[1] for k in kinds], "keys": keys},
        )
        rows, legs = cursor.fetchone()
    return _unpack(bytes(rows or b""), bytes(legs or b""), kinds)


def _unpack(rows: bytes, legs: bytes, kinds: tuple[tuple[str, str], ...]) -> Held:
    records = np.frombuffer(rows, RECORD)
    counts = records["n_legs"].astype(np.int64)
    offset = np.zeros(len(records) + 1, np.int64)
    np.cumsum(counts, out=offset[1:])
    plain = {name: records[name].astype(records.dtype[name].newbyteorder("=")) for name in RECORD.names or ()}
    plain.pop("n_legs")
    return Held(**plain, legs_offset=offset, legs=_array_values(legs, counts[counts > 0]), kinds=kinds)


def _array_values(binary: bytes, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The elements of concatenated array_send(bigint[]): a 20-byte header, then 4 bytes of length and 8 of value."""
    if not len(counts):
        return np.empty(0, np.int64)
    sizes = 20 + 12 * counts
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    nth = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    at = np.repeat(begins, counts) + 20 + 12 * nth + 4
    raw = np.frombuffer(binary, np.uint8)
    return raw[at[:, None] + np.arange(8)].copy().view(">i8").ravel().astype(np.int64)


def instants(seconds: NDArray[np.int64]) -> list[dt.datetime | None]:
    """Unix seconds as aware instants, None for UNKNOWN_S."""
    return [None if s == UNKNOWN_S else dt.datetime.fromtimestamp(s, dt.UTC) for s in seconds.tolist()]
