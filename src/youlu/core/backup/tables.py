"""What the database holds: tables in the order in which they can be filled, sequences, fingerprints of the keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
from graphlib import TopologicalSorter

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from youlu.core.backup.archive import TableHead

MADE_BY_MIGRATING = "django_migrations"
# Text of COPY reads alike whatever the server's own settings.
PLAIN_TEXT = ("SET LOCAL datestyle = 'ISO, YMD'", "SET LOCAL intervalstyle = 'postgres'", "SET LOCAL timezone = 'UTC'",
              "SET LOCAL client_encoding = 'UTF8'", "SET LOCAL extra_float_digits = 1")

TABLES = """
SELECT c.oid, c.relname, array_agg(a.attname ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     AND a.attgenerated = ''
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> %s
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
GROUP BY c.oid, c.relname ORDER BY c.relname"""
REFERENCES = """
SELECT conrelid, confrelid FROM pg_constraint
WHERE contype = 'f' AND conrelid <> confrelid AND connamespace = current_schema()::regnamespace"""
SEQUENCES = """
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()
ORDER BY sequencename"""


def tables_in_order(cursor: CursorWrapper) -> list[TableHead]:
    """Every table with rows of its own, those referred to before those that refer."""
    cursor.execute(TABLES, [MADE_BY_MIGRATING])
    heads = {oid: TableHead(name, list(columns)) for oid, name, columns in cursor.fetchall()}
    cursor.execute(REFERENCES)
    after: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(heads, ()))
    for referring, referred in cursor.fetchall():
        if referring in heads and referred in heads:
            after.add(referring, referred)
    return [heads[oid] for oid in after.static_order()]


def sequences_read(cursor: CursorWrapper) -> dict[str, tuple[int, bool]]:
    """(last value, was it given out) by name."""
    cursor.execute(SEQUENCES)
    return {name: (1 if last is None else last, last is not None) for name, last in cursor.fetchall()}


def migrations_applied() -> list[tuple[str, str]]:
    """The newest applied migrations, one or more an app: migrating to them makes the same tables."""
    loader = MigrationLoader(connection)
    applied = {key for key in MigrationRecorder(connection).applied_migrations() if key in loader.graph.nodes}
    return sorted(key for key in applied
                  if not any(child.key in applied and child.key[0] == key[0]
                             for child in loader.graph.node_map[key].children))


def key_fingerprints() -> dict[str, str]:
    """Eight bytes by which two installations can compare a key without showing it."""
    rings = {f"field:{name}": value for name, value in settings.FIELD_KEYS.items()}
    keys = {**rings, "blind_index": settings.BLIND_INDEX_KEY, "voucher": settings.VOUCHER_KEY,
            "audit": settings.AUDIT_KEY}
    return {name: hmac.digest(base64.b64decode(value), b"youlu backup", hashlib.sha256)[:8].hex()
            for name, value in keys.items()}
