"""What newer servers offer does the same as what 15 has."""

from __future__ import annotations

import time
import uuid

import pytest
from django.db import connection

from youlu.core.postgres_features import OLDEST, UUIDV7_SINCE, server_version, uuid7_expression


@pytest.mark.django_db
def test_an_identifier_made_by_hand_or_by_the_server_is_a_uuid_of_version_seven_of_now() -> None:
    version = server_version()
    assert version >= OLDEST
    for one in {OLDEST, version}:
        before = int(time.time() * 1000)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {uuid7_expression(one)} FROM generate_series(1, 50)")
            made = [row[0] for row in cursor.fetchall()]
        assert len(set(made)) == 50
        assert all(isinstance(value, uuid.UUID) and value.version == 7 for value in made)
        assert all(before - 1000 <= value.int >> 80 <= before + 60_000 for value in made)


def test_the_servers_own_function_is_asked_for_only_where_it_is() -> None:
    assert uuid7_expression(UUIDV7_SINCE) == "uuidv7()"
    assert "uuidv7()" not in uuid7_expression(UUIDV7_SINCE - 1)
