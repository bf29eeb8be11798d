"""Writing past the ORM, in the caller's transaction: many rows by COPY at ten times its rate, a few new objects of any
tables in one statement."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import count
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import DatabaseDefault
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
def cursor_raw(*, is_numbered: bool = False) -> Iterator[psycopg.Cursor[Any]]:
    """psycopg's own cursor on the current connection: statements that the server parses and plans once
    (`prepare=True`), answers as the server holds them (`binary=True`), with parameters beside the statement. Django's
    own writes them into its text and has every byte of an answer spelt in two. `is_numbered`: the statement names its
    parameters as the server does, `$1`, and is sent as it is; otherwise `%s`, which psycopg rewrites, each time anew
    where there are over fifty.

    Otherwise as Django's: a connection that broke since the last request is made anew, one that breaks here is known to
    be broken. Without that a web server comes out of a fail-over with connections that stay dead.
    """
    here = connections[DEFAULT_DB_ALIAS]
    here.close_if_health_check_failed()
    here.ensure_connection()
    is_watched = bool(here.execute_wrappers or here.queries_logged)
    with here.wrap_database_errors, _CURSORS[is_numbered, is_watched](here.connection) as cursor:
        yield cursor


class _Watching(psycopg.Cursor[Any]):
    """For whoever counts the questions to the database: these are questions as well."""

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> _Watching:
        def last(asked: Any, given: Any, many: bool, context: Any) -> Any:
            return super(_Watching, self).execute(asked, given, prepare=prepare, binary=binary)

        ask: Callable[..., Any] = last
        for wrapper in reversed(connection.execute_wrappers):
            ask = partial(wrapper, ask)
        if connection.queries_logged:
            connection.queries_log.append({"sql": str(query), "time": "0"})
        return ask(query, params, False, {"connection": connection, "cursor": self})


class _WatchingNumbered(_Watching, psycopg.RawCursor[Any]):
    pass


_CURSORS: dict[tuple[bool, bool], type[psycopg.Cursor[Any]]] = {
    (False, False): psycopg.Cursor, (False, True): _Watching,
    (True, False): psycopg.RawCursor, (True, True): _WatchingNumbered}


def objects_insert(*objects: models.Model, unless_there: bool = False) -> int:
    """Store new objects, whatever tables they are of, in one statement; returns how many of the last one's were stored.

    A column with a default of the database's that nobody gave a value is left to it, and is not read back. Values are
    made as the ORM makes them (encrypted fields, JSON, arrays); no signal is sent and `auto_now` is not heeded.

    Parameters
    ----------
    unless_there : the last one is left out where a unique key already has its values; otherwise that is an
        IntegrityError.
    """
    return _stored(objects, partial(_insert_of, unless_there=unless_there))


def objects_insert_once(once: models.Model, *objects: models.Model) -> bool:
    """The same for a deed done once: nothing at all is stored, and False returned, where a unique key already has the
    values of `once`. Whoever comes second at the same instant waits until the first is stored or undone: one statement
    does what a lock, a look and a transaction would."""
    return _stored((once, *objects), _insert_once_of) == 1


def _stored(objects: Sequence[models.Model], statement: Callable[[tuple[Shape, ...]], str]) -> int:
    here = connections[DEFAULT_DB_ALIAS]
    values: list[Any] = []
    shapes = []
    for one in objects:
        given = []
        for name, column, has_default, as_is, field in _columns(type(one)):
            value = getattr(one, name)
            # What nobody gave is left to the database: its default, or nothing.
            if not isinstance(value, DatabaseDefault) and (value is not None or has_default):
                given.append(column)
                values.append(value if type(value) is as_is else field.get_db_prep_save(value, here))
        shapes.append((one._meta.db_table, tuple(given)))
    with cursor_raw(is_numbered=True) as cursor:
        cursor.execute(statement(tuple(shapes)), values, prepare=True)
        stored = cursor.rowcount
    if stored:
        for one in objects:
            one._state.adding, one._state.db = False, here.alias
    return stored


# What the ORM hands on as it is, which it finds out by four calls a value.
AS_IS: dict[type[models.Field[Any, Any]], type] = {
    models.TextField: str, models.UUIDField: uuid.UUID, models.BooleanField: bool, models.IntegerField: int,
    models.SmallIntegerField: int, models.BigIntegerField: int}


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, str, bool, type | None, models.Field[Any, Any]], ...]:
    return tuple((field.attname, str(field.column), field.has_db_default(), AS_IS.get(type(field)), field)
                 for field in model._meta.concrete_fields)


Shape = tuple[str, tuple[str, ...]]  # a table and the columns that are given values


@cache
def _insert_of(shapes: tuple[Shape, ...], *, unless_there: bool) -> str:
    """One statement of several tables; `unless_there` is about the last."""
    *before, last = [f"{into} VALUES ({given})" for into, given in _parts(shapes)]
    withs = ", ".join(f"part{nth} AS ({one})" for nth, one in enumerate(before))
    return (f"WITH {withs} " if before else "") + last + (" ON CONFLICT DO NOTHING" if unless_there else "")


@cache
def _insert_once_of(shapes: tuple[Shape, ...]) -> str:
    """One statement whose first row decides whether the others are; it counts the first."""
    (into, given), *others = _parts(shapes)
    withs = [f"once AS ({into} VALUES ({given}) ON CONFLICT DO NOTHING RETURNING 1)"]
    withs += [f"part{nth} AS ({into} SELECT {given} FROM once)"  # noqa: S608  (names of ours, numbered parameters)
              for nth, (into, given) in enumerate(others)]
    return f"WITH {', '.join(withs)} SELECT FROM once"


def _parts(shapes: tuple[Shape, ...]) -> Iterator[tuple[str, str]]:
    """Of each table what it is inserted into and the names of its values, numbered through the statement."""
    number = count(1)
    for table, columns in shapes:
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        into = sql.SQL("INSERT INTO {} ({})").format(sql.Identifier(table), listed).as_string()
        yield into, ", ".join(f"${next(number)}" for _ in columns)


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
