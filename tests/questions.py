"""How many questions to the database a page asks each time."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

# A process asks these once in a second or two, whatever it answers then.
KEPT = ("core_scenarioclock", 'FROM "desk_emergencywatch"')


def questions(client: Client, address: str, **headers: str) -> int:
    """Of a page that opens; what a process reads once was read by asking for it before."""
    assert client.get(address, headers=headers).status_code == 200
    with CaptureQueriesContext(connection) as caught:
        client.get(address, headers=headers)
    return sum(not any(kept in one["sql"] for kept in KEPT) for one in caught)
