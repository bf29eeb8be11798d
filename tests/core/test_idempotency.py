"""A deed that is one statement with its caller's key: once, whoever else asks at the same instant."""

import threading

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from youlu.core.audit import audit_entry
from youlu.core.idempotency import KeyBusyError, KeyReusedError, Written, answer_written
from youlu.core.models import AuditEntry, CallerKey

FIRST = "INSERT INTO core_callerkey (id, caller, key, body_digest, status, answer, made_at) VALUES" \
        " (gen_random_uuid(), 'c', 'k', sha256('x'), 201, '{\"by\": \"another\"}', now())"


def written(by: str = "us") -> Written:
    entry = audit_entry(actor="user:x", action="a", object_type="t", object_id="o")
    return Written(201, {"by": by}, (entry,))


def asked(body: bytes = b"x", by: str = "us") -> tuple[int, object]:
    return answer_written(caller="c", key="k", body=body, written=written(by))


@pytest.mark.django_db(transaction=True)
def test_it_is_one_statement_and_in_no_transaction() -> None:
    with CaptureQueriesContext(connection) as questions:
        assert asked() == (201, {"by": "us"})
    assert len(questions) == 1
    assert AuditEntry.objects.filter(action="a").count() == 1


@pytest.mark.django_db
def test_who_comes_again_gets_the_first_answer_and_stores_nothing() -> None:
    assert asked() == (201, {"by": "us"})
    assert asked(by="us again") == (201, {"by": "us"})
    assert AuditEntry.objects.filter(action="a").count() == 1


@pytest.mark.django_db
def test_the_key_of_another_body_is_refused_and_nothing_stored() -> None:
    asked()
    with pytest.raises(KeyReusedError):
        asked(b"y")
    assert AuditEntry.objects.filter(action="a").count() == 1


@pytest.mark.django_db
def test_a_key_that_was_forgotten_in_between_is_as_good_as_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("youlu.core.idempotency.objects_insert_once", lambda *objects: False)
    with pytest.raises(KeyBusyError):
        asked()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("end", "answer", "ours"), [("COMMIT", "another", 0), ("ROLLBACK", "us", 1)])
def test_who_comes_second_waits_for_the_end_of_the_first(end: str, answer: str, ours: int) -> None:
    settings = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**settings, autocommit=True) as beside, psycopg.connect(**settings, autocommit=True) as eye:
        beside.execute("BEGIN")
        beside.execute(FIRST)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        waiting = "SELECT FROM pg_locks WHERE pid = %s AND NOT granted"
        ender = threading.Thread(target=lambda: _when(lambda: eye.execute(waiting, [pid]).rowcount == 1,
                                                      lambda: beside.execute(end)))
        ender.start()
        assert asked() == (201, {"by": answer})
        ender.join()
    assert AuditEntry.objects.filter(action="a").count() == ours
    assert CallerKey.objects.filter(caller="c", key="k").count() == 1


def _when(is_so, then) -> None:
    while not is_so():
        pass
    then()
