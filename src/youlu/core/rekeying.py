"""A new key for what is encrypted: every value is rewritten under the newest of the ring, a batch a transaction.

Whatever is killed in between leaves values under either key, both of which are read; run again, it goes on with what
is left. A value that somebody changed meanwhile is left to them: they wrote it under the newest key themselves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from youlu.core.audit import audit_record
from youlu.core.crypto import EncryptedTextField, decrypt, encrypt, newest_key
from youlu.core.errors import YouluError

BATCH = 1_000
Tell = Callable[[str, int], None]  # column, values rewritten so far


class KeyInUseError(YouluError):
    code = "core.key_in_use"
    status = 409
    sentence = "密钥{key}还不能去掉：{left}个值在用它。先跑完 ./youlu secrets rotate。"


class KeyNewestError(YouluError):
    code = "core.key_newest"
    status = 409
    sentence = "密钥{key}不在环里，或是最新的一把，去不掉。"


@dataclass(frozen=True)
class SealedColumn:
    """A column with encrypted text; `is_json`: encrypted texts stand among the values of an object."""

    table: str
    pk: str
    pk_type: str
    column: str
    field: str
    is_json: bool = False

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


def sealed_columns() -> list[SealedColumn]:
    """Every encrypted field of every model, and what apps name in `sealed_json`: table, pk, its type, column, field."""
    found = [
        SealedColumn(model._meta.db_table, str(model._meta.pk.column), str(model._meta.pk.rel_db_type(connection)),
                     str(field.column), f"{model._meta.label_lower}.{field.attname}")
        for model in apps.get_models() for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]
    named = [one for config in apps.get_app_configs() for one in getattr(config, "sealed_json", ())]
    return found + [SealedColumn(table, pk, pk_type, column, field, is_json=True)
                    for table, pk, pk_type, column, field in named]


def keys_used() -> dict[str, dict[str, int]]:
    """Column -> key id -> number of values under it."""
    return {column.name: dict(_used(column)) for column in sealed_columns()}


def values_left(key_id: str = "") -> int:
    """How many values are under `key_id`; without one, under any key but the newest."""
    newest = newest_key()
    return sum(number for used in keys_used().values() for key, number in used.items()
               if (key == key_id if key_id else key != newest))


def rekey(*, actor: str, batch: int = BATCH, tell: Tell = lambda column, done: None) -> int:
    """Rewrite what is under an older key; returns how many values. One audit row a batch."""
    return sum(_rekey_column(column, actor, batch, tell) for column in sealed_columns())


def key_check_droppable(key_id: str) -> None:
    """Raises KeyNewestError, KeyInUseError."""
    if key_id not in settings.FIELD_KEYS or key_id == newest_key():
        raise KeyNewestError(key=key_id)
    if left := values_left(key_id):
        raise KeyInUseError(key=key_id, left=left)


def _used(column: SealedColumn) -> Iterator[tuple[str, int]]:
    source = (sql.SQL("(SELECT e.value AS v FROM {table}, jsonb_each_text({column}::jsonb) e) s") if column.is_json
              else sql.SQL("(SELECT {column} AS v FROM {table}) s")).format(**_names(column))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(
            "SELECT split_part(v, ':', 1), count(*) FROM {source} WHERE v ~ '^[^:]+:[A-Za-z0-9+/=]{{38,}}$'"
            " AND split_part(v, ':', 1) = ANY(%s) GROUP BY 1").format(source=source), [list(settings.FIELD_KEYS)])
        yield from cursor.fetchall()


def _rekey_column(column: SealedColumn, actor: str, batch: int, tell: Tell) -> int:
    done, after = 0, None
    while rows := _rows(column, after, batch):
        after = rows[-1][0]
        fresh = [(key, old, _renewed(column, old)) for key, old in rows]
        changed = [(key, old, new) for key, old, new in fresh if new != old]
        if changed:
            done += _write(column, changed, actor)
            tell(column.name, done)
    return done


def _rows(column: SealedColumn, after: Any, batch: int) -> list[tuple[Any, str]]:
    """(key, value as text) of rows that hold something under an older key, by ascending key."""
    old = (sql.SQL("{column} IS NOT NULL") if column.is_json
           else sql.SQL("{column} IS NOT NULL AND {column} NOT LIKE %(newest)s")).format(**_names(column))
    beyond = sql.SQL("" if after is None else " AND {pk} > %(after)s").format(**_names(column))
    query = sql.SQL("SELECT {pk}, {column}::text FROM {table} WHERE {old}{beyond} ORDER BY {pk} LIMIT %(batch)s")
    with connection.cursor() as cursor:
        cursor.execute(query.format(old=old, beyond=beyond, **_names(column)),
                       {"newest": newest_key().replace("_", r"\_") + ":%", "after": after, "batch": batch})
        return cursor.fetchall()


def _renewed(column: SealedColumn, old: str) -> str:
    if not column.is_json:
        return _again(old, column.field)
    held = json.loads(old)
    fresh = {name: _again(value, column.field) if _is_sealed(value) else value for name, value in held.items()}
    return json.dumps(fresh) if fresh != held else old


def _is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.partition(":")[0] in settings.FIELD_KEYS and ":" in value


def _again(value: str, field: str) -> str:
    return value if value.startswith(f"{newest_key()}:") else encrypt(decrypt(value, field=field), field=field)


@transaction.atomic
def _write(column: SealedColumn, changed: list[tuple[Any, str, str]], actor: str) -> int:
    cast = sql.SQL("jsonb" if column.is_json else "text")
    query = sql.SQL("UPDATE {table} t SET {column} = s.new::{cast} FROM unnest(%s::{type}[], %s::text[], %s::text[])"
                    " AS s (pk, old, new) WHERE t.{pk} = s.pk AND t.{column}::text = s.old")
    with connection.cursor() as cursor:
        cursor.execute(query.format(cast=cast, type=sql.SQL(column.pk_type), **_names(column)),
                       [list(part) for part in zip(*changed, strict=True)])
        count = cursor.rowcount
    audit_record(actor=actor, action="key.rekey", object_type="column", object_id=column.name, count=count,
                 key=newest_key())
    return count


def _names(column: SealedColumn) -> dict[str, sql.Identifier]:
    return {"table": sql.Identifier(column.table), "pk": sql.Identifier(column.pk),
            "column": sql.Identifier(column.column)}
