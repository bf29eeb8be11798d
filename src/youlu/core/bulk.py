"""Bulk writing by COPY: ten times the ORM's rate, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql


def rows_copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append `rows` (values in the order of `columns`; tuples as arrays' lists) to `table`; returns their number."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(column) for column in columns))
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([list(value) if isinstance(value, tuple) else value for value in row])
            count += 1
    return count


@contextmanager
def cursor_raw() -> Iterator[psycopg.Cursor[Any]]:
    """psycopg's own cursor on the current connection: statements that the server parses and plans once
    (`prepare=True`), answers as the server holds them (`binary=True`), with parameters beside the statement. Django's
    own writes them into its text and has every byte of an answer spelt in two.

    Otherwise as Django's: a connection that broke since the last request is made anew, one that breaks here is known to
    be broken. Without that a web server comes out of a fail-over with connections that stay dead.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def array_text(values: Iterable[object]) -> str:
    """Numbers, instants, None, as the text of an array parameter (`%s::bigint[]`): adapting each value by itself costs
    more than the server's work on it."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def array_quoted(values: Iterable[str | None]) -> str:
    """Texts as the text of an array parameter (`%s::text[]`)."""
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rows_merge(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, key: str = "id") -> int:
    """Insert `rows`, or overwrite the row of the same `key`; returns how many were given."""
    staging = f"merge_{table}"
    names = {"table": sql.Identifier(table), "staging": sql.Identifier(staging), "key": sql.Identifier(key)}
    listed = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    changed = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column))
                                 for column in columns if column != key)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TEMP TABLE {staging} (LIKE {table}) ON COMMIT DROP").format(**names))
        count = rows_copy(staging, columns, rows)
        cursor.execute(
            sql.SQL("INSERT INTO {table} ({listed}) SELECT {listed} FROM {staging}"
                    " ON CONFLICT ({key}) DO UPDATE SET {changed}").format(listed=listed, changed=changed, **names))
        cursor.execute(sql.SQL("DROP TABLE {staging}").format(**names))
    return count
