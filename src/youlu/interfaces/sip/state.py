"""What must be known after a restart, in one file that only its owner may read. It holds references of our own making,
staff numbers, where their telephones are, and times: never a customer's number."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS news (id TEXT PRIMARY KEY, body BLOB, made_s REAL, tries INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS heard (id TEXT PRIMARY KEY, at_s REAL);
CREATE TABLE IF NOT EXISTS live (call TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), ahead_s REAL);
CREATE TABLE IF NOT EXISTS telephone (staff_no TEXT PRIMARY KEY, uri TEXT, host TEXT, port INTEGER, until_s REAL);
"""


def state_open(path: Path) -> sqlite3.Connection:
    """The file, made where there is none. Writes are small, without a sync each: they outlive the process, not a loss
    of power."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(SCHEMA)
    return db
