"""Restoring a backup: judge the whole file, make the tables it was written from, fill them in one transaction,
bring them up to this version."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from youlu.core.backup.archive import ArchiveReader, Header, Manifest, archive_check
from youlu.core.backup.errors import ForeignTableError, InUseError, KeysDifferError, NewerArchiveError, NotEmptyError
from youlu.core.backup.save import RECORDS, Tell
from youlu.core.backup.tables import PLAIN_TEXT, key_fingerprints, sequences_read, tables_in_order

OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
# What is ours and goes when everything is replaced; members of an extension stay.
DROPS = """
SELECT format('DROP %s IF EXISTS %s CASCADE', what, name) FROM (
  SELECT 1 AS step, 'TABLE' AS what, c.oid::regclass::text AS name, c.oid FROM pg_class c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  UNION ALL SELECT 2, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
         c.oid::regclass::text, c.oid FROM pg_class c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('S', 'v', 'm')
  UNION ALL SELECT 3, 'ROUTINE', p.oid::regprocedure::text, p.oid FROM pg_proc p
  WHERE p.pronamespace = current_schema()::regnamespace
  UNION ALL SELECT 4, 'TYPE', t.oid::regtype::text, t.oid FROM pg_type t
  WHERE t.typnamespace = current_schema()::regnamespace AND t.typtype IN ('e', 'd')
     OR t.typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c' AND relnamespace = current_schema()::regnamespace)
) one
WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = one.oid AND d.deptype = 'e') ORDER BY step"""

TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relkind = 'r'
  AND c.relnamespace = current_schema()::regnamespace"""
ENABLE = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


def backup_restore(
    path: Path, *, passphrase: str = "", replace: str = "", without_keys: bool = False, upgrade: bool = True,
    tell: Tell = lambda table, rows: None,
) -> tuple[Header, Manifest]:
    """Fill the database from `path`; returns what the file says of itself.

    Parameters
    ----------
    replace : the database's own name, when what it holds may go.
    without_keys : go on although personal data will stay unreadable here.
    upgrade : migrate to this version afterwards; otherwise the tables stay as they were written.

    Raises
    ------
    NotEmptyError, InUseError, KeysDifferError, NewerArchiveError : nothing was changed.
    ArchiveUnreadableError, ArchiveCutOffError, ArchiveDamagedError, PassphraseError : nothing was changed.
    ForeignTableError : a table that this version does not make.
    """
    header, manifest = archive_check(path, passphrase)
    targets = _targets(header)
    if not without_keys:
        _keys_compare(header)
    room_make(replace)
    MigrationExecutor(connection).migrate(targets)
    _fill(ArchiveReader(path, passphrase), manifest, tell)
    if upgrade:
        call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:  # tables filled in one run are planned for as empty ones
        cursor.execute("ANALYZE")
    return header, manifest


def _targets(header: Header) -> list[tuple[str, str]]:
    known = MigrationExecutor(connection).loader.graph.nodes
    for app, name in header.migrations:
        if (app, name) not in known:
            raise NewerArchiveError(migration=f"{app}.{name}", version=header.version)
    return header.migrations


def _keys_compare(header: Header) -> None:
    ours = key_fingerprints()
    differ = [name for name, print_ in header.keys.items() if ours.get(name) != print_]
    if differ:
        raise KeysDifferError(which="、".join(differ))


def room_make(replace: str) -> None:
    """Nothing but ourselves in the database, and nothing in it."""
    database = connection.settings_dict["NAME"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OTHERS)
        (others,) = cursor.fetchone()
        if others:
            raise InUseError(database=database, count=others)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
        (tables,) = cursor.fetchone()
        if tables and replace != database:
            raise NotEmptyError(database=database, tables=tables)
        cursor.execute(DROPS)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def _fill(reader: ArchiveReader, manifest: Manifest, tell: Tell) -> None:
    heads = {table.name: table for table in reader.header.tables}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in PLAIN_TEXT:
            cursor.execute(statement)
        present = {table.name for table in tables_in_order(cursor)}
        for name in heads:
            if name not in present:
                raise ForeignTableError(table=name)
        triggers = _triggers_off(cursor)
        _records_clear()
        names = sql.SQL(", ").join(map(sql.Identifier, heads))
        cursor.execute(sql.SQL("TRUNCATE {}").format(names))
        for name, body in reader.pieces():
            kind, folder, file = name.split("/")
            if kind == "tables":
                _copy(cursor, folder, heads[folder].columns, body)
                tell(folder, body.count(b"\n"))
            elif folder in RECORDS:
                _record_put(folder, file, body)
        sequences = sequences_read(cursor)
        for name, (last, called) in manifest.sequences.items():
            if name in sequences:
                cursor.execute("SELECT setval(%s::regclass, %s, %s)", [name, last, called])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys are looked at now
        for again in triggers:
            cursor.execute(again)


def _triggers_off(cursor: CursorWrapper) -> list[sql.Composed]:
    """They would write a second time what they wrote then. Returns the statements that put them back as they were."""
    cursor.execute(TRIGGERS)
    back = []
    for table, name, mode in cursor.fetchall():
        parts = {"table": sql.Identifier(table), "name": sql.Identifier(name), "how": sql.SQL(ENABLE[mode])}
        cursor.execute(sql.SQL("ALTER TABLE {table} DISABLE TRIGGER {name}").format(**parts))
        back.append(sql.SQL("ALTER TABLE {table} {how} TRIGGER {name}").format(**parts))
    return back


def _copy(cursor: CursorWrapper, table: str, columns: list[str], body: bytes) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))
    with cursor.copy(statement) as copy:
        copy.write(body)


def _record_put(folder: str, file: str, body: bytes) -> None:
    place = Path(settings.DATA_DIR) / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / Path(file).name).write_bytes(body)


def _records_clear() -> None:
    for folder in RECORDS:
        for file in (Path(settings.DATA_DIR) / folder).glob("*.npz"):
            file.unlink()
