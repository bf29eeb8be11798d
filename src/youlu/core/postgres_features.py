"""What differs between PostgreSQL 15, the oldest that carries Youlu, and newer ones: all of it stands here.

Everything else is written in what 15 has. The domain's tests run on Debian's 15 and on the embedded server.
"""

from __future__ import annotations

from django.db import connection

OLDEST = 150000
UUIDV7_SINCE = 180000
# Milliseconds over a random UUID, version bits set: what 15 has.
UUID7_BY_HAND = ("encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing"
                 " substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),"
                 " 52, 1), 53, 1), 'hex')::uuid")


def server_version() -> int:
    """As `server_version_num`: 150014, 180003."""
    connection.ensure_connection()
    return int(connection.connection.info.server_version)


def uuid7_expression(version: int) -> str:
    """SQL for a fresh UUIDv7, ordered by the real time of its making, on a server of that version."""
    return "uuidv7()" if version >= UUIDV7_SINCE else UUID7_BY_HAND
