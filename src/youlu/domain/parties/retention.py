"""How long personal data is kept, by class, and its erasure on schedule.

A party is needed while something is under way for it, and for so many days after the last of it ended. Each app above
says for whom that is: `party_business` of its AppConfig names a SELECT of party ids whose business is open, or ended
after %(cutoff)s. Batches are walked by key; each is its own transaction with one audit row; erased rows are not met
again, so that a run that was killed is simply run again.

What a new item does with a party that was idle for years while its batch is being erased is not guarded: the item
then has an addressee without a name, and the counter sees it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.crypto import encrypt
from youlu.core.ids import uuid7_floor
from youlu.domain.access.selectors import Actor
from youlu.domain.parties.errors import UnknownPartyError

BATCH = 2_000
ERASED_NAME = "已删除"
ERASURE = ("name = %(name)s, phone = NULL, id_number = NULL, address = NULL, phone_index = NULL,"
           " phone_tail_index = NULL, email = NULL, email_index = NULL, channel = '',"
           " consent_message = false, erased_at = %(real)s")
Tell = Callable[[str, int], None]  # class, rows so far


@dataclass(frozen=True)
class DataClass:
    """`days` after the last business; `change` is what becomes of the row, `due` which rows have it yet."""

    name: str
    days: int
    change: str
    due: str


def data_classes() -> tuple[DataClass, ...]:
    """Shortest kept first. Every one but the last leaves the party known."""
    return (
        DataClass("id_number", settings.KEEP_ID_NUMBER_DAYS, "id_number = NULL", "id_number IS NOT NULL"),
        DataClass("party", settings.KEEP_PARTY_DAYS, ERASURE, "true"),
    )


def parties_expire(*, actor: Actor, dry_run: bool = False, batch: int = BATCH,
                   tell: Tell = lambda name, rows: None) -> dict[str, int]:
    """Erase what has been kept long enough; returns rows by class. A dry run only counts."""
    actor.require("party.erase")
    return {one.name: _expire(actor, one, batch, tell, dry_run=dry_run) for one in data_classes()}


def party_in_business(party_id: uuid.UUID) -> bool:
    """Whether something is under way for the party now.

    Raises
    ------
    UnknownPartyError
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM parties_party WHERE id = %s AND erased_at IS NULL", [party_id])
        if cursor.fetchone() is None:
            raise UnknownPartyError()
        # Nothing ends after this: only what is open is left.
        cursor.execute(f"SELECT 1 FROM ({_business()}) b (id) WHERE id = %(party)s LIMIT 1",
                       {"cutoff": dt.datetime.max.replace(tzinfo=dt.UTC), "party": party_id})
        return cursor.fetchone() is not None


def _expire(actor: Actor, kept: DataClass, batch: int, tell: Tell, *, dry_run: bool) -> int:
    cutoff = clock.now() - dt.timedelta(days=kept.days)
    _busy_read(cutoff)
    where = (f"erased_at IS NULL AND {kept.due} AND id < %(made)s"
             " AND NOT EXISTS (SELECT FROM party_busy b WHERE b.id = p.id)")
    values: dict[str, Any] = {"made": uuid7_floor(cutoff), "batch": batch, "after": uuid.UUID(int=0)}
    if dry_run:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM parties_party p WHERE {where}", values)
            return cursor.fetchone()[0]
    done = 0
    while ids := _batch(actor, kept, where, values):
        values["after"] = max(ids)
        done += len(ids)
        tell(kept.name, done)
    return done


def _busy_read(cutoff: dt.datetime) -> None:
    """The parties that are still needed, read once for the class."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS party_busy")
        cursor.execute(f"CREATE TEMP TABLE party_busy AS SELECT DISTINCT id FROM ({_business()}) b (id)"
                       " WHERE id IS NOT NULL", {"cutoff": cutoff})
        cursor.execute("CREATE UNIQUE INDEX ON party_busy (id)")
        cursor.execute("ANALYZE party_busy")


def _business() -> str:
    named = [config.party_business for config in apps.get_app_configs() if hasattr(config, "party_business")]
    return " UNION ALL ".join(import_string(name) for name in named)


@transaction.atomic
def _batch(actor: Actor, kept: DataClass, where: str, values: dict[str, Any]) -> list[uuid.UUID]:
    filled = values | {"name": encrypt(ERASED_NAME, field="parties.party.name"), "real": clock.real_now()}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH due AS (SELECT id FROM parties_party p WHERE {where} AND id > %(after)s ORDER BY id"
            " LIMIT %(batch)s FOR UPDATE SKIP LOCKED)"
            f" UPDATE parties_party p SET {kept.change} FROM due WHERE p.id = due.id RETURNING p.id", filled)
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        audit_record(actor=actor.id, action="party.expire", object_type="party", object_id=str(min(ids)),
                     reason=f"保存期满{kept.days}天", data=kept.name, count=len(ids), until=str(max(ids)))
    return ids
