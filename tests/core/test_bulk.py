"""A prepared cursor is as good as Django's own where the database went away."""

from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection

from youlu.core.bulk import cursor_raw


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
