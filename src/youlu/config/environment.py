"""What a process needs before Django starts: the data directory, its secrets, a database."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path


def data_dir() -> Path:
    """`YOULU_DATA_DIR`, or `.youlu` in the working directory."""
    return Path(os.environ.get("YOULU_DATA_DIR", ".youlu")).resolve()


def secrets_ensure() -> dict[str, str]:
    """The secrets of this installation, made on the first start in a file only its owner reads."""
    path = data_dir() / "secrets.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = {name: base64.b64encode(os.urandom(32)).decode()
                 for name in ("secret_key", "field_key", "blind_index_key", "voucher_key")}
        half_made = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(fresh, file)
        try:
            os.link(half_made, path)  # the first of several processes wins, whole
        except FileExistsError:
            pass
        finally:
            half_made.unlink()
    return json.loads(path.read_text())


def database_url(database: str = "youlu") -> str:
    """`DATABASE_URL`, or where the embedded server is or will be; starts nothing."""
    if os.environ.get("DATABASE_URL"):
        return os.environ["DATABASE_URL"]
    from youlu.core import postgres

    return postgres.server_locate(data_dir()).dsn(database)


def database_ensure(database: str = "youlu") -> str:
    """Set `DATABASE_URL` to the embedded server's, starting it, unless it is set; returns it."""
    if not os.environ.get("DATABASE_URL"):
        from youlu.core import postgres

        server = postgres.server_start(data_dir())
        postgres.database_ensure(server, database)
        os.environ["DATABASE_URL"] = server.dsn(database)
    return os.environ["DATABASE_URL"]
