"""What a process needs before Django starts: the data directory, its secrets, a database."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def data_dir() -> Path:
    """`YOULU_DATA_DIR`, or `.youlu` in the working directory."""
    return Path(os.environ.get("YOULU_DATA_DIR", ".youlu")).resolve()


def hours_of(text: str) -> tuple[int, int]:
    """Local minutes of the day of "21:00-08:00"; two times alike are no hours at all.

    Raises
    ------
    ImproperlyConfigured : it is no such span.
    """
    found = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text.strip())
    if found is not None:
        first_h, first_min, last_h, last_min = map(int, found.groups())
        span = first_h * 60 + first_min, last_h * 60 + last_min
        if first_min < 60 and last_min < 60 and max(span) <= 24 * 60:
            return span
    raise ImproperlyConfigured(f"YOULU_QUIET_HOURS is {text!r}; write it like 21:00-08:00.")


SECRET_NAMES = ("secret_key", "field_key", "blind_index_key", "voucher_key", "audit_key")


def secrets_path() -> Path:
    return data_dir() / "secrets.json"


def secrets_read() -> dict[str, Any]:
    """The secrets file as it is now."""
    return json.loads(secrets_path().read_text())


def secrets_ensure() -> dict[str, Any]:
    """The secrets of this installation, made on the first start in a file only its owner reads; what a newer version
    needs besides is added."""
    path = secrets_path()
    if not path.exists():
        _place(path, {name: secret_new() for name in SECRET_NAMES})
    if not secrets_read().keys() >= set(SECRET_NAMES):
        secrets_change(lambda held: {**{name: secret_new() for name in SECRET_NAMES}, **held})
    return secrets_read()


def secrets_place(keys: dict[str, Any]) -> None:
    """Make `keys`, of a restored installation, the secrets of this one.

    Raises
    ------
    KeysPresentError : it has other ones already.
    """
    from youlu.core.backup.errors import KeysPresentError

    path = secrets_path()
    if not path.exists():
        _place(path, keys)
    if ring_of(secrets_read()) != ring_of(keys):
        raise KeysPresentError(path=path)


def _place(path: Path, held: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half_made = _written(path, held)
    try:
        os.link(half_made, path)  # the first of several processes wins, whole
    except FileExistsError:
        pass
    finally:
        half_made.unlink()


def secret_new() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def secrets_change(change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Replace the file by what `change` makes of it, one process at a time; returns what it holds then."""
    with (data_dir() / "secrets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        changed = change(secrets_read())
        os.replace(_written(secrets_path(), changed), secrets_path())
    return changed


def _written(path: Path, held: dict[str, Any]) -> Path:
    half_made = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(held, file)
        file.flush()
        os.fsync(file.fileno())
    return half_made


@dataclass(frozen=True)
class MailServer:
    """Where letters go out. `is_tls`: encrypted from the first byte; `is_starttls`: after a plain greeting."""

    host: str
    port: int
    user: str
    is_tls: bool
    is_starttls: bool


def mail_server(url: str) -> MailServer:
    """`smtps://user@host` or `smtp://user@host:587`; without encryption only to this machine. "": none, host "".

    Raises
    ------
    ValueError : it is written otherwise.
    """
    parts = urlsplit(url)
    if not url:
        return MailServer("", 25, "", False, False)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.password is not None:
        raise ValueError("YOULU_MAIL_URL: smtps://user@host or smtp://user@host:587, no password in it")
    is_tls = parts.scheme == "smtps"
    is_here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return MailServer(parts.hostname, parts.port or (465 if is_tls else 25 if is_here else 587),
                      unquote(parts.username or ""), is_tls, not is_tls and not is_here)


class KeyRing(dict[str, str]):
    """Key id -> key in base64, oldest first. A key that another process has added since is read when it is met, and
    within a second it writes here too: whoever rotates keys need not stop the house."""

    _looked_s = 0.0

    def __missing__(self, key_id: str) -> str:
        self.update(ring_of(secrets_read()))
        if key_id in self:
            return self[key_id]
        raise KeyError(key_id)

    def refresh(self) -> None:
        """Take over keys that the file has got since, at most once a second."""
        if time.monotonic() - self._looked_s > 1.0:
            self._looked_s = time.monotonic()
            fresh = ring_of(secrets_read())
            for gone in self.keys() - fresh.keys():
                del self[gone]
            self.update(fresh)  # new keys come last, in their order

    def add(self) -> str:
        """Put a new key last in the ring of the secrets file; returns its id."""

        def added(held: dict[str, Any]) -> dict[str, Any]:
            taken = [int(key[1:]) for key in ring_of(held) if key[1:].isdecimal()]
            return held | {"field_keys": held.get("field_keys", {}) | {f"k{max(taken, default=0) + 1}": secret_new()}}

        self.update(ring_of(secrets_change(added)))
        return next(reversed(self))

    def drop(self, key_id: str) -> None:
        """Take a key out of the ring of the secrets file: what is under it cannot be read any more."""

        def dropped(held: dict[str, Any]) -> dict[str, Any]:
            rest = {key: value for key, value in ring_of(held).items() if key != key_id}
            return held | {"field_key": "", "field_keys": rest}

        secrets_change(dropped)
        self.pop(key_id, None)


def ring_of(held: dict[str, Any]) -> dict[str, str]:
    """The key ring in the secrets file: `field_key` is its first key, `field_keys` those that came after."""
    ring = {"k1": held["field_key"]} if held.get("field_key") else {}
    return {**ring, **held.get("field_keys", {})}


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
