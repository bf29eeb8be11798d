"""A prepared cursor is as good as Django's own where the database went away; objects of several tables go in at once
as the ORM would have stored them."""

from __future__ import annotations

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext

from youlu.core.audit import audit_entry
from youlu.core.bulk import cursor_raw, objects_insert
from youlu.core.clock import real_now
from youlu.core.idempotency import answer_once
from youlu.core.models import AuditEntry, CallerKey


def number() -> int:
    with cursor_raw() as cursor:
        return cursor.execute("SELECT %s::int", [7], prepare=True).fetchone()[0]  # type: ignore[index]


def session_end() -> None:
    """End the connection's session from beside, as a fail-over does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as beside:
        beside.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.django_db(transaction=True)
def test_what_breaks_under_a_prepared_statement_is_known_to_be_broken_and_made_anew() -> None:
    assert number() == 7
    session_end()
    with pytest.raises(OperationalError):
        number()
    close_old_connections()  # the end of the request
    assert number() == 7


@pytest.mark.django_db(transaction=True)
def test_a_session_that_ended_between_two_requests_is_made_anew_before_the_statement() -> None:
    assert number() == 7
    session_end()
    close_old_connections()  # the next request begins: the connection is to be looked at
    assert number() == 7


def caller_key(**more: object) -> CallerKey:
    return CallerKey(**{"caller": "a", "key": "k", "body_digest": b"x", "status": 201, "answer": {"n": [1, None, "二"]},
                        "made_at": real_now(), **more})


def entry() -> AuditEntry:
    return audit_entry(actor="user:x", action="a", object_type="t", object_id="o", n=1.5, text="二", none=None)


@pytest.mark.django_db
def test_objects_of_several_tables_go_in_by_one_statement_as_they_are() -> None:
    one, other = caller_key(), entry()
    with CaptureQueriesContext(connection) as asked:
        assert objects_insert(one, other) == 1
    assert len(asked) == 1
    for given in (one, other):
        stored = type(given).objects.get(id=given.id)
        assert {f.attname: getattr(stored, f.attname) for f in stored._meta.concrete_fields if f.attname not in (
            "body_digest", "mark")} == {f.attname: getattr(given, f.attname) for f in given._meta.concrete_fields
                                        if f.attname not in ("body_digest", "mark")}
        assert not given._state.adding
    assert bytes(AuditEntry.objects.get(id=other.id).mark) == other.mark


@pytest.mark.django_db
def test_what_is_there_already_is_refused_with_all_that_came_with_it_or_left_out() -> None:
    objects_insert(caller_key())
    with pytest.raises(IntegrityError), transaction.atomic():
        objects_insert(entry(), caller_key())
    assert not AuditEntry.objects.filter(action="a").exists()
    assert objects_insert(caller_key(status=500), unless_there=True) == 0
    assert CallerKey.objects.get().status == 201


@pytest.mark.django_db(transaction=True)
def test_a_call_that_ended_between_our_look_and_our_lock_is_answered_and_ours_undone() -> None:
    begun: list[int] = []

    def work() -> tuple[int, dict[str, str]]:
        # Our look is over; another with the same key ends now, unseen by it.
        begun.append(1)
        objects_insert(entry())
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as beside:
            beside.execute("INSERT INTO core_callerkey (id, caller, key, body_digest, status, answer, made_at) VALUES"
                           " (gen_random_uuid(), 'c', 'k', sha256('x'), 201, '{\"by\": \"another\"}', now())")
        return 201, {"by": "us"}

    for _ in range(2):
        assert answer_once(caller="c", key="k", body=b"x", work=work) == (201, {"by": "another"})
    assert begun == [1]
    assert not AuditEntry.objects.filter(action="a").exists()
