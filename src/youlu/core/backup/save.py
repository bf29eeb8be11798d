"""Writing a backup: everything that was committed at one instant, while others go on writing."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

import youlu
from youlu.core.backup.archive import FORMAT, PIECE_BYTES, ArchiveWriter, Header, Manifest, Seal, TableHead
from youlu.core.backup.tables import (
    PLAIN_TEXT,
    key_fingerprints,
    migrations_applied,
    sequences_read,
    tables_in_order,
)
from youlu.core.postgres_features import server_version

Tell = Callable[[str, int], None]  # table, rows so far
# Folders of the data directory that are records themselves; the rest can be made again.
RECORDS = ("ledger",)
SALT_BYTES = 16


def backup_save(path: Path, *, passphrase: str = "", tell: Tell = lambda table, rows: None) -> Manifest:
    """Write everything to `path`, replacing nothing until it is whole; the caller's database is only read.

    Parameters
    ----------
    passphrase : seals every piece when it is given.
    tell : called with the table and its rows so far, about once per piece.

    Raises
    ------
    OSError : the file cannot be written; no half file is left.
    """
    # Before the snapshot: what the records acknowledge is then in it.
    records = [(one, one.read_bytes()) for folder in RECORDS
               for one in sorted((Path(settings.DATA_DIR) / folder).glob("*.npz"))]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for statement in PLAIN_TEXT:
            cursor.execute(statement)
        tables = tables_in_order(cursor)
        _lock(cursor, tables)
        seal = Seal(passphrase, os.urandom(SALT_BYTES).hex()) if passphrase else None
        writer = ArchiveWriter(path, _header(tables, seal), seal)
        try:
            for file, content in records:
                writer.piece(f"files/{file.parent.name}/{file.name}", content)
            for table in tables:
                writer.manifest.rows[table.name] = _table_save(cursor, writer, table, tell)
            writer.manifest.sequences = sequences_read(cursor)
            writer.close()
        except BaseException:
            writer.give_up()
            raise
    return writer.manifest


def _header(tables: list[TableHead], seal: Seal | None) -> Header:
    return Header(
        format=FORMAT, version=youlu.__version__, made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        server=server_version(), migrations=migrations_applied(), tables=tables, keys=key_fingerprints(),
        salt=seal.salt if seal else "")


def _lock(cursor: CursorWrapper, tables: list[TableHead]) -> None:
    """No table changes its shape meanwhile; readers and writers go on."""
    names = sql.SQL(", ").join(sql.Identifier(table.name) for table in tables)
    cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))


def _table_save(cursor: CursorWrapper, writer: ArchiveWriter, table: TableHead, tell: Tell) -> int:
    rows = 0
    for number, (piece, in_piece) in enumerate(_pieces(cursor, table)):
        writer.piece(f"tables/{table.name}/{number:06d}", piece)
        rows += in_piece
        tell(table.name, rows)
    return rows


def _pieces(cursor: CursorWrapper, table: TableHead) -> Iterator[tuple[bytes, int]]:
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns)))
    held: list[bytes | memoryview] = []
    size = 0
    with cursor.copy(statement) as copy:
        for row in copy:  # the server sends one whole row at a time
            held.append(row)
            size += len(row)
            if size >= PIECE_BYTES:
                yield b"".join(held), len(held)
                held, size = [], 0
    if held:
        yield b"".join(held), len(held)
