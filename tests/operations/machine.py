"""A machine of its own: data directory, server, commands. And the database that every release leaves to the next."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from youlu.core import postgres

ROOT = Path(__file__).resolve().parents[2]
# Keys of nobody: the people in the sample are synthetic.
SAMPLE_KEYS = {name: base64.b64encode(bytes([number]) * 32).decode() for number, name in enumerate(
    ("YOULU_SECRET_KEY", "field", "YOULU_BLIND_INDEX_KEY", "YOULU_VOUCHER_KEY"))}
SAMPLE_ENV = {**{name: key for name, key in SAMPLE_KEYS.items() if name != "field"},
              "YOULU_FIELD_KEYS": f"k1={SAMPLE_KEYS['field']}"}


class Machine:
    """An installation under `home`, whose server starts with the first command that needs it."""

    def __init__(self, home: Path, **env: str) -> None:
        self.home, self.server = home, postgres.server_locate(home)
        kept = {name: value for name, value in os.environ.items()
                if name != "DATABASE_URL" and not name.startswith("YOULU_")}
        self.env = {**kept, **env, "YOULU_DATA_DIR": str(home), "PYTHONPATH": f"{ROOT}/src:{ROOT}"}

    def youlu(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "youlu", *words, **env)

    def python(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *words], env={**self.env, **env}, cwd=self.home.parent, text=True,
                              capture_output=True, check=False)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            cursor = connection.execute(sql)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def counts(self) -> dict[str, int]:
        """Rows by table."""
        names = [row[0] for row in self.ask("SELECT relname FROM pg_class WHERE relkind = 'r'"
                                            " AND relnamespace = 'public'::regnamespace")]
        query = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names)
        return dict(self.ask(query))  # type: ignore[arg-type]

    def stop(self) -> None:
        self.server.stop(mode="immediate")
