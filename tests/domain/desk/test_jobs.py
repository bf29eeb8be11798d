"""Sending in slices: one job waits at a time, and the last slice asks for no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from tests import people
from tests.domain.desk.conftest import NOON

from youlu.core import clock
from youlu.domain.desk import jobs, sending
from youlu.domain.desk.models import Contact
from youlu.domain.messages.defaults import wordings_ensure


def _waiting_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'desk.contacts_send'"
                       " AND status = 'todo'")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_slice_asks_for_the_next_once_and_the_last_for_none(
    owe: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 1)
    monkeypatch.setattr(jobs, "SLICE_BATCHES", 1)
    with clock.frozen(NOON):
        wordings_ensure(actor=people.chen_supervisor())
        owe([(n, people.customer(phone=f"1389310{n:04d}"), NOON, NOON + dt.timedelta(days=3)) for n in (1, 2, 3)])
        jobs.contacts_watch_job(timestamp=0)
        assert (_waiting_jobs(), Contact.objects.filter(state="told").count()) == (1, 1)
        jobs.contacts_watch_job(timestamp=0)
        assert (_waiting_jobs(), Contact.objects.filter(state="told").count()) == (1, 2)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
        jobs.contacts_send_job()
        jobs.contacts_send_job()
    assert Contact.objects.filter(state="told").count() == 3
    assert _waiting_jobs() == 1  # asked after the third; finding nothing asks for none
