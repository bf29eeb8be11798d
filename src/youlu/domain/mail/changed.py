"""The record of changed items: which rows a reader has not seen yet, whatever order transactions commit in.

A trigger writes, in the transaction that changes items, one row with its transaction's number and the items' keys. A
reader remembers the snapshot it last read under and asks for rows whose transaction that snapshot could not see: a
number that grows (a sequence, a time) would lose the transaction that began first and committed last.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from youlu.domain.mail.models import PARTITIONS

KEPT = "1 hour"  # a reader that has not asked for so long reads everything
READ_AGAIN_AFTER_S = 1800.0

TABLE = """
CREATE TABLE mail_changed (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  horizon xid8 NOT NULL DEFAULT pg_snapshot_xmin(pg_current_snapshot()),
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  partition_no smallint,
  item_keys bigint[]
)"""
INDEX = "CREATE INDEX mail_changed_xid ON mail_changed (xid)"
# A statement on the partitioned table tells no partition; one on a partition does. Keys are null when all are gone.
FUNCTION = """
CREATE FUNCTION mail_item_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO mail_changed (item_keys) VALUES (NULL);
  ELSE
    INSERT INTO mail_changed (partition_no, item_keys)
    SELECT CASE WHEN TG_TABLE_NAME LIKE 'mail\\_item\\_p__' THEN right(TG_TABLE_NAME, 2)::smallint END,
      array_agg(item_key) FROM changed HAVING count(*) > 0;
  END IF;
  RETURN NULL;
END $$"""


def create_statements() -> list[str]:
    """The DDL, for the migration."""
    statements = [TABLE, INDEX, FUNCTION]
    for table in ("mail_item", *(f"mail_item_p{number:02d}" for number in range(PARTITIONS))):
        for act, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            statements.append(
                f"CREATE TRIGGER changed_{act.lower()} AFTER {act} ON {table} REFERENCING {rows} TABLE AS changed"
                " FOR EACH STATEMENT EXECUTE FUNCTION mail_item_changed()")
        statements.append(f"CREATE TRIGGER changed_truncate AFTER TRUNCATE ON {table}"
                          " FOR EACH STATEMENT EXECUTE FUNCTION mail_item_changed()")
    return statements


@dataclass(frozen=True)
class Mark:
    """How far a reader has read: a snapshot, and the database it is one of (another one knows other numbers)."""

    snapshot: str
    database: str


@dataclass(frozen=True)
class Changed:
    """Keys by partition (None: not known) that changed; `everything` when the table was emptied."""

    by_partition: dict[int | None, list[int]]
    everything: bool

    def __bool__(self) -> bool:
        return self.everything or bool(self.by_partition)


def mark_now() -> Mark:
    """What the database shows from this statement on; take it before reading rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_snapshot()::text, concat_ws('/', (SELECT oid FROM pg_database WHERE datname ="
            " current_database()), 'mail_changed'::regclass::oid, pg_postmaster_start_time())")
        return Mark(*cursor.fetchone())


def changed_since(mark: Mark) -> Changed:
    """What was committed that `mark` could not see."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT partition_no, item_keys FROM mail_changed WHERE xid >= pg_snapshot_xmin(%(seen)s::pg_snapshot)"
            " AND NOT pg_visible_in_snapshot(xid, %(seen)s::pg_snapshot)", {"seen": mark.snapshot})
        by_partition: dict[int | None, list[int]] = {}
        everything = False
        for number, keys in cursor.fetchall():
            if keys is None:
                everything = True
            else:
                by_partition.setdefault(number, []).extend(keys)
    return Changed(by_partition, everything)


def changed_trim() -> int:
    """Drop rows of transactions that were all over an hour ago: every reader has seen them or will read everything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM mail_changed WHERE xid < (SELECT horizon FROM mail_changed WHERE made_at <"
            " clock_timestamp() - %s::interval ORDER BY xid DESC LIMIT 1)", [KEPT])
        return cursor.rowcount
