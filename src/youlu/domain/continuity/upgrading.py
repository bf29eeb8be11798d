"""An upgrade with items in flight: workers leave, tables and arrays become those of this version, workers come back."""

from __future__ import annotations

from collections.abc import Callable

from django.core.management import call_command
from django.db import connection

from youlu.core import clock
from youlu.core.errors import YouluError
from youlu.core.gate import gate_shut
from youlu.domain.mail.models import Item
from youlu.domain.network.selectors import epoch_current
from youlu.domain.promise.arrays import arrays_drop, revision_current
from youlu.domain.promise.world import world_at


class ItemsLostError(YouluError):
    code = "continuity.items_lost"
    status = 500
    sentence = "升级前{before}件，升级后{after}件。不要开网页；恢复升级前的备份，把这句话发给维护者。"


def upgrade_run(*, wait_s: int, tell: Callable[[str], None] = lambda line: None) -> int:
    """Bring the database to this version; returns the items that it holds. Running it again is harmless.

    Raises
    ------
    WorkersRunError : a worker did not leave within `wait_s` seconds; nothing was changed.
    ItemsLostError : fewer items than before.
    """
    tell("请后台任务做完手上的，先停下…")
    with gate_shut(wait_s=wait_s):
        before = _items()
        tell("更新表…")
        call_command("migrate", verbosity=0)
        tell("重建班期数组…")
        arrays_drop()
        if revision_current():
            world_at(at=clock.now(), epoch=epoch_current())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        after = _items()
        if before is not None and after != before:
            raise ItemsLostError(before=before, after=after)
    return after or 0


def _items() -> int | None:
    """None before there is a table of them."""
    if Item._meta.db_table not in connection.introspection.table_names():
        return None
    with connection.cursor() as cursor:  # of an older version's table, whose columns may differ
        cursor.execute("SELECT count(*) FROM mail_item")
        return int(cursor.fetchone()[0])
