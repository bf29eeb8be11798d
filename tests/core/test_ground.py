"""The ground under everything: a real PostgreSQL, the two clocks, encrypted fields, keys of callers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from youlu.core import clock, crypto
from youlu.core.idempotency import KeyReusedError, answer_once
from youlu.core.pages import cursor_number

AT = dt.datetime(2022, 7, 29, 9, 0, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_the_database_is_a_postgresql_that_promises_can_rest_on() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('synchronous_commit'),"
                       " current_setting('server_encoding')")
        version, synchronous, encoding = cursor.fetchone()
    assert version >= 150000
    assert synchronous == "on"
    assert encoding == "UTF8"


@pytest.mark.django_db
def test_a_scenario_clock_drives_business_time_and_leaves_the_machines_alone() -> None:
    before = clock.real_now()
    clock.clock_set(at=AT, rate=0.0)
    try:
        assert clock.now() == AT
        assert clock.local(clock.now()).hour == 17
        assert clock.real_now() >= before
    finally:
        clock.forget()


def test_a_field_is_unreadable_in_another_column_or_when_altered() -> None:
    stored = crypto.encrypt("13893110432", field="parties.party.phone")
    assert "13893110432" not in stored
    assert crypto.decrypt(stored, field="parties.party.phone") == "13893110432"
    with pytest.raises(crypto.UnreadableFieldError):
        crypto.decrypt(stored, field="parties.party.name")
    with pytest.raises(crypto.UnreadableFieldError):
        crypto.decrypt(stored[:-4] + "AAAA", field="parties.party.phone")


@pytest.mark.django_db
def test_the_same_key_does_the_work_once_and_another_body_is_refused() -> None:
    done: list[int] = []

    def work() -> tuple[int, dict[str, int]]:
        done.append(1)
        return 201, {"n": len(done)}

    first = answer_once(caller="token:a", key="k", body=b"x", work=work)
    again = answer_once(caller="token:a", key="k", body=b"x", work=work)
    assert first == again == (201, {"n": 1})
    with pytest.raises(KeyReusedError):
        answer_once(caller="token:a", key="k", body=b"y", work=work)


@pytest.mark.parametrize(("written", "number"), [("7", 7), ("", 0), (None, 0), ("²", 0), ("٣", 0), ("-1", 0),
                                                 ("9" * 30, 0), ("x", 0)])
def test_a_cursor_that_nobody_made_begins_at_the_first_page(written: str | None, number: int) -> None:
    assert cursor_number(written) == number
