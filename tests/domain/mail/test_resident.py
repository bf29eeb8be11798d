"""The resident arrays: whatever the order of commits, they show what the table shows; none of a change is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import psycopg
import pytest
from django.db import connection

from youlu.domain.mail import changed, resident
from youlu.domain.mail.changed import changed_since, changed_trim, mark_now
from youlu.domain.mail.flight import PARTITIONS, Flight, Kinds, flight_read
from youlu.domain.mail.resident import Resident, flight_now

pytestmark = pytest.mark.django_db(transaction=True)
INSERT = """
INSERT INTO mail_item (item_key, mail_class, programme, origin_office_id, dest_office_id, accepted_at, place,
  place_office_id, place_since, position_no, committed_arrive_by, expected_arrive_by, told_arrive_by, planned_legs,
  legs_done, epoch, revision_no, addressee_id)
SELECT k, %(mail_class)s, '', 0, k %% 5, now(), 0, 0, now(), 0, now(), CASE WHEN k %% 2 = 0 THEN now() END, now(),
  array_fill(k, ARRAY[(k %% 4)::int]), 0, 1, 1, gen_random_uuid()
FROM unnest(%(keys)s::bigint[]) k"""
MOVE = "UPDATE mail_item SET position_no = position_no + 1, place_office_id = 3 WHERE item_key = ANY(%s)"
DELIVER = "UPDATE mail_item SET place = 3 WHERE item_key = ANY(%s)"
FIELDS = ("item_key", "position_no", "place", "place_office", "since_s", "dest_office", "expected_s", "legs",
          "legs_offset")


def insert(keys: list[int], mail_class: str = "express") -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"keys": keys, "mail_class": mail_class})


def run(sql: str, keys: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [keys])


def table_shows() -> list[Flight]:
    kinds = Kinds()
    return [flight_read(number, kinds) for number in range(PARTITIONS)]


def assert_true(parts: tuple[Flight, ...]) -> None:
    for held, table in zip(parts, table_shows(), strict=True):
        for name in FIELDS:
            assert np.array_equal(getattr(held.held, name), getattr(table.held, name)), name
        assert np.array_equal(held.addressee, table.addressee)
        assert np.array_equal(held.departs_s, table.departs_s)
        assert [held.held.kinds[n] for n in held.held.kind] == [table.held.kinds[n] for n in table.held.kind]


@pytest.fixture
def others() -> Iterator[list[psycopg.Connection]]:
    """Three more sessions of the test's database, each in a transaction of its own when it does something."""
    url = connection.get_connection_params()
    known = {key: url[key] for key in ("dbname", "user", "password", "host", "port") if url.get(key)}
    opened = [psycopg.connect(**known) for _ in range(3)]
    yield opened
    for session in opened:
        session.close()


def test_who_began_first_and_committed_last_is_not_lost(others: list[psycopg.Connection]) -> None:
    insert(list(range(1, 40)))
    held = Resident()
    held.now()
    early, late = others[:2]
    early.execute(MOVE, [[1, 2, 3]])
    late.execute(MOVE, [[4, 5]])
    late.commit()
    assert_true(held.now())  # sees the one with the higher number, and has read past the lower
    early.commit()
    assert_true(held.now())
    assert sum(int(part.held.position_no.sum()) for part in held.now()) == 5


@pytest.mark.parametrize("seed", range(6))
def test_any_order_of_writes_commits_and_looks_ends_at_what_the_table_shows(
    others: list[psycopg.Connection], seed: int
) -> None:
    rng = random.Random(seed)
    insert(list(range(1, 61)))
    held, owned = Resident(), [range(1 + 20 * n, 21 + 20 * n) for n in range(3)]
    fresh = iter(range(1000, 5000))
    for _ in range(80):
        nth = rng.randrange(3)
        session, keys = others[nth], rng.sample(owned[nth], 4)
        match rng.randrange(7):
            case 0:
                session.execute(MOVE, [keys])
            case 1:
                session.execute(DELIVER, [keys[:1]])
            case 2:
                session.execute(INSERT.replace("%(mail_class)s", "'parcel'"), {"keys": [next(fresh) for _ in range(2)]})
            case 3:
                session.rollback()
            case 4 | 5:
                session.commit()
            case _:
                held.now()
    for session in others:
        session.commit()
    assert_true(held.now())


def test_a_partition_written_directly_a_deletion_and_an_emptied_table_are_seen() -> None:
    insert(list(range(1, 60)))
    held = Resident()
    number, part = next((n, p) for n, p in enumerate(held.now()) if len(p) > 4)
    key = int(part.held.item_key[0])
    run(f"UPDATE mail_item_p{number:02d} SET position_no = 7 WHERE item_key = ANY(%s)", [key])
    assert held.now()[number].held.position_no[0] == 7
    run("DELETE FROM mail_item WHERE item_key = ANY(%s)", [key])
    assert_true(held.now())
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE mail_item")
    assert [len(part) for part in held.now()] == [0] * PARTITIONS


def test_when_nothing_changed_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    insert([1, 2, 3])
    held = Resident()
    first = held.now()
    monkeypatch.setattr(resident, "flight_read", None)
    assert all(a.held.item_key is b.held.item_key for a, b in zip(first, held.now(), strict=True))


def test_a_kind_that_nothing_has_any_more_is_not_named() -> None:
    insert([1, 2], "express")
    insert([3], "parcel")
    held = Resident()
    assert set(held.now()[0].held.kinds) == {("express", ""), ("parcel", "")}
    run(DELIVER, [3])
    assert held.now()[0].held.kinds == (("express", ""),)
    assert_true(held.now())


def test_a_reader_that_slept_longer_than_the_record_is_kept_reads_everything() -> None:
    insert([1, 2])
    held = Resident()
    held.now()
    run(MOVE, [1])
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE mail_changed")
    held.read_at_s -= changed.READ_AGAIN_AFTER_S + 1
    assert_true(held.now())


def test_trimming_leaves_what_a_transaction_open_an_hour_ago_may_still_have_written(
    others: list[psycopg.Connection]
) -> None:
    insert([1, 2, 3])
    others[0].execute(MOVE, [[1]])  # still open
    mark = mark_now()
    run(MOVE, [2])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mail_changed SET made_at = made_at - interval '2 hours'")
    changed_trim()
    others[0].commit()
    assert sorted(changed_since(mark).by_partition[None]) == [1, 2]


def test_in_a_transaction_the_arrays_are_read_anew_and_not_kept() -> None:
    from django.db import transaction

    insert([1, 2])
    flight_now()
    with transaction.atomic():
        run(DELIVER, [1])
        assert sum(len(part) for part in flight_now()) == 1
        transaction.set_rollback(True)
    assert sum(len(part) for part in flight_now()) == 2
