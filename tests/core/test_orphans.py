"""What a killed worker had in hand goes on, whatever stands before it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from youlu.core.orphans import orphans_rescue

JOB = ("INSERT INTO procrastinate_jobs (queue_name, task_name, priority, status, queueing_lock, args, attempts)"
       " VALUES ('default', %s, 0, %s, %s, '{}', 0) RETURNING id")


@pytest.fixture(autouse=True)
def _no_jobs(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def job(task: str, status: str, lock: str | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(JOB, [task, status, lock])
        return cursor.fetchone()[0]


def state(job_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
        return cursor.fetchone()[0]


def rescue() -> None:
    async def once() -> None:
        with_connector = app.with_connector(app.connector.get_worker_connector())
        async with with_connector.open_async():
            await orphans_rescue(with_connector.job_manager, stalled_after_s=4)

    with ThreadPoolExecutor() as beside:  # another test's browser may keep a loop in this thread
        beside.submit(lambda: asyncio.run(once())).result()


def test_a_dead_workers_job_whose_successor_waits_is_ended_and_those_behind_it_are_put_back() -> None:
    watch, waiting, behind = job("watch", "doing", "watch"), job("watch", "todo", "watch"), job("apply", "doing")
    rescue()
    assert [state(one) for one in (watch, waiting, behind)] == ["failed", "todo", "todo"]


def test_a_dead_workers_job_without_a_successor_is_put_back() -> None:
    watch = job("watch", "doing", "watch")
    rescue()
    assert state(watch) == "todo"
