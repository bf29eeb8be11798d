"""The connection that every request takes: looked at before use without a question to the server.

Django asks `SELECT 1` before a request's first statement, a sixth of what an order costs. The operating system knows
already: a server that ended the session, by a fail-over, a restart or pg_terminate_backend, has sent word or an end of
file, so the idle socket can be read. A server that vanished without a word would keep `SELECT 1` waiting as it keeps
the statement itself: that is for TCP's keepalive.
"""

from __future__ import annotations

import select

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg.pq import ConnStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """After an error, or where the server has sent something unasked, Django's own question decides."""
        if self.connection is not None and not self.errors_occurred and _is_quiet(self.connection):
            return True
        return super().is_usable()


def _is_quiet(connection: Connection) -> bool:
    """Idle, and nothing has arrived that nobody asked for."""
    pgconn = connection.pgconn
    if pgconn.status != ConnStatus.OK or pgconn.transaction_status != TransactionStatus.IDLE:
        return False
    try:
        poll = select.poll()
        poll.register(pgconn.socket, select.POLLIN)
        return not poll.poll(0)
    except (OperationalError, OSError):
        return False
