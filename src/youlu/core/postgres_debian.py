"""A private, passing cluster on the PostgreSQL that Debian installed: for tests on another version than the embedded.

Debian's own cluster is left alone. Nothing of it is kept: durability is off, the folder is removed at the end.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from youlu.core import postgres

INSTALLED = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15
NOTHING_IS_KEPT = "fsync = off\nfull_page_writes = off\n"


def debian_programs() -> Path | None:
    """The folder of programs of the oldest installed version that carries Youlu; None without one."""
    found = sorted(int(place.name) for place in INSTALLED.glob("[0-9]*") if (place / "bin" / "initdb").exists()
                   and place.name.isdigit() and int(place.name) >= OLDEST_MAJOR)
    return INSTALLED / str(found[0]) / "bin" if found else None


@contextlib.contextmanager
def debian_server(programs: Path) -> Iterator[postgres.EmbeddedServer]:
    """Start a cluster of those programs in a folder of its own, stop and remove it at the end."""
    user = postgres.system_user_for_root()
    place = postgres.ROOT_HOME / f"debian-{os.getpid()}" if user else Path(tempfile.mkdtemp(prefix="youlu-debian-"))
    postgres.own_directory(place, user)
    server = postgres.EmbeddedServer(place / "data", place, programs, user)
    try:
        postgres.cluster_make(server)
        with (server.data_dir / "postgresql.conf").open("a") as config:
            config.write(NOTHING_IS_KEPT)
        postgres.cluster_start(server)
        yield server
    finally:
        server.stop(mode="immediate")
        shutil.rmtree(place, ignore_errors=True)
