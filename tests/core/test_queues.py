"""Background work in two queues: what people wait for never stands behind housekeeping."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from youlu.core.jobs import audit_seal_due
from youlu.core.queues import AT_ONCE, LOOP, REST, defer_once

WAITED_FOR = {"continuity.apply", "continuity.preview", "continuity.watch", "desk.contacts_send", "desk.contacts_watch"}


def test_what_people_wait_for_has_a_queue_of_its_own() -> None:
    queues = {name: task.queue for name, task in app.tasks.items() if task.queue != "builtin"}
    assert {name for name, queue in queues.items() if queue == LOOP} == WAITED_FOR
    assert set(queues.values()) == {LOOP, REST} == set(AT_ONCE)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_waits_once_is_asked_for_once() -> None:
    for _ in range(2):
        defer_once(audit_seal_due)
    assert ProcrastinateJob.objects.filter(task_name="core.audit_seal", status="todo").count() == 1
