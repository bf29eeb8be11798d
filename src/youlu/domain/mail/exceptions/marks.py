"""What `item_state` asks of an item beyond its own row."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from youlu.domain.mail.state import astray_sql, silent_at_sql


def item_marks(keys: list[int]) -> dict[int, tuple[dt.datetime | None, bool]]:
    """Item key -> (when it counts as silent, whether it is off its way); one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT i.item_key, {silent_at_sql('i')}, {astray_sql('i')} FROM mail_item i"
                       " WHERE i.item_key = ANY(%s::bigint[])", [keys])
        return {key: (silent_at, is_astray) for key, silent_at, is_astray in cursor.fetchall()}
