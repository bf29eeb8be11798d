"""One database server for all tests: `DATABASE_URL` where it is set, else the project's embedded one."""

from __future__ import annotations

import os
from collections.abc import Generator

import hypothesis
import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython
from hypothesis import HealthCheck
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from youlu.config.environment import database_ensure

# No test times anything, nor does hypothesis: a loaded machine is not a broken promise.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

# Before Django reads its settings: every worker process of the run shares the server, each with a database of its own.
os.environ["LANGUAGE"] = "zh_CN"  # commands talk in the language of the terminal: the tests' own is Chinese
if not os.environ.get("DATABASE_URL"):
    database_ensure()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """A test with real transactions ends by emptying every table: put back what migrations had put in."""
    yield
    marker = item.get_closest_marker("django_db")
    emptied = (marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())
    if emptied and nextitem is not None:  # after the last one the test database is gone
        with item.config.stash[blocking_manager_key].unblock():
            rows_of_migrations_restore()


def rows_of_migrations_restore() -> None:
    """Run the data steps of our migrations on the emptied tables."""
    loader = MigrationLoader(connection)
    with connection.schema_editor() as editor:
        for label, name in loader.graph.nodes:
            migration = loader.disk_migrations[label, name]
            if migration.__module__.startswith("youlu."):
                for step in migration.operations:
                    if isinstance(step, RunPython):
                        step.code(apps, editor)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[None]:
    """A thread of a finished test may still hold a connection: let go of it, or the test database cannot be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                       " WHERE datname = current_database() AND pid <> pg_backend_pid()")
