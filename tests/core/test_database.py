"""An idle connection is known to be alive without a question; anything else is asked about."""

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql import base
from tests.core.test_bulk import session_end


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What Django's own question answered, each time that it was asked."""
    answers: list[bool] = []
    ask = base.DatabaseWrapper.is_usable

    def asking(self: base.DatabaseWrapper) -> bool:
        answers.append(ask(self))
        return answers[-1]

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", asking)
    return answers


@pytest.mark.django_db(transaction=True)
def test_an_idle_connection_is_not_asked(asked: list[bool]) -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    assert asked == []


@pytest.mark.django_db(transaction=True)
def test_a_session_that_the_server_ended_is_asked_about_and_known_to_be_over(asked: list[bool]) -> None:
    connection.ensure_connection()
    session_end()
    assert not connection.is_usable()
    assert asked == [False]
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_after_an_error_and_within_a_transaction_the_question_is_asked(asked: list[bool]) -> None:
    connection.ensure_connection()
    connection.errors_occurred = True
    assert connection.is_usable()
    connection.errors_occurred = False
    with transaction.atomic():
        connection.cursor().execute("SELECT 1")
        assert connection.is_usable()
    assert asked == [True, True]


@pytest.mark.django_db(transaction=True)
def test_a_connection_closed_here_is_asked_about(asked: list[bool]) -> None:
    connection.ensure_connection()
    connection.connection.close()
    assert not connection.is_usable()
    assert asked == [False]
    connection.close()
